"""What can happen to one order, as plays: what the dispatch program does, and how the order must end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from orders.models import Delivery, Order
from tests.integrations.delivery.program import Deed, Program, accept, accept_and_drop, drop, refuse, running
from tests.integrations.delivery.scene import connect, orders_in_bulk
from tests.orders.cast import Cast, cast

_numbers = count(1)
FINAL = ("accepted", "rejected", "review", "expired")


@dataclass(frozen=True, slots=True, kw_only=True)
class Play:
    """`deeds` are done to the first requests, then orders are accepted; `ends` are the allowed last states."""

    deeds: tuple[Deed, ...] = ()
    ends: frozenset[str] = frozenset({"accepted"})
    expires_in_s: float = 180.0
    reachable: bool = True
    twins: int = 1


# Every step of a delivery's journey, and a play in which it is taken.
PLAYS = {
    "claim": Play(),
    "mark": Play(),
    "talk": Play(),
    "accept": Play(),
    "reject": Play(deeds=(refuse(110),), ends=frozenset({"rejected", "accepted"})),
    "send later": Play(reachable=False),
    "look later": Play(deeds=(accept_and_drop,)),
    "review": Play(deeds=(drop, drop, drop), ends=frozenset({"accepted", "review"})),
    "claim overdue": Play(expires_in_s=0.0, ends=frozenset({"expired"})),
    "expire": Play(expires_in_s=0.0, ends=frozenset({"expired"})),
}


@dataclass
class Service:
    """One service with its own dispatch program, and the orders that were promised to its callers."""

    cast: Cast
    program: Program
    link: Any
    orders: list[Order] = field(default_factory=list)

    def promise(self, many: int = 1, *, expires_in_s: float = 180.0) -> list[Order]:
        """Queue so many orders."""
        made = orders_in_bulk(self.cast, many, expires_in_s=expires_in_s)
        self.orders += made
        return made

    def states(self) -> Counter[str]:
        """How many deliveries are in which state."""
        return Counter(Delivery.objects.filter(order__in=self.orders).values_list("state", flat=True))

    def settled(self) -> bool:
        """Whether nothing more happens by itself."""
        return set(self.states()) <= set(FINAL)

    def held(self) -> Counter[str]:
        """How often the program holds each order, by the end of its marker."""
        return Counter(marker.removeprefix("#") for marker in self.program.markers())

    def broken_promises(self) -> dict[str, list[str]]:
        """What must be empty: accepted orders that the program lacks, orders it has twice, orders of somebody else,
        and orders that it holds although we say that it does not.
        """
        held, ours = self.held(), {order.marker[-10:]: order for order in self.orders}
        for order in self.orders:
            order.refresh_from_db()
        return {
            "lost": [mark for mark, order in ours.items() if order.state == "accepted" and not held[mark]],
            "doubled": [mark for mark, times in held.items() if times > 1],
            "foreign": [mark for mark in held if mark not in ours],
            "denied": [mark for mark, order in ours.items() if order.state in ("rejected", "expired") and held[mark]],
        }


@contextmanager
def service() -> Iterator[Service]:
    """A new service whose program answers until the block ends."""
    position = next(_numbers)
    with running() as program:
        program.usual = accept
        made = cast(f"Служба {position}", number=f"+7495{position:07d}", extension=f"f{position}")
        yield Service(made, program, connect(made, program.url))


KEPT: dict[str, list[str]] = {"lost": [], "doubled": [], "foreign": [], "denied": []}
