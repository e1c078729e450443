"""Money and months."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from callcenter.money import Money, round_half_up
from callcenter.months import billing_month, month_bounds, next_month, parse_month


@pytest.mark.parametrize(
    ("value", "rounded"), [("0.125", "0.13"), ("3.685", "3.69"), ("-0.125", "-0.13"), ("1.004", "1.00")]
)
def test_halves_go_away_from_zero(value: str, rounded: str) -> None:
    assert round_half_up(Decimal(value)) == Decimal(rounded)


def test_money_adds_and_multiplies_to_the_kopeck() -> None:
    assert Money(Decimal("5.45")) * 3000 == Money(Decimal("16350.00"))
    assert Money(Decimal(1)) + Money(Decimal("0.10")) - Money(Decimal("0.05")) == Money(Decimal("1.05"))


def test_floats_and_mixed_currencies_are_refused_with_a_sentence() -> None:
    with pytest.raises(TypeError, match="needs a Decimal"):
        Money(0.1)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="not by float"):
        Money(Decimal(1)) * 0.5  # type: ignore[operator]
    with pytest.raises(ValueError, match="KZT cannot be added to RUB"):
        Money(Decimal(1)) + Money(Decimal(1), "KZT")


@pytest.mark.parametrize(
    ("amount", "currency", "sentence"),
    [
        ("NaN", "RUB", "NaN is not an amount"),
        ("-Infinity", "RUB", "is not an amount"),
        ("1", "₽", "'₽' is not a currency"),
    ],
)
def test_what_is_no_money_is_named(amount: str, currency: str, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        Money(Decimal(amount), currency)


def test_money_is_multiplied_from_either_side_and_added_to_money_only() -> None:
    assert 3 * Money(Decimal("0.335")) == Money(Decimal("1.02"))
    with pytest.raises(TypeError, match="Money is added to Money, not to Decimal"):
        Money(Decimal(1)) + Decimal(1)  # type: ignore[operator]


def test_amounts_of_two_currencies_have_no_order() -> None:
    with pytest.raises(TypeError, match="'<' not supported"):
        assert Money(Decimal(1), "KZT") < Money(Decimal(2))  # type: ignore[operator]


@pytest.mark.parametrize(
    ("utc", "zone", "month"),
    [
        ("2024-02-29T17:30", "Asia/Almaty", "2024-02-01"),
        ("2024-02-29T18:00", "Asia/Almaty", "2024-02-01"),
        ("2024-02-29T18:59:59", "Asia/Almaty", "2024-02-01"),
        ("2024-02-29T19:00", "Asia/Almaty", "2024-03-01"),
        ("2020-11-30T19:59", "Europe/Volgograd", "2020-11-01"),
        ("2020-11-30T20:00", "Europe/Volgograd", "2020-12-01"),
        ("2026-10-31T21:00", "Europe/Moscow", "2026-11-01"),
    ],
)
def test_the_month_of_an_instant(utc: str, zone: str, month: str) -> None:
    assert billing_month(datetime.fromisoformat(utc).replace(tzinfo=UTC), zone) == date.fromisoformat(month)


def test_a_month_is_half_open_and_december_leads_to_january() -> None:
    start, end = month_bounds(date(2026, 12, 1), "Europe/Moscow")

    assert (start.isoformat(), end.isoformat()) == ("2026-11-30T21:00:00+00:00", "2026-12-31T21:00:00+00:00")
    assert next_month(date(2026, 12, 1)) == date(2027, 1, 1)


def test_what_is_no_month_is_named() -> None:
    with pytest.raises(ValueError, match="'2026-13' is not a month"):
        parse_month("2026-13")
    with pytest.raises(ValueError, match="aware"):
        billing_month(datetime(2026, 1, 1), "UTC")  # noqa: DTZ001
