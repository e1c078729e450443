"""The engine: one thread claims, a few write, many wait for dispatch programs, one holds the lock and listens.

PostgreSQL is the only queue: what is in memory here can be lost at any moment. A thread that dies ends the process,
since an engine without one of them would look alive and do nothing; the runner starts it again.
"""

import logging
import os
from collections import Counter
from collections.abc import Callable
from functools import partial
from queue import SimpleQueue
from threading import Condition, Event, Thread
from time import monotonic
from typing import TypeVar
from uuid import UUID

from django.db import InterfaceError, OperationalError, connections
from django.utils import timezone

from callcenter.tenancy.rules import WORKER
from callcenter.tenancy.unit import unit
from integrations.delivery.bell import Bell
from integrations.delivery.breaker import Breaker
from integrations.delivery.decide import LookAt, Outcome, SendAt
from integrations.delivery.desk import Desk, Job
from integrations.delivery.link import Link
from integrations.delivery.pace import Pace
from integrations.delivery.senders import Senders
from integrations.models import Connection
from orders.actions import claims
from orders.actions.deliver import Claim, ClaimLost

CLAIMED_AT_ONCE = 32
SWEEP_S = 0.5
# Places that become free one after the other are filled together: a claim costs as much for one order as for thirty.
ROOM_S = 0.01
DATABASE_WAITS_S = (0.05, 0.1, 0.2, 0.5, 1.0)
# The claiming thread waits no longer than the third of them: orders come again as soon as the database does.
CLAIMER_WAITS_MOST = 2
EXIT_CODE = 70
T = TypeVar("T")
log = logging.getLogger(__name__)


def end_process() -> None:
    """End at once, so that the kernel closes the connection and the lock with it."""
    logging.shutdown()
    os._exit(EXIT_CODE)


class Closing(Exception):
    """The engine ends while the database does not answer."""


class Engine:
    """Start it once per process; `stop` waits a few seconds for what is under way."""

    def __init__(self, pace: Pace | None = None, *, die: Callable[[], None] = end_process) -> None:
        self.pace = pace or Pace()
        self.breaker = Breaker()
        self._die = die
        self._bell = Bell()
        self._closing, self._stopped = Event(), Event()
        self.link = Link(self._bell.ring, self.pace, stopping=self._stopped, ready=self._bell.hurry)
        self._desk = Desk(self.pace, self.breaker)
        self._jobs: SimpleQueue[Callable[[], None] | None] = SimpleQueue()
        self._senders = Senders(self.pace.in_flight_most)
        self._held: dict[UUID, UUID] = {}
        self._changed = Condition()
        self._caps: dict[UUID, int] = {}
        self._caps_at = self._swept_at = float("-inf")
        self._threads: list[Thread] = []

    def start(self) -> None:
        """Start the threads."""
        clerks = [(f"clerk-{position}", self._serve) for position in range(self.pace.clerks)]
        for name, work in [("link", self.link.run), *clerks, ("claimer", self._claim_until_closed)]:
            thread = Thread(target=self._guarded, args=(name, work), name=f"delivery-{name}", daemon=True)
            self._threads.append(thread)
            thread.start()

    def stop(self) -> None:
        """Claim nothing more, finish what ends soon, give the rest back."""
        self._closing.set()
        self._bell.ring()
        for thread in self._threads:
            thread.join(self.pace.drain_s + 2 * self.pace.canary_patience_s)

    def figures(self) -> dict[str, int | bool]:
        """What this engine is doing, for `celery inspect delivery`."""
        with self._changed:
            services = Counter(self._held.values())
        return {
            "linked": self.link.owner is not None,
            "in_flight": services.total(),
            "services_in_flight": len(services),
            "breakers_open": sum(1 for room in self.breaker.rooms().values() if room == 0),
            "connections_made": self.link.connected,
        }

    def _guarded(self, name: str, work: Callable[[], None]) -> None:
        try:
            work()
        except BaseException as error:  # noqa: BLE001 - whatever it was, the process must not live on without it
            log.critical("%s died of %s", name, _place_of(error))
            self._die()
        else:
            if not self._stopped.is_set():
                log.critical("%s ended by itself", name)
                self._die()
        finally:
            connections.close_all()

    # --- the claiming thread

    def _claim_until_closed(self) -> None:
        failures = 0
        while not self._closing.is_set():
            found_by = self._bell.wait(self.pace.poll_s)
            try:
                self._sweep()
                self._claim(found_by)
                failures = 0
            except (OperationalError, InterfaceError) as error:
                log.warning("the database does not answer: %s", type(error).__name__)
                connections.close_all()
                self._closing.wait(DATABASE_WAITS_S[min(failures, CLAIMER_WAITS_MOST)])
                failures += 1
                self._bell.hurry()
        self._drain()

    def _sweep(self) -> None:
        now = monotonic()
        if now - self._swept_at < SWEEP_S:
            return
        self._swept_at = now
        returned = claims.release_dead_owners()
        if returned:
            log.warning("%d deliveries of a dead engine returned", returned)
        if now - self._caps_at >= self.pace.caps_every_s:
            with unit(WORKER):
                self._caps = dict(Connection.objects.filter(active=True).values_list("service_id", "most_at_once"))
            self._caps_at = now
        if self.link.owner is not None:
            self._take(claims.claim_overdue(self.link.owner, CLAIMED_AT_ONCE, found_by="late"))

    def _claim(self, found_by: str) -> None:
        while not self._closing.is_set() and self.link.owner is not None:
            limit = min(self.pace.in_flight_most - len(self._held), CLAIMED_AT_ONCE)
            if limit <= 0:
                return
            rooms = {**self._caps, **self.breaker.rooms()}
            found = claims.claim_due(
                self.link.owner, limit, rooms=rooms, most=self.pace.per_service_most, found_by=found_by
            )
            self._take(found)
            if len(found) < limit:
                return

    def _take(self, found: list[Claim]) -> None:
        with self._changed:
            self._held.update({claim.delivery: claim.service for claim in found})
        for claim in found:
            self._jobs.put(partial(self._prepare, claim))

    def _drain(self) -> None:
        with self._changed:
            self._changed.wait_for(lambda: not self._held, self.pace.drain_s)
        try:
            if self.link.owner is not None:
                log.info("%d deliveries given back at the end", claims.release(self.link.owner))
        except (OperationalError, InterfaceError):
            log.warning("nothing given back at the end: the database does not answer")
        self._stopped.set()
        self.link.stop()
        self._senders.close()
        for _ in range(self.pace.clerks):
            self._jobs.put(None)

    # --- the writing threads

    def _serve(self) -> None:
        while (job := self._jobs.get()) is not None:
            job()

    def _prepare(self, claim: Claim) -> None:
        if self._closing.is_set():
            self._let_go(claim)
            return
        job = self._settled(claim, lambda: self._desk.prepare(claim))
        if job is None:
            self._let_go(claim)
        else:
            self._senders.run(partial(self._hold, job))

    def _record(self, job: Job, outcome: Outcome) -> None:
        step = self._settled(job.claim, lambda: self._desk.record(job, outcome))
        self._let_go(job.claim)
        if isinstance(step, SendAt | LookAt):
            self._bell.ring_in(max((step.at - timezone.now()).total_seconds(), 0.0))

    def _settled(self, claim: Claim, work: Callable[[], T]) -> T | None:
        """Do the work; a lost claim or an error of ours ends this claim, never the thread."""
        try:
            try:
                return self._insist(work)
            except (ClaimLost, Closing):
                raise
            except Exception as error:  # noqa: BLE001 - one order must not stop the others
                log.error("delivery %s: %s", claim.delivery, _place_of(error))
                self._insist(lambda: self._desk.park(claim))
        except ClaimLost:
            log.warning("delivery %s: the claim was lost; its outcome is looked up", claim.delivery)
        except Closing:
            log.warning("delivery %s: left to the next engine", claim.delivery)
        return None

    def _insist(self, work: Callable[[], T]) -> T:
        """Do the work again while the database does not answer: an outcome is only in our memory."""
        tries = 0
        while True:
            try:
                return work()
            except (OperationalError, InterfaceError) as error:
                log.warning("the database does not answer: %s", type(error).__name__)
                connections.close_all()
                if self._stopped.wait(DATABASE_WAITS_S[min(tries, len(DATABASE_WAITS_S) - 1)]):
                    raise Closing() from error
                tries += 1

    def _let_go(self, claim: Claim) -> None:
        with self._changed:
            full = len(self._held) >= self.pace.in_flight_most
            of_service = sum(1 for service in self._held.values() if service == claim.service)
            self._held.pop(claim.delivery, None)
            self._changed.notify_all()
        if full or of_service >= self._caps.get(claim.service, self.pace.per_service_most):
            self._bell.ring_within(ROOM_S)

    # --- the waiting threads

    def _hold(self, job: Job) -> None:
        outcome = job.hold()
        self._jobs.put(partial(self._record, job, outcome))


def _place_of(error: BaseException) -> str:
    """Type and place of an error; its text may hold something personal."""
    last = error.__traceback__
    while last is not None and last.tb_next is not None:
        last = last.tb_next
    where = f"{last.tb_frame.f_code.co_filename}:{last.tb_lineno}" if last else "nowhere"
    return f"{type(error).__name__} at {where}"
