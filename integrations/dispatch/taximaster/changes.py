"""What a Taxi-Master server does with an order that it has: change it, cancel it, tell how it stands.

Numbers of states differ from installation to installation, so the one that means "cancelled" is chosen among the
server's own or, where there is one alone, found. A change is looked for before it is made: asked twice it is made once.
"""

from collections.abc import Generator, Sequence
from decimal import Decimal
from typing import Any

from callcenter.contracts import (
    GONE,
    TOO_LATE,
    Abilities,
    Ability,
    AbilityTalk,
    Changed,
    ChangeTalk,
    Correction,
    HttpRequest,
    HttpResponse,
    OrderProgress,
    Rejected,
    SeenOrder,
    SeenOrders,
    SeenTalk,
    Unclear,
)
from integrations.dispatch import phrases
from integrations.dispatch.taximaster import codes
from integrations.dispatch.taximaster.lists import one_list
from integrations.dispatch.taximaster.prices import address_of
from integrations.dispatch.taximaster.replies import Reply, read_orders, read_reply, read_seen
from integrations.dispatch.taximaster.settings import Settings
from integrations.dispatch.taximaster.talk import ask, get, post, post_form
from integrations.dispatch.taximaster.values import number

FEW = 3
HEADER = "Контакт-центр"
LONGEST_MESSAGE = 500
_STANDING = "state_kind,start_time"
# Requests that are asked for with nothing in them: code 8 says that they are there, and nothing happens.
_PROBED_JSON = ("create_order2", "calc_order_cost2", "analyze_route2", "select_tariff_for_order", "update_order",
                "show_tm_message")  # fmt: skip
_PROBED_FORM = ("change_order_state",)
_PROBED_GET = ("get_order_state", "check_cancel_order_penalty", "get_addresses_like2", "get_finished_orders")
_LISTED_GET = ("get_current_orders", "get_order_states_list")
_NO_SUCH_REQUEST, _PARAMETER_MISSING, _PARAMETER_WRONG, _NOT_ALLOWED = 6, 8, 9, 14
_TOLD = frozenset({_NO_SUCH_REQUEST, _PARAMETER_MISSING, _PARAMETER_WRONG, _NOT_ALLOWED})

ReplyOrRefusal = Generator[HttpRequest, HttpResponse, "Reply | Rejected | Unclear"]


def correct(order: str, correction: Correction, settings: Settings) -> ChangeTalk:
    """By `update_order` with the changed parameters alone: null would empty them. A note is added to the comment, in
    which our mark stands too.
    """
    body = _changed(correction, settings)
    if correction.note:
        comment = yield from _comment_with(order, correction.note, settings)
        if not isinstance(comment, str):
            return comment
        body["comment"] = comment
    if not body:
        return Changed()
    reply = read_reply((yield post("update_order", {"order_id": int(order), **body}, settings)))
    refusal = codes.refusal("update_order", reply)
    return refusal if refusal is not None else Changed()


def cancel(order: str, settings: Settings) -> ChangeTalk:
    """How it stands, what it costs, then `change_order_state`. A cancelled one stays cancelled."""
    seen = yield from order_state(order, settings)
    if isinstance(seen, Unclear):
        return seen
    if not seen.orders:
        return _refused(GONE, phrases.UNKNOWN_ORDER)
    if seen.orders[0].progress is OrderProgress.CANCELLED:
        return Changed()
    if seen.orders[0].progress is OrderProgress.FINISHED:
        return _refused(TOO_LATE, phrases.TOO_LATE_TO_CHANGE)
    state = yield from _cancelled_state(settings)
    if not isinstance(state, str):
        return state
    penalty = yield from _penalty(order, state, settings)
    if isinstance(penalty, Rejected | Unclear):
        return penalty
    reply = read_reply((yield post_form("change_order_state", {"order_id": order, "new_state": state}, settings)))
    refusal = codes.refusal("change_order_state", reply)
    return refusal if refusal is not None else Changed(penalty=penalty)


def order_state(order: str, settings: Settings) -> SeenTalk:
    """How one order stands; nothing when the server does not know the number."""
    reply = read_reply((yield get("get_order_state", {"order_id": order, "fields": f"order_id,{_STANDING}"}, settings)))
    if isinstance(reply, Unclear):
        return reply
    if reply.code == codes.ORDER_NOT_FOUND:
        return SeenOrders(orders=())
    found = read_seen(reply.data, settings) if reply.code == codes.OK else None
    if found is None:
        return Unclear(reason=f"get_order_state answered code {reply.code} without a readable order")
    return SeenOrders(orders=(found,))


def states(orders: Sequence[str], settings: Settings) -> SeenTalk:
    """A few one by one; many by the list of all orders under way, then by themselves those that have left it. Of other
    orders in that list nothing is asked for but their state.
    """
    seen: dict[str, SeenOrder] = {}
    if len(orders) > FEW:
        reply = yield from ask("get_current_orders", {"fields": f"id,{_STANDING}"}, settings)
        if isinstance(reply, Unclear):
            return reply
        entries = read_orders(reply.data)
        if entries is None:
            return Unclear(reason="get_current_orders answered with orders that cannot be read")
        known = (read_seen(entry, settings) for entry in entries)
        seen = {order.number: order for order in known if order is not None}
    found = []
    for order in orders:
        if order in seen:
            found.append(seen[order])
            continue
        told = yield from order_state(order, settings)
        if isinstance(told, Unclear):
            return told
        found += told.orders
    return SeenOrders(orders=tuple(found))


def tell(said: str, settings: Settings, *, order: str) -> ChangeTalk:
    """By `show_tm_message`: a window on the screens of the service's dispatchers."""
    body: dict[str, Any] = {"text": said[:LONGEST_MESSAGE], "header": HEADER}
    if order:
        body["order_id"] = int(order)
    reply = read_reply((yield post("show_tm_message", body, settings)))
    refusal = codes.refusal("show_tm_message", reply)
    return refusal if refusal is not None else Changed()


def probe(settings: Settings) -> AbilityTalk:
    """Every request that we use, without what it needs. There is no request for the server's version."""
    found: dict[str, Ability] = {}
    questions = [(name, post(name, {}, settings)) for name in _PROBED_JSON]
    questions += [(name, post_form(name, {}, settings)) for name in _PROBED_FORM]
    questions += [(name, get(name, {}, settings)) for name in _PROBED_GET]
    questions += [(name, get(name, {"fields": "id"}, settings)) for name in _LISTED_GET]
    for name, question in questions:
        reply = read_reply((yield question))
        if isinstance(reply, Reply) and reply.code in codes.SETTINGS_REFUSED - _TOLD:
            return Unclear(reason=f"{name} answered code {reply.code}")
        found[name] = _ability(reply)
    return Abilities(abilities=found)


def _ability(reply: Reply | Unclear) -> Ability:
    if isinstance(reply, Unclear):
        return Ability.UNKNOWN
    if reply.code == _NO_SUCH_REQUEST:
        return Ability.MISSING
    return Ability.FORBIDDEN if reply.code == _NOT_ALLOWED else Ability.PRESENT


def _changed(correction: Correction, settings: Settings) -> dict[str, Any]:
    body: dict[str, Any] = {}
    if correction.phone is not None:
        body["phone"] = settings.write_phone(correction.phone)
    if correction.passenger is not None:
        body["passenger"] = correction.passenger
    if correction.route is not None:
        body["addresses"] = [address_of(stop) for stop in correction.route]
    if correction.pickup_at is not None:
        body |= {"source_time": settings.write_time(correction.pickup_at), "is_prior": True}
    return body


def _comment_with(
    order: str, note: str, settings: Settings
) -> Generator[HttpRequest, HttpResponse, "str | Rejected | Unclear"]:
    """The order's comment with the note in front of our mark; servers before 3.15 do not tell a comment, and one that
    nobody has read is not written over.
    """
    reply = read_reply((yield get("get_order_state", {"order_id": order, "fields": "order_id,comment"}, settings)))
    refusal = codes.refusal("get_order_state", reply)
    if refusal is not None or not isinstance(reply, Reply):
        return refusal or Unclear(reason="get_order_state said nothing")
    there = reply.data.get("comment")
    if not isinstance(there, str):
        return _refused("unsupported", codes.NO_COMMENT)
    is_there = f"; {note}; " in f"; {there}; "  # a note that is a part of another one is not there yet
    return there if is_there else f"{note}; {there}".rstrip("; ")


def _cancelled_state(settings: Settings) -> Generator[HttpRequest, HttpResponse, "str | Rejected | Unclear"]:
    """The state that means "cancelled": the chosen one, else the only one that ends an order so."""
    if settings.cancel_state_id is not None:
        return str(settings.cancel_state_id)
    found = yield from one_list("get_order_states_list", settings)
    if isinstance(found, Unclear):
        return found
    if len(found) != 1:
        return codes.refusal_of_settings(101, f"{len(found)} states end an order without a trip: choose one")
    return found[0].value


def _penalty(
    order: str, state: str, settings: Settings
) -> Generator[HttpRequest, HttpResponse, "Decimal | Rejected | Unclear | None"]:
    """What the cancellation costs; None where the server does not say. It is asked for before anything is changed."""
    question = {"order_id": order, "cancel_order_state_id": state}
    reply = read_reply((yield get("check_cancel_order_penalty", question, settings)))
    if isinstance(reply, Reply) and reply.code in (_NO_SUCH_REQUEST, _NOT_ALLOWED):
        return None
    refusal = codes.refusal("check_cancel_order_penalty", reply)
    if refusal is not None or not isinstance(reply, Reply):
        return refusal
    return number(reply.data.get("cancel_order_penalty_sum"))


def _refused(code: str, phrase: str) -> Rejected:
    return Rejected(code=code, phrase=phrase)
