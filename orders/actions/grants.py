"""Opening and closing the right to one call's data; only the switch runs this."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import QuerySet

from callcenter import audit
from callcenter.models import Grant, GrantKind, Seat
from orders.models import Call
from orders.queries import valid_clearances


def lock(call: Call) -> None:
    """Take the call's open grant first: the lock order is grant, order, audit chain everywhere."""
    list(
        Grant.objects.select_for_update(no_key=True)
        .filter(kind=GrantKind.CALL, call_id=call.pk, closed_at__isnull=True)
        .values("pk")
    )


def open_for(call: Call, seat: Seat, *, now: datetime) -> Grant | None:
    """Open the grant of an answered call for the seat that answered; None, audited, without a valid clearance."""
    local = now.astimezone(ZoneInfo(call.service.time_zone))
    if not valid_clearances(call.service, local).filter(person_id=seat.person_id).exists():
        audit.record(
            call.service_id,
            "grant.refused",
            actor=str(seat.person_id),
            detail={"call": str(call.pk), "why": "clearance"},
        )
        return None
    close_all(Grant.objects.filter(kind=GrantKind.CALL, seat=seat).exclude(call_id=call.pk), "replaced", now=now)
    existing = Grant.objects.filter(kind=GrantKind.CALL, call_id=call.pk, closed_at__isnull=True).first()
    if existing is not None and existing.seat_id == seat.pk:
        return existing
    close_all(Grant.objects.filter(kind=GrantKind.CALL, call_id=call.pk), "transferred", now=now)
    grant = Grant.objects.create(
        kind=GrantKind.CALL,
        service=call.service,
        person_id=seat.person_id,
        seat=seat,
        call_id=call.pk,
        opened_at=now,
        expires_at=now + timedelta(seconds=settings.GRANT_IDLE_S),
        hard_expires_at=now + timedelta(seconds=settings.GRANT_HARD_LIMIT_S),
    )
    audit.record(
        call.service_id, "grant.opened", actor=str(seat.person_id), grant=grant.pk, detail={"call": str(call.pk)}
    )
    return grant


def close_all(grants: QuerySet[Grant], reason: str, *, now: datetime) -> None:
    """Close what is still open of `grants`."""
    grants.filter(closed_at__isnull=True).update(closed_at=now, close_reason=reason)


def shorten(call: Call, *, until: datetime) -> None:
    """Let the call's grant end at the end of wrap-up at the latest."""
    Grant.objects.filter(kind=GrantKind.CALL, call_id=call.pk, closed_at__isnull=True, expires_at__gt=until).update(
        expires_at=until
    )
