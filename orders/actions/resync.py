"""The exchange names the calls it still has: we end those it has lost, and it learns which dialogs are done."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.utils import timezone

from callcenter.contracts import CallEvent, CallEventType, CallOutcome
from orders.actions import calls
from orders.models import Call, CallState
from orders.queries import live_calls

SETTLE_S = 10


def compare(instance: str, present: Iterable[str], *, now: datetime | None = None) -> list[str]:
    """Return the exchange's ids of calls whose dialog is done; end our calls that the exchange no longer has."""
    now = now or timezone.now()
    there = set(present)
    for call in (
        live_calls(instance).exclude(external_id__in=there).filter(created_at__lt=now - timedelta(seconds=SETTLE_S))
    ):
        calls.record(_lost(call, now), now=now)
    done = Call.objects.filter(
        instance=instance, external_id__in=there, state=CallState.ANSWERED, disposition__isnull=False
    )
    return list(done.values_list("external_id", flat=True))


def _lost(call: Call, now: datetime) -> CallEvent:
    outcome = CallOutcome.ANSWERED if call.answered_at else CallOutcome.FAILED
    return CallEvent(
        event_id=f"resync:{call.external_id}",
        type=CallEventType.ENDED,
        occurred_at=now,
        instance=call.instance,
        call_id=call.external_id,
        outcome=outcome,
    )
