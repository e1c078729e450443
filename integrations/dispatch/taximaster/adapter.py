"""Taxi-Master, TM API 1.0 (`/common_api/1.0/`), checked against the descriptions for versions 3.12 to 3.15."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from callcenter.contracts import (
    AbilityTalk,
    ChangeTalk,
    CheckTalk,
    Correction,
    DispatchAdapter,
    Errand,
    Found,
    HintTalk,
    ListTalk,
    OrderDraft,
    Placed,
    PlaceTalk,
    QuoteTalk,
    SearchTalk,
    SeenOrders,
    SeenTalk,
    SettingField,
    Trip,
    Unclear,
)
from integrations.dispatch.comments import has_token, token_of
from integrations.dispatch.taximaster import changes, codes, lists, lookups, prices
from integrations.dispatch.taximaster.replies import (
    Reply,
    has_attribute,
    read_number,
    read_orders,
    read_reply,
    read_seen,
)
from integrations.dispatch.taximaster.settings import FIELDS, Settings, read_settings
from integrations.dispatch.taximaster.talk import ask, get, is_attribute, post, wish_values
from integrations.dispatch.taximaster.values import rows

CLOCK_SKEW = timedelta(minutes=15)
SEARCH_SPAN = timedelta(days=1)


class TaxiMaster:
    """The translator; its settings are a `Settings`."""

    kind = "taximaster"
    title = "Такси-Мастер"
    fields: Sequence[SettingField] = FIELDS
    can = frozenset(Errand)
    repeats_safely = False

    def read_settings(self, stored: Mapping[str, Any], secret: str) -> Settings:
        """Build the settings; ValueError with a sentence when a value is missing or wrong."""
        return read_settings(stored, secret)

    def place(
        self, draft: OrderDraft, settings: Settings, *, check_duplicate: bool, confirmed: bool = False
    ) -> PlaceTalk:
        """Create the order by `create_order2`, once, on a connection of its own."""
        body = order_body(draft, settings, check_duplicate=check_duplicate)
        if confirmed:
            body["need_custom_validate"] = False
        reply = read_reply((yield post("create_order2", body, settings)))
        if isinstance(reply, Unclear):
            return reply
        if reply.code != codes.OK:
            return codes.refusal_of_order(reply)
        number = read_number(reply.data)
        return Placed(number=number) if number else Unclear(reason="create_order2 answered without an order number")

    def search(self, draft: OrderDraft, settings: Settings, *, since: datetime) -> SearchTalk:
        """Look among the orders under way, then among those already ended: an order that ends meanwhile is in one."""
        phone = settings.write_phone(draft.phone)
        span = {
            "start_time": settings.write_time(since - CLOCK_SKEW),
            "finish_time": settings.write_time(since + SEARCH_SPAN),
        }
        questions = (
            ("get_current_orders", {"phone": phone}),
            ("get_finished_orders", {**span, "phone": phone, "state_type": "all"}),
        )
        for name, parameters in questions:
            reply = yield from ask(name, parameters, settings)
            if isinstance(reply, Unclear):
                return reply
            numbers = _marked(reply, draft.marker, settings)
            if numbers is None:
                return Unclear(reason=f"{name} answered with orders that cannot be read")
            if numbers:
                return Found(numbers=numbers)
        return Found(numbers=())

    def current_orders(self, phone: str, settings: Settings) -> SeenTalk:
        """The orders that this phone has under way."""
        reply = yield from ask("get_current_orders", {"phone": settings.write_phone(phone)}, settings)
        if isinstance(reply, Unclear):
            return reply
        entries = read_orders(reply.data)
        seen = [read_seen(entry, settings) for entry in entries or ()]
        known = tuple(order for order in seen if order is not None)
        if entries is None or len(known) < len(seen):
            return Unclear(reason="get_current_orders answered with orders that cannot be read")
        return SeenOrders(orders=known)

    def order_state(self, number: str, settings: Settings) -> SeenTalk:
        """By `get_order_state`."""
        return changes.order_state(number, settings)

    def states(self, numbers: Sequence[str], settings: Settings) -> SeenTalk:
        """By `get_current_orders`, then one by one."""
        return changes.states(numbers, settings)

    def correct(self, number: str, correction: Correction, settings: Settings) -> ChangeTalk:
        """By `update_order`."""
        return changes.correct(number, correction, settings)

    def cancel(self, number: str, settings: Settings) -> ChangeTalk:
        """By `change_order_state`, after a look at the penalty."""
        return changes.cancel(number, settings)

    def tell(self, text: str, settings: Settings, *, number: str = "") -> ChangeTalk:
        """By `show_tm_message`."""
        return changes.tell(text, settings, order=number)

    def probe(self, settings: Settings) -> AbilityTalk:
        """Every request that we use, without what it needs."""
        return changes.probe(settings)

    def hints(self, text: str, settings: Settings) -> HintTalk:
        """By `get_addresses_like2`."""
        return lookups.hints(text, settings)

    def recent(self, phone: str, settings: Settings, *, now: datetime) -> HintTalk:
        """By `get_finished_orders`, if the service lets the centre look back."""
        return lookups.recent(phone, settings, now=now)

    def quote(self, trip: Trip, settings: Settings) -> QuoteTalk:
        """By `calc_order_cost2`."""
        return prices.price(trip, settings)

    def lists(self, settings: Settings) -> ListTalk:
        """Crew groups, tariffs, dispatching services and attributes of orders."""
        return lists.offered(settings)

    def check(self, settings: Settings) -> CheckTalk:
        """Ask for the crew groups: signed (a ping is answered under any key), and they show whether ours exists; then
        for the other lists from which something is chosen. A list that we may not see says nothing.
        """
        reply = read_reply((yield get("get_crew_groups_list", {}, settings)))
        if isinstance(reply, Unclear):
            return reply
        if reply.code in codes.SETTINGS_REFUSED:
            return codes.refusal_of_settings(reply.code, reply.detail)
        if reply.code != codes.OK:
            return Unclear(reason=f"get_crew_groups_list answered code {reply.code}")
        groups = {read_number(group) for group in rows(reply.data, "crew_groups")}
        if settings.crew_group_id is not None and str(settings.crew_group_id) not in groups:
            return codes.refusal_of_settings(102, f"crew group {settings.crew_group_id} does not exist")
        return (yield from lists.missing(settings))


def order_body(draft: OrderDraft, settings: Settings, *, check_duplicate: bool) -> dict[str, Any]:
    """The parameters of `create_order2`, the same on every attempt at the same draft."""
    body: dict[str, Any] = {
        "phone": settings.write_phone(draft.phone),
        "addresses": [prices.address_of(stop) for stop in draft.route],
        "source_time": settings.write_time(draft.pickup_at or draft.placed_at),
        "is_prior": draft.pickup_at is not None,
        "comment": write_comment(draft),
        "check_duplicate": check_duplicate,
    }
    if draft.passenger:
        body["passenger"] = draft.passenger
    for name in ("crew_group_id", "uds_id", "tariff_id"):
        if getattr(settings, name) is not None:
            body[name] = getattr(settings, name)
    if settings.marker_attribute_id is not None:
        body["attribute_values"] = [{"id": settings.marker_attribute_id, "str_value": draft.marker}]
    if wished := wish_values(wish.code for wish in draft.wishes):
        body["attribute_values"] = [*body.get("attribute_values", ()), *wished]
    return body


def write_comment(draft: OrderDraft) -> str:
    """All that was said and has no parameter of its own, and at the end the token by which the order is found."""
    entrances = [
        f"подъезд: {stop.entrance}" if position == 0 else f"{stop.address}, подъезд: {stop.entrance}"
        for position, stop in enumerate(draft.route)
        if stop.entrance
    ]
    extra = [f"{label}: {value}" for label, value in draft.extra.items() if value]
    extra += [f"пожелание: {wish.title}" for wish in draft.wishes if not is_attribute(wish.code)]
    said = "; ".join(part for part in (draft.note.strip(), *entrances, *extra) if part)
    return f"{said} {token_of(draft.marker)}".lstrip()


def _marked(reply: Reply, marker: str, settings: Settings) -> tuple[str, ...] | None:
    """The numbers of the orders with our marker: by attribute, else by comment; None when the list is unreadable."""
    entries = read_orders(reply.data)
    if entries is None:
        return None
    attribute = settings.marker_attribute_id
    found = [entry for entry in entries if attribute is not None and has_attribute(entry, attribute, marker)]
    found = found or [entry for entry in entries if has_token(entry.get("comment"), marker)]
    return tuple(dict.fromkeys(number for number in map(read_number, found) if number))


ADAPTER: DispatchAdapter = TaxiMaster()
