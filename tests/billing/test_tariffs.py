"""Rating, with worked examples."""

import json
from datetime import date
from decimal import Decimal

import pytest
from django.core.management import CommandError, call_command
from hypothesis import given
from hypothesis import strategies as st

from billing.tariffs.catalogue import TARIFFS, rate
from billing.tariffs.commitment import Commitment
from billing.tariffs.graduated import Graduated, Tier

PACKAGES = [code for code in TARIFFS if code.startswith("PACKAGE")]


@pytest.mark.parametrize(
    ("code", "orders", "total"),
    [
        ("PACKAGE-1000", 0, "7000.00"),
        ("PACKAGE-1000", 1000, "7000.00"),
        ("PACKAGE-1000", 1001, "7007.00"),
        ("PACKAGE-1000", 2786, "19502.00"),
        ("PACKAGE-3000", 2786, "19500.00"),
        ("PACKAGE-5000", 5000, "30000.00"),
        ("PACKAGE-10000", 9167, "55000.00"),
        ("PER-ORDER-B", 0, "0.00"),
        ("PER-ORDER-B", 1000, "5950.00"),
        ("PER-ORDER-B", 2752, "15060.40"),
        ("PER-ORDER-B", 3000, "16350.00"),
        ("PER-ORDER-B", 5000, "26150.00"),
        ("PER-ORDER-B", 10000, "50650.00"),
        ("PER-ORDER-B", 18000, "86650.00"),
    ],
)
def test_worked_examples(code: str, orders: int, total: str) -> None:
    assert rate(code, orders).total == Decimal(total)


def test_three_thousand_orders_average_five_forty_five() -> None:
    assert rate("PER-ORDER-B", 3000).total / 3000 == Decimal("5.45")


@pytest.mark.parametrize(
    ("orders", "best", "price"),
    [
        (2785, "PACKAGE-1000", "19495.00"),
        (2786, "PACKAGE-3000", "19500.00"),
        (4615, "PACKAGE-3000", "29997.50"),
        (4616, "PACKAGE-5000", "30000.00"),
        (9166, "PACKAGE-5000", "54996.00"),
        (9167, "PACKAGE-10000", "55000.00"),
    ],
)
def test_the_best_package_changes_where_the_next_fee_undercuts(orders: int, best: str, price: str) -> None:
    prices = {code: rate(code, orders).total for code in PACKAGES}

    assert min(prices.items(), key=lambda item: item[1]) == (best, Decimal(price))


def test_each_tier_that_was_reached_is_a_line_with_its_bounds() -> None:
    lines = rate("PER-ORDER-B", 10_001).lines

    assert [(line.first, line.last, line.quantity, str(line.amount)) for line in lines] == [
        (1, 1000, 1000, "5950.00"),
        (1001, 3000, 2000, "10400.00"),
        (3001, 5000, 2000, "9800.00"),
        (5001, 10000, 5000, "24500.00"),
        (10001, None, 1, "4.50"),
    ]


def test_halves_of_a_kopeck_are_rounded_up_line_by_line_and_a_flat_part_is_due_once() -> None:
    tiers = [Tier(up_to=1, unit=Decimal("0.005")), Tier(up_to=None, unit=Decimal("0.067"), flat=Decimal("2"))]
    lines = Graduated(code="X", tiers=tiers).rate_orders(56).lines

    assert [(str(line.rate), str(line.amount)) for line in lines] == [("0.0050", "0.01"), ("0.0670", "5.69")]


def test_overage_is_a_line_of_its_own_at_the_package_s_rate() -> None:
    base, over = rate("PACKAGE-1000", 1250).lines

    assert (base.quantity, base.amount) == (1000, Decimal("7000.00"))
    assert (over.quantity, over.rate, over.amount) == (250, Decimal("7.0000"), Decimal("1750.00"))


@given(code=st.sampled_from(PACKAGES), orders=st.integers(0, 30_000))
def test_a_package_costs_the_larger_of_both_counts_times_its_rate(code: str, orders: int) -> None:
    tariff = TARIFFS[code]
    assert isinstance(tariff, Commitment)
    assert rate(code, orders).total == max(orders, tariff.included) * tariff.rate


@given(code=st.sampled_from(list(TARIFFS)), orders=st.integers(0, 30_000))
def test_one_order_more_never_lowers_the_bill_and_lines_add_up(code: str, orders: int) -> None:
    rated = rate(code, orders)

    assert rate(code, orders + 1).total >= rated.total
    assert sum(line.amount for line in rated.lines) == rated.total


@pytest.mark.parametrize(
    ("day", "included", "fee"),
    [("2026-11-16", 500, "3500.00"), ("2027-02-10", 679, "4753.00"), ("2026-11-01", 1000, "7000.00")],
)
def test_a_package_that_starts_in_mid_month_counts_the_days_that_are_left(day: str, included: int, fee: str) -> None:

    package = TARIFFS["PACKAGE-1000"]
    assert isinstance(package, Commitment)
    started = package.started_on(date.fromisoformat(day))

    assert (started.included, started.fee) == (included, Decimal(fee))


@pytest.mark.parametrize("bounds", [(), (None, 10), (10, 5, None), (10, 10, None), (10, 20), (0, None)])
def test_tiers_that_do_not_rise_are_refused(bounds: tuple[int | None, ...]) -> None:
    with pytest.raises(ValueError, match="tiers must rise"):
        Graduated(code="X", tiers=[Tier(up_to=bound, unit=Decimal(1)) for bound in bounds])


@pytest.mark.parametrize("code", ["PACKAGE-1000", "PER-ORDER-B"])
@pytest.mark.parametrize("orders", [-1, True, "3", 2.5, 3.0, None, 10**9 + 1])
def test_what_is_no_count_is_refused_by_name(code: str, orders: object) -> None:
    with pytest.raises(ValueError, match="number of orders"):
        rate(code, orders)  # type: ignore[arg-type]


def test_the_command_prints_json_and_names_what_is_wrong(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("rate", "--tariff", "PER-ORDER-B", "--orders", "3000")
    printed = json.loads(capsys.readouterr().out)

    assert (printed["tariff"], printed["orders"]) == ("PER-ORDER-B", 3000)
    assert (printed["total"], printed["average"]) == ("16350.00", "5.4500")
    assert printed["lines"][1] == {
        "title": "Orders from 1001 to 3000",
        "quantity": 2000,
        "rate": "5.2000",
        "amount": "10400.00",
    }
    with pytest.raises(CommandError, match="PACKAGE-1000"):
        call_command("rate", "--tariff", "NONE", "--orders", "1")


def test_no_order_has_no_average(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("rate", "--tariff", "PACKAGE-1000", "--orders", "0")
    printed = json.loads(capsys.readouterr().out)

    assert (printed["total"], printed["average"]) == ("7000.00", None)


@pytest.mark.parametrize("orders", ["many", "-1", "2.5", "", "²", "9" * 5000])
def test_what_is_no_count_is_refused_by_the_command_too(orders: str) -> None:
    with pytest.raises(CommandError, match="is not a number of orders: a whole number from 0 to 1000000000"):
        call_command("rate", "--tariff", "PER-ORDER-B", f"--orders={orders}")
