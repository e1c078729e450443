"""`/live/`: one event stream per operator's page. Nudge and snapshot: nothing is replayed, nothing personal is ever in
it.

A plain ASGI application: the seat's state is read in a small pool of database threads and no connection is held
between two reads. While Redis is silent every stream polls instead.
"""

import asyncio
import json
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection

from callcenter.cookies import SEAT_COOKIE
from callcenter.plain_asgi import DatabasePool, Receive, Scope, Send, answer_json, cookie, start
from callcenter.tenancy.rules import WEB
from callcenter.tenancy.unit import unit
from orders.hub import Hub

BEAT_S = 10.0
POLL_S = 2.0
DATABASE_THREADS = 2
Snapshot = dict[str, Any]


def read_snapshot(secret: str, *, beat: bool = False) -> Snapshot | None:
    """The state of the seat with this secret, or None for an unknown one; `beat` counts as a sign of life."""
    with unit(WEB, seat=secret), connection.cursor() as cursor:
        if beat:
            cursor.execute("SELECT app.seat_beat()")
        cursor.execute("SELECT app.seat_snapshot()")
        found = cursor.fetchone()[0]
    snapshot: Snapshot | None = json.loads(found) if isinstance(found, str) else found
    return snapshot


@dataclass(frozen=True, slots=True)
class Page:
    """One open stream: whose it is, and how to see that it has gone."""

    secret: str
    send: Send
    gone: "asyncio.Future[None]"


class Live:
    """The application; `hub` brings the nudges."""

    def __init__(self, hub: Hub, pool: DatabasePool) -> None:
        self.hub = hub
        self.pool = pool

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        secret = cookie(scope, SEAT_COOKIE)
        snapshot = await self._read(secret) if secret else None
        if snapshot is None:
            await answer_json(send, 401, {"error": {"code": "seat", "sentence": "", "fields": {}}})
            return
        await start(send, 200, "text/event-stream")
        page = Page(secret, send, asyncio.ensure_future(_disconnected(receive)))
        try:
            await self._follow(page, UUID(snapshot["id"]))
        finally:
            page.gone.cancel()

    async def _follow(self, page: Page, seat: UUID) -> None:
        shown: Snapshot = {}
        async with self.hub.listen(seat) as nudge:
            snapshot = await self._read(page.secret)
            while snapshot is not None and not page.gone.done() and not self.hub.stopping:
                shown = await self._show(snapshot, shown, page.send)
                if snapshot["seat"]["closed"]:
                    break
                nudged = await _first(nudge, page.gone, timeout=BEAT_S if self.hub.healthy else POLL_S)
                snapshot = await self._read(page.secret, beat=not nudged)
            if not page.gone.done():
                await _event(page.send, "restart" if self.hub.stopping else "end", {}, more=False)

    async def _show(self, snapshot: Snapshot, shown: Snapshot, send: Send) -> Snapshot:
        body = {name: value for name, value in snapshot.items() if name != "id"}
        if _content(body) == _content(shown):
            await _event(send, "beat", {"now": body["now"], "link": self._link()})
            return shown
        await _event(send, "state", {**body, "link": self._link()})
        return body

    def _link(self) -> str:
        """How the page hears of changes: at once, or every two seconds while the nudges are silent."""
        return "live" if self.hub.healthy else "polling"

    async def _read(self, secret: str, *, beat: bool = True) -> Snapshot | None:
        return await self.pool.run(lambda: read_snapshot(secret, beat=beat))


def _content(body: Snapshot) -> Snapshot:
    return {name: value for name, value in body.items() if name not in ("now", "version")}


async def _event(send: Send, name: str, data: Any, *, more: bool = True) -> None:
    text = f"event: {name}\ndata: {json.dumps(data, ensure_ascii=False)}\n\n"
    await send({"type": "http.response.body", "body": text.encode(), "more_body": more})


async def _first(nudge: asyncio.Event, gone: "asyncio.Future[None]", *, timeout: float) -> bool:
    """Wait for a nudge, the end of the connection or the time; True for a nudge."""
    waiting: asyncio.Future[Any] = asyncio.ensure_future(nudge.wait())
    await asyncio.wait([waiting, gone], timeout=timeout, return_when=asyncio.FIRST_COMPLETED)
    waiting.cancel()
    nudged = nudge.is_set()
    nudge.clear()
    return nudged


async def _disconnected(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        continue
