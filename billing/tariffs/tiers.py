"""The table of prices that graduated and volume tariffs share: bounds are inclusive, and nothing else is stored."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from billing.tariffs.terms import Terms


@dataclass(frozen=True, slots=True, kw_only=True)
class Tier:
    """Orders up to and including `up_to` (None: all further ones) at `unit` each, plus `flat` once when the tier is
    entered.
    """

    up_to: int | None
    unit: Decimal
    flat: Decimal = Decimal(0)


def check_tiers(code: str, tiers: Sequence[Tier]) -> None:
    """ValueError unless the tiers rise and the last one is open: every order has exactly one price."""
    bounds = [tier.up_to for tier in tiers]
    closed = [bound for bound in bounds[:-1] if bound is not None]
    rising = closed == sorted(set(closed)) and min(closed, default=1) > 0
    if not bounds or bounds[-1] is not None or len(closed) != len(bounds) - 1 or not rising:
        raise ValueError(f"{code}: tiers must rise, and only the last one is open.")


def with_first(tiers: Sequence[Tier]) -> Iterator[tuple[int, Tier]]:
    """Each tier with the ordinal of its first order."""
    first = 1
    for tier in tiers:
        yield first, tier
        first = (tier.up_to or 0) + 1


def read_tiers(terms: Terms) -> list[Tier]:
    """The tiers of the catalogue. A sum due once has no place there: a month without orders costs nothing."""
    return [_read(row) for row in terms.tables("tiers")]


def _read(row: Terms) -> Tier:
    tier = Tier(up_to=row.bound("up_to"), unit=row.rate("unit"))
    row.end()
    return tier
