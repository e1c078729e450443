"""Rating, with worked examples."""

import ast
import json
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from hypothesis import given
from hypothesis import strategies as st

import billing
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


@pytest.mark.parametrize("bounds", [(), (None, 10), (10, 5, None), (10, 10, None), (10, 20)])
def test_tiers_that_do_not_rise_are_refused(bounds: tuple[int | None, ...]) -> None:
    with pytest.raises(ValueError, match="tiers must rise"):
        Graduated(code="X", tiers=[Tier(up_to=bound, unit=Decimal(1)) for bound in bounds])


@pytest.mark.parametrize("orders", [-1, True, "3", 2.5, None])
def test_what_is_no_count_is_refused_by_name(orders: object) -> None:
    with pytest.raises(ValueError, match="number of orders"):
        rate("PER-ORDER-B", orders)  # type: ignore[arg-type]


def test_the_command_prints_json_and_names_what_is_wrong(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("rate", "--tariff", "PER-ORDER-B", "--orders", "3000")
    printed = json.loads(capsys.readouterr().out)

    assert (printed["total"], printed["average"]) == ("16350.00", "5.4500")
    with pytest.raises(CommandError, match="PACKAGE-1000"):
        call_command("rate", "--tariff", "NONE", "--orders", "1")
    with pytest.raises(CommandError, match="number of orders"):
        call_command("rate", "--tariff", "PER-ORDER-B", "--orders", "many")


def test_money_is_never_a_float() -> None:
    for path in Path(billing.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            literal = isinstance(node, ast.Constant) and isinstance(node.value, float)
            call = isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "float"
            assert not literal, f"{path}: a float literal"
            assert not call, f"{path}: float()"
