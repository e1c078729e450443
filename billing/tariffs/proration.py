"""A part of a month: days are counted on the service's calendar, the first day included."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from billing.tariffs.rounding import blocks
from callcenter.money import round_half_up
from callcenter.months import next_month


def days_of(day: date) -> int:
    """The days of the month in which `day` lies."""
    first = day.replace(day=1)
    return (next_month(first) - first).days


def days_left(day: date) -> int:
    """From `day` to the end of its month, `day` included."""
    return days_of(day) - day.day + 1


def part_of_count(count: int, *, starting: date) -> int:
    """The orders that belong to the days left, rounded up in favour of the service."""
    return blocks(count * days_left(starting), days_of(starting))


def part_of_fee(fee: Decimal, *, days: int, of: int) -> Decimal:
    """The fee of `days` out of `of` days, to the kopeck; all days cost the whole fee."""
    if not 0 <= days <= of or of == 0:
        raise ValueError(f"{days} of {of} days is no part of a month: 0 to {of} days of at least one are expected.")
    return round_half_up(fee * days / of)
