"""Money: decimal amounts to the kopeck, rounded half up; never a float."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

KOPECK = Decimal("0.01")
_CODE = re.compile(r"[A-Z]{3}")
# What people pay with, by country (ISO 3166); elsewhere the service's own program is not expected.
_CURRENCIES = {"RU": "RUB", "BY": "BYN", "KZ": "KZT", "KG": "KGS", "UZ": "UZS", "AM": "AMD", "AZ": "AZN", "GE": "GEL"}


def currency_of(country: str) -> str:
    """The currency (ISO 4217) of a country; roubles where it is not known."""
    return _CURRENCIES.get(country.upper(), "RUB")


def round_half_up(value: Decimal, places: Decimal = KOPECK) -> Decimal:
    """Round half away from zero, as PostgreSQL's `round(numeric)` does."""
    return value.quantize(places, rounding=ROUND_HALF_UP)


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in one currency (ISO 4217), always to the kopeck; TypeError for a float, ValueError across
    currencies.
    """

    amount: Decimal
    currency: str = "RUB"

    def __post_init__(self) -> None:
        if not isinstance(self.amount, Decimal):
            raise TypeError(f"Money needs a Decimal, not {type(self.amount).__name__}: write Decimal('7.00').")
        if not self.amount.is_finite():
            raise ValueError(f"{self.amount} is not an amount of money: a finite number is expected.")
        if not _CODE.fullmatch(self.currency):
            raise ValueError(f"{self.currency!r} is not a currency: write its ISO 4217 code, for example RUB.")
        object.__setattr__(self, "amount", round_half_up(self.amount))

    def __add__(self, other: Money) -> Money:
        return Money(self.amount + self._same(other), self.currency)

    def __sub__(self, other: Money) -> Money:
        return Money(self.amount - self._same(other), self.currency)

    def __mul__(self, factor: int | Decimal) -> Money:
        if not isinstance(factor, int | Decimal):
            raise TypeError(f"Money is multiplied by whole numbers and Decimals, not by {type(factor).__name__}.")
        return Money(self.amount * factor, self.currency)

    __rmul__ = __mul__

    def _same(self, other: Money) -> Decimal:
        if not isinstance(other, Money):
            raise TypeError(f"Money is added to Money, not to {type(other).__name__}.")
        if other.currency != self.currency:
            raise ValueError(f"{other.currency} cannot be added to {self.currency}: convert it first.")
        return other.amount
