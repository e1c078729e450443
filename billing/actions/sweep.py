"""The sweep: accepted orders become usage entries, once each, in the month in which they were placed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db import connection

from billing.models import Contract, Invoice, UsageEntry
from billing.queries import Accepted, sweep_start, unswept_of, unswept_since
from callcenter.months import local_day

RULE_VERSION = 1
PAGE = 500


@dataclass(frozen=True, slots=True)
class Swept:
    """How many orders got their entry, came after their month was closed (a correction's affair), or belong to a
    service without a contract on that day (a later contract still finds them).
    """

    written: int = 0
    late: int = 0
    without_contract: int = 0

    def __add__(self, other: Swept) -> Swept:
        return Swept(
            self.written + other.written, self.late + other.late, self.without_contract + other.without_contract
        )


def sweep_usage(*, page: int = PAGE) -> Swept:
    """Write the missing entries of all services. Runs in the caller's unit as billing; safe beside another one."""
    swept, start = Swept(), sweep_start()
    found = unswept_since(start, after=None, limit=page)
    while found:
        swept += _write(found)
        found = unswept_since(start, after=found[-1], limit=page)
    return swept


def sweep_contract(contract: Contract, month: date) -> Swept:
    """Write every missing entry of one contract-month, however old."""
    return _write(unswept_of(contract, month))


def hold_contracts(contracts: Collection[UUID]) -> None:
    """Keep these contracts from being billed until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT app.hold_contracts(%s::uuid[])", [list(contracts)])


def _write(found: Sequence[Accepted]) -> Swept:
    contracts = _contracts({order.service for order in found})
    entries = [entry for order in found if (entry := _entry(order, contracts)) is not None]
    closed = _closed(entries)
    fresh = [entry for entry in entries if (entry.contract_id, entry.billing_month) not in closed]
    UsageEntry.objects.bulk_create(fresh, ignore_conflicts=True)
    return Swept(len(fresh), len(entries) - len(fresh), len(found) - len(entries))


def _contracts(services: Collection[UUID]) -> Mapping[UUID, Sequence[Contract]]:
    held: dict[UUID, list[Contract]] = defaultdict(list)
    for contract in Contract.objects.select_related("service").filter(service__in=services):
        held[contract.service_id].append(contract)
    return held


def _closed(entries: Sequence[UsageEntry]) -> set[tuple[UUID, date]]:
    """The contract-months among those of the entries that are closed, and stay as they are until the transaction
    ends.
    """
    contracts = {entry.contract_id for entry in entries}
    hold_contracts(contracts)
    months = {entry.billing_month for entry in entries}
    found = Invoice.objects.filter(contract__in=contracts, month__in=months)
    return set(found.values_list("contract_id", "month"))


def _entry(order: Accepted, contracts: Mapping[UUID, Sequence[Contract]]) -> UsageEntry | None:
    """The entry of one order, under the contract of its service that was in force on the service's own day."""
    for contract in contracts.get(order.service, ()):
        day = local_day(order.placed_at, contract.service.time_zone)
        if contract.covers(day):
            return UsageEntry(
                service_id=order.service,
                contract=contract,
                order_id=order.order,
                number=order.number,
                placed_at=order.placed_at,
                billing_month=day.replace(day=1),
                rule_version=RULE_VERSION,
            )
    return None
