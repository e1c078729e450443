"""Two engines accept ten thousand orders of fifty services; PostgreSQL never has to break a deadlock."""

from __future__ import annotations

import sys
from contextlib import ExitStack
from time import monotonic

import pytest

from tests.faults.cluster import Cluster, wait_for
from tests.faults.plays import KEPT, service
from tests.faults.stage import Stage

pytestmark = pytest.mark.slow
SERVICES, EACH = 50, 200
LONG_S = 240.0


def deadlocks(cluster: Cluster) -> int:
    """How many there were in the main database."""
    found = cluster.administer("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
    return int(found[0][0])


def test_two_engines_and_fifty_services_meet_no_deadlock(scene: Stage) -> None:
    with ExitStack() as stack:
        services = [stack.enter_context(service()) for _position in range(SERVICES)]
        for at in services:
            at.promise(EACH)
        before, started = deadlocks(scene.cluster), monotonic()
        scene.engine()
        scene.engine()
        wait_for(lambda: all(at.settled() for at in services), "every order's end", LONG_S)
        seconds = monotonic() - started

        assert [at.broken_promises() for at in services] == [KEPT] * SERVICES
        assert all(at.states() == {"accepted": EACH} for at in services)
        assert deadlocks(scene.cluster) == before
    sys.stdout.write(f"{SERVICES * EACH} orders by two engines in {seconds:.0f} s, no deadlock\n")
