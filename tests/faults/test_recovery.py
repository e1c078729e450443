"""How soon everything is well again: measured and printed, judged by what it must not be rather than by milliseconds.

Times are from the commit of an order until its request is at the program, on this machine under whatever else it does.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from time import monotonic, sleep
from typing import Any

import pytest

from integrations.delivery.pace import Pace
from orders.models import Delivery
from tests.faults.cluster import ROOT, Cluster, forget_connections, wait_for
from tests.faults.plays import KEPT, Service, service
from tests.faults.points import AFTER, Point
from tests.faults.stage import Stage
from tests.faults.test_matrix import settled
from tests.integrations.delivery.program import Program, accept
from tests.integrations.delivery.scene import wake

pytestmark = pytest.mark.slow
TRUE_PACE = Pace()
MANY, PAUSE_S = 40, 0.05
CANARY_S = TRUE_PACE.canary_every_s + TRUE_PACE.canary_patience_s


class Watch:
    """When each order's request came to the program."""

    def __init__(self, at: Service) -> None:
        self.at, self.came = at, dict[str, float]()
        at.program.usual = self._note

    def _note(self, program: Program, body: dict[str, Any]) -> dict[str, Any] | None:
        self.came[body["comment"][-10:]] = monotonic()
        answer = accept(program, body)
        return answer if isinstance(answer, dict) else None

    def one(self) -> float:
        """Milliseconds from an order's commit to its request."""
        [order] = self.at.promise()
        since = monotonic()
        wake()
        wait_for(lambda: order.marker[-10:] in self.came, "the request")
        return (self.came[order.marker[-10:]] - since) * 1000

    def many(self) -> dict[str, float]:
        """The times of some orders, one after another."""
        times = []
        for _position in range(MANY):
            times.append(self.one())
            sleep(PAUSE_S)
        cuts = statistics.quantiles(times, n=100, method="inclusive")
        return {"p50": round(cuts[49], 1), "p99": round(cuts[98], 1)}

    def found_by(self, since: int) -> set[str]:
        """How the orders after the first so many were found."""
        rows = Delivery.objects.filter(order__in=self.at.orders[since:])
        return set(rows.values_list("found_by", flat=True))


def say(what: str, **figures: object) -> None:
    sys.stdout.write(f"{what}: {figures}\n")


@contextmanager
def celery_engine(cluster: Cluster) -> Iterator[subprocess.Popen[bytes]]:
    """The engine as it runs in production, inside a Celery worker."""
    arguments = ["-m", "celery", "-A", "callcenter.celery", "worker", "-Q", "delivery", "-P", "threads", "-c", "1"]
    environment = {**cluster.environment(), "CALLCENTER_ROLE": "worker"}
    process = subprocess.Popen(
        [sys.executable, *arguments, "--without-gossip", "--without-mingle"],
        cwd=ROOT, env=environment, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        yield process
    finally:
        process.kill()
        process.wait()


@pytest.mark.parametrize("immediate", [False, True], ids=["fast", "immediate"])
def test_after_a_restart_of_postgres_orders_are_reported_again(scene: Stage, immediate: bool) -> None:
    with service() as at:
        watch = Watch(at)
        scene.engine(pace=TRUE_PACE)
        watch.one()
        healthy = watch.many()
        at.promise(8)
        scene.cluster.stop_postgres(immediate=immediate)
        scene.cluster.start_postgres()
        back = monotonic()
        forget_connections()
        first = watch.one()
        first_s = monotonic() - back
        wait_for(partial(settled, at), "the orders of before")
        sleep(max(CANARY_S - (monotonic() - back), 0))
        known, again = len(at.orders), watch.many()
        wait_for(partial(settled, at), "all orders")

        assert watch.found_by(known) == {"wake"}
        assert at.broken_promises() == KEPT
    say("PostgreSQL restarted", immediate=immediate, healthy_ms=healthy, first_s=round(first_s, 2), first_ms=first)
    say("PostgreSQL restarted", after_ms=again)


def test_what_a_killed_engine_held_goes_again_as_soon_as_another_is_there(scene: Stage) -> None:
    with service() as at:
        watch = Watch(at)
        at.promise(8)
        scene.engine(Point("claim", AFTER), pace=TRUE_PACE)
        scene.halted()
        scene.children[0].kill()
        since = monotonic()
        scene.engine(pace=TRUE_PACE)
        wait_for(lambda: len(watch.came) == len(at.orders), "the requests")
        say("engine killed", all_sent_again_s=round(max(watch.came.values()) - since, 2))
        wait_for(at.settled, "the orders")

        assert at.broken_promises() == KEPT
        assert len(at.program.creations) == len(at.orders)


def test_orders_do_not_care_for_valkey(scene: Stage) -> None:
    with service() as at, celery_engine(scene.cluster) as process:
        watch = Watch(at)
        watch.one()
        healthy = watch.many()
        scene.cluster.kill_valkey()
        try:
            without = watch.many()
            assert process.poll() is None
        finally:
            scene.cluster.valkey.start()
        back = watch.many()
        wait_for(at.settled, "all orders")

        assert at.broken_promises() == KEPT
        assert watch.found_by(1) == {"wake"}
    say("Valkey killed", healthy_ms=healthy, without_ms=without, back_ms=back)


def test_an_engine_starts_without_valkey(scene: Stage) -> None:
    scene.cluster.kill_valkey()
    try:
        with service() as at, celery_engine(scene.cluster):
            at.promise(3)
            wait_for(at.settled, "the orders")

            assert at.broken_promises() == KEPT
    finally:
        scene.cluster.valkey.start()
