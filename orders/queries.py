"""Reads that more than one place needs."""

from datetime import datetime

from django.db.models import Exists, OuterRef, Q, QuerySet

from callcenter.models import Clearance, Line, Seat, SeatState, TaxiService
from orders.models import Call, CallState

# A seat whose page has not been heard of for this long gets no calls.
SEAT_SILENCE_S = 25


def line_of(number: str) -> Line | None:
    """The active line with this number, its service and scenario with it."""
    return Line.objects.select_related("service", "scenario").filter(number=number, active=True).first()


def seat_at(extension: str) -> Seat | None:
    """The open seat at the workplace with this extension."""
    if not extension:
        return None
    return Seat.objects.defer("secret_hash").filter(workplace__extension=extension, closed_at__isnull=True).first()


def valid_clearances(service: TaxiService, today: datetime) -> QuerySet[Clearance]:
    """Clearances for the service that hold on the service's local day."""
    day = today.date()
    return Clearance.objects.filter(service=service, valid_from__lte=day, valid_until__gte=day, revoked_at__isnull=True)


def available_seats(now: datetime) -> QuerySet[Seat]:
    """Seats that can take a call: on line (or wrap-up over), heard of lately, without a call, longest idle first."""
    idle = Q(state=SeatState.READY) | Q(state=SeatState.WRAPUP, wrapup_until__lte=now)
    return (
        Seat.objects.defer("secret_hash")
        .filter(idle, closed_at__isnull=True, person__active=True, workplace__active=True)
        .extra(where=["seen_at > clock_timestamp() - make_interval(secs => %s)"], params=[SEAT_SILENCE_S])
        .order_by("state_since", "id")
    )


def cleared_seats(service: TaxiService, now: datetime, local_now: datetime) -> QuerySet[Seat]:
    """Available seats whose operator holds a valid clearance for the service."""
    return available_seats(now).filter(Exists(valid_clearances(service, local_now).filter(person=OuterRef("person"))))


def live_calls(instance: str) -> QuerySet[Call]:
    """Calls of one exchange that have not ended as far as we know."""
    return Call.objects.filter(instance=instance).exclude(state=CallState.ENDED)
