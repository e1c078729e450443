"""What happens when the exchange reports something of a call: idempotent, and tolerant of late and swapped events."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.utils import timezone

from callcenter import audit, phone
from callcenter.contracts import CallEvent, CallEventType, CallOutcome
from callcenter.ids import uuid7
from callcenter.models import Line, Seat, SeatState
from orders import live
from orders.actions import grants
from orders.models import Call, CallEventSeen, CallSecret, CallState
from orders.queries import line_of, seat_at
from orders.secrets import CallDetails
from orders.state import call_after

BREATH_S = 5
DRAFT_HOURS = 24


@dataclass(frozen=True, slots=True)
class Recorded:
    """What became of one event: `applied`, `duplicate` or `unknown_line`."""

    result: str
    call: Call | None = None


def record(event: CallEvent, *, now: datetime | None = None) -> Recorded:
    """Apply one event of one call. Runs in the caller's unit as the switch."""
    now = now or timezone.now()
    call = find(event) or _begin(event)
    if call is None:
        audit.record(None, "call.unknown_line", actor=event.instance, detail={"type": event.type.value})
        return Recorded("unknown_line")
    grants.lock(call)
    call = Call.objects.select_for_update(no_key=True, of=("self",)).select_related("service").get(pk=call.pk)
    if call.events.filter(event_id=event.event_id).exists():
        return Recorded("duplicate", call)
    CallEventSeen.objects.create(
        service=call.service,
        call=call,
        event_id=event.event_id,
        type=event.type,
        leg_id=event.leg_id,
        occurred_at=event.occurred_at,
    )
    _remember_caller(call, event, now=now)
    _apply(call, event, now=now)
    return Recorded("applied", call)


def find(event: CallEvent) -> Call | None:
    """The call that this event belongs to, if it is known."""
    return Call.objects.select_related("service").filter(instance=event.instance, external_id=event.call_id).first()


def _line(event: CallEvent) -> Line | None:
    return line_of(phone.normalise(event.dnis, "RU"))


def _begin(event: CallEvent) -> Call | None:
    line = _line(event)
    if line is None:
        return None
    call, _ = Call.objects.get_or_create(
        service=line.service, instance=event.instance, external_id=event.call_id, defaults={"line": line}
    )
    return call


def _remember_caller(call: Call, event: CallEvent, *, now: datetime) -> None:
    """Keep the caller's number, encrypted, from the first event that carries it."""
    if not event.ani or CallSecret.objects.filter(call=call).exists():
        return
    number = phone.normalise(event.ani, call.service.country)
    row = CallSecret(id=uuid7(), service=call.service, call=call, erase_after=now + timedelta(hours=DRAFT_HOURS))
    row.put(CallDetails(phone=number))
    row.save(force_insert=True)


def _apply(call: Call, event: CallEvent, *, now: datetime) -> None:
    before = call.state
    _fill_times(call, event)
    call.state = call_after(before, event.type)
    seat = seat_at(event.extension) if event.extension else None
    left = call.seat_id
    if event.type is CallEventType.RINGING and call.state == CallState.RINGING:
        if _already_missed(call, event):
            call.state = before
        else:
            _ring(call, seat, now=now)
    elif event.type is CallEventType.RING_MISSED and before == CallState.RINGING:
        _miss(call, now=now)
    elif event.type is CallEventType.ANSWERED and call.state == CallState.ANSWERED and before != CallState.ANSWERED:
        _answer(call, seat, now=now)
    elif call.state == CallState.ENDED and before != CallState.ENDED:
        _end(call, event, now=now)
    call.save(update_fields=_SAVED)
    for affected in {left, call.seat_id}:
        live.touch(affected)


_SAVED = [
    "state", "seat", "missed", "offered_at", "queued_at", "ringing_at", "answered_at", "completed_at", "ended_at",
    "outcome", "cause",
]  # fmt: skip
_TIME_OF = {
    CallEventType.OFFERED: "offered_at",
    CallEventType.QUEUED: "queued_at",
    CallEventType.RINGING: "ringing_at",
    CallEventType.ANSWERED: "answered_at",
    CallEventType.COMPLETED: "completed_at",
    CallEventType.ENDED: "ended_at",
}


def _fill_times(call: Call, event: CallEvent) -> None:
    name = _TIME_OF.get(event.type)
    if name and (getattr(call, name) is None or event.type is CallEventType.RINGING):
        setattr(call, name, event.occurred_at)
    if event.type is CallEventType.ABANDONED and not call.outcome:
        call.outcome = CallOutcome.ABANDONED


def _already_missed(call: Call, event: CallEvent) -> bool:
    """Whether the miss of this very ring has arrived before the ring itself."""
    return call.events.filter(
        type=CallEventType.RING_MISSED, occurred_at__gte=event.occurred_at, leg_id=event.leg_id
    ).exists()


def _ring(call: Call, seat: Seat | None, *, now: datetime) -> None:
    """The dialog follows the last ringing operator, and only that one."""
    if call.seat_id and (seat is None or call.seat_id != seat.pk):
        _free(call.seat_id, SeatState.READY, now=now)
    call.seat = seat
    if seat is not None:
        _occupy(seat.pk, now=now)


def _miss(call: Call, *, now: datetime) -> None:
    call.missed += 1
    if call.seat_id:
        seat = Seat.objects.only("missed").get(pk=call.seat_id)
        Seat.objects.filter(pk=seat.pk).update(missed=seat.missed + 1)
        _free(seat.pk, SeatState.READY, now=now)
    call.seat = None


def _answer(call: Call, seat: Seat | None, *, now: datetime) -> None:
    if seat is not None and call.seat_id != seat.pk:
        if call.seat_id:
            _free(call.seat_id, SeatState.READY, now=now)
        call.seat = seat
    holder = seat or (
        Seat.objects.defer("secret_hash").filter(pk=call.seat_id, closed_at__isnull=True).first()
        if call.seat_id
        else None
    )
    if holder is None:
        audit.record(call.service_id, "call.answered_nowhere", actor=call.instance, detail={"call": str(call.pk)})
        return
    _occupy(holder.pk, now=now)
    grants.open_for(call, holder, now=now)


def _end(call: Call, event: CallEvent, *, now: datetime) -> None:
    call.cause = event.cause if call.cause is None else call.cause
    call.outcome = (
        event.outcome or call.outcome or (CallOutcome.ANSWERED if call.answered_at else CallOutcome.ABANDONED)
    )
    if call.seat_id is None:
        return
    if not call.answered_at:
        _free(call.seat_id, SeatState.READY, now=now)
        return
    until = now + timedelta(seconds=BREATH_S if call.disposition is not None else settings.WRAPUP_S)
    grants.shorten(call, until=until)
    _free(call.seat_id, SeatState.WRAPUP, now=now, until=until)


def _occupy(seat: UUID, *, now: datetime) -> None:
    Seat.objects.filter(pk=seat, closed_at__isnull=True).exclude(state=SeatState.BUSY).update(
        state=SeatState.BUSY, state_since=now, wrapup_until=None
    )


def _free(seat: UUID, state: SeatState, *, now: datetime, until: datetime | None = None) -> None:
    """Give a busy seat back; one that its operator has meanwhile set otherwise stays as it is."""
    Seat.objects.filter(pk=seat, state=SeatState.BUSY).update(state=state, state_since=now, wrapup_until=until)
