"""`/ask/`: look-ups at dispatch programs while the operator types.

A short transaction checks the grant, the outbound call holds no transaction, no lock and no WSGI thread, a second
short transaction checks the grant again before a byte is returned. At most eight look-ups per service are on the way;
the ninth hears "late" at
once. Nothing of an answer is stored.
"""

import asyncio
import logging
import re
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from callcenter.contracts import SeenOrders, Target, TransportFailure
from callcenter.cookies import GRANT_HEADER, SEAT_COOKIE
from callcenter.plain_asgi import DatabasePool, Receive, Scope, Send, answer_json, cookie, header
from callcenter.refusals import Refused
from callcenter.secrets.box import SealBroken
from callcenter.secrets.vault import KeyGone
from callcenter.tenancy.rules import WEB
from callcenter.tenancy.unit import unit
from integrations.dispatch.registry import adapter
from integrations.http import converse
from integrations.models import Connection
from orders.access import held_call
from orders.actions.place import caller_of

MOST_PER_SERVICE = 8
OUTBOUND_THREADS = 64
DATABASE_THREADS = 4
PATIENCE_S = 3.0
LATE = {"late": True}
_CURRENT = re.compile(r"^/ask/current/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$")
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Question:
    """Everything the outbound call needs, read under the grant."""

    service: UUID
    kind: str
    settings: Any
    target: Target
    phone: str


def prepare(call: UUID, token: str, seat: str) -> Question | None:
    """Read the question under the grant; None when there is nobody to ask: no connection, no number, settings that do
    not hold. Refused without the right.
    """
    with unit(WEB, token=token, seat=seat):
        held = held_call(call)
        connection = Connection.objects.filter(service=held.call.service, active=True).first()
        phone = caller_of(held).phone
        if connection is None or not phone:
            return None
        try:
            settings = adapter(connection.kind).read_settings(connection.stored, connection.key().secret)
        except (ValueError, KeyGone, SealBroken) as error:
            log.error("the connection of %s cannot be used: %s", held.call.service_id, type(error).__name__)
            return None
        return Question(held.call.service_id, connection.kind, settings, connection.target(), phone)


def still_allowed(call: UUID, token: str, seat: str) -> None:
    """Raise Refused when the right has ended meanwhile."""
    with unit(WEB, token=token, seat=seat):
        held_call(call)


def current_orders(question: Question) -> dict[str, Any]:
    """Ask the dispatch program which orders the caller has under way."""
    try:
        seen = converse(adapter(question.kind).current_orders(question.phone, question.settings), question.target)
    except TransportFailure as failure:
        log.info("look-up at %s: %s", question.service, failure)
        return LATE
    if not isinstance(seen, SeenOrders):
        return LATE
    return {"orders": [{"number": order.number, "progress": order.progress.value} for order in seen.orders]}


class Ask:
    """The application."""

    def __init__(self) -> None:
        self.pool = DatabasePool(DATABASE_THREADS, "ask")
        self.outbound = ThreadPoolExecutor(max_workers=OUTBOUND_THREADS, thread_name_prefix="ask-out")
        self.under_way: Counter[UUID] = Counter()

    def close(self) -> None:
        """Let the threads end."""
        self.pool.close()
        self.outbound.shutdown(wait=False, cancel_futures=True)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        match = _CURRENT.match(scope["path"])
        if match is None or scope["method"] != "GET":
            await answer_json(send, 404, {"error": {"code": "unknown", "sentence": "", "fields": {}}})
            return
        held = (UUID(match[1]), header(scope, GRANT_HEADER), cookie(scope, SEAT_COOKIE))
        try:
            question = await self.pool.run(prepare, *held)
            found = await self._outside(question) if question else LATE
            await self.pool.run(still_allowed, *held)
        except Refused as refusal:
            await answer_json(
                send, refusal.status, {"error": {"code": refusal.code, "sentence": refusal.sentence, "fields": {}}}
            )
            return
        await answer_json(send, 200, found)

    async def _outside(self, question: Question) -> dict[str, Any]:
        if self.under_way[question.service] >= MOST_PER_SERVICE:
            return LATE
        self.under_way[question.service] += 1
        asked = asyncio.get_running_loop().run_in_executor(self.outbound, current_orders, question)
        asked.add_done_callback(lambda _: self.under_way.subtract([question.service]))
        done, _ = await asyncio.wait({asked}, timeout=PATIENCE_S)
        return asked.result() if done else LATE
