"""Flat: every order at the same price."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from billing.tariffs.rated import N_, Rated, counted, line
from billing.tariffs.terms import Terms

EACH = N_("Orders at one price")


@dataclass(frozen=True, slots=True, kw_only=True)
class Flat:
    """Each order costs `unit`."""

    code: str
    unit: Decimal

    def rate_orders(self, orders: int) -> Rated:
        """One line; none for no order."""
        placed = counted(orders)
        return Rated([line(EACH, placed, self.unit, first=1, last=None)] if placed else [])

    def started_on(self, day: date) -> Flat:
        """The same: who pays per order pays for no day."""
        return self


def read(code: str, terms: Terms) -> Flat:
    """`unit`: the price of one order."""
    return Flat(code=code, unit=terms.rate("unit"))
