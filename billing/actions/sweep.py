"""The sweep: accepted orders become usage entries, once each, in the month in which they were placed."""

from datetime import UTC, datetime
from uuid import UUID

from django.db import connection

from billing.models import Contract, UsageEntry
from callcenter.ids import uuid7
from callcenter.models import TaxiService
from callcenter.months import billing_month

BATCH = 500
RULE_VERSION = 1
_MISSING = """
    SELECT a.order_id, a.service_id, a.number, a.placed_at FROM app.accepted_orders a
    WHERE NOT EXISTS (SELECT FROM billing_usageentry u WHERE u.service_id = a.service_id AND u.order_id = a.order_id)
      AND a.order_id > %s AND (%s::uuid IS NULL OR a.service_id = %s)
    ORDER BY a.order_id LIMIT %s"""
Accepted = tuple[UUID, UUID, str, datetime]


def sweep_usage(*, service: UUID | None = None) -> int:
    """Write the missing entries of all services, or of one; returns how many. Runs in the caller's unit as billing."""
    written, after = 0, UUID(int=0)
    zones = {item.pk: item.time_zone for item in TaxiService.objects.only("id", "time_zone")}
    while rows := _missing(after, service):
        entries = [entry for row in rows if (entry := _entry(row, zones[row[1]])) is not None]
        written += len(UsageEntry.objects.bulk_create(entries, ignore_conflicts=True))
        after = rows[-1][0]
    return written


def _missing(after: UUID, service: UUID | None) -> list[Accepted]:
    with connection.cursor() as cursor:
        cursor.execute(_MISSING, [after, service, service, BATCH])
        return list(cursor.fetchall())


def _entry(row: Accepted, zone: str) -> UsageEntry | None:
    """One usage entry; none while the service has no contract, so that a later one still finds the order."""
    order, service, number, placed_at = row
    month = billing_month(placed_at.astimezone(UTC), zone)
    contract = _contract(service, placed_at)
    if contract is None:
        return None
    return UsageEntry(
        id=uuid7(),
        service_id=service,
        contract=contract,
        order_id=order,
        number=number,
        placed_at=placed_at,
        billing_month=month,
        rule_version=RULE_VERSION,
    )


def _contract(service: UUID, placed_at: datetime) -> Contract | None:
    held = Contract.objects.filter(service_id=service, starts_on__lte=placed_at.date()).order_by("-starts_on")
    return next(
        (contract for contract in held if contract.ends_on is None or contract.ends_on >= placed_at.date()), None
    )
