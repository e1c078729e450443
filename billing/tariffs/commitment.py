"""A package: N placed orders in one calendar month for a fee that is due in full; every further order at the package's
own rate.

So the price is max(n, N) times the rate. This is a minimum commitment, not the "package" of other billing systems,
which bills blocks.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from billing.tariffs.rated import N_, Rated, counted, line
from callcenter.months import next_month

BASE = N_("Orders of the package")
OVERAGE = N_("Orders over the package")


@dataclass(frozen=True, slots=True, kw_only=True)
class Commitment:
    """`included` orders at `rate` each."""

    code: str
    included: int
    rate: Decimal

    @property
    def fee(self) -> Decimal:
        return self.included * self.rate

    def rate_orders(self, orders: int) -> Rated:
        """The fee, and a second line when more orders were placed."""
        over = max(0, counted(orders) - self.included)
        base = line(BASE, self.included, self.rate, first=1, last=self.included)
        if not over:
            return Rated([base])
        return Rated([base, line(OVERAGE, over, self.rate, first=self.included + 1, last=None)])

    def started_on(self, day: date) -> Commitment:
        """The package of the first month when it starts on `day`: ceil(N x days left / days of the month), at the same
        rate.
        """
        first = day.replace(day=1)
        days = (next_month(first) - first).days
        left = days - day.day + 1
        return Commitment(code=self.code, included=-(-self.included * left // days), rate=self.rate)
