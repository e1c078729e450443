"""The applications beside Django, driven without a server: every byte they send is returned.

Their event loop runs in a thread of its own, as under uvicorn; the one thread of their database pools is the test's,
since only that one sees the test's transaction.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from queue import SimpleQueue
from typing import Any, TypeVar
from uuid import UUID

from django.conf import settings
from typing_extensions import override

from callcenter.plain_asgi import DatabasePool, Message
from integrations.ask import Ask
from orders.hub import Hub
from orders.stream import Live

T = TypeVar("T")


class Here(DatabasePool):
    """A pool whose thread is the one that calls `serve`."""

    def __init__(self) -> None:
        super().__init__(1, "unused")
        self._asked: SimpleQueue[tuple[Future[Any], Callable[[], Any]] | None] = SimpleQueue()

    @override
    async def run(self, action: Callable[..., T], *args: Any) -> T:
        answer: Future[T] = Future()
        self._asked.put((answer, partial(action, *args)))
        return await asyncio.wrap_future(answer)

    def serve(self) -> None:
        """Do what is asked until `end`."""
        while (asked := self._asked.get()) is not None:
            answer, work = asked
            try:
                answer.set_result(work())
            except Exception as error:  # noqa: BLE001 - belongs to whoever asked
                answer.set_exception(error)

    def end(self) -> None:
        self._asked.put(None)


class Plain:
    """`/live/` and `/ask/` without a server."""

    def __init__(self) -> None:
        self.here, self.loops = Here(), ThreadPoolExecutor(1)
        self.live = Live(Hub(settings.REDIS_URL), self.here)
        self.ask = Ask()
        self.ask.pool = self.here

    def send(
        self, method: str, path: str, query: str, headers: dict[str, str], *, body: bytes = b""
    ) -> tuple[int, str]:
        """Send one request; the status, and all headers and bytes as text. A stream is left after its first event."""
        talk = self.loops.submit(asyncio.run, self._talk(method, path, query, headers, body))
        talk.add_done_callback(lambda _: self.here.end())
        self.here.serve()
        return talk.result()

    async def _talk(self, method: str, path: str, query: str, headers: dict[str, str], body: bytes) -> tuple[int, str]:
        asked: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]
        sent: list[Message] = []
        enough = asyncio.Event()

        async def send(message: Message) -> None:
            sent.append(message)
            if message.get("body"):
                enough.set()

        async def receive() -> Message:
            if asked:
                return asked.pop()
            await enough.wait()
            return {"type": "http.disconnect"}

        application = self.live if path == "/live/" else self.ask
        raw = [(name.lower().encode(), value.encode("latin-1", "replace")) for name, value in headers.items()]
        scope = {"type": "http", "method": method, "path": path, "query_string": query.encode(), "headers": raw}
        await application(scope, receive, send)
        head = sent[0]
        text = b"\n".join([*(b": ".join(pair) for pair in head["headers"]), *(m.get("body", b"") for m in sent[1:])])
        return int(head["status"]), text.decode()


def filled(route: str, call: UUID | str) -> str:
    """The path of a route for one call."""
    return route.replace("<uuid:call_id>", str(call))
