"""The terms of one tariff as they stand in the catalogue: each is read by name, and what is left over is refused."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import TypeVar

from billing.tariffs.rated import MOST_ORDERS

RATE_DECIMALS = 4
AMOUNT_DECIMALS = 2
_AMOUNT = re.compile(r"\d{1,8}(?:\.(\d+))?", re.ASCII)

Choice = TypeVar("Choice", bound=str)


class Terms:
    """ValueError names the tariff, the term, its value and what is allowed."""

    def __init__(self, code: str, values: Mapping[str, object]) -> None:
        self.code = code
        self._left = dict(values)

    def whole(self, name: str, *, default: int | None = None, least: int = 1) -> int:
        """A count, written without quotes."""
        value = self._take(name, default)
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= MOST_ORDERS:
            raise self._refuse(name, value, f"a whole number from {least} to {MOST_ORDERS}")
        return value

    def bound(self, name: str) -> int | None:
        """The last order of a tier; None when the tier is open."""
        return self.whole(name) if name in self._left else None

    def rate(self, name: str) -> Decimal:
        """The price of one unit, four decimals at most."""
        return self._money(name, RATE_DECIMALS)

    def amount(self, name: str) -> Decimal:
        """A sum of money, to the kopeck."""
        return self._money(name, AMOUNT_DECIMALS)

    def choice(self, name: str, allowed: Sequence[Choice], *, default: Choice) -> Choice:
        """One of the words allowed."""
        value = self._take(name, default)
        for word in allowed:
            if word == value:
                return word
        raise self._refuse(name, value, f"one of {', '.join(allowed)}")

    def text(self, name: str) -> str:
        """Any word."""
        value = self._take(name, None)
        if not isinstance(value, str) or not value:
            raise self._refuse(name, value, "a word")
        return value

    def table(self, name: str) -> Terms:
        """Terms inside these terms."""
        value = self._take(name, None)
        if not isinstance(value, Mapping):
            raise self._refuse(name, value, "a table of terms")
        return Terms(f"{self.code} {name}".strip(), value)

    def tables(self, name: str) -> Sequence[Terms]:
        """A list of them; empty when it is absent."""
        value = self._take(name, [])
        if not isinstance(value, list) or not all(isinstance(item, Mapping) for item in value):
            raise self._refuse(name, value, "a list of tables")
        return [Terms(f"{self.code} {name} {place}", item) for place, item in enumerate(value, start=1)]

    def has(self, name: str) -> bool:
        return name in self._left

    def end(self) -> None:
        """Nothing may be left: a term that is misspelt would be a price that nobody meant."""
        if self._left:
            raise ValueError(f"{self.code}: {', '.join(sorted(self._left))} is no term of this kind of tariff.")

    def _money(self, name: str, decimals: int) -> Decimal:
        value = self._take(name, None)
        found = _AMOUNT.fullmatch(value) if isinstance(value, str) else None
        if found is None or len(found[1] or "") > decimals:
            allowed = f"digits in quotes with at most {decimals} decimals, for example '5.95',"
            raise self._refuse(name, value, allowed)
        return Decimal(found[0])

    def _take(self, name: str, default: object) -> object:
        return self._left.pop(name, default)

    def _refuse(self, name: str, value: object, allowed: str) -> ValueError:
        return ValueError(f"{self.code}: {name} is {value!r}, but {allowed} is expected.")
