"""Graduated: each tier prices the orders inside it, so one order more never lowers the bill."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from billing.tariffs.rated import Rated, RatedLine, counted, line


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
        if not bounds or bounds[-1] is not None or len(closed) != len(bounds) - 1 or closed != sorted(set(closed)):
            raise ValueError(f"{self.code}: tiers must rise, and only the last one is open.")

    def rate_orders(self, orders: int) -> Rated:
        """One line per tier that was reached; nothing is due for no order."""
        lines: list[RatedLine] = []
        below, placed = 0, counted(orders)
        for tier in self.tiers:
            inside = (placed if tier.up_to is None else min(placed, tier.up_to)) - below
            if inside <= 0:
                break
            lines.append(line(_title(below, tier.up_to), inside, tier.unit, flat=tier.flat))
            below += inside
        return Rated(lines)


def _title(below: int, up_to: int | None) -> str:
    return f"Orders from {below + 1} to {up_to}" if up_to else f"Orders from {below + 1}"
