"""Accepted orders that have no usage entry yet, through the one view that billing may read of orders."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from django.db import connection

from billing.models import Contract, UsageEntry

# The regular sweep looks back this far from the last entry that it wrote; a closing looks at its whole month.
LOOK_BACK = timedelta(days=3)
_COLUMNS = "a.order_id, a.service_id, a.number, a.placed_at, a.accepted_at"
_UNSWEPT = "NOT EXISTS (SELECT FROM billing_usageentry u WHERE u.service_id = a.service_id AND u.order_id = a.order_id)"
_RECENT = f"""
    SELECT {_COLUMNS} FROM app.accepted_orders a
    WHERE a.accepted_at >= %s AND (a.accepted_at, a.order_id) > (%s, %s) AND {_UNSWEPT}
    ORDER BY a.accepted_at, a.order_id LIMIT %s"""  # noqa: S608 - constants of this file
_OF_SERVICE = f"""
    SELECT {_COLUMNS} FROM app.accepted_orders a
    WHERE a.service_id = %s AND a.placed_at >= %s AND a.placed_at < %s AND {_UNSWEPT}
    ORDER BY a.accepted_at, a.order_id"""  # noqa: S608 - constants of this file


@dataclass(frozen=True, slots=True)
class Accepted:
    """What billing knows of an order: `number` is the service's own, `placed_at` the operator's press."""

    order: UUID
    service: UUID
    number: str
    placed_at: datetime
    accepted_at: datetime


def sweep_start() -> datetime:
    """From which acceptance on the regular sweep looks; the ids of entries rise with time."""
    last = UsageEntry.objects.order_by("-id").values_list("recorded_at", flat=True).first()
    return last - LOOK_BACK if last else datetime.min.replace(tzinfo=UTC)


def unswept_since(start: datetime, *, after: Accepted | None, limit: int) -> list[Accepted]:
    """The next `limit` orders accepted since `start`, oldest first, beginning behind `after`."""
    behind = (after.accepted_at, after.order) if after else (start, UUID(int=0))
    return _accepted(_RECENT, start, *behind, limit)


def unswept_of(contract: Contract, month: date) -> list[Accepted]:
    """Every order of one contract-month that is not in the ledger: to be swept, or late once the month is closed."""
    part = contract.part_of(month)
    return _accepted(_OF_SERVICE, contract.service_id, *part) if part else []


def unsettled(service: UUID, start: datetime, end: datetime) -> set[UUID]:
    """Orders placed in between of which nobody knows yet whether the service accepts them."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT order_id FROM app.unresolved_deliveries "
            "WHERE service_id = %s AND placed_at >= %s AND placed_at < %s",
            [service, start, end],
        )
        return {row[0] for row in cursor.fetchall()}


def _accepted(sql: str, *params: UUID | datetime | int) -> list[Accepted]:
    with connection.cursor() as cursor:
        cursor.execute(sql, list(params))
        return [Accepted(*row) for row in cursor.fetchall()]
