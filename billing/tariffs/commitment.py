"""A package: N placed orders in one calendar month for a fee that is due in full; what more costs is a policy.

With the default policy every further order costs the package's own rate, so the price is max(n, N) times the rate. This
is a minimum commitment, not the "package" of other billing systems, which bills blocks (`block.py`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum

from billing.tariffs.proration import part_of_count
from billing.tariffs.rated import N_, Rated, RatedLine, counted, line
from billing.tariffs.rounding import blocks
from billing.tariffs.terms import Terms

BASE = N_("Orders of the package")
BASE_IN_PART = N_("Orders of the package for the days left of the first month")
OVERAGE = N_("Orders over the package")
NEXT = N_("Further packages, for the orders from %(first)s to %(last)s")


class Overage(StrEnum):
    """What becomes of an order over the package."""

    OWN_RATE = "own_rate"  # it costs the package's own rate
    FLAT_RATE = "flat_rate"  # it costs `overage_rate`
    NEXT_BLOCK = "next_block"  # the same package is bought once more
    AUTO_UPGRADE = "auto_upgrade"  # the month is rated as the cheapest of this package and `upgrades`
    STOP = "stop"  # calls are handed back; what a person let through costs the package's own rate


@dataclass(frozen=True, slots=True, kw_only=True)
class Commitment:
    """`included` orders at `rate` each. `in_part`: of a month that the contract did not see from its first day."""

    code: str
    included: int
    rate: Decimal
    overage: Overage = Overage.OWN_RATE
    overage_rate: Decimal | None = None
    upgrades: Sequence[Commitment] = ()
    in_part: bool = False

    def __post_init__(self) -> None:
        if self.included < 1:
            raise ValueError(f"{self.code}: a package of {self.included} orders: at least one is included.")
        if (self.overage is Overage.FLAT_RATE) != (self.overage_rate is not None):
            raise ValueError(f"{self.code}: overage_rate belongs to the overage {Overage.FLAT_RATE}, and to no other.")
        if (self.overage is Overage.AUTO_UPGRADE) != bool(self.upgrades):
            raise ValueError(f"{self.code}: upgrades belong to the overage {Overage.AUTO_UPGRADE}, and to no other.")
        if any(larger.included < self.included for larger in self.upgrades):
            raise ValueError(f"{self.code}: an upgrade includes no fewer orders than {self.included}.")

    @property
    def fee(self) -> Decimal:
        return self.included * self.rate

    def rate_orders(self, orders: int) -> Rated:
        """The fee, and a second line when more orders were placed; of two equal prices the smaller package's."""
        placed = counted(orders)
        offers = [self._alone(placed), *(larger.rate_orders(placed) for larger in self.upgrades)]
        return min(offers, key=lambda offer: offer.total)

    def started_on(self, day: date) -> Commitment:
        """The package of the first month when it starts on `day`: ceil(N x days left / days of the month), at the same
        rate.
        """
        if day.day == 1:
            return self
        return replace(
            self,
            included=part_of_count(self.included, starting=day),
            upgrades=[larger.started_on(day) for larger in self.upgrades],
            in_part=True,
        )

    def _alone(self, placed: int) -> Rated:
        title = BASE_IN_PART if self.in_part else BASE
        base = line(title, self.included, self.rate, first=1, last=self.included)
        return Rated([base, self._over(placed - self.included)] if placed > self.included else [base])

    def _over(self, over: int) -> RatedLine:
        first = self.included + 1
        if self.overage is Overage.NEXT_BLOCK:
            further = blocks(over, self.included)
            return line(NEXT, further, self.fee, first=first, last=self.included * (further + 1))
        rate = self.rate if self.overage_rate is None else self.overage_rate
        return line(OVERAGE, over, rate, first=first, last=None)


def read(code: str, terms: Terms) -> Commitment:
    """`included`, `rate`; optionally `overage` with `overage_rate` or `upgrades` (each `included` and `rate`)."""
    return Commitment(
        code=code,
        included=terms.whole("included"),
        rate=terms.rate("rate"),
        overage=terms.choice("overage", list(Overage), default=Overage.OWN_RATE),
        overage_rate=terms.rate("overage_rate") if terms.has("overage_rate") else None,
        upgrades=[_upgrade(code, row) for row in terms.tables("upgrades")],
    )


def _upgrade(code: str, row: Terms) -> Commitment:
    larger = Commitment(code=code, included=row.whole("included"), rate=row.rate("rate"))
    row.end()
    return larger
