"""Closing a month on real PostgreSQL, as the billing role."""

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from hashlib import sha256
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection, transaction

from billing.actions.close_month import CannotClose
from billing.models import Contract, Invoice, InvoiceLine, InvoiceSeries, UsageEntry
from billing.tariffs.catalogue import rate
from tests.billing.cast import (
    AFTER,
    DECEMBER,
    NOVEMBER,
    add_contract,
    close,
    make_contract,
    place,
    settle,
    sweep,
    together,
)


def trail(action: str) -> list[dict[str, Any]]:
    """The details of this action in the audit trail."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT detail::text FROM callcenter_auditentry WHERE action = %s ORDER BY id", [action])
        return [json.loads(row[0]) for row in cursor.fetchall()]


def usage(contract: Contract, orders: int) -> None:
    """So many swept orders of November."""
    at = datetime(2026, 11, 10, 12, tzinfo=UTC)
    UsageEntry.objects.bulk_create(
        UsageEntry(
            service_id=contract.service_id,
            contract=contract,
            order_id=uuid4(),
            number="4417",
            placed_at=at,
            billing_month=NOVEMBER,
        )
        for _ in range(orders)
    )


def test_closing_counts_rates_numbers_and_adds_up(contract: Contract) -> None:
    for _ in range(3):
        place(contract)

    invoice = close(contract)

    assert (invoice.number, invoice.orders, invoice.total) == ("Ко-2026-0001", 3, Decimal("17.85"))
    assert (invoice.tariff_code, invoice.currency, invoice.closed_at) == ("PER-ORDER-B", "RUB", AFTER)
    assert sum(line.amount for line in InvoiceLine.objects.all()) == invoice.total


def test_an_invoice_has_the_lines_that_rating_says(contract: Contract) -> None:
    usage(contract, 1002)

    invoice = close(contract)

    lines = list(
        invoice.lines.order_by("position").values_list("position", "first", "last", "quantity", "rate", "amount")
    )
    assert lines == [
        (1, 1, 1000, 1000, Decimal("5.9500"), Decimal("5950.00")),
        (2, 1001, 3000, 2, Decimal("5.2000"), Decimal("10.40")),
    ]
    assert invoice.total == rate("PER-ORDER-B", 1002).total == Decimal("5960.40")


def test_the_bill_names_the_orders_that_it_counted(contract: Contract) -> None:
    counted = sorted(place(contract).pk for _ in range(3))

    invoice = close(contract)

    assert invoice.input_hash == sha256("\n".join(f"{order} 1" for order in counted).encode()).hexdigest()


def test_a_month_without_orders_costs_the_package_and_nothing_per_order(contract: Contract) -> None:
    rival = make_contract("PACKAGE-1000", name="Луна", number="+74951230011")

    assert (close(contract).total, close(rival).total) == (Decimal("0.00"), Decimal("7000.00"))


def test_a_package_that_starts_in_mid_month_costs_the_days_that_are_left_once(db: None) -> None:
    contract = make_contract("PACKAGE-1000", starts="2026-11-16")

    assert (close(contract).total, close(contract, DECEMBER, early=True).total) == (
        Decimal("3500.00"),
        Decimal("7000.00"),
    )


def test_closing_sweeps_what_was_accepted_a_moment_ago(contract: Contract) -> None:
    order = place(contract, at="2026-11-30T20:58:00+00:00", state="queued")
    settle(order, "accepted", at=datetime(2026, 12, 1, 20, tzinfo=UTC))

    assert close(contract).orders == 1


def test_the_last_day_of_a_contract_is_billed_to_its_end(db: None) -> None:
    contract = make_contract(ends="2026-11-15")
    place(contract, at="2026-11-15T20:59:59+00:00")
    place(contract, at="2026-11-15T21:00:00+00:00")

    assert close(contract).orders == 1


def test_closing_twice_gives_the_same_invoice(contract: Contract) -> None:
    place(contract)
    first = close(contract)
    place(contract)

    second = close(contract)

    assert (second.pk, second.orders, second.input_hash) == (first.pk, 1, first.input_hash)
    assert InvoiceSeries.objects.get().last_number == 1
    assert len(trail("month.closed")) == 1


@pytest.mark.parametrize("zone", ["Europe/Moscow", "Asia/Vladivostok"])
def test_a_month_ends_in_the_service_s_own_zone(db: None, zone: str) -> None:
    contract = make_contract(zone=zone)
    end = {"Europe/Moscow": "2026-11-30T21:00:00", "Asia/Vladivostok": "2026-11-30T14:00:00"}[zone]
    ended = datetime.fromisoformat(end).replace(tzinfo=UTC)

    with pytest.raises(CannotClose, match=f"2026-11 has not ended in {zone}"):
        close(contract, now=ended.replace(hour=ended.hour - 1, minute=59))
    assert not Invoice.objects.exists()
    assert close(contract, now=ended).number == "Ко-2026-0001"


def test_a_month_that_has_begun_can_be_closed_early_but_not_one_that_has_not(contract: Contract) -> None:
    now = datetime(2026, 11, 23, tzinfo=UTC)

    with pytest.raises(CannotClose, match="2026-12 has not begun in Europe/Moscow"):
        close(contract, DECEMBER, now=now, early=True)
    assert close(contract, now=now, early=True).month == NOVEMBER


@pytest.mark.parametrize(("starts", "ends"), [("2026-12-01", None), ("2026-01-01", "2026-10-31")])
def test_nothing_is_billed_for_a_month_outside_the_contract(db: None, starts: str, ends: str | None) -> None:
    contract = make_contract("PACKAGE-1000", starts=starts, ends=ends)

    with pytest.raises(CannotClose, match="is not in force in 2026-11"):
        close(contract)
    assert not Invoice.objects.exists()


def test_an_order_under_way_keeps_the_month_open(contract: Contract) -> None:
    waiting = place(contract, state="unknown")

    with pytest.raises(CannotClose, match=f"1 orders of 2026-11 are still on their way .{waiting.pk}."):
        close(contract)
    assert not Invoice.objects.exists()


def test_an_order_under_way_of_another_month_or_service_does_not(contract: Contract) -> None:
    rival = make_contract(name="Луна", number="+74951230011")
    place(contract, at="2026-10-31T20:59:59+00:00", state="unknown")
    place(contract, at="2026-11-30T21:00:00+00:00", state="unknown")
    place(rival, state="unknown")

    assert close(contract).orders == 0


def test_a_person_leaves_an_order_out_with_a_reason_that_stays(contract: Contract) -> None:
    place(contract)
    waiting = place(contract, state="unknown")

    with pytest.raises(CannotClose, match="without a reason"):
        close(contract, excluded=[waiting.pk], why=" ")
    invoice = close(contract, excluded=[waiting.pk], why="the service has no such order")

    assert (invoice.orders, invoice.excluded) == (1, 1)
    assert trail("month.order_left_out") == [
        {"invoice": str(invoice.pk), "order": str(waiting.pk), "why": "the service has no such order"}
    ]


def test_only_an_order_under_way_can_be_left_out(contract: Contract) -> None:
    accepted = place(contract)

    with pytest.raises(CannotClose, match=f"No order of 2026-11 on its way is {accepted.pk}"):
        close(contract, excluded=[accepted.pk], why="too dear")
    assert not Invoice.objects.exists()


def test_an_order_left_out_counts_for_the_contract_of_its_day_only(db: None) -> None:
    old = make_contract(ends="2026-11-15")
    new = add_contract(old.service, series="КН", starts="2026-11-16")
    waiting = place(old, at="2026-11-20T12:00:00+00:00", state="unknown")

    made = [close(item, excluded=[waiting.pk], why="checked") for item in (old, new)]

    assert [invoice.excluded for invoice in made] == [0, 1]


def test_a_failed_closing_leaves_no_gap_in_the_numbers(contract: Contract) -> None:
    def fail_after_closing() -> None:
        close(contract)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError), transaction.atomic():
        fail_after_closing()

    assert close(contract).number == "Ко-2026-0001"
    assert InvoiceLine.objects.count() == 0


def test_numbers_of_a_contract_follow_each_other_and_each_contract_has_its_own(contract: Contract) -> None:
    rival = make_contract("PACKAGE-1000", name="Луна", number="+74951230011")

    numbers = [close(item, date(2026, month, 1)).number for month in (9, 10, 11) for item in (contract, rival)]

    assert numbers == [f"{series}-2026-000{place}" for place in (1, 2, 3) for series in ("Ко", "Лу")]


@pytest.mark.django_db(transaction=True)
def test_two_closers_at_once_make_one_invoice() -> None:
    contract = make_contract()
    for _ in range(5):
        place(contract)
    numbers: list[str] = []

    together(*[lambda: numbers.append(close(contract).number)] * 4)

    assert numbers == ["Ко-2026-0001"] * 4
    assert Invoice.objects.get().orders == 5


@pytest.mark.django_db(transaction=True)
def test_closers_of_many_months_number_them_without_a_gap() -> None:
    contract = make_contract()

    together(*[lambda month=month: close(contract, date(2026, month, 1)) for month in range(1, 9)])

    numbers = sorted(Invoice.objects.values_list("number", flat=True))
    assert numbers == [f"Ко-2026-000{place}" for place in range(1, 9)]


@pytest.mark.django_db(transaction=True)
def test_closing_both_contracts_of_a_service_beside_sweeps_waits_for_nobody_for_ever() -> None:
    old = make_contract(ends="2026-11-15")
    new = add_contract(old.service, series="КН", starts="2026-11-16")
    for day in (*range(10, 15), *range(20, 25)):
        place(old, at=f"2026-11-{day}T12:00:00+00:00")

    together(lambda: close(old), lambda: close(new), sweep, sweep)

    assert [invoice.orders for invoice in Invoice.objects.order_by("contract__starts_on")] == [5, 5]
    assert UsageEntry.objects.count() == 10
