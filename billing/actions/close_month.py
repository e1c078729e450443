"""Closing a month: count, rate, freeze, number. Safe to run twice, also at once from two places."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime
from hashlib import sha256
from uuid import UUID

from django.db import connection
from django.utils import timezone

from billing.actions.sweep import sweep_usage
from billing.models import Contract, Invoice, InvoiceLine, InvoiceSeries, UsageEntry
from billing.tariffs.catalogue import Tariff, tariff
from billing.tariffs.commitment import Commitment
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

    Runs in the caller's unit as billing. `early` closes a month that has not ended. `excluded` are orders whose
    delivery is not yet settled and which a person leaves out, with the reason `why`.
    """
    now = now or timezone.now()
    with connection.cursor() as cursor:
        cursor.execute("SELECT app.lock_contract(%s)", [contract.pk])
    existing = Invoice.objects.filter(service=contract.service_id, contract=contract, month=month).first()
    if existing is not None:
        return existing
    _check_ended(contract, month, now=now, early=early)
    _check_settled(contract, month, excluded=excluded, why=why)
    sweep_usage(service=contract.service_id)
    invoice = _write(contract, month, excluded=len(excluded), now=now)
    audit.record(
        contract.service_id,
        "month.closed",
        actor="billing",
        detail={"invoice": invoice.pk, "number": invoice.number, "why": why[:200]},
    )
    return invoice


def _check_ended(contract: Contract, month: date, *, now: datetime, early: bool) -> None:
    _start, end = month_bounds(month, contract.service.time_zone)
    if now < end and not early:
        zone = contract.service.time_zone
        raise CannotClose(f"{month:%Y-%m} has not ended in {zone}: close it after {end:%Y-%m-%d %H:%M} UTC.")


def _check_settled(contract: Contract, month: date, *, excluded: Collection[UUID], why: str) -> None:
    if excluded and not why.strip():
        raise CannotClose("Orders are left out without a reason: say why.")
    start, end = month_bounds(month, contract.service.time_zone)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT order_id FROM app.unresolved_deliveries "
            "WHERE service_id = %s AND placed_at >= %s AND placed_at < %s",
            [contract.service_id, start, end],
        )
        open_orders = {row[0] for row in cursor.fetchall()} - set(excluded)
    if open_orders:
        first = ", ".join(sorted(str(order) for order in open_orders)[:3])
        raise CannotClose(
            f"{len(open_orders)} orders of {month:%Y-%m} are still on their way ({first}): wait until they are "
            "settled, or leave them out by name."
        )


def _tariff(contract: Contract, month: date) -> Tariff:
    """The tariff of the month; a package that starts in mid-month counts the days that are left."""
    sold = tariff(contract.tariff_code)
    starts_inside = contract.starts_on.replace(day=1) == month and contract.starts_on.day > 1
    return sold.started_on(contract.starts_on) if starts_inside and isinstance(sold, Commitment) else sold


def _write(contract: Contract, month: date, *, excluded: int, now: datetime) -> Invoice:
    usage = UsageEntry.objects.filter(service=contract.service_id, contract=contract, billing_month=month)
    counted = list(usage.order_by("order_id").values_list("order_id", "units"))
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
    )
    invoice.number = _next_number(contract, month)
    invoice.save(force_insert=True)
    _write_lines(invoice, rated)
    return invoice


def _write_lines(invoice: Invoice, rated: Rated) -> None:
    InvoiceLine.objects.bulk_create(
        InvoiceLine(
            id=uuid7(),
            service_id=invoice.service_id,
            invoice=invoice,
            position=position,
            title=line.title,
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
    counter, _ = InvoiceSeries.objects.get_or_create(
        service_id=contract.service_id, contract=contract, defaults={"id": uuid7()}
    )
    counter.last_number += 1
    counter.save(update_fields=["last_number"])
    return f"{contract.series}-{month:%Y}-{counter.last_number:04d}"
