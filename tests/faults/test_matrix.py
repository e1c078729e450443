"""Every point of the journey under every deed, with a second engine beside the one that is hit."""

from __future__ import annotations

from functools import partial

import pytest

from callcenter.secrets import vault
from tests.faults.cluster import forget_connections, wait_for
from tests.faults.conftest import FULL
from tests.faults.deeds import DEEDS, clock_back, clock_forward, clock_of, kill_engine
from tests.faults.plays import KEPT, PLAYS, Service, service
from tests.faults.points import Point
from tests.faults.stage import Stage
from tests.faults.test_points import NOWHERE, POINTS, move

PATIENCE_S = 30.0
MATRIX = [(point, name) for point in POINTS for name, deed in DEEDS.items() if deed is not kill_engine]
# For every day: what the pure and the single-step proofs cannot show.
DAILY = [
    (Point("mark", "after"), "PostgreSQL crashes"),
    (Point("talk", "after"), "the link is cut"),
    (Point("accept", "inside"), "PostgreSQL is killed"),
    (Point("look later", "after"), "the clock falls back"),
    (Point("talk", "before"), "the clock jumps ahead"),
]


@pytest.mark.parametrize(("point", "deed"), MATRIX if FULL else DAILY, ids=str)
def test_an_order_survives(point: Point, deed: str, scene: Stage) -> None:
    play, clock = PLAYS[point.step], clock_of(scene)
    clock.write_text("0", encoding="ascii")
    with service() as at:
        at.program.deeds = list(play.deeds)
        if not play.reachable:
            move(at, NOWHERE)
        at.promise(1, expires_in_s=play.expires_in_s)
        scene.engine(point, clock=clock)
        halt = scene.halted()
        DEEDS[deed](scene)
        scene.engine(clock=clock)
        move(at, at.program.url)
        halt.go_on()
        wait_for(partial(settled, at), f"the end of the order, {deed} {point}", PATIENCE_S)

        assert at.broken_promises() == KEPT
        assert set(at.states()) <= play.ends | late(deed)
        assert all(child.alive for child in scene.children)


def settled(at: Service) -> bool:
    """Asked on a connection that a restart of the server may have broken."""
    forget_connections()
    vault.cache.clear()
    return at.settled()


def late(deed: str) -> set[str]:
    """By a clock that is wrong, an order's time may be over: then a person decides."""
    return {"expired", "review"} if DEEDS[deed] in (clock_forward, clock_back) else set()
