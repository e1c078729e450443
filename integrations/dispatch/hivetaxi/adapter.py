"""HiveTaxi, Integration API (JSON-RPC, `/api/integration/rpc`): built from documents, not tried against the vendor.

The program has no key against doubles. An order is looked for among the open ones by our token in the comment of its
first address; numbers are 64 bits wide and stay texts.
"""

from __future__ import annotations

import json
from collections.abc import Generator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from typing_extensions import override

from callcenter.contracts import (
    AddressHint,
    Changed,
    ChangeTalk,
    CheckTalk,
    DispatchAdapter,
    Errand,
    Found,
    Hints,
    HintTalk,
    HttpRequest,
    HttpResponse,
    OrderDraft,
    OrderProgress,
    Placed,
    PlaceTalk,
    Quote,
    QuoteTalk,
    Rejected,
    SearchTalk,
    SeenOrder,
    SeenOrders,
    SeenTalk,
    SettingField,
    Stop,
    Trip,
    Trouble,
    Unclear,
)
from integrations.dispatch.comments import comment_of, has_token
from integrations.dispatch.hivetaxi.settings import FIELDS, Settings, read_settings
from integrations.dispatch.phrases import REFUSED, TECHNICAL
from integrations.dispatch.plain import PlainAdapter

PATH = "/api/integration/rpc"
OF_OUR_MAKING, CLIENT_WISH = 7, 1  # source "Integration API"; cause of a cancellation
_PROGRESS = {
    1: OrderProgress.NEW, 2: OrderProgress.ASSIGNED, 3: OrderProgress.WAITING, 4: OrderProgress.RIDING,
    5: OrderProgress.FINISHED, 6: OrderProgress.CANCELLED, 7: OrderProgress.ASSIGNED,
}  # fmt: skip
Told = Generator[HttpRequest, HttpResponse, "Rejected | Unclear | Result"]


class Result:
    """What a method returned."""

    def __init__(self, value: Any) -> None:
        self.value = value


class HiveTaxi(PlainAdapter):
    """The translator; its settings are a `Settings`."""

    kind = "hivetaxi"
    title = "HiveTaxi"
    fields: Sequence[SettingField] = FIELDS
    can = frozenset({Errand.CANCEL})

    def read_settings(self, stored: Mapping[str, Any], secret: str) -> Settings:
        """Build the settings; ValueError with a sentence when a value is missing or wrong."""
        return read_settings(stored, secret)

    def place(
        self, draft: OrderDraft, settings: Settings, *, check_duplicate: bool, confirmed: bool = False
    ) -> PlaceTalk:
        """`Orders.submit`, once, on a connection of its own."""
        params: dict[str, Any] = {"fareId": settings.fare_id, "phone": draft.phone, "route": _route(draft)}
        if draft.pickup_at is not None:
            params["time"] = draft.pickup_at.isoformat()
        told = yield from _call("Orders.submit", params, settings, fresh=True)
        if not isinstance(told, Result):
            return told
        number = _number(told.value)
        return Placed(number=number) if number else Unclear(reason="Orders.submit answered without an order number")

    def search(self, draft: OrderDraft, settings: Settings, *, since: datetime) -> SearchTalk:
        """`Orders.getList`: the open orders that came through this API and carry our token."""
        told = yield from _call("Orders.getList", {"dispatchingServiceId": settings.service_id}, settings)
        if isinstance(told, Rejected):
            return Unclear(reason=f"Orders.getList was refused with code {told.code}")
        if isinstance(told, Unclear):
            return told
        if not isinstance(told.value, list) or not all(isinstance(entry, dict) for entry in told.value):
            return Unclear(reason="Orders.getList answered with orders that cannot be read")
        ours = [entry for entry in told.value if entry.get("source") == OF_OUR_MAKING and _is(entry, draft.marker)]
        numbers = [_number(entry.get("id")) for entry in ours]
        return Found(numbers=tuple(dict.fromkeys(number for number in numbers if number)))

    @override
    def order_state(self, number: str, settings: Settings) -> SeenTalk:
        """`Orders.getStatus`."""
        told = yield from _call("Orders.getStatus", {"orderId": int(number)}, settings)
        if isinstance(told, Unclear):
            return told
        if isinstance(told, Rejected):
            return Unclear(reason="Orders.getStatus was refused") if told.configuration else SeenOrders(orders=())
        status = told.value.get("status") if isinstance(told.value, dict) else told.value
        progress = _PROGRESS.get(status) if isinstance(status, int) else None
        if progress is None:
            return Unclear(reason="Orders.getStatus answered with a state that nobody knows")
        return SeenOrders(orders=(SeenOrder(number=number, progress=progress),))

    @override
    def cancel(self, number: str, settings: Settings) -> ChangeTalk:
        """`Orders.cancel`, unless it is cancelled already."""
        said = yield from self.may_be_cancelled(number, settings)
        if said is not None:
            return said
        cause = {"kind": CLIENT_WISH, "comment": ""}
        told = yield from _call(
            "Orders.cancel", {"orderId": int(number), "cancellationCause": cause}, settings, fresh=True
        )
        return Changed() if isinstance(told, Result) else told

    @override
    def hints(self, text: str, settings: Settings) -> HintTalk:
        """`Orders.findAddress`."""
        told = yield from _call("Orders.findAddress", {"query": text}, settings)
        if isinstance(told, Unclear):
            return told
        found = told.value.get("addresses") if isinstance(told, Result) and isinstance(told.value, dict) else None
        if not isinstance(found, list):
            return Unclear(reason="Orders.findAddress answered without addresses")
        return Hints(hints=tuple(hint for entry in found[:8] if (hint := _hint(entry)) is not None))

    @override
    def quote(self, trip: Trip, settings: Settings) -> QuoteTalk:
        """`Orders.estimate`, which needs the coordinates of all places."""
        points = [(stop.lat, stop.lon) for stop in trip.route]
        if any(lat is None or lon is None for lat, lon in points):
            return Quote()
        route = [{"lat": float(lat or 0), "lon": float(lon or 0)} for lat, lon in points]
        told = yield from _call("Orders.estimate", {"tariffId": settings.fare_id, "route": route}, settings)
        if isinstance(told, Unclear):
            return told
        client = told.value.get("client") if isinstance(told, Result) and isinstance(told.value, dict) else None
        return Quote(price=_price(client.get("cost")) if isinstance(client, dict) else None)

    def check(self, settings: Settings) -> CheckTalk:
        """`Orders.getList`: it needs key and dispatching service, and changes nothing."""
        told = yield from _call("Orders.getList", {"dispatchingServiceId": settings.service_id}, settings)
        if isinstance(told, Rejected):
            return Rejected(code=told.code, phrase=TECHNICAL, detail=told.detail, configuration=True,
                            trouble=told.trouble)  # fmt: skip
        return told if isinstance(told, Unclear) else None


def _call(method: str, params: Mapping[str, Any], settings: Settings, *, fresh: bool = False) -> Told:
    """One method; the version is the one that the documents name for it."""
    body = json.dumps({"method": method, "version": "1.0", "params": params, "id": "1"}, ensure_ascii=False).encode()
    headers = {"Authorization": settings.secret, "Content-Type": "application/json"}
    answer = yield HttpRequest(method="POST", path=PATH, headers=headers, body=body, fresh_connection=fresh)
    if answer.status == 401:
        return Rejected(code="401", phrase=TECHNICAL, configuration=True, trouble=Trouble.KEY)
    told = _object(answer)
    if answer.status != 200 or told is None:
        return Unclear(reason=f"{method} was answered with status {answer.status} and no envelope")
    if isinstance(error := told.get("error"), dict):
        detail = error.get("message")
        return Rejected(
            code=str(error.get("code", ""))[:20], phrase=REFUSED, detail=detail if isinstance(detail, str) else ""
        )
    return Result(told["result"]) if "result" in told else Unclear(reason=f"{method} answered neither way")


def _object(answer: HttpResponse) -> dict[str, Any] | None:
    try:
        told = json.loads(answer.body)
    except (ValueError, RecursionError):
        return None
    return told if isinstance(told, dict) else None


def _route(draft: OrderDraft) -> list[dict[str, Any]]:
    """The places; what has no field of its own stands in the comment of the first."""
    comments = [comment_of(draft)] + [""] * (len(draft.route) - 1)
    return [_place(stop, comment) for stop, comment in zip(draft.route, comments, strict=True)]


def _place(stop: Stop, comment: str) -> dict[str, Any]:
    address: dict[str, Any] = {"name": stop.address}
    if stop.lat is not None and stop.lon is not None:
        address["position"] = {"lat": float(stop.lat), "lon": float(stop.lon)}
    return {"address": address, "entrance": stop.entrance, "comment": comment}


def _is(entry: Mapping[str, Any], marker: str) -> bool:
    route = entry.get("route")
    places = [place for place in route if isinstance(place, dict)] if isinstance(route, list) else []
    return any(has_token(place.get("comment"), marker) for place in places)


def _hint(entry: Any) -> AddressHint | None:
    address = entry.get("address", entry) if isinstance(entry, dict) else None
    name = address.get("name") if isinstance(address, dict) else None
    if not isinstance(name, str) or not name.strip():
        return None
    at = address.get("position") if isinstance(address, dict) else None
    lat, lon = (_price(at.get(axis)) for axis in ("lat", "lon")) if isinstance(at, dict) else (None, None)
    whole = lat is not None and lon is not None
    return AddressHint(title=name, stop=Stop(address=name, lat=lat, lon=lon) if whole else None)


def _number(value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, int | str):
        return ""
    return str(value) if str(value).isascii() and str(value).isdigit() and len(str(value)) <= 20 else ""


def _price(value: Any) -> Decimal | None:
    try:
        read = Decimal(str(value)) if isinstance(value, int | float | str) and not isinstance(value, bool) else None
    except InvalidOperation:
        return None
    return read if read is not None and read.is_finite() else None


ADAPTER: DispatchAdapter = HiveTaxi()
