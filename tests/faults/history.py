"""Histories of orders: what callers, engines, networks and dispatch programs do to one another, in any order.

Time, the network and the dispatch program are played, so that a history of minutes takes milliseconds. A request that
has left an engine lives on by itself: it may arrive after its engine was killed or taken for dead.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from unittest.mock import patch

from callcenter.contracts import (
    Duplicate,
    FailureKind,
    Found,
    Placed,
    Rejected,
    TransportFailure,
    Unclear,
)
from integrations.delivery.decide import Outcome
from tests.faults.books import PACE, Book, Marked, Memory, real_book

START = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
LOST = TransportFailure(FailureKind.UNKNOWN, "no answer in time")
NOT_LEFT = TransportFailure(FailureKind.NOT_SENT, "refused")
NO = Rejected(code="110", phrase="no")
SETTINGS = Rejected(code="4", phrase="settings", configuration=True)
ENDED = ("accepted", "rejected", "review", "expired")
ROUNDS = 60
# Which state of the order goes with which one of its delivery.
UNDER_WAY = frozenset({"queued", "sending", "unknown"})
PAIRS = {
    "pending": frozenset({"queued"}),
    "sending": UNDER_WAY,
    "unknown": UNDER_WAY,
    "resolving": UNDER_WAY,
    "accepted": frozenset({"accepted"}),
    "rejected": frozenset({"rejected"}),
    "review": frozenset({"unknown"}),
    "expired": frozenset({"expired"}),
}


@dataclass
class Program:
    """A dispatch program: every order it holds, one entry each, with its number."""

    orders: list[tuple[str, str]] = field(default_factory=list)
    shown: bool = True

    def hold(self, marker: str) -> str:
        """Take an order in, as often as it comes."""
        number = str(4711 + len(self.orders))
        self.orders.append((marker, number))
        return number

    def numbers(self, marker: str) -> list[str]:
        """What a search for the marker brings."""
        return [number for held, number in self.orders if held == marker and self.shown]


@dataclass(eq=False)
class Request:
    """One conversation under way, until its time is over. `outcome` is what the program has answered."""

    marked: Marked
    until: datetime
    outcome: Outcome | None = None
    late: bool = False

    @property
    def arrived(self) -> bool:
        """Whether the program has read it."""
        return self.outcome is not None

    def arrives(self, program: Program, *, takes: bool) -> None:
        """The program reads it: an order is held if it `takes` it, a search is answered."""
        if not self.marked.sending:
            self.outcome = Found(numbers=tuple(program.numbers(self.marked.marker)))
        elif takes:
            self.outcome = Placed(number=program.hold(self.marked.marker))
        else:
            self.outcome = NO

    def readings(self) -> dict[str, Callable[[], Outcome]]:
        """What its engine may come to read, by name: the truth or less, and never a lie."""
        outcome = self.outcome
        if outcome is None:
            return {"not left": lambda: NOT_LEFT}
        found: dict[str, Callable[[], Outcome]] = {
            "lost": lambda: LOST,
            "told": lambda: outcome,
            "unclear": lambda: Unclear(reason="html"),
        }
        if outcome is NO:
            found |= {"similar": lambda: Duplicate(detail=""), "settings": lambda: SETTINGS}
        return found


@dataclass(eq=False)
class Engine:
    """One engine: the key of its lock, what it has claimed, and requests under way."""

    key: int
    claimed: list[Any] = field(default_factory=list)
    requests: list[Request] = field(default_factory=list)


class World:
    """One service, its program, two engines and a clock; `strays` are requests whose engine is gone."""

    def __init__(self, book: Book) -> None:
        self.now = START
        self.book, self.program = book, Program()
        self.engines = [Engine(book.lock()), Engine(book.lock())]
        self.strays: list[Request] = []
        self.promised = 0

    def place(self, expires_in_s: float) -> None:
        """A caller was promised an order."""
        self.book.place(self.now, expires_in_s)
        self.promised += 1

    def claim(self, engine: Engine) -> None:
        """The engine claims what is due and what is overdue."""
        engine.claimed += self.book.claim(engine.key, self.now)

    def prepare(self, engine: Engine) -> None:
        """It marks what it has claimed; from here on the requests may leave."""
        until = self.now + timedelta(seconds=PACE.longest_send_s)
        prepared = [self.book.prepare(claim, self.now) for claim in engine.claimed]
        engine.requests += [Request(marked, until) for marked in prepared if marked is not None]
        engine.claimed.clear()

    def read(self, engine: Engine, request: Request, outcome: Outcome) -> None:
        """The engine has read this outcome and writes what follows."""
        engine.requests.remove(request)
        self.book.record(request.marked, outcome, self.now)

    def work(self, engine: Engine, *, takes: bool = True) -> None:
        """One round in which nothing goes wrong; the program may refuse."""
        self.claim(engine)
        self.prepare(engine)
        for request in list(engine.requests):
            if not request.arrived:
                request.arrives(self.program, takes=takes)
            self.read(engine, request, request.outcome or LOST)

    def under_way(self) -> list[Request]:
        """Requests that no program has read yet."""
        known = [*self.strays, *(request for engine in self.engines for request in engine.requests)]
        return [request for request in known if not request.arrived]

    def kill(self, position: int, *, late: bool) -> None:
        """kill -9: claims and knowledge are gone, what has left lives on; another engine starts in its place. `late`:
        what has left arrives in its last moment.
        """
        engine = self.engines[position]
        self.book.unlock(engine.key)
        self.strays += [replace(request, late=late) for request in engine.requests if not request.arrived]
        self.engines[position] = Engine(self.book.lock())

    def cut(self, engine: Engine) -> None:
        """The engine loses its lock and lives on; it takes a new one, since a dead session may still hold the old."""
        self.book.unlock(engine.key)
        engine.key = self.book.lock()

    def pass_time(self, seconds: float) -> None:
        """Requests that have not arrived in their time never will, but for strays in their last moment."""
        self.now += timedelta(seconds=seconds)
        for engine in self.engines:
            for request in [request for request in engine.requests if request.until < self.now]:
                self.read(engine, request, LOST if request.arrived else NOT_LEFT)
        strays = [stray for stray in self.strays if not stray.arrived]
        for stray in [stray for stray in strays if stray.until <= self.now and stray.late]:
            stray.arrives(self.program, takes=True)
        self.strays = [stray for stray in strays if stray.until > self.now]

    def check(self) -> None:
        """What must hold at every moment."""
        held = Counter(marker for marker, _number in self.program.orders)
        assert max(held.values(), default=0) <= 1, "the program has an order twice"
        for row in self.book.rows():
            assert row.order_state in PAIRS[row.state], row
            assert row.owned == (row.state in ("sending", "resolving")), row
            assert row.sends <= PACE.sends_most, row
            if row.state == "accepted":
                assert (row.marker, row.number) in self.program.orders, f"accepted, and not there: {row}"
            if row.state in ("rejected", "expired"):
                assert not held[row.marker], f"there, and we say that it is not: {row}"

    def drain(self) -> None:
        """Everything works from now on, strays arrive late: every order comes to an end within minutes."""
        self.program.shown = True
        for stray in self.strays:
            stray.late = True
        for _round in range(ROUNDS):
            for engine in self.engines:
                self.work(engine)
            self.check()
            if not self.strays and all(row.state in ENDED for row in self.book.rows()):
                return
            self.pass_time(4)
        raise AssertionError(f"never ended: {self.book.rows()}")


@contextmanager
def world(*, real: bool) -> Iterator[World]:
    """A world kept by the real code, or in memory; the product's clock is the world's."""
    made: list[World] = []
    with (
        patch("django.utils.timezone.now", lambda: made[0].now if made else START),
        real_book() if real else nullcontext(Memory()) as book,
    ):
        made.append(World(book))
        yield made[0]
