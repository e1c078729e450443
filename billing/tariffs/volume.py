"""Volume: the whole count is priced by the tier that it reaches, and never costs more than entering a later tier.

Without that cap one order more could lower the bill: 2,999 orders at 7.00 cost more than 3,000 at 6.50. A table
without the cap can be rated, for comparison with other systems, but the catalogue sells none.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from billing.tariffs.rated import N_, Rated, RatedLine, counted, line
from billing.tariffs.terms import Terms
from billing.tariffs.tiers import Tier, check_tiers, read_tiers, with_first

UP_TO = N_("All orders of the month at the price of %(first)s to %(last)s")
ABOVE = N_("All orders of the month at the price from %(first)s")
CAPPED = N_("All orders of the month, never more than %(first)s of them cost")


@dataclass(frozen=True, slots=True, kw_only=True)
class Volume:
    """Tiers in rising order; the last one is open. ValueError otherwise."""

    code: str
    tiers: Sequence[Tier]
    capped: bool = True

    def __post_init__(self) -> None:
        check_tiers(self.code, self.tiers)

    def rate_orders(self, orders: int) -> Rated:
        """One line; no line when nothing is due."""
        offers = list(self._offers(counted(orders)))
        best = min(offers, key=lambda offer: offer.amount) if self.capped else offers[0]
        return Rated([best] if best.amount or best.quantity else [])

    def started_on(self, day: date) -> Volume:
        """The same: who pays per order pays for no day."""
        return self

    def _offers(self, placed: int) -> Iterator[RatedLine]:
        """The price of the own tier, then what the first order of each later tier would bring the month to."""
        for first, tier in with_first(self.tiers):
            if tier.up_to is not None and placed > tier.up_to:
                continue
            entered = placed >= first or first == 1
            title = (ABOVE if tier.up_to is None else UP_TO) if entered else CAPPED
            yield line(title, placed if entered else first, tier.unit, first=first, last=tier.up_to, flat=tier.flat)


def read(code: str, terms: Terms) -> Volume:
    """`tiers`: `up_to` (absent in the last one) and `unit`; always capped."""
    return Volume(code=code, tiers=read_tiers(terms))
