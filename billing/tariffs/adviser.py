"""The adviser: what each eligible tariff would have cost, what the next month will cost, and how good such advice was.

It compares what a contract may choose (`sold_beside`), shows amounts and not names alone, and changes nothing itself.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from billing.tariffs.catalogue import tariff
from callcenter.money import round_half_up

# So many months before the one in question are looked at.
LOOK_BACK = 3
_WHOLE = Decimal(1)


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosedMonth:
    """What was billed. `starts_on` is the contract's first day: in that month every tariff counts the days left."""

    month: date
    orders: int
    paid: Decimal
    starts_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """One tariff's price of a month."""

    code: str
    total: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """A closed month under each tariff, cheapest first; `saving` is what the cheapest would have saved (never less than
    nothing: a month may have been billed at a price that is no longer on offer).
    """

    month: ClosedMonth
    costs: Sequence[Cost]

    @property
    def best(self) -> Cost:
        return self.costs[0]

    @property
    def saving(self) -> Decimal:
        return max(Decimal("0.00"), self.month.paid - self.best.total)


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """Orders of a month that has not ended: the expected count and the spread of the months behind it."""

    month: date
    low: int
    expected: int
    high: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ForecastCost:
    """What one tariff costs at the expected count, and at both ends of the range."""

    code: str
    low: Decimal
    expected: Decimal
    high: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Backtest:
    """Had the advice been followed: in how many months it named the cheapest, and what the other months cost more."""

    months: int
    right: int
    regret: Decimal


def costs(orders: int, eligible: Sequence[str], *, starting: date | None = None) -> list[Cost]:
    """The price of a month under each tariff, cheapest first; of equals the one that is named first."""
    if not eligible:
        raise ValueError("There is nothing to compare: name at least one tariff.")
    return sorted((Cost(code=code, total=_total(code, orders, starting)) for code in eligible), key=_by_total)


def compare(month: ClosedMonth, eligible: Sequence[str]) -> Comparison:
    """The closed month under each tariff."""
    first = month.starts_on.replace(day=1) == month.month
    return Comparison(month=month, costs=costs(month.orders, eligible, starting=month.starts_on if first else None))


def forecast(counts: Mapping[date, int], month: date) -> Forecast | None:
    """The count to expect from the three months before `month`, moved as last year's same month was against the three
    before it, if these are known. None when one of the three is not.
    """
    recent = _before(counts, month)
    if recent is None:
        return None
    mean, season = _mean(recent), _season(counts, month)
    spread = _mean([(count - mean) ** 2 for count in recent]).sqrt() * season
    expected = mean * season
    return Forecast(
        month=month,
        low=max(0, _count(expected - spread)),
        expected=_count(expected),
        high=_count(expected + spread),
    )


def forecast_costs(expected: Forecast, eligible: Sequence[str]) -> list[ForecastCost]:
    """Each tariff at the forecast, cheapest at the expected count first."""
    ranked = costs(expected.expected, eligible)
    return [
        ForecastCost(
            code=cost.code,
            low=_total(cost.code, expected.low),
            expected=cost.total,
            high=_total(cost.code, expected.high),
        )
        for cost in ranked
    ]


def next_switch(orders: int, eligible: Sequence[str], *, most: int) -> tuple[int, Cost] | None:
    """The first count above `orders`, up to `most`, at which another tariff is cheaper than the one cheapest now."""
    held = costs(orders, eligible)[0].code
    for count in range(orders + 1, most + 1):
        best = costs(count, eligible)[0]
        if best.total < _total(held, count):
            return count, best
    return None


def backtest(counts: Mapping[date, int], eligible: Sequence[str]) -> Backtest:
    """Give the advice of each past month from what was known before it, and compare with what came."""
    regrets = [
        _total(costs(advised.expected, eligible)[0].code, orders) - costs(orders, eligible)[0].total
        for month, orders in counts.items()
        if (advised := forecast({day: count for day, count in counts.items() if day < month}, month)) is not None
    ]
    return Backtest(months=len(regrets), right=regrets.count(Decimal(0)), regret=sum(regrets, Decimal("0.00")))


def _total(code: str, orders: int, starting: date | None = None) -> Decimal:
    sold = tariff(code)
    return (sold if starting is None else sold.started_on(starting)).rate_orders(orders).total


def _by_total(cost: Cost) -> Decimal:
    return cost.total


def _before(counts: Mapping[date, int], month: date) -> list[Decimal] | None:
    """The counts of the months before `month`; None when one of them is missing."""
    found = [Decimal(counts[day]) for day in counts if _months_until(day, month) in range(1, LOOK_BACK + 1)]
    return found if len(found) == LOOK_BACK else None


def _season(counts: Mapping[date, int], month: date) -> Decimal:
    """How last year's same month stood against the months before it; 1 when that is not known."""
    year_ago = month.replace(year=month.year - 1)
    recent = _before(counts, year_ago)
    if year_ago not in counts or recent is None or not any(recent):
        return _WHOLE
    return counts[year_ago] / _mean(recent)


def _months_until(day: date, month: date) -> int:
    return (month.year - day.year) * 12 + month.month - day.month


def _mean(values: Sequence[Decimal]) -> Decimal:
    return sum(values, Decimal(0)) / len(values)


def _count(value: Decimal) -> int:
    return int(round_half_up(value, _WHOLE))
