"""The questions of the dialog: what the page sends, what is asked of the program, what the page is told."""

from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.utils import timezone

from callcenter.contracts import (
    AddressHint,
    DispatchAdapter,
    Hints,
    HttpRequest,
    HttpResponse,
    Quote,
    SeenOrders,
    Stop,
    Target,
    Trip,
)
from callcenter.money import currency_of
from callcenter.refusals import Refused
from integrations.ask.body import Body
from orders import forms
from orders.secrets import LONGEST

Answer = Mapping[str, Any]
Talk = Generator[HttpRequest, HttpResponse, Any]
LATE: Answer = {"late": True}
NOTHING: Answer = {"hints": []}
SHORTEST_TEXT = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """The dispatch program of the held call's service. `phone` is the caller's number, for questions about the caller
    alone; `wishes` are the codes that the service offers.
    """

    service: UUID
    connection: UUID
    zone: str
    country: str
    speaks: DispatchAdapter
    settings: Any
    target: Target
    phone: str = ""
    wishes: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One conversation, and how its outcome is told. `known`: nobody has to be asked. `text`: the answer is the same
    for everybody of the service who asks this.
    """

    talk: Talk | None = None
    tell: Callable[[Any], Answer] = dict
    known: Answer | None = None
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """`patience_s` is how long the page waits. Of the `newest` questions of a call the last one counts."""

    name: str
    ask: Callable[[Program, Body], Question]
    method: str = "GET"
    patience_s: float = 3.0
    of_the_caller: bool = False
    newest: bool = False


def _current(program: Program, body: Body) -> Question:
    if not program.phone:
        return Question(known=LATE)
    return Question(talk=program.speaks.current_orders(program.phone, program.settings), tell=_orders)


def _recent(program: Program, body: Body) -> Question:
    if not program.phone:
        return Question(known=NOTHING)
    talk = program.speaks.recent(program.phone, program.settings, now=timezone.now())
    return Question(talk=talk, tell=lambda found: {"hints": _hints(found)} if isinstance(found, Hints) else LATE)


def _typed(program: Program, body: Body) -> Question:
    text = " ".join(body.text("text", limit=LONGEST["pickup"]).split())
    source = program.speaks.title
    if len(text) < SHORTEST_TEXT:
        return Question(known={**NOTHING, "source": source})
    return Question(
        talk=program.speaks.hints(text, program.settings),
        tell=lambda found: {"hints": _hints(found), "source": source} if isinstance(found, Hints) else LATE,
        text=f"{program.connection} {text.casefold()}",
    )


def _quote(program: Program, body: Body) -> Question:
    now = timezone.now()
    wishes = body.texts("wishes", most=forms.MOST_WISHES, limit=forms.LONGEST_WISH)
    if strange := forms.strange_wishes(wishes, program.wishes):
        raise Refused(strange, fields={"wishes": strange})
    trip = Trip(
        route=body.route(),
        now=now,
        pickup_at=forms.moment(body.text("when", limit=LONGEST["when"]), program.zone, now=now),
        wishes=wishes,
    )
    currency = currency_of(program.country)
    return Question(talk=program.speaks.quote(trip, program.settings), tell=lambda found: _priced(found, currency))


KINDS = {
    kind.name: kind
    for kind in (
        Kind(name="current", ask=_current, of_the_caller=True),
        Kind(name="recent", ask=_recent, of_the_caller=True),
        Kind(name="hints", ask=_typed, method="POST", patience_s=1.5, newest=True),
        Kind(name="quote", ask=_quote, method="POST", newest=True),
    )
}


def _orders(found: Any) -> Answer:
    if not isinstance(found, SeenOrders):
        return LATE
    return {"orders": [{"number": order.number, "progress": order.progress.value} for order in found.orders]}


def _hints(found: Hints) -> list[Answer]:
    return [{"title": hint.title, "note": hint.note, "stop": _stop(hint)} for hint in found.hints]


def _stop(hint: AddressHint) -> Answer | None:
    stop: Stop | None = hint.stop
    if stop is None:
        return None
    return {"address": stop.address, "lat": _number(stop.lat), "lon": _number(stop.lon)}


def _number(value: Decimal | None) -> float | None:
    return None if value is None else float(value)


def _priced(found: Any, currency: str) -> Answer:
    if not isinstance(found, Quote):
        return LATE
    return {"price": _amount(found.price), "currency": currency, "minutes": found.minutes}


def _amount(price: Decimal | None) -> str | None:
    """Without kopecks where there are none."""
    if price is None:
        return None
    return str(price.quantize(Decimal(1) if price == price.to_integral_value() else Decimal("0.01")))
