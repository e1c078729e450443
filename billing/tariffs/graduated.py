"""Graduated: each tier prices the orders inside it, so one order more never lowers the bill."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from billing.tariffs.rated import N_, Rated, RatedLine, counted, line

UP_TO = N_("Orders from %(first)s to %(last)s")
ABOVE = N_("Orders from %(first)s")


@dataclass(frozen=True, slots=True, kw_only=True)
class Tier:
    """Orders up to and including `up_to` (None: all further ones) at `unit` each, plus `flat` once when the tier is
    entered.
    """

    up_to: int | None
    unit: Decimal
    flat: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Graduated:
    """Tiers in rising order; the last one is open. ValueError otherwise."""

    code: str
    tiers: Sequence[Tier]

    def __post_init__(self) -> None:
        bounds = [tier.up_to for tier in self.tiers]
        closed = [bound for bound in bounds[:-1] if bound is not None]
        rising = closed == sorted(set(closed)) and min(closed, default=1) > 0
        if not bounds or bounds[-1] is not None or len(closed) != len(bounds) - 1 or not rising:
            raise ValueError(f"{self.code}: tiers must rise, and only the last one is open.")

    def rate_orders(self, orders: int) -> Rated:
        """One line per tier that was reached; nothing is due for no order."""
        placed, below = counted(orders), 0
        lines: list[RatedLine] = []
        for tier in self.tiers:
            inside = (placed if tier.up_to is None else min(placed, tier.up_to)) - below
            if inside <= 0:
                break
            title = UP_TO if tier.up_to else ABOVE
            lines.append(line(title, inside, tier.unit, first=below + 1, last=tier.up_to, flat=tier.flat))
            below += inside
        return Rated(lines)
