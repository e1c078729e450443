"""The smallest cast for tests of calls and orders: one service, one line, one operator on line."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from django.utils import timezone

from callcenter.contracts import CallEvent, CallEventType, CallOutcome
from callcenter.cookies import hashed
from callcenter.models import Clearance, Line, Person, Scenario, Seat, TaxiService, Workplace
from orders.actions import calls

START = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


@dataclass
class Cast:
    """Who takes part; `secret` is what the operator's browser holds."""

    service: TaxiService
    line: Line
    seat: Seat
    secret: str


def cast(name: str = "Комета", *, number: str = "+74951230001", extension: str = "101", cleared: bool = True) -> Cast:
    """Make a service with a line and one operator, on line at the extension."""
    service = TaxiService.objects.create(name=name, monogram=name[:1], hue="teal", greeting=f"Такси {name}")
    scenario = Scenario.objects.create(service=service, kind="full")
    line = Line.objects.create(service=service, number=number, scenario=scenario)
    seat = operator(extension)
    if cleared:
        clear(seat.person, service)
    return Cast(service, line, seat, secret_of(extension))


def secret_of(extension: str) -> str:
    return f"secret-{extension}"


def operator(extension: str, *, since: datetime | None = None) -> Seat:
    """Make an operator on line at a workplace of this extension."""
    place = Workplace.objects.create(name=extension, extension=extension)
    person = Person.objects.create(
        login=f"op{extension}", name=f"Оператор {extension}", job="operator", usual_workplace=place
    )
    return Seat.objects.create(
        person=person,
        workplace=place,
        secret_hash=hashed(secret_of(extension)),
        state="ready",
        state_since=since or timezone.now() - timedelta(minutes=5),
    )


def clear(person: Person, service: TaxiService) -> Clearance:
    """Give a valid clearance."""
    day = date(2026, 1, 1)
    return Clearance.objects.create(
        service=service, person=person, nda_signed_on=day, trained_on=day, valid_from=day, valid_until=date(2036, 1, 1)
    )


def event(
    kind: CallEventType, *, call: str = "c1", at: float = 0, extension: str = "", dnis: str = "+74951230001",
    outcome: CallOutcome | None = None, leg: str = "", event_id: str = "",
) -> CallEvent:  # fmt: skip
    """One event of a call, `at` seconds after the start."""
    return CallEvent(
        event_id=event_id or f"{call}-{kind}-{extension}-{at}",
        type=kind,
        occurred_at=START + timedelta(seconds=at),
        instance="pbx",
        call_id=call,
        leg_id=leg,
        ani="+79001234567",
        dnis=dnis,
        extension=extension,
        outcome=outcome,
    )


def ring_and_answer(extension: str = "101", *, call: str = "c1", dnis: str = "+74951230001") -> calls.Recorded:
    """Offer, ring and answer one call; returns what became of the answer. Runs inside the caller's unit."""
    calls.record(event(CallEventType.OFFERED, call=call, dnis=dnis))
    calls.record(event(CallEventType.RINGING, call=call, at=1, extension=extension, dnis=dnis))
    return calls.record(event(CallEventType.ANSWERED, call=call, at=3, extension=extension, dnis=dnis))
