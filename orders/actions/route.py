"""The exchange asks where a call shall go; where we choose, we choose the operator who has waited longest and may
serve the service.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.utils import timezone

from callcenter import audit, scenarios
from callcenter.contracts import CallEvent, CallEventType
from callcenter.ids import uuid7
from callcenter.models import Line, Scenario, Seat, SeatState
from orders import live
from orders.actions import calls, grants
from orders.models import Call, CallState
from orders.queries import available_seats, cleared_seats

REJECT_CAUSE = 21  # ITU-T Q.850: call rejected
UNKNOWN_CAUSE = 1  # ITU-T Q.850: unallocated number
RETRY_AFTER_S = 1.0
MAX_WAIT_S = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """The answer: `accept` names one extension, `wait` says when to ask again, `reject` gives the cause."""

    decision_id: UUID
    action: str
    extension: str = ""
    service: str = ""
    scenario: str = ""
    cause: int | None = None
    retry_after_s: float | None = None
    max_wait_s: int | None = None


def decide(event: CallEvent, *, missed: Sequence[str] = (), now: datetime | None = None) -> Route:
    """Decide on one call; records it as offered if the exchange asks before it reports. Runs in the caller's unit as
    the switch.
    """
    now = now or timezone.now()
    call = calls.find(event) or calls.record(event, now=now).call
    decision = uuid7()
    if call is None:
        return Route(decision_id=decision, action="reject", cause=UNKNOWN_CAUSE)
    grants.lock(call)
    call = (
        Call.objects.select_for_update(no_key=True, of=("self",))
        .select_related("service", "line__scenario")
        .get(pk=call.pk)
    )
    if not call.service.active or call.state == CallState.ENDED:
        audit.record(
            call.service_id,
            "call.rejected",
            actor=call.instance,
            detail={"call": str(call.pk), "why": "service suspended"},
        )
        return Route(decision_id=decision, action="reject", cause=REJECT_CAUSE)
    _note_scenario(call, now=now)
    seat = _choose(call, missed, now=now)
    if seat is None:
        return _wait(call, decision, now=now)
    _assign(call, seat, now=now)
    return Route(
        decision_id=decision,
        action="accept",
        extension=seat.workplace.extension,
        service=str(call.service_id),
        scenario=call.scenario_kind,
    )


def ready_seats(now: datetime | None = None) -> int:
    """How many operators could take a call of some service now."""
    return available_seats(now or timezone.now()).count()


def _note_scenario(call: Call, *, now: datetime) -> None:
    """Store on the call which scenario was in force and why; a call outside the agreed windows is taken and flagged."""
    if call.scenario_kind:
        return
    decision = scenarios.decide(_windows(call.line), (), now, call.service.time_zone)
    call.scenario_kind = call.line.scenario.kind
    call.scenario_reason = decision.reason
    call.save(update_fields=["scenario_kind", "scenario_reason"])


def _windows(line: Line) -> list[scenarios.Window]:
    return [rule.window() for rule in Scenario.objects.filter(service=line.service_id, active=True)]


def _choose(call: Call, missed: Sequence[str], *, now: datetime) -> Seat | None:
    if call.state in (CallState.RINGING, CallState.ANSWERED) and call.seat_id:
        return (
            Seat.objects.defer("secret_hash")
            .select_related("workplace")
            .filter(pk=call.seat_id, closed_at__isnull=True)
            .first()
        )
    local = now.astimezone(ZoneInfo(call.service.time_zone))
    seats = cleared_seats(call.service, now, local).exclude(workplace__extension__in=list(missed))
    return seats.select_related("workplace").select_for_update(skip_locked=True, no_key=True, of=("self",)).first()


def _assign(call: Call, seat: Seat, *, now: datetime) -> None:
    """The seat is taken from here on: its page shows whose call comes before the phone rings."""
    if call.state == CallState.ANSWERED:
        return
    Seat.objects.filter(pk=seat.pk).update(state=SeatState.BUSY, state_since=now, wrapup_until=None)
    call.state, call.seat, call.ringing_at = CallState.RINGING, seat, now
    call.save(update_fields=["state", "seat", "ringing_at"])
    live.touch(seat.pk)


def _wait(call: Call, decision: UUID, *, now: datetime) -> Route:
    if call.state == CallState.OFFERED:
        call.state, call.queued_at = CallState.QUEUED, call.queued_at or now
        call.save(update_fields=["state", "queued_at"])
    return Route(decision_id=decision, action="wait", retry_after_s=RETRY_AFTER_S, max_wait_s=MAX_WAIT_S)


def offered_event(instance: str, call_id: str, *, ani: str, dnis: str, now: datetime) -> CallEvent:
    """The event that a route question implies."""
    return CallEvent(
        event_id=f"route:{call_id}",
        type=CallEventType.OFFERED,
        occurred_at=now,
        instance=instance,
        call_id=call_id,
        ani=ani,
        dnis=dnis,
    )
