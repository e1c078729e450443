"""Minimum: another tariff, topped up to a least amount a month.

There is no maximum: a bill that stops rising would need a negative line, which an act may not carry.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from billing.tariffs.proration import days_left, days_of, part_of_fee
from billing.tariffs.rated import N_, Rated, line
from billing.tariffs.registry import Tariff, read_terms
from billing.tariffs.terms import Terms

TOP_UP = N_("Up to the least amount of the month")


@dataclass(frozen=True, slots=True, kw_only=True)
class Minimum:
    """`least` is due when `inner` comes to less."""

    code: str
    inner: Tariff
    least: Decimal

    def rate_orders(self, orders: int) -> Rated:
        """The lines of the inner tariff, and the difference as a line of its own."""
        rated = self.inner.rate_orders(orders)
        missing = self.least - rated.total
        return Rated([*rated.lines, line(TOP_UP, 1, missing, first=None, last=None)]) if missing > 0 else rated

    def started_on(self, day: date) -> Minimum:
        """The least amount falls due by the days left."""
        due = part_of_fee(self.least, days=days_left(day), of=days_of(day))
        return replace(self, inner=self.inner.started_on(day), least=due)


def read(code: str, terms: Terms) -> Minimum:
    """`least`, and `of`: the terms of the tariff that is topped up, with its `kind`."""
    return Minimum(code=code, least=terms.amount("least"), inner=read_terms(code, terms.table("of")))
