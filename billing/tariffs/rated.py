"""What rating returns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from callcenter.money import round_half_up

RATE_PLACES = Decimal("0.0001")
MOST_ORDERS = 1_000_000_000


def N_(message: str) -> str:
    """Mark a message id for the catalogue; it is translated where the line is shown."""
    return message


@dataclass(frozen=True, slots=True, kw_only=True)
class RatedLine:
    """One line of an invoice. `title` is an English message id in which `%(first)s` and `%(last)s` stand for the
    ordinals of the month's orders that the line covers (`last` None: open; `first` None: it covers none); `rate` has
    four places, `amount` two.
    """

    title: str
    first: int | None
    last: int | None
    quantity: int
    rate: Decimal
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Rated:
    """The lines; the total is their sum, so that the bill adds up by itself."""

    lines: Sequence[RatedLine]

    @property
    def total(self) -> Decimal:
        return sum((line.amount for line in self.lines), Decimal("0.00"))


def line(
    title: str, quantity: int, rate: Decimal, *, first: int | None, last: int | None, flat: Decimal = Decimal(0)
) -> RatedLine:
    """Price one line: quantity times rate plus what is due once, to the kopeck."""
    return RatedLine(
        title=title,
        first=first,
        last=last,
        quantity=quantity,
        rate=round_half_up(rate, RATE_PLACES),
        amount=round_half_up(quantity * rate + flat),
    )


def counted(orders: object) -> int:
    """Refuse anything that is not a count."""
    if isinstance(orders, bool) or not isinstance(orders, int) or not 0 <= orders <= MOST_ORDERS:
        raise ValueError(f"{orders!r} is not a number of orders: a whole number from 0 to {MOST_ORDERS} is expected.")
    return orders
