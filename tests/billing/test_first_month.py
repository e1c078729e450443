"""A contract that starts in mid-month, closed on real PostgreSQL as the billing role."""

from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import uuid4

import pytest

from billing.models import Contract, Invoice, UsageEntry
from billing.tariffs.commitment import BASE, BASE_IN_PART, OVERAGE
from tests.billing.cast import DECEMBER, NOVEMBER, add_contract, close, make_contract, place

pytestmark = pytest.mark.django_db
STARTS = "2026-11-11"


def used(contract: Contract, orders: int) -> None:
    """So many swept orders of November."""
    UsageEntry.objects.bulk_create(
        UsageEntry(
            service_id=contract.service_id,
            contract=contract,
            order_id=uuid4(),
            number="4417",
            placed_at=datetime(2026, 11, 20, 12, tzinfo=UTC),
            billing_month=NOVEMBER,
        )
        for _ in range(orders)
    )


def lines(invoice: Invoice) -> list[tuple[str, int, Decimal, Decimal]]:
    return list(invoice.lines.order_by("position").values_list("title", "quantity", "rate", "amount"))


@pytest.mark.parametrize(
    ("tariff", "included", "rate", "fee"),
    [
        ("PACKAGE-1000", 667, "7.0000", "4669.00"),
        ("PACKAGE-3000", 2000, "6.5000", "13000.00"),
        ("PACKAGE-5000", 3334, "6.0000", "20004.00"),
        ("PACKAGE-10000", 6667, "5.5000", "36668.50"),
    ],
)
def test_twenty_of_thirty_days_are_due_and_the_next_month_is_whole(
    db: None, tariff: str, included: int, rate: str, fee: str
) -> None:
    contract = make_contract(tariff, starts=STARTS)

    november, december = close(contract), close(contract, DECEMBER, early=True)

    assert (november.orders, november.total) == (0, Decimal(fee))
    assert lines(november) == [(BASE_IN_PART, included, Decimal(rate), Decimal(fee))]
    assert [line[0] for line in lines(december)] == [BASE]
    assert december.total == lines(december)[0][1] * Decimal(rate) > november.total


def test_an_order_over_the_part_costs_the_package_s_rate(db: None) -> None:
    contract = make_contract("PACKAGE-1000", starts=STARTS)
    used(contract, 669)

    invoice = close(contract)

    assert lines(invoice) == [
        (BASE_IN_PART, 667, Decimal("7.0000"), Decimal("4669.00")),
        (OVERAGE, 2, Decimal("7.0000"), Decimal("14.00")),
    ]
    assert invoice.total == Decimal("4683.00")


@pytest.mark.parametrize("tariff", ["PER-ORDER-A", "PER-ORDER-B"])
def test_who_pays_per_order_pays_for_no_day(db: None, tariff: str) -> None:
    whole, part = make_contract(tariff), make_contract(tariff, name="Луна", number="+74951230011", starts=STARTS)
    for contract in (whole, part):
        used(contract, 3)

    assert close(part).total == close(whole).total > 0


@pytest.mark.parametrize(
    ("zone", "start"), [("Europe/Moscow", "2026-11-10T21:00:00"), ("Asia/Vladivostok", "2026-11-10T14:00:00")]
)
def test_the_first_day_begins_at_midnight_of_the_service(db: None, zone: str, start: str) -> None:
    contract = make_contract("PACKAGE-1000", starts=STARTS, zone=zone)
    instant = datetime.fromisoformat(start).replace(tzinfo=UTC)
    place(contract, at=instant.replace(hour=instant.hour - 1, minute=59, second=59).isoformat())
    place(contract, at=instant.isoformat())

    invoice = close(contract)

    assert (invoice.orders, invoice.total) == (1, Decimal("4669.00"))


def test_a_start_on_the_first_is_a_whole_month_and_on_the_last_is_one_day(db: None) -> None:
    whole = make_contract("PACKAGE-3000", starts="2026-11-01")
    last = make_contract("PACKAGE-3000", name="Луна", number="+74951230011", starts="2026-11-30")

    assert [line[:2] for line in lines(close(whole))] == [(BASE, 3000)]
    assert [line[:2] for line in lines(close(last))] == [(BASE_IN_PART, 100)]


def test_two_contracts_of_one_month_are_billed_each_for_itself(db: None) -> None:
    old = make_contract("PER-ORDER-B", ends="2026-11-10")
    new = add_contract(old.service, "PACKAGE-1000", series="КН", starts=STARTS)
    place(old, at="2026-11-10T20:59:59+00:00")
    place(old, at="2026-11-10T21:00:00+00:00")

    assert [(close(item).orders, close(item).total) for item in (old, new)] == [
        (1, Decimal("5.95")),
        (1, Decimal("4669.00")),
    ]


def test_a_short_month_counts_its_own_days(db: None) -> None:
    contract = make_contract("PACKAGE-1000", starts="2026-02-10")

    assert close(contract, date(2026, 2, 1)).total == Decimal("4753.00")
