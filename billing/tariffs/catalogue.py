"""The tariffs that are sold, as data."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from billing.tariffs.commitment import Commitment
from billing.tariffs.graduated import Graduated, Tier
from billing.tariffs.rated import Rated

Tariff = Commitment | Graduated


def _package(included: int, rate: str) -> Commitment:
    return Commitment(code=f"PACKAGE-{included}", included=included, rate=Decimal(rate))


def _table(code: str, *tiers: tuple[int | None, str]) -> Graduated:
    return Graduated(code=code, tiers=[Tier(up_to=up_to, unit=Decimal(unit)) for up_to, unit in tiers])


TARIFFS: Mapping[str, Tariff] = {
    tariff.code: tariff
    for tariff in (
        _package(1000, "7.00"),
        _package(3000, "6.50"),
        _package(5000, "6.00"),
        _package(10000, "5.50"),
        _table("PER-ORDER-B", (1000, "5.95"), (3000, "5.20"), (5000, "4.90"), (10000, "4.90"), (None, "4.50")),
    )
}


def tariff(code: str) -> Tariff:
    """Return the tariff with this code; ValueError names those that exist."""
    if code not in TARIFFS:
        raise ValueError(f"{code!r} is no tariff: use one of {', '.join(TARIFFS)}.")
    return TARIFFS[code]


def rate(code: str, orders: int) -> Rated:
    """Price a month of `orders` placed orders."""
    return tariff(code).rate_orders(orders)
