"""Graduated: each tier prices the orders inside it, so one order more never lowers the bill."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from billing.tariffs.rated import N_, Rated, RatedLine, counted, line
from billing.tariffs.terms import Terms
from billing.tariffs.tiers import Tier, check_tiers, read_tiers, with_first

__all__ = ["Graduated", "Tier", "read"]

UP_TO = N_("Orders from %(first)s to %(last)s")
ABOVE = N_("Orders from %(first)s")


@dataclass(frozen=True, slots=True, kw_only=True)
class Graduated:
    """Tiers in rising order; the last one is open. ValueError otherwise."""

    code: str
    tiers: Sequence[Tier]

    def __post_init__(self) -> None:
        check_tiers(self.code, self.tiers)

    def rate_orders(self, orders: int) -> Rated:
        """One line per tier that was reached; nothing is due for no order."""
        placed = counted(orders)
        return Rated([self._inside(first, tier, placed) for first, tier in with_first(self.tiers) if first <= placed])

    def started_on(self, day: date) -> Graduated:
        """The same: who pays per order pays for no day."""
        return self

    @staticmethod
    def _inside(first: int, tier: Tier, placed: int) -> RatedLine:
        last = placed if tier.up_to is None else min(placed, tier.up_to)
        title = ABOVE if tier.up_to is None else UP_TO
        return line(title, last - first + 1, tier.unit, first=first, last=tier.up_to, flat=tier.flat)


def read(code: str, terms: Terms) -> Graduated:
    """`tiers`: `up_to` (absent in the last one) and `unit`."""
    return Graduated(code=code, tiers=read_tiers(terms))
