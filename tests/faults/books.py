"""Where a history is kept: in PostgreSQL by the real code, or in memory by the same rules, a hundred times as fast.

What memory repeats is what the SQL of `orders.actions.claims` and `orders.actions.deliver` says; the decisions and the
order's allowed moves are the real ones in both. Long runs play the same histories on both.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import count
from typing import Any, Protocol
from uuid import UUID, uuid4

from django.db import connection, transaction

from callcenter.secrets import vault
from integrations.delivery import decide
from integrations.delivery.breaker import Breaker
from integrations.delivery.decide import Accept, Expire, LookAt, Outcome, Refuse, Review, SendAt, Step, Tried
from integrations.delivery.desk import Desk
from integrations.delivery.pace import Pace
from orders.actions import claims
from orders.actions.deliver import ClaimLost
from orders.models import Delivery
from orders.state import move_order
from tests.integrations.delivery.scene import connect, orders_in_bulk
from tests.orders.cast import cast

PACE = Pace()
NEVER_SENT = ("not_sent",)
_keys = count(7_000_001)


@dataclass(frozen=True, slots=True)
class Row:
    """One order and its delivery as they stand."""

    marker: str
    state: str
    order_state: str
    owned: bool
    sends: int
    number: str


@dataclass(frozen=True, slots=True)
class Marked:
    """A claim whose request may leave from now on; `inner` is the book's own."""

    marker: str
    sending: bool
    inner: Any


class Book(Protocol):
    """What engines read and write. A step whose claim was returned meanwhile changes nothing."""

    def place(self, now: datetime, expires_in_s: float) -> None: ...
    def lock(self) -> int: ...
    def unlock(self, key: int) -> None: ...
    def claim(self, key: int, now: datetime) -> list[Any]: ...
    def prepare(self, claim: Any, now: datetime) -> Marked | None: ...
    def record(self, marked: Marked, outcome: Outcome, now: datetime) -> None: ...
    def rows(self) -> list[Row]: ...


class Real:
    """The product's own code on PostgreSQL, inside one transaction of the test."""

    def __init__(self) -> None:
        self._desk = Desk(PACE, Breaker())
        self._cast = cast()
        connect(self._cast, "http://127.0.0.1:9")

    def place(self, now: datetime, expires_in_s: float) -> None:
        """Straight into the tables."""
        orders_in_bulk(self._cast, 1, expires_in_s=expires_in_s)

    def lock(self) -> int:
        """A session lock, as an engine's link holds it."""
        key = next(_keys)
        _run("SELECT pg_advisory_lock(%s)", key)
        return key

    def unlock(self, key: int) -> None:
        """As when its session ends."""
        _run("SELECT pg_advisory_unlock(%s)", key)

    def claim(self, key: int, now: datetime) -> list[Any]:
        """What the engine's claiming thread does in one round."""
        claims.release_dead_owners()
        late = claims.claim_overdue(key, 8, found_by="late", now=now)
        return late + claims.claim_due(key, 8, rooms={}, most=8, found_by="wake", now=now)

    def prepare(self, claim: Any, now: datetime) -> Marked | None:
        """By the desk."""
        with _may_be_lost():
            job = self._desk.prepare(claim)
            return Marked(job.draft.marker, job.claim.sending, job) if job else None
        return None

    def record(self, marked: Marked, outcome: Outcome, now: datetime) -> None:
        """By the desk."""
        with _may_be_lost():
            self._desk.record(marked.inner, outcome)

    def rows(self) -> list[Row]:
        """From the tables."""
        named = ("order__marker", "state", "order__state", "owner", "sends", "order__number")
        found = Delivery.objects.values_list(*named)
        return [Row(marker, str(s), str(o), owner is not None, sends, n) for marker, s, o, owner, sends, n in found]


@dataclass(eq=False)
class _Entry:
    marker: str
    next_at: datetime
    expires_at: datetime
    state: str = "pending"
    order_state: str = "queued"
    owner: int | None = None
    token: UUID | None = None
    sends: int = 0
    searches: int = 0
    first_sent_at: datetime | None = None
    number: str = ""
    tries: list[tuple[str, str]] = field(default_factory=list)

    def row(self) -> Row:
        return Row(self.marker, self.state, self.order_state, self.owner is not None, self.sends, self.number)


@dataclass(frozen=True, slots=True)
class _Held:
    entry: _Entry
    token: UUID
    sending: bool
    sends: int
    first_sent_at: datetime | None


class Memory:
    """The same rules over a list."""

    def __init__(self) -> None:
        self._entries: list[_Entry] = []
        self._living: set[int] = set()

    def place(self, now: datetime, expires_in_s: float) -> None:
        """A new entry."""
        self._entries.append(_Entry(uuid4().hex, now, now + timedelta(seconds=expires_in_s)))

    def lock(self) -> int:
        """A new living owner."""
        self._living.add(key := next(_keys))
        return key

    def unlock(self, key: int) -> None:
        """It lives no more."""
        self._living.discard(key)

    def claim(self, key: int, now: datetime) -> list[Any]:
        """Return what the dead hold, then take what is overdue and what is due."""
        for entry in self._entries:
            if entry.owner is not None and entry.owner not in self._living:
                unsent = entry.state == "sending" and entry.first_sent_at is None
                _give_back(entry, "pending" if unsent else "unknown", now)
        return [_take(entry, key) for entry in self._entries if _due(entry, now)]

    def prepare(self, claim: Any, now: datetime) -> Marked | None:
        """Mark it as being sent, unless its time is over."""
        held: _Held = claim
        if held.entry.token != held.token:
            return None
        tried = _tried(held, now)
        if held.sending and held.sends >= PACE.sends_most:
            _apply(held, Review(decide.UNCONFIRMED), now)
        elif held.sending and (step := decide.overdue(tried)):
            _apply(held, step, now)
        else:
            held = _mark(held, now) if held.sending else held
            return Marked(held.entry.marker, held.sending, held)
        return None

    def record(self, marked: Marked, outcome: Outcome, now: datetime) -> None:
        """Decide and write."""
        held: _Held = marked.inner
        if held.entry.token != held.token:
            return
        decided = decide.after_place if held.sending else decide.after_search
        step = decided(outcome, _tried(held, now), PACE)
        held.entry.tries.append(("place" if held.sending else "search", decide.name_of(outcome)[0]))
        _apply(held, step, now)

    def rows(self) -> list[Row]:
        """As they stand."""
        return [entry.row() for entry in self._entries]


def _due(entry: _Entry, now: datetime) -> bool:
    if entry.state == "pending" and entry.expires_at <= now:
        return True
    due = entry.next_at <= now or entry.next_at > now + claims.LONGEST_WAIT
    return entry.state in ("pending", "unknown") and due


def _take(entry: _Entry, key: int) -> _Held:
    entry.state = "sending" if entry.state == "pending" else "resolving"
    entry.owner, entry.token = key, uuid4()
    return _Held(entry, entry.token, entry.state == "sending", entry.sends, entry.first_sent_at)


def _mark(held: _Held, now: datetime) -> _Held:
    entry, sent = held.entry, replace(held, sends=held.sends + 1, first_sent_at=held.first_sent_at or now)
    entry.sends, entry.first_sent_at = sent.sends, sent.first_sent_at
    entry.order_state = move_order(entry.order_state, "sending")
    return sent


def _tried(held: _Held, now: datetime) -> Tried:
    tries = held.entry.tries
    places = [outcome for purpose, outcome in tries if purpose == "place"]
    last = max((position for position, (purpose, _o) in enumerate(tries) if purpose == "place"), default=-1)
    return Tried(
        now=now,
        expires_at=held.entry.expires_at,
        first_sent_at=held.first_sent_at,
        sends=held.sends,
        searches=held.entry.searches,
        failures=sum(outcome in NEVER_SENT for outcome in places),
        looks=len(tries) - 1 - last,
        ends_seen=sum(outcome not in NEVER_SENT for outcome in places),
        similar_seen="similar" in places,
    )


def _apply(held: _Held, step: Step, now: datetime) -> None:
    entry = held.entry
    match step:
        case Accept(number):
            entry.number = number
            _leave(held, "accepted", "accepted", now)
        case Refuse():
            _leave(held, "rejected", "rejected", now)
        case SendAt(at, nothing_left):
            _leave(held, "pending", "queued", at, nothing_left=nothing_left)
        case LookAt(at, searches, nothing_left):
            entry.searches = searches
            _leave(held, "unknown", "unknown", at, nothing_left=nothing_left)
        case Review():
            _leave(held, "review", "unknown", now)
        case Expire():
            _leave(held, "expired", "expired", now)


def _leave(held: _Held, state: str, order_state: str, at: datetime, *, nothing_left: bool = False) -> None:
    entry = held.entry
    entry.sends = held.sends - 1 if nothing_left else held.sends
    entry.first_sent_at = held.first_sent_at if entry.sends else None
    entry.order_state = move_order(entry.order_state, order_state)
    _give_back(entry, state, at)


def _give_back(entry: _Entry, state: str, at: datetime) -> None:
    entry.state, entry.owner, entry.token, entry.next_at = state, None, None, at


@contextmanager
def real_book() -> Iterator[Book]:
    """A book in PostgreSQL, whose rows and locks are gone after the block."""
    with transaction.atomic():
        try:
            yield Real()
        finally:
            _run("SELECT pg_advisory_unlock_all()")
            transaction.set_rollback(True)
    vault.cache.clear()


@contextmanager
def _may_be_lost() -> Iterator[None]:
    try:
        with transaction.atomic():
            yield
    except ClaimLost:
        pass


def _run(statement: str, *parameters: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, list(parameters))
