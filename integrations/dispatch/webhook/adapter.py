"""Signed webhooks: orders for a program that the service has written itself, after Standard Webhooks 1.0.0.

Every request is a POST with a `type`, signed over its id, its time and its body. The id of an order's request is the
same on every attempt, and the receiver answers a repeated id as it did the first time: therefore an order may be sent
again until it is answered, and looking for one is sending it again.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Generator, Mapping, Sequence
from datetime import datetime
from typing import Any

from typing_extensions import override

from callcenter.contracts import (
    GONE,
    TOO_LATE,
    Changed,
    ChangeTalk,
    CheckTalk,
    Correction,
    DispatchAdapter,
    Errand,
    Found,
    HttpRequest,
    HttpResponse,
    OrderDraft,
    OrderProgress,
    Placed,
    PlaceTalk,
    Questioned,
    Rejected,
    SearchTalk,
    SeenOrder,
    SeenOrders,
    SeenTalk,
    SettingField,
    Stop,
    Trouble,
    Unclear,
)
from integrations.dispatch import phrases
from integrations.dispatch.plain import PlainAdapter
from integrations.dispatch.webhook.settings import FIELDS, Settings, read_settings
from integrations.signature import sign

LONGEST_DETAIL, LONGEST_NUMBER = 300, 40
KEY_REFUSED, NOT_THERE = (401, 403), (404, 405, 410)
REFUSED, CONFLICT = (400, 422), 409
_PROGRESS = {progress.value: progress for progress in OrderProgress}
Answer = Generator[HttpRequest, HttpResponse, "dict[str, Any] | Rejected | Questioned | Unclear"]


_CONFLICTS = {GONE: phrases.UNKNOWN_ORDER, TOO_LATE: phrases.TOO_LATE_TO_CHANGE}


class SignedWebhook(PlainAdapter):
    """The translator. `clock` gives the time of an attempt, which is part of its signature."""

    kind = "webhook"
    title = "Webhook"
    fields: Sequence[SettingField] = FIELDS
    can = frozenset(Errand)
    repeats_safely = True

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock

    def read_settings(self, stored: Mapping[str, Any], secret: str) -> Settings:
        """Build the settings; ValueError with a sentence when a value is missing or wrong."""
        return read_settings(stored, secret)

    def place(
        self, draft: OrderDraft, settings: Settings, *, check_duplicate: bool, confirmed: bool = False
    ) -> PlaceTalk:
        """`order.placed`. A yes of the operator to the service's question is another request with an id of its own."""
        name = f"order-{draft.marker}-confirmed" if confirmed else f"order-{draft.marker}"
        told = yield from self._ask("order.placed", {**order_of(draft), "confirmed": confirmed}, settings, id=name)
        if not isinstance(told, dict):
            return told
        number = _number(told)
        return Placed(number=number) if number else Unclear(reason="order.placed was answered without order_id")

    def search(self, draft: OrderDraft, settings: Settings, *, since: datetime) -> SearchTalk:
        """By sending it again. What is refused now is not there."""
        told = yield from self.place(draft, settings, check_duplicate=False)
        if isinstance(told, Placed):
            return Found(numbers=(told.number,))
        if isinstance(told, Questioned) or (isinstance(told, Rejected) and not told.configuration):
            return Found(numbers=())
        return Unclear(reason="the order is not answered yet")

    @override
    def correct(self, number: str, correction: Correction, settings: Settings) -> ChangeTalk:
        """`order.corrected` with the changed fields alone."""
        changes = _changes(correction)
        mark = hashlib.sha256(json.dumps(changes, sort_keys=True).encode()).hexdigest()[:16]
        return (yield from self._change("order.corrected", number, changes, settings, id=f"correct-{number}-{mark}"))

    @override
    def cancel(self, number: str, settings: Settings) -> ChangeTalk:
        """`order.cancelled`."""
        return (yield from self._change("order.cancelled", number, {}, settings, id=f"cancel-{number}"))

    @override
    def tell(self, text: str, settings: Settings, *, number: str = "") -> ChangeTalk:
        """`dispatcher.told`."""
        mark = hashlib.sha256(f"{number} {text}".encode()).hexdigest()[:16]
        return (yield from self._change("dispatcher.told", number, {"text": text}, settings, id=f"tell-{mark}"))

    @override
    def order_state(self, number: str, settings: Settings) -> SeenTalk:
        """`orders.states` of one."""
        return (yield from self.states([number], settings))

    @override
    def states(self, numbers: Sequence[str], settings: Settings) -> SeenTalk:
        """`orders.states`."""
        return (yield from self._see("orders.states", {"order_ids": list(numbers)}, settings))

    @override
    def current_orders(self, phone: str, settings: Settings) -> SeenTalk:
        """`orders.current`."""
        return (yield from self._see("orders.current", {"phone": phone}, settings))

    def check(self, settings: Settings) -> CheckTalk:
        """`ping`: signed, and changes nothing."""
        told = yield from self._ask("ping", {}, settings)
        if isinstance(told, Questioned):
            return Unclear(reason="ping was answered with a question")
        return None if isinstance(told, dict) else told

    def _change(self, kind: str, number: str, data: dict[str, Any], settings: Settings, *, id: str) -> ChangeTalk:
        about = {"order_id": number} if number else {}
        told = yield from self._ask(kind, {**about, **data}, settings, id=id)
        if isinstance(told, Questioned):
            return Unclear(reason=f"{kind} was answered with a question")
        return Changed() if isinstance(told, dict) else told

    def _see(self, kind: str, data: dict[str, Any], settings: Settings) -> SeenTalk:
        told = yield from self._ask(kind, data, settings)
        if isinstance(told, Rejected | Questioned):
            return Unclear(reason=f"{kind} was refused")
        if isinstance(told, Unclear):
            return told
        listed = told.get("orders")
        seen = [_seen(entry) for entry in listed] if isinstance(listed, list) else [None]
        orders = tuple(order for order in seen if order is not None)
        if len(orders) < len(seen):
            return Unclear(reason=f"{kind} was answered with orders that cannot be read")
        return SeenOrders(orders=orders)

    def _ask(self, kind: str, data: dict[str, Any], settings: Settings, *, id: str = "") -> Answer:
        """One signed request. A question has an id of its own each time; what changes something keeps its id."""
        now = int(self._clock())
        body = json.dumps({"type": kind, "data": data}, ensure_ascii=False, separators=(",", ":")).encode()
        name = id or f"{kind.replace('.', '-')}-{now}-{hashlib.sha256(body).hexdigest()[:12]}"
        headers = {
            "Content-Type": "application/json",
            "webhook-id": name,
            "webhook-timestamp": str(now),
            "webhook-signature": sign(settings.secret, webhook_id=name, timestamp=now, body=body),
        }
        answer = yield HttpRequest(
            method="POST", path=settings.path, headers=headers, body=body, fresh_connection=bool(id)
        )
        return _read(kind, answer)


def order_of(draft: OrderDraft) -> dict[str, Any]:
    """An order as it is sent: `marker` is ours and the same on every attempt, times are ISO 8601 in UTC."""
    return {
        "marker": draft.marker,
        "phone": draft.phone,
        "route": [_stop(stop) for stop in draft.route],
        "placed_at": draft.placed_at.isoformat(),
        "pickup_at": draft.pickup_at.isoformat() if draft.pickup_at else None,
        "note": draft.note,
        "passenger": draft.passenger,
        "wishes": [{"code": wish.code, "title": wish.title} for wish in draft.wishes],
        "extra": dict(draft.extra),
    }


def _changes(correction: Correction) -> dict[str, Any]:
    given = {
        "note": correction.note,
        "phone": correction.phone,
        "passenger": correction.passenger,
        "route": [_stop(stop) for stop in correction.route] if correction.route is not None else None,
        "pickup_at": correction.pickup_at.isoformat() if correction.pickup_at else None,
    }
    return {name: value for name, value in given.items() if value is not None}


def _stop(stop: Stop) -> dict[str, Any]:
    place = {"lat": float(stop.lat), "lon": float(stop.lon)} if stop.lat is not None and stop.lon is not None else {}
    return {"address": stop.address, "entrance": stop.entrance, **place}


def _read(kind: str, answer: HttpResponse) -> dict[str, Any] | Rejected | Questioned | Unclear:
    """Sort an answer by its status; 5xx, 429, a redirect and everything unforeseen leave it open."""
    told = _object(answer.body)
    if 200 <= answer.status < 300:
        return told if told is not None else Unclear(reason=f"{kind} was answered with something else than JSON")
    if answer.status in KEY_REFUSED:
        return _configuration(answer.status, Trouble.KEY)
    if answer.status in NOT_THERE:
        return _configuration(answer.status, Trouble.SETTINGS)
    code, detail = _text(told, "code"), _text(told, "message")
    if answer.status == CONFLICT and code in _CONFLICTS:
        return Rejected(code=code, phrase=_CONFLICTS[code], detail=detail)
    if answer.status == CONFLICT and code == "question":
        return Questioned(message=detail, may_confirm=bool(told and told.get("may_confirm") is True))
    if answer.status in REFUSED:
        return Rejected(code=code or str(answer.status), phrase=phrases.REFUSED, detail=detail)
    return Unclear(reason=f"{kind} was answered with status {answer.status}")


def _configuration(status: int, trouble: Trouble) -> Rejected:
    return Rejected(code=str(status), phrase=phrases.TECHNICAL, configuration=True, trouble=trouble)


def _object(body: bytes) -> dict[str, Any] | None:
    try:
        told = json.loads(body or b"{}")
    except (ValueError, RecursionError):
        return None
    return told if isinstance(told, dict) else None


def _text(told: Mapping[str, Any] | None, name: str) -> str:
    value = (told or {}).get(name)
    return value[:LONGEST_DETAIL] if isinstance(value, str) else ""


def _number(told: Mapping[str, Any]) -> str:
    """The receiver's own number, a text or a whole number of at most 40 characters."""
    value = told.get("order_id")
    number = str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""
    return number if 0 < len(number) <= LONGEST_NUMBER and number.isprintable() else ""


def _seen(entry: Any) -> SeenOrder | None:
    if not isinstance(entry, dict):
        return None
    number, progress = _number(entry), _PROGRESS.get(str(entry.get("progress")))
    return SeenOrder(number=number, progress=progress) if number and progress else None


ADAPTER: DispatchAdapter = SignedWebhook()
