"""What follows from the outcome of one try: pure, so that every branch of "exactly once" can be read and tested.

The rule (Taxi-Master has no idempotency key): what may have been sent is looked for by our marker before it is sent
again; it is sent again once, and only after the program itself has said several times that it holds no such order.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext_noop

from callcenter.contracts import (
    Duplicate,
    FailureKind,
    Found,
    Placed,
    PlaceOutcome,
    Questioned,
    Rejected,
    SearchOutcome,
    TransportFailure,
    Unclear,
)
from integrations.delivery.pace import Pace

NUMBER_LENGTH = 40
QUESTIONED = "questioned"
CHECKING = gettext_noop("The service has not confirmed the order yet; we are asking its program.")
UNCONFIRMED = gettext_noop("The service has not confirmed the order. Tell the caller that we will ring back.")
SIMILAR = gettext_noop("The service already has a similar order. Tell the caller that we will ring back.")
TOO_LATE = gettext_noop("The service's program could not be reached. Tell the caller that we will ring back.")
BY_RULES = gettext_noop("The service's own rules refuse this order.")
NOT_SET_UP = gettext_noop("The service's program is not set up to take orders. The administrator has been told.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """What is known about a delivery at the moment of the decision. `sends` counts requests that may have arrived."""

    now: datetime
    expires_at: datetime
    first_sent_at: datetime | None
    sends: int
    searches: int
    failures: int
    looks: int
    ends_seen: int
    similar_seen: bool


@dataclass(frozen=True, slots=True)
class Accept:
    """The service has the order under this number."""

    number: str


@dataclass(frozen=True, slots=True)
class Refuse:
    """The service does not take the order; only a new order can follow."""

    refusal: Rejected


@dataclass(frozen=True, slots=True)
class SendAt:
    """Send (again) then. `nothing_left`: the present try did not leave this machine and is not counted."""

    at: datetime
    nothing_left: bool


@dataclass(frozen=True, slots=True)
class LookAt:
    """Ask for our marker then. `searches`: how often the program has said that it holds no such order."""

    at: datetime
    searches: int
    nothing_left: bool = False


@dataclass(frozen=True, slots=True)
class Review:
    """A person decides; the order may exist at the service."""

    phrase: str


@dataclass(frozen=True, slots=True)
class Expire:
    """A person decides; nothing has reached the service."""

    phrase: str


Step = Accept | Refuse | SendAt | LookAt | Review | Expire
Outcome = PlaceOutcome | SearchOutcome | TransportFailure


def after_place(outcome: Outcome, tried: Tried, pace: Pace) -> Step:
    """What follows from one sending; `tried.sends` includes it. An order that was refused for our own settings waits
    for their repair like one that did not leave: nothing of it is at the service.
    """
    if isinstance(outcome, Placed) and 0 < len(outcome.number) <= NUMBER_LENGTH:
        return Accept(outcome.number)
    if isinstance(outcome, Questioned):
        return Refuse(Rejected(code=QUESTIONED, phrase=BY_RULES, detail=outcome.message))
    if isinstance(outcome, Rejected) and not outcome.configuration:
        return Refuse(outcome)
    if isinstance(outcome, Rejected):
        return _not_sent(tried, pace)
    if isinstance(outcome, TransportFailure) and outcome.kind is FailureKind.NOT_SENT:
        return _not_sent(tried, pace)
    return LookAt(tried.now + timedelta(seconds=pace.look_in_s(0)), searches=0)


def after_search(outcome: Outcome, tried: Tried, pace: Pace) -> Step:
    """What follows from one look for our marker; `tried.looks` does not yet count it."""
    if not isinstance(outcome, Found):
        return _look_again(tried, pace, searches=tried.searches)
    if len(outcome.numbers) == 1 and 0 < len(outcome.numbers[0]) <= NUMBER_LENGTH:
        return Accept(outcome.numbers[0])
    if outcome.numbers:
        return Review(UNCONFIRMED)
    searches = tried.searches + 1
    if searches < pace.looks_needed:
        return _look_again(tried, pace, searches=searches)
    if tried.similar_seen:
        return Review(SIMILAR)
    if tried.sends >= pace.sends_most or tried.now >= tried.expires_at:
        return Review(UNCONFIRMED)
    return _send_once_more(tried, pace, searches=searches)


def overdue(tried: Tried) -> Step | None:
    """What becomes of an order to be sent whose time is over; None while it is not."""
    if tried.now < tried.expires_at:
        return None
    return Review(UNCONFIRMED) if tried.sends else Expire(TOO_LATE)


def name_of(outcome: Outcome) -> tuple[str, str, str]:
    """Outcome, code and reason as they are kept of a try: nothing of the program's own words."""
    match outcome:
        case TransportFailure():
            return outcome.kind.value, outcome.trouble.value, outcome.reason
        case Rejected(configuration=True):
            return FailureKind.NOT_SENT.value, outcome.trouble.value, f"refused with code {outcome.code}"
        case Rejected():
            return "rejected", outcome.code, ""
        case Found():
            return ("none", "found", "several")[min(len(outcome.numbers), 2)], "", ""
        case Unclear():
            return "unclear", "", outcome.reason
        case Duplicate():
            return "similar", "", ""
        case Questioned():
            return "rejected", QUESTIONED, ""
        case Placed():
            return "placed", "", ""


def _not_sent(tried: Tried, pace: Pace) -> Step:
    """Nothing left this machine this time; whether something did earlier, one more look tells before the next send."""
    at = tried.now + timedelta(seconds=pace.retry_in_s(tried.failures + 1))
    if tried.sends > 1:
        return LookAt(at, searches=pace.looks_needed - 1, nothing_left=True)
    if at >= tried.expires_at:
        at = max(tried.now, tried.expires_at)
    return SendAt(at, nothing_left=True)


def _look_again(tried: Tried, pace: Pace, *, searches: int) -> Step:
    if tried.now >= tried.expires_at:
        return Review(SIMILAR if tried.similar_seen else UNCONFIRMED)
    return LookAt(tried.now + timedelta(seconds=pace.look_in_s(tried.looks + 1)), searches=searches)


def _send_once_more(tried: Tried, pace: Pace, *, searches: int) -> Step:
    """Not before the first request has certainly ended: an engine that lost its lock may still be sending it."""
    if tried.first_sent_at and tried.ends_seen < tried.sends:
        ended = tried.first_sent_at + timedelta(seconds=pace.longest_send_s * pace.scale)
        if tried.now < ended:
            return LookAt(ended, searches=searches)
    return SendAt(tried.now, nothing_left=False)
