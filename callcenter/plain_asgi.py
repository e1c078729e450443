"""The little that the two applications beside Django share: cookies, headers, JSON, and a small pool of database
threads.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from http.cookies import CookieError, SimpleCookie
from typing import Any, TypeVar

from django.db import close_old_connections, connections

from callcenter.security import HEADERS

# Every route beside Django, unknown to its resolver: `callcenter.asgi` sends nothing else past Django, and the proof of
# isolation fails on a route here that it does not exercise.
PLAIN_ROUTES = (
    "/live/",
    *(f"/ask/{kind}/<uuid:call_id>" for kind in ("current", "recent", "hints", "quote")),
)

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
T = TypeVar("T")


class DatabasePool:
    """`size` threads with one database connection each: however many streams are open, no more sessions are held."""

    def __init__(self, size: int, name: str) -> None:
        self._threads = ThreadPoolExecutor(max_workers=size, thread_name_prefix=name)

    async def run(self, action: Callable[..., T], *args: Any) -> T:
        """Run `action` in a database thread and return its result."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, partial(_fresh, action, *args))

    def close(self) -> None:
        """Let the threads end; their connections go with the process."""
        self._threads.shutdown(wait=False, cancel_futures=True)


def _fresh(action: Callable[..., T], *args: Any) -> T:
    close_old_connections()
    try:
        return action(*args)
    finally:
        for connection in connections.all(initialized_only=True):
            connection.close_if_unusable_or_obsolete()


def header(scope: Scope, name: str) -> str:
    """Return a request header, or empty."""
    wanted = name.lower().encode()
    return next((value.decode("latin-1") for key, value in scope["headers"] if key == wanted), "")


def cookie(scope: Scope, name: str) -> str:
    """Return a cookie of the request, or empty."""
    try:
        jar = SimpleCookie(header(scope, "cookie"))
    except CookieError:
        return ""
    return jar[name].value if name in jar else ""


async def read_body(receive: Receive, *, most: int) -> bytes:
    """Return the body of a request; of a longer one no more than shows that it is longer."""
    body = b""
    while len(body) <= most:
        message = await receive()
        body += message.get("body", b"")
        if not message.get("more_body"):
            break
    return body[: most + 1]


async def start(send: Send, status: int, content_type: str, *more: tuple[bytes, bytes]) -> None:
    """Begin an answer with the headers that every answer carries."""
    fixed = [(name.lower().encode(), value.encode()) for name, value in HEADERS.items()]
    own = [(b"content-type", content_type.encode()), (b"cache-control", b"no-store"), (b"x-accel-buffering", b"no")]
    await send({"type": "http.response.start", "status": status, "headers": [*fixed, *own, *more]})


async def answer_json(send: Send, status: int, payload: Any, *more: tuple[bytes, bytes]) -> None:
    """Send one JSON answer."""
    body = json.dumps(payload, ensure_ascii=False, default=str).encode(errors="replace")
    await start(send, status, "application/json", *more)
    await send({"type": "http.response.body", "body": body})
