"""Blocks: orders are bought by the dozen, a block that was begun is due whole.

Other billing systems call this a "package"; ours is a commitment (`commitment.py`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from billing.tariffs.rated import N_, Rated, counted, line
from billing.tariffs.rounding import Blocks, blocks
from billing.tariffs.terms import Terms

COVERED = N_("Blocks of orders, from %(first)s to %(last)s")


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """Blocks of `size` orders at `price` each, after `free` orders; `begun` says what a begun block costs."""

    code: str
    size: int
    price: Decimal
    free: int = 0
    begun: Blocks = Blocks.UP

    def __post_init__(self) -> None:
        if self.size < 1 or self.free < 0:
            raise ValueError(f"{self.code}: a block holds {self.size} orders after {self.free} free ones: 1 or more.")

    def rate_orders(self, orders: int) -> Rated:
        """One line whose quantity is the number of blocks; none while the free orders last."""
        due = blocks(max(0, counted(orders) - self.free), self.size, begun=self.begun)
        last = self.free + due * self.size
        return Rated([line(COVERED, due, self.price, first=self.free + 1, last=last)] if due else [])

    def started_on(self, day: date) -> Block:
        """The same: a block is bought when it is needed, whatever the day."""
        return self


def read(code: str, terms: Terms) -> Block:
    """`size`, `price`; optionally `free` and `begun` (`up` or `down`)."""
    return Block(
        code=code,
        size=terms.whole("size"),
        price=terms.amount("price"),
        free=terms.whole("free", default=0, least=0),
        begun=terms.choice("begun", list(Blocks), default=Blocks.UP),
    )
