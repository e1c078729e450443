"""Many orders for many services while everything goes wrong, in a seeded order: the account is exact at the end.

`make test-faults` sends ten thousand through more than a hundred faults; every day a few hundred through some.
"""

from __future__ import annotations

import os
import signal
import sys
from collections import Counter
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from random import Random, randrange
from time import monotonic, sleep

from integrations.delivery.pace import LATEST_START_S
from tests.faults.cluster import forget_connections, wait_for
from tests.faults.conftest import FULL
from tests.faults.deeds import crash_postgres, cut_links, cut_sessions, restart_postgres
from tests.faults.plays import Service, service
from tests.faults.replies import sick
from tests.faults.stage import QUICK, Child, Stage

SERVICES, ORDERS, FAULTS, BATCH, LEAST_CUT_OFF = (50, 10_000, 110, 10, 0.05) if FULL else (6, 240, 8, 4, 0.01)
SEED = int(os.environ.get("STORM_SEED", "0")) or randrange(1, 2**31)
MOST_FOR_A_PERSON = 0.005
LONG_S = 120.0
# The waits are fifty times shorter, but for the one in which a request of an engine taken for dead may still arrive: a
# process that stands still starts late by the true clock.
PACE = replace(QUICK, longest_send_s=(LATEST_START_S + 1.0) / QUICK.scale)


@dataclass
class Account:
    """What became of the orders; `broken` counts broken promises by kind, `cut_off` answers lost after processing."""

    orders: int = 0
    for_a_person: int = 0
    requests: int = 0
    cut_off: int = 0
    broken: Counter[str] = field(default_factory=Counter)


def test_every_order_of_a_storm_is_held_once(scene: Stage) -> None:
    sys.stdout.write(f"{ORDERS} orders, {FAULTS} faults, STORM_SEED={SEED}\n")
    chance, started = Random(SEED), monotonic()
    with ExitStack() as stack:
        services = [stack.enter_context(service()) for _position in range(SERVICES)]
        for position, at in enumerate(services):
            at.program.usual = sick(SEED + position)
        engines = [scene.engine(pace=PACE), scene.engine(pace=PACE)]
        for strike in range(FAULTS):
            promise(chance, services, ORDERS * (strike + 1) // FAULTS - ORDERS * strike // FAULTS)
            hit(chance, scene, engines)
        wait_for(lambda: ended(services), "every order's end", LONG_S)
        report = account(services)
    sys.stdout.write(f"{report}, {monotonic() - started:.0f} s\n")

    assert report.broken.total() == 0, report.broken
    assert report.orders == ORDERS
    assert report.for_a_person <= max(ORDERS * MOST_FOR_A_PERSON, 1)
    assert report.cut_off >= ORDERS * LEAST_CUT_OFF


def promise(chance: Random, services: list[Service], many: int) -> None:
    """Queue so many orders at services drawn by lot."""
    while many > 0:
        chance.choice(services).promise(min(BATCH, many))
        many -= BATCH


def hit(chance: Random, scene: Stage, engines: list[Child]) -> None:
    """One fault: mostly a killed engine, sometimes the database."""
    which, drawn = chance.randrange(len(engines)), chance.random()
    sleep(chance.uniform(0.05, 0.3))
    if drawn < 0.5:
        engines[which].kill()
        engines[which] = scene.engine(pace=PACE)
    elif drawn < 0.65:
        cut_links(scene)
    elif drawn < 0.8:
        cut_sessions(scene)
    elif drawn < 0.9:
        stop_for_a_while(engines[which], chance.uniform(0.1, 0.6))
    elif drawn < 0.95:
        crash_postgres(scene)
    else:
        restart_postgres(scene)


def stop_for_a_while(engine: Child, seconds: float) -> None:
    """The process stands still, as on a machine that sleeps, and then goes on as if nothing had been."""
    os.kill(engine.pid, signal.SIGSTOP)
    sleep(seconds)
    os.kill(engine.pid, signal.SIGCONT)


def ended(services: list[Service]) -> bool:
    """Whether no order is under way any more."""
    forget_connections()
    return all(at.settled() for at in services)


def account(services: list[Service]) -> Account:
    """What was promised and what the programs hold."""
    made = Account()
    for at in services:
        states = at.states()
        made.broken += Counter({kind: len(marks) for kind, marks in at.broken_promises().items()})
        made.orders += states.total()
        made.for_a_person += states["review"] + states["expired"]
        made.requests += len(at.program.creations)
        made.cut_off += at.program.cut_off
    return made
