"""The register: every order that a bill counts, in the order of their numbers on it; read in pages."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import TypeVar
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from billing.exports.csv import safe
from billing.models import Invoice, UsageEntry
from callcenter.tenancy.rules import BILLING
from callcenter.tenancy.unit import active, unit

PAGE = 5_000
# Called with the rows done and the rows in all.
Progress = Callable[[int, int], None]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Entry:
    """One counted order: its place on the bill, the service's own number, when it was placed (the service's time)."""

    ordinal: int
    number: str
    placed_at: datetime
    units: int
    reason: str


def entries(invoice: Invoice, *, page: int = PAGE) -> Iterator[list[Entry]]:
    """Pages of the register, each read by the key after the last row."""
    zone = ZoneInfo(invoice.contract.service.time_zone)
    rows = UsageEntry.objects.filter(
        service=invoice.service_id, contract=invoice.contract_id, billing_month=invoice.month
    ).order_by("placed_at", "id")
    ordinal, after = 0, None
    while read := in_unit(partial(_read, rows, after, page)):
        numbered = []
        for row in read:
            ordinal += row.units
            numbered.append(Entry(ordinal, row.number, row.placed_at.astimezone(zone), row.units, row.reason_code))
        yield numbered
        after = (read[-1].placed_at, read[-1].pk)


def in_unit(read: Callable[[], T]) -> T:
    """Read in a unit of its own, unless one is open: between two pages others learn how far the file is."""
    if active():
        return read()
    with unit(BILLING):
        return read()


def _read(rows: QuerySet[UsageEntry], after: tuple[datetime, UUID] | None, page: int) -> list[UsageEntry]:
    return list(_behind(rows, after)[:page])


def _behind(rows: QuerySet[UsageEntry], after: tuple[datetime, UUID] | None) -> QuerySet[UsageEntry]:
    if after is None:
        return rows
    placed_at, key = after
    return rows.filter(Q(placed_at__gt=placed_at) | Q(placed_at=placed_at, pk__gt=key))


def head() -> list[str]:
    """The columns."""
    return [_("No."), _("Order number"), _("Placed"), _("Counted"), _("Why")]


def cells(entry: Entry) -> list[str | int]:
    """One row as plain values."""
    return [entry.ordinal, safe(entry.number), f"{entry.placed_at:%Y-%m-%d %H:%M:%S}", entry.units, entry.reason]


def register_csv(invoice: Invoice, told: Progress) -> bytes:
    """The whole register as the accountants' CSV."""
    text = io.StringIO(newline="")
    rows = csv.writer(text, delimiter=";", lineterminator="\r\n")
    rows.writerow(head())
    for page in entries(invoice):
        rows.writerows(cells(entry) for entry in page)
        told(page[-1].ordinal, invoice.orders)
    rows.writerow([_("Total"), "", "", invoice.orders, ""])
    return ("\ufeff" + text.getvalue()).encode()
