"""The adviser: amounts under every eligible tariff, and how good its advice was."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from billing.tariffs.adviser import (
    Backtest,
    ClosedMonth,
    Forecast,
    backtest,
    compare,
    costs,
    forecast,
    forecast_costs,
    next_switch,
)
from billing.tariffs.catalogue import TARIFFS, rate, sold_beside

PACKAGES = [code for code in TARIFFS if code.startswith("PACKAGE")]
OFFER = sold_beside("PACKAGE-1000")
COUNTS = st.lists(st.integers(0, 20_000), min_size=3, max_size=18)


def months(*counts: int, first: date = date(2026, 1, 1)) -> dict[date, int]:
    """Counts of one month after another."""
    numbers = range(first.month - 1, first.month - 1 + len(counts))
    return {
        date(first.year + number // 12, number % 12 + 1, 1): count
        for number, count in zip(numbers, counts, strict=True)
    }


def closed(orders: int, paid: str, *, starts: str = "2025-01-01") -> ClosedMonth:
    """November 2026."""
    return ClosedMonth(month=date(2026, 11, 1), orders=orders, paid=Decimal(paid), starts_on=date.fromisoformat(starts))


def test_a_closed_month_is_priced_under_every_eligible_tariff_cheapest_first() -> None:
    comparison = compare(closed(3000, "21000.00"), OFFER)

    assert [(cost.code, str(cost.total)) for cost in comparison.costs] == [
        ("PACKAGE-3000", "19500.00"),
        ("PER-ORDER-A", "20500.00"),
        ("PACKAGE-1000", "21000.00"),
        ("PACKAGE-5000", "30000.00"),
        ("PACKAGE-10000", "55000.00"),
    ]
    assert (comparison.best.code, comparison.saving) == ("PACKAGE-3000", Decimal("1500.00"))


def test_the_first_month_is_compared_by_the_days_left() -> None:
    comparison = compare(closed(600, "4669.00", starts="2026-11-11"), OFFER)

    assert [(cost.code, str(cost.total)) for cost in comparison.costs][:3] == [
        ("PER-ORDER-A", "4500.00"),
        ("PACKAGE-1000", "4669.00"),
        ("PACKAGE-3000", "13000.00"),
    ]
    assert comparison.saving == Decimal("169.00")


def test_who_paid_less_than_any_price_of_today_saves_nothing() -> None:
    assert compare(closed(1000, "6000.00"), OFFER).saving == Decimal("0.00")


def test_of_equal_prices_the_one_named_first_is_best() -> None:
    assert [cost.code for cost in costs(2000, OFFER)[:2]] == ["PACKAGE-1000", "PER-ORDER-A"]


def test_nothing_to_compare_is_refused() -> None:
    with pytest.raises(ValueError, match="name at least one tariff"):
        costs(1000, [])


@pytest.mark.parametrize(
    ("orders", "switch", "code"),
    [(1000, 2786, "PACKAGE-3000"), (2786, 4616, "PACKAGE-5000"), (4616, 9167, "PACKAGE-10000")],
)
def test_the_number_from_which_another_package_is_cheaper(orders: int, switch: int, code: str) -> None:
    found = next_switch(orders, PACKAGES, most=20_000)

    assert found is not None
    assert (found[0], found[1].code) == (switch, code)


@pytest.mark.parametrize(
    ("orders", "switch"),
    [(0, 934), (934, 2001), (2001, 2847), (2847, 4429), (4429, 4638), (4638, 7626), (7626, 9404), (9404, 16201)],
)
def test_table_a_and_the_packages_take_turns(orders: int, switch: int) -> None:
    found = next_switch(orders, OFFER, most=20_000)

    assert found is not None
    assert found[0] == switch


def test_there_is_no_switch_after_the_last_and_beside_table_b_there_is_none_at_all() -> None:
    assert next_switch(16_201, OFFER, most=40_000) is None
    assert next_switch(1, ["PER-ORDER-B", *PACKAGES], most=40_000) is None


def test_a_forecast_is_the_mean_of_three_months_and_their_spread() -> None:
    found = forecast(months(900, 1000, 1100), date(2026, 4, 1))

    assert found == Forecast(month=date(2026, 4, 1), low=918, expected=1000, high=1082)


def test_a_forecast_moves_as_last_year_s_month_did() -> None:
    last_year = months(1000, 1000, 1000, 1500, first=date(2025, 9, 1))
    this_year = months(2000, 2000, 2000, first=date(2026, 9, 1))

    found = forecast({**last_year, **this_year}, date(2026, 12, 1))

    assert found == Forecast(month=date(2026, 12, 1), low=3000, expected=3000, high=3000)


def test_a_year_ago_without_orders_before_it_moves_nothing() -> None:
    last_year = months(0, 0, 0, 1500, first=date(2025, 9, 1))
    found = forecast({**last_year, **months(2000, 2000, 2000, first=date(2026, 9, 1))}, date(2026, 12, 1))

    assert found is not None
    assert found.expected == 2000


@pytest.mark.parametrize("counts", [{}, months(1000, 1000), {**months(1000), **months(1, 1, first=date(2026, 3, 1))}])
def test_without_three_months_on_end_there_is_no_forecast(counts: dict[date, int]) -> None:
    assert forecast(counts, date(2026, 5, 1)) is None


def test_a_forecast_is_priced_at_its_middle_and_both_ends() -> None:
    expected = Forecast(month=date(2026, 12, 1), low=2500, expected=3000, high=3500)

    first, second = forecast_costs(expected, ["PACKAGE-1000", "PACKAGE-3000"])

    assert (first.code, first.low, first.expected, first.high) == (
        "PACKAGE-3000",
        Decimal("19500.00"),
        Decimal("19500.00"),
        Decimal("22750.00"),
    )
    assert (second.code, second.expected) == ("PACKAGE-1000", Decimal("21000.00"))


def test_past_advice_is_held_against_what_came() -> None:
    counts = months(1000, 1000, 1000, 1000, 3000)

    found = backtest(counts, PACKAGES)

    missed = rate("PACKAGE-1000", 3000).total - rate("PACKAGE-3000", 3000).total
    assert found == Backtest(months=2, right=1, regret=missed) == Backtest(months=2, right=1, regret=Decimal("1500.00"))


def test_three_months_prove_nothing() -> None:
    assert backtest(months(1000, 1000, 1000), PACKAGES) == Backtest(months=0, right=0, regret=Decimal("0.00"))


@settings(max_examples=60)
@given(counts=COUNTS)
def test_advice_never_knows_the_future_and_never_beats_it(counts: list[int]) -> None:
    known = months(*counts)

    found = backtest(known, OFFER)

    assert found.months == len(counts) - 3
    assert found.regret >= 0
    assert (found.regret == 0) == (found.right == found.months)
    assert backtest({**known, date(2030, 1, 1): 5}, OFFER) == found


@given(orders=st.integers(0, 30_000))
def test_what_is_advised_is_never_dearer_than_what_is_held(orders: int) -> None:
    best = costs(orders, OFFER)[0]

    assert best.total == min(rate(code, orders).total for code in OFFER)
