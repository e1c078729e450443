"""How amounts and counts are rounded: amounts half up, away from zero; blocks and days up, or down where it is said."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from enum import StrEnum

from callcenter.money import round_half_up


class Blocks(StrEnum):
    """What becomes of a block that was begun."""

    UP = "up"
    DOWN = "down"


def to_places(value: Decimal, decimals: int) -> Decimal:
    """The value half up to so many decimals."""
    return round_half_up(value, Decimal(1).scaleb(-decimals))


def sum_of_lines(values: Iterable[Decimal], decimals: int) -> Decimal:
    """Each line is rounded first, then they are added: what is printed adds up."""
    return sum((to_places(value, decimals) for value in values), to_places(Decimal(0), decimals))


def blocks(count: int, size: int, *, begun: Blocks = Blocks.UP) -> int:
    """So many blocks of `size` the count makes; whole numbers only, so that no quotient is ever rounded."""
    return count // size if begun is Blocks.DOWN else -(-count // size)
