"""Closing a month: count, rate, freeze, number. Safe to run twice, also at once from two places."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime
from hashlib import sha256
from uuid import UUID

from django.db import connection
from django.utils import timezone

from billing.actions.parties import parties
from billing.actions.sweep import sweep_contract
from billing.models import Contract, Invoice, InvoiceLine, InvoiceSeries, UsageEntry
from billing.queries import unsettled
from billing.tariffs.catalogue import Tariff, tariff
from billing.tariffs.rated import Rated
from callcenter import audit
from callcenter.ids import uuid7
from callcenter.months import month_bounds


class CannotClose(Exception):
    """The month stays open; the sentence says why and what to do."""


def close_month(
    contract: Contract,
    month: date,
    *,
    now: datetime | None = None,
    early: bool = False,
    excluded: Collection[UUID] = (),
    why: str = "",
) -> Invoice:
    """Close one contract-month and return its invoice; an earlier closing's invoice is returned as it is.

    Runs in the caller's unit as billing. `early` closes a month that has begun but not ended. `excluded` are orders
    whose delivery is not yet settled and which a person leaves out, with the reason `why`; accepted later, they need
    a correction.
    """
    now = now or timezone.now()
    contract = _locked(contract)
    existing = Invoice.objects.filter(service=contract.service_id, contract=contract, month=month).first()
    if existing is not None:
        return existing
    _check_month(contract, month, now=now, early=early)
    left_out = _check_settled(contract, month, excluded=excluded, why=why)
    sweep_contract(contract, month)
    invoice = _write(contract, month, excluded=len(left_out), now=now)
    _record(invoice, left_out, why=why)
    return invoice


def _locked(contract: Contract) -> Contract:
    """The contract as it is now; nobody else bills it or writes usage for it until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT app.lock_contract(%s)", [contract.pk])
    return Contract.objects.select_related("service").get(pk=contract.pk)


def _check_month(contract: Contract, month: date, *, now: datetime, early: bool) -> None:
    zone = contract.service.time_zone
    start, end = month_bounds(month, zone)
    if now < start:
        raise CannotClose(f"{month:%Y-%m} has not begun in {zone}: it begins at {start:%Y-%m-%d %H:%M} UTC.")
    if now < end and not early:
        raise CannotClose(f"{month:%Y-%m} has not ended in {zone}: close it after {end:%Y-%m-%d %H:%M} UTC.")


def _check_settled(contract: Contract, month: date, *, excluded: Collection[UUID], why: str) -> set[UUID]:
    """The orders that are left out. Looks before the sweep: what is settled in between is then swept."""
    if excluded and not why.strip():
        raise CannotClose("Orders are left out without a reason: say why.")
    part = contract.part_of(month)
    if part is None:
        raise CannotClose(f"Contract {contract.number} is not in force in {month:%Y-%m}: there is nothing to bill.")
    if needless := set(excluded) - unsettled(contract.service_id, *month_bounds(month, contract.service.time_zone)):
        raise CannotClose(
            f"No order of {month:%Y-%m} on its way is {_names(needless)}: leave out only orders that are not settled."
        )
    waiting = unsettled(contract.service_id, *part)
    if waiting - set(excluded):
        raise CannotClose(
            f"{len(waiting - set(excluded))} orders of {month:%Y-%m} are still on their way "
            f"({_names(waiting - set(excluded))}): wait until they are settled, or leave them out by name."
        )
    return waiting


def _names(orders: Collection[UUID]) -> str:
    return ", ".join(sorted(str(order) for order in orders)[:3])


def _tariff(contract: Contract, month: date) -> Tariff:
    """The tariff of the month; in its first month it counts from the day on which the contract starts."""
    sold = tariff(contract.tariff_code)
    return sold.started_on(contract.starts_on) if contract.starts_on.replace(day=1) == month else sold


def _write(contract: Contract, month: date, *, excluded: int, now: datetime) -> Invoice:
    """The lines, then the invoice that they add up to: it takes its number last, and no line after it."""
    usage = UsageEntry.objects.filter(service=contract.service_id, contract=contract, billing_month=month)
    counted = list(usage.order_by("order_id", "units").values_list("order_id", "units"))
    orders = sum(units for _order, units in counted)
    rated = _tariff(contract, month).rate_orders(orders)
    invoice = Invoice(
        id=uuid7(),
        service_id=contract.service_id,
        contract=contract,
        month=month,
        tariff_code=contract.tariff_code,
        orders=orders,
        excluded=excluded,
        total=rated.total,
        currency=contract.currency,
        input_hash=_digest(counted),
        closed_at=now,
        parties=parties(contract, month),
    )
    _write_lines(invoice, rated)
    invoice.number = _next_number(contract, month)
    invoice.save(force_insert=True)
    return invoice


def _write_lines(invoice: Invoice, rated: Rated) -> None:
    InvoiceLine.objects.bulk_create(
        InvoiceLine(
            service_id=invoice.service_id,
            invoice_id=invoice.pk,
            position=position,
            title=line.title,
            first=line.first,
            last=line.last,
            quantity=line.quantity,
            rate=line.rate,
            amount=line.amount,
        )
        for position, line in enumerate(rated.lines, start=1)
    )


def _digest(counted: Sequence[tuple[UUID, int]]) -> str:
    return sha256("\n".join(f"{order} {units}" for order, units in counted).encode()).hexdigest()


def _next_number(contract: Contract, month: date) -> str:
    """The next number of the contract's own series: a shared one would tell a client how many rivals there are.

    The contract is locked, so nobody else raises the counter; a closing that fails takes its number back with it.
    """
    counter, _ = InvoiceSeries.objects.get_or_create(service_id=contract.service_id, contract=contract)
    counter.last_number += 1
    counter.save(update_fields=["last_number"])
    return f"{contract.series}-{month:%Y}-{counter.last_number:04d}"


def _record(invoice: Invoice, left_out: Collection[UUID], *, why: str) -> None:
    """Who was left out and why stays in the trail, one entry per order."""
    for order in sorted(left_out):
        audit.record(
            invoice.service_id,
            "month.order_left_out",
            actor="billing",
            detail={"invoice": invoice.pk, "order": order, "why": why[: audit.LONGEST_TEXT]},
        )
    audit.record(
        invoice.service_id,
        "month.closed",
        actor="billing",
        detail={"invoice": invoice.pk, "number": invoice.number, "orders": invoice.orders, "left_out": len(left_out)},
    )
