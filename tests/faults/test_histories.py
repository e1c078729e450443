"""Any history of callers, engines, networks and programs keeps every promise. Seeds are printed; `HISTORIES_SEED` plays
a run again.
"""

from __future__ import annotations

import os
import sys
from random import randrange
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule, run_state_machine_as_test
from typing_extensions import override

from tests.faults.conftest import FULL
from tests.faults.history import World, world

IN_MEMORY, IN_POSTGRES = (2500, 250) if FULL else (500, 20)
SEED = int(os.environ.get("HISTORIES_SEED", "0")) or randrange(1, 2**31)
STEPS = 24
MOST_ORDERS = 3
ENGINES = st.integers(0, 1)


class History(RuleBasedStateMachine):
    """One history; hypothesis chooses what happens next."""

    real = False

    def __init__(self) -> None:
        super().__init__()
        self._entered: Any = world(real=self.real)
        self.world: World = self._entered.__enter__()
        self.world.place(180)

    @precondition(lambda self: self.world.promised < MOST_ORDERS)
    @rule(expires_in_s=st.sampled_from([5.0, 30.0, 180.0]))
    def a_caller_is_promised_an_order(self, expires_in_s: float) -> None:
        self.world.place(expires_in_s)

    @rule(which=ENGINES)
    def an_engine_claims_and_prepares(self, which: int) -> None:
        engine = self.world.engines[which]
        self.world.claim(engine)
        self.world.prepare(engine)
        self.world.check()

    @rule(which=ENGINES)
    def an_engine_claims(self, which: int) -> None:
        self.world.claim(self.world.engines[which])

    @rule(which=ENGINES, rounds=st.integers(1, 6), seconds=st.sampled_from([1.2, 2.6, 5.0]))
    def an_engine_works_for_a_while(self, which: int, rounds: int, seconds: float) -> None:
        for _round in range(rounds):
            self.world.work(self.world.engines[which])
            self.world.pass_time(seconds)
            self.world.check()

    @precondition(lambda self: self.world.under_way())
    @rule(data=st.data(), takes=st.sampled_from([True, True, True, False]))
    def a_request_arrives(self, data: st.DataObject, takes: bool) -> None:
        data.draw(st.sampled_from(self.world.under_way())).arrives(self.world.program, takes=takes)
        self.world.check()

    @precondition(lambda self: any(engine.requests for engine in self.world.engines))
    @rule(data=st.data())
    def an_engine_reads_an_answer(self, data: st.DataObject) -> None:
        engine = data.draw(st.sampled_from([engine for engine in self.world.engines if engine.requests]))
        request = data.draw(st.sampled_from(engine.requests))
        readings = request.readings()
        self.world.read(engine, request, readings[data.draw(st.sampled_from(sorted(readings)))]())
        self.world.check()

    @rule(which=ENGINES, late=st.booleans())
    def an_engine_is_killed(self, which: int, late: bool) -> None:
        self.world.kill(which, late=late)

    @rule(which=ENGINES)
    def an_engine_loses_its_lock(self, which: int) -> None:
        self.world.cut(self.world.engines[which])

    @rule(seconds=st.sampled_from([0.3, 1.2, 3.0, 10.0, 20.0, 60.0]))
    def time_passes(self, seconds: float) -> None:
        self.world.pass_time(seconds)
        self.world.check()

    @override
    def teardown(self) -> None:
        try:
            self.world.drain()
        finally:
            self._entered.__exit__(None, None, None)


class TrueHistory(History):
    """The same, by the real code in PostgreSQL."""

    real = True


@pytest.mark.django_db
@pytest.mark.parametrize(("history", "many"), [(History, IN_MEMORY), (TrueHistory, IN_POSTGRES)])
def test_any_history_keeps_every_promise(history: type[History], many: int) -> None:
    sys.stdout.write(f"{many} histories, HISTORIES_SEED={SEED}\n")
    chosen = settings(
        max_examples=many, stateful_step_count=STEPS, deadline=None, database=None,
        suppress_health_check=list(HealthCheck), phases=[Phase.generate, Phase.shrink],
    )  # fmt: skip
    run_state_machine_as_test(seed(SEED)(history), settings=chosen)
