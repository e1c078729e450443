"""Addresses that a Taxi-Master server knows: what typed words may mean, and where a caller was driven lately."""

import re
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from decimal import Decimal

from callcenter.contracts import AddressHint, Hints, HintTalk, Stop, Unclear
from integrations.dispatch.taximaster import codes
from integrations.dispatch.taximaster.replies import Reply, read_reply
from integrations.dispatch.taximaster.settings import Settings
from integrations.dispatch.taximaster.talk import get
from integrations.dispatch.taximaster.values import Row, degrees, rows, text

MOST_HINTS, MOST_RECENT = 8, 5
LAST_DIGITS = 10
RECENT_FIELDS = "phone,source,source_lat,source_lon,destination,destination_lat,destination_lon,start_time"


def hints(typed: str, settings: Settings) -> HintTalk:
    """Houses as soon as there is a number, which the server does not look for together with anything else; streets and
    places for all other words, and for names with a number in them.
    """
    ways = [False] if re.search(r"\d", typed) is None else [True, False]
    for houses in ways:
        reply = read_reply((yield get("get_addresses_like2", _wanted(typed, settings, houses=houses), settings)))
        if isinstance(reply, Unclear):
            return reply
        if reply.code == codes.OK and (found := _distinct(_hint(row) for row in rows(reply.data, "addresses"))):
            return Hints(hints=found[:MOST_HINTS])
        if reply.code not in (codes.OK, codes.NOTHING_FOUND):
            return Unclear(reason=f"get_addresses_like2 answered code {reply.code}")
    return Hints()


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
    reply = read_reply((yield get("get_finished_orders", question, settings)))
    if isinstance(reply, Unclear):
        return reply
    if reply.code != codes.OK:
        return Unclear(reason=f"get_finished_orders answered code {reply.code}")
    orders = sorted(_orders_of(phone, reply), key=lambda order: text(order.get("start_time")), reverse=True)
    places = (_place(order, end) for order in orders for end in ("source", "destination"))
    return Hints(hints=_distinct(places)[:MOST_RECENT])


def _wanted(typed: str, settings: Settings, *, houses: bool) -> dict[str, str]:
    wanted = {
        "get_streets": _flag(not houses),
        "get_points": _flag(not houses),
        "get_houses": _flag(houses),
        "address": typed,
        "max_addresses_count": str(MOST_HINTS),
    }
    return wanted | ({"city": settings.city} if settings.city else {})


def _hint(row: Row) -> AddressHint | None:
    """A place is called by its name; a street alone is no place yet: its house is still to come."""
    street, house, point = (text(row.get(name)) for name in ("street", "house", "point"))
    city, comment = text(row.get("city")), text(row.get("comment"))
    if point or row.get("kind") == "point":
        title = point or street
        return _at(title, row, note=[_joined(street if point else "", house), comment, city]) if title else None
    if street and house:
        return _at(_joined(street, house), row, note=[comment, city])
    return AddressHint(title=street, note=_note([comment, city])) if street else None


def _at(title: str, row: Row, *, note: Iterable[str]) -> AddressHint:
    return AddressHint(title=title, note=_note(note), stop=_stop(title, degrees(row.get("coords"))))


def _place(order: Row, end: str) -> AddressHint | None:
    address = text(order.get(end))
    if not address:
        return None
    return AddressHint(title=address, stop=_stop(address, degrees(order, f"{end}_lat", f"{end}_lon")))


def _orders_of(phone: str, reply: Reply) -> Iterator[Row]:
    """Whether the server compares whole numbers is not said anywhere, so other people's orders are passed over here."""
    for order in rows(reply.data, "orders"):
        if _last_digits(str(order.get("phone"))) == _last_digits(phone):
            yield order


def _last_digits(phone: str) -> str:
    return re.sub(r"\D", "", phone)[-LAST_DIGITS:]


def _stop(address: str, at: tuple[Decimal, Decimal] | None) -> Stop:
    return Stop(address=address, lat=at[0], lon=at[1]) if at else Stop(address=address)


def _distinct(found: Iterable[AddressHint | None]) -> tuple[AddressHint, ...]:
    known: dict[str, AddressHint] = {}
    for hint in found:
        if hint is not None:
            known.setdefault(f"{hint.title} {hint.note}".casefold(), hint)
    return tuple(known.values())


def _joined(*parts: str) -> str:
    return ", ".join(part for part in parts if part)


def _note(parts: Iterable[str]) -> str:
    return _joined(*dict.fromkeys(parts))


def _flag(value: bool) -> str:
    return "true" if value else "false"
