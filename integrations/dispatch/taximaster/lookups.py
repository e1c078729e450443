"""What the dialog asks a Taxi-Master server while somebody types: addresses, earlier places, a price."""

import re
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from callcenter.contracts import AddressHint, Hints, HintTalk, Quote, QuoteTalk, Stop, Trip, Unclear
from integrations.dispatch.taximaster import codes
from integrations.dispatch.taximaster.replies import Reply, read_reply
from integrations.dispatch.taximaster.settings import Settings
from integrations.dispatch.taximaster.talk import ask, get, post, wish_values

MOST_HINTS, MOST_RECENT = 8, 5
NOTHING_FOUND, ROUTE_UNKNOWN = 100, frozenset({100, 101, 102})
RECENT_FIELDS = "id,source,source_lat,source_lon,destination,destination_lat,destination_lon,start_time"
KOPECK = Decimal("0.01")
_Point = tuple[Decimal | None, Decimal | None]


def hints(text: str, settings: Settings) -> HintTalk:
    """Streets and places for words, houses as soon as there is a number: the server does not mix the two."""
    houses = re.search(r"\d", text) is not None
    wanted = {
        "get_streets": _flag(not houses),
        "get_points": _flag(not houses),
        "get_houses": _flag(houses),
        "address": text,
        "max_addresses_count": str(MOST_HINTS),
    }
    if settings.city:
        wanted["city"] = settings.city
    reply = read_reply((yield get("get_addresses_like2", wanted, settings)))
    if isinstance(reply, Unclear):
        return reply
    if reply.code == NOTHING_FOUND:
        return Hints()
    if reply.code != codes.OK:
        return Unclear(reason=f"get_addresses_like2 answered code {reply.code}")
    return Hints(hints=tuple(_distinct(map(_hint, _rows(reply, "addresses"))))[:MOST_HINTS])


def recent(phone: str, settings: Settings, *, now: datetime) -> HintTalk:
    """Places of this phone's finished orders, newest first; only where the service has said how far back."""
    if not settings.recent_days:
        return Hints()
    question = {
        "start_time": settings.write_time(now - timedelta(days=settings.recent_days)),
        "finish_time": settings.write_time(now),
        "phone": settings.write_phone(phone),
        "state_type": "finished",
        "fields": RECENT_FIELDS,
    }
    reply = yield from ask("get_finished_orders", question, settings)
    if isinstance(reply, Unclear):
        return reply
    orders = sorted(_rows(reply, "orders"), key=lambda order: str(order.get("start_time", "")), reverse=True)
    places = (place for order in orders for place in (_place(order, "source"), _place(order, "destination")))
    return Hints(hints=tuple(_distinct(places))[:MOST_RECENT])


def price(trip: Trip, settings: Settings) -> QuoteTalk:
    """Places without coordinates are found first; a route that the server does not know has no price."""
    points = [(stop.lat, stop.lon) for stop in trip.route]
    if any(lat is None or lon is None for lat, lon in points):
        body = {"addresses": [_address(stop) for stop in trip.route], "get_full_route_coords": False}
        found = read_reply((yield post("analyze_route2", body, settings)))
        if isinstance(found, Unclear):
            return found
        if found.code in ROUTE_UNKNOWN:
            return Quote()
        points = [(_decimal(row.get("lat")), _decimal(row.get("lon"))) for row in _rows(found, "addresses")]
        if found.code != codes.OK or len(points) != len(trip.route):
            return Unclear(reason=f"analyze_route2 answered code {found.code} without the places of the route")
    reply = read_reply((yield post("calc_order_cost2", _trip_body(trip, points, settings), settings)))
    if isinstance(reply, Unclear):
        return reply
    if reply.code != codes.OK:
        return Unclear(reason=f"calc_order_cost2 answered code {reply.code}")
    total = _decimal(reply.data.get("sum"))
    return Quote(price=total.quantize(KOPECK) if total is not None and total > 0 else None)


def _trip_body(trip: Trip, points: list[_Point], settings: Settings) -> dict[str, Any]:
    body: dict[str, Any] = {
        "source_time": settings.write_time(trip.pickup_at or trip.now),
        "is_prior": trip.pickup_at is not None,
        "analyze_route": True,
    }
    for name in ("tariff_id", "crew_group_id", "uds_id"):
        if getattr(settings, name) is not None:
            body[name] = getattr(settings, name)
    ends = {"source": points[0], "dest": points[-1]} if len(points) > 1 else {"source": points[0]}
    for name, (lat, lon) in ends.items():
        if lat is not None and lon is not None:
            body |= {f"{name}_lat": float(lat), f"{name}_lon": float(lon)}
    if between := [
        {"lat": float(lat), "lon": float(lon)} for lat, lon in points[1:-1] if lat is not None and lon is not None
    ]:
        body["stops"] = between
    if wished := wish_values(trip.wishes):
        body["attribute_values"] = wished
    return body


def _hint(row: Mapping[str, Any]) -> AddressHint | None:
    street, house, point = (_text(row.get(name)) for name in ("street", "house", "point"))
    note = ", ".join(dict.fromkeys(part for part in (_text(row.get("city")), _text(row.get("comment"))) if part))
    kind = row.get("kind")
    if kind == "point" or (point and not street):
        title, where = point or street, ", ".join(filter(None, (street, house, note)))
        return AddressHint(title=title, note=where, stop=_stop(title, row)) if title else None
    if house:
        return AddressHint(title=f"{street}, {house}", note=note, stop=_stop(f"{street}, {house}", row))
    return AddressHint(title=street, note=note) if street else None


def _stop(address: str, row: Mapping[str, Any]) -> Stop:
    told = row.get("coords")
    lat, lon = (_decimal(told.get(name)) for name in ("lat", "lon")) if isinstance(told, dict) else (None, None)
    return Stop(address=address, lat=lat, lon=lon)


def _place(order: Mapping[str, Any], name: str) -> AddressHint | None:
    address = _text(order.get(name))
    if not address:
        return None
    lat, lon = (_decimal(order.get(f"{name}_{axis}")) for axis in ("lat", "lon"))
    return AddressHint(title=address, stop=Stop(address=address, lat=lat, lon=lon))


def _distinct(found: Iterator[AddressHint | None] | map) -> Iterator[AddressHint]:  # type: ignore[type-arg]
    seen: set[str] = set()
    for hint in found:
        if hint is not None and (hint.title + hint.note).casefold() not in seen:
            seen.add((hint.title + hint.note).casefold())
            yield hint


def _rows(reply: Reply, name: str) -> list[Mapping[str, Any]]:
    rows = reply.data.get(name)
    return [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []


def _address(stop: Stop) -> dict[str, Any]:
    known = {} if stop.lat is None or stop.lon is None else {"lat": float(stop.lat), "lon": float(stop.lon)}
    return {"address": stop.address, **known}


def _text(value: Any) -> str:
    return value.strip() if isinstance(value, str) else str(value) if isinstance(value, int) and value else ""


def _decimal(value: Any) -> Decimal | None:
    """A number however it was written; 0 stands for "not set" in this program."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = Decimal(str(value).replace(",", "."))
    except InvalidOperation:
        return None
    return number if number.is_finite() and number != 0 else None


def _flag(value: bool) -> str:
    return "true" if value else "false"
