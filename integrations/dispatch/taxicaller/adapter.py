"""TaxiCaller, Booker API: built from documents, not tried against the vendor.

Every conversation begins by changing the key for a token that lives a quarter of an hour. The program has no key
against doubles and answers a malformed order with status 500, so a 500 says nothing and is never simply repeated: the
order is looked for by our token in the note of its first place.
"""

from __future__ import annotations

import json
from collections.abc import Generator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote as quoted
from urllib.parse import urlencode

from typing_extensions import override

from callcenter.contracts import (
    GONE,
    Changed,
    ChangeTalk,
    CheckTalk,
    DispatchAdapter,
    Errand,
    Found,
    HttpRequest,
    HttpResponse,
    OrderDraft,
    OrderProgress,
    Placed,
    PlaceTalk,
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
from integrations.dispatch.comments import comment_of, has_token
from integrations.dispatch.phrases import REFUSED, TECHNICAL, UNKNOWN_ORDER
from integrations.dispatch.plain import PlainAdapter
from integrations.dispatch.taxicaller.settings import FIELDS, Settings, read_settings

ORDERS = "/api/v1/booker/order"
MICRODEGREES = 1_000_000
_PROGRESS = {
    "new": OrderProgress.NEW, "pending": OrderProgress.NEW, "queued": OrderProgress.NEW,
    "assigned": OrderProgress.ASSIGNED, "accepted": OrderProgress.ASSIGNED, "waiting": OrderProgress.WAITING,
    "active": OrderProgress.RIDING, "onboard": OrderProgress.RIDING, "completed": OrderProgress.FINISHED,
    "done": OrderProgress.FINISHED, "cancelled": OrderProgress.CANCELLED, "canceled": OrderProgress.CANCELLED,
}  # fmt: skip
Told = Generator[HttpRequest, HttpResponse, "dict[str, Any] | Rejected | Unclear"]


class TaxiCaller(PlainAdapter):
    """The translator; its settings are a `Settings`."""

    kind = "taxicaller"
    title = "TaxiCaller"
    fields: Sequence[SettingField] = FIELDS
    can = frozenset({Errand.CANCEL})

    def read_settings(self, stored: Mapping[str, Any], secret: str) -> Settings:
        """Build the settings; ValueError with a sentence when a value is missing or wrong."""
        return read_settings(stored, secret)

    def place(
        self, draft: OrderDraft, settings: Settings, *, check_duplicate: bool, confirmed: bool = False
    ) -> PlaceTalk:
        """`POST booker/order`, once, on a connection of its own."""
        told = yield from _ask("POST", ORDERS, settings, body={"order": order_of(draft, settings)})
        if not isinstance(told, dict):
            return told
        order = told.get("order")
        number = order.get("order_id") if isinstance(order, dict) else None
        if not isinstance(number, str) or not 0 < len(number) <= 40:
            return Unclear(reason="the order was answered without an order_id")
        return Placed(number=number)

    def search(self, draft: OrderDraft, settings: Settings, *, since: datetime) -> SearchTalk:
        """`GET booker/order`: those that carry our token in a note."""
        told = yield from _ask("GET", ORDERS, settings)
        if not isinstance(told, dict):
            return told if isinstance(told, Unclear) else Unclear(reason=f"the list was refused with {told.code}")
        listed = told.get("orders")
        if not isinstance(listed, list) or not all(isinstance(entry, dict) for entry in listed):
            return Unclear(reason="the list of orders cannot be read")
        ours = [entry.get("order_id") for entry in listed if has_token(json.dumps(entry.get("route")), draft.marker)]
        return Found(numbers=tuple(dict.fromkeys(str(number) for number in ours if number)))

    @override
    def order_state(self, number: str, settings: Settings) -> SeenTalk:
        """`GET booker/order/ID`."""
        told = yield from _ask("GET", f"{ORDERS}/{quoted(number, safe='')}", settings)
        if isinstance(told, Unclear):
            return told
        if isinstance(told, Rejected):
            return SeenOrders(orders=()) if told.code == GONE else Unclear(reason=f"refused with code {told.code}")
        inner = told.get("order")
        state = (inner if isinstance(inner, dict) else told).get("state")
        progress = _PROGRESS.get(str(state).lower())
        if progress is None:
            return Unclear(reason="the order is in a state that nobody knows")
        return SeenOrders(orders=(SeenOrder(number=number, progress=progress),))

    @override
    def cancel(self, number: str, settings: Settings) -> ChangeTalk:
        """`POST booker/order/ID/cancel`, unless it is cancelled already."""
        said = yield from self.may_be_cancelled(number, settings)
        if said is not None:
            return said
        told = yield from _ask("POST", f"{ORDERS}/{quoted(number, safe='')}/cancel", settings, body={})
        return Changed() if isinstance(told, dict) else told

    def check(self, settings: Settings) -> CheckTalk:
        """A token, and the list of orders."""
        told = yield from _ask("GET", ORDERS, settings)
        return None if isinstance(told, dict) else told


def order_of(draft: OrderDraft, settings: Settings) -> dict[str, Any]:
    """An order as it is written there; `@type` and `@t` are the vendor's own."""
    person = {"name": draft.passenger, "phone": draft.phone, "email": ""}
    item = {"@type": "passengers", "seq": 0, "passenger": person, "client_id": 0, "account": None,
            "require": {"seats": 1, "wc": 0, "bags": 0}, "pay_info": [{"@t": 0, "data": None}]}  # fmt: skip
    at = int(draft.pickup_at.astimezone(UTC).timestamp()) if draft.pickup_at else 0
    last = len(draft.route) - 1
    nodes = [_node(stop, seq, last, draft if seq == 0 else None, at) for seq, stop in enumerate(draft.route)]
    legs = [{"meta": {"dist": 0, "est_dur": 0}, "pts": [], "from_seq": seq, "to_seq": seq + 1} for seq in range(last)]
    order = {"company_id": settings.company_id, "items": [item],
             "route": {"nodes": nodes, "legs": legs, "meta": {"dist": 0, "est_dur": 0}}}  # fmt: skip
    return order | ({"provider_id": settings.provider_id} if settings.provider_id else {})


def _node(stop: Stop, seq: int, last: int, draft: OrderDraft | None, at: int) -> dict[str, Any]:
    """One place; what has no field of its own stands in the note of the first."""
    ways = {0: "in", last: "out"} if last else {0: "in"}
    actions = [{"@type": "client_action", "item_seq": 0, "action": ways[seq]}] if seq in ways else []
    known = stop.lat is not None and stop.lon is not None
    coordinates = [round(axis * MICRODEGREES) for axis in (stop.lon, stop.lat) if axis is not None] if known else []
    entrance = f"подъезд: {stop.entrance}" if stop.entrance else ""
    note = "; ".join(part for part in (entrance, comment_of(draft, passenger=False) if draft else "") if part)
    return {
        "actions": actions, "location": {"name": stop.address, "coords": coordinates}, "info": {"all": note},
        "times": {"arrive": {"target": at, "latest": 0}} if draft else None, "seq": seq,
    }  # fmt: skip


def _ask(method: str, path: str, settings: Settings, *, body: dict[str, Any] | None = None) -> Told:
    """Change the key for a token, then ask."""
    query = urlencode({"key": settings.secret, "sub": "*", "ttl": 900})
    granted = _read((yield HttpRequest(method="GET", path=f"/api/v1/jwt/for-key?{query}")))
    if not isinstance(granted, dict):
        if isinstance(granted, Rejected):
            return Rejected(code=granted.code, phrase=TECHNICAL, configuration=True, trouble=Trouble.KEY)
        return granted
    token = granted.get("token")
    if not isinstance(token, str) or not token.isascii() or not token.isprintable():
        return Unclear(reason="no token was given for the key")
    written = b"" if body is None else json.dumps(body, ensure_ascii=False).encode()
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    return _read(
        (yield HttpRequest(method=method, path=path, headers=headers, body=written, fresh_connection=body is not None))
    )


def _read(answer: HttpResponse) -> dict[str, Any] | Rejected | Unclear:
    """A 500 is what a malformed order is answered with, and a fault as well: it leaves everything open."""
    try:
        told = json.loads(answer.body or b"{}")
    except (ValueError, RecursionError):
        told = None
    if answer.status in (401, 403):
        return Rejected(code=str(answer.status), phrase=TECHNICAL, configuration=True, trouble=Trouble.KEY)
    if answer.status == 404 or (answer.status == 400 and "No job found" in _error(told)):
        return Rejected(code=GONE, phrase=UNKNOWN_ORDER)
    if answer.status in (400, 422):
        return Rejected(code=str(answer.status), phrase=REFUSED, detail=_error(told))
    if not 200 <= answer.status < 300 or not isinstance(told, dict):
        return Unclear(reason=f"answered with status {answer.status}")
    return told


def _error(told: Any) -> str:
    errors = told.get("errors") if isinstance(told, dict) else None
    first = errors[0] if isinstance(errors, list) and errors and isinstance(errors[0], dict) else {}
    message = first.get("err_msg")
    return message[:300] if isinstance(message, str) else ""


ADAPTER: DispatchAdapter = TaxiCaller()
