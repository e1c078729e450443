"""PlainAdapter: what a dispatch program cannot do, said in the words of the contract.

An adapter overrides what its program can: placing, looking for our mark and the check are the least.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from datetime import datetime
from typing import Any

from callcenter.contracts import (
    GONE,
    UNSUPPORTED,
    Abilities,
    AbilityTalk,
    Changed,
    ChangeTalk,
    Correction,
    Errand,
    Hints,
    HintTalk,
    HttpRequest,
    HttpResponse,
    Lists,
    ListTalk,
    OrderProgress,
    Quote,
    QuoteTalk,
    Rejected,
    SeenOrder,
    SeenOrders,
    SeenTalk,
    SettingField,
    Trip,
    Unclear,
)
from integrations.dispatch import phrases

MayCancel = Generator[HttpRequest, HttpResponse, "Changed | Rejected | Unclear | None"]
CANNOT = Rejected(code=UNSUPPORTED, phrase=phrases.UNSUPPORTED_CHANGE)


class PlainAdapter:
    """Takes new orders and nothing else; knows no address, no price and no list."""

    fields: Sequence[SettingField] = ()
    can: frozenset[Errand] = frozenset()
    repeats_safely = False

    def correct(self, number: str, correction: Correction, settings: Any) -> ChangeTalk:
        """Not there."""
        yield from ()
        return CANNOT

    def cancel(self, number: str, settings: Any) -> ChangeTalk:
        """Not there."""
        yield from ()
        return CANNOT

    def may_be_cancelled(self, number: str, settings: Any) -> MayCancel:
        """Look at an order before it is cancelled: None when it can be, else what is to be said of it."""
        seen = yield from self.order_state(number, settings)
        if isinstance(seen, Unclear):
            return seen
        if not seen.orders:
            return Rejected(code=GONE, phrase=phrases.UNKNOWN_ORDER)
        return Changed() if seen.orders[0].progress is OrderProgress.CANCELLED else None

    def tell(self, text: str, settings: Any, *, number: str = "") -> ChangeTalk:
        """Not there."""
        yield from ()
        return CANNOT

    def order_state(self, number: str, settings: Any) -> SeenTalk:
        """Not told."""
        yield from ()
        return SeenOrders(orders=())

    def states(self, numbers: Sequence[str], settings: Any) -> SeenTalk:
        """One after the other, as `order_state` tells them."""
        seen: list[SeenOrder] = []
        for number in numbers:
            told = yield from self.order_state(number, settings)
            if isinstance(told, Unclear):
                return told
            seen += told.orders
        return SeenOrders(orders=tuple(seen))

    def current_orders(self, phone: str, settings: Any) -> SeenTalk:
        """Not told."""
        yield from ()
        return SeenOrders(orders=())

    def hints(self, text: str, settings: Any) -> HintTalk:
        """No address is known."""
        yield from ()
        return Hints()

    def recent(self, phone: str, settings: Any, *, now: datetime) -> HintTalk:
        """No caller is known."""
        yield from ()
        return Hints()

    def quote(self, trip: Trip, settings: Any) -> QuoteTalk:
        """No price is known."""
        yield from ()
        return Quote()

    def lists(self, settings: Any) -> ListTalk:
        """Nothing to choose from."""
        yield from ()
        return Lists(choices={})

    def probe(self, settings: Any) -> AbilityTalk:
        """Nothing that could be missing."""
        yield from ()
        return Abilities(abilities={})
