"""Every point of the journey under every deed, with a second engine beside the one that is hit."""

from __future__ import annotations

from functools import partial
from time import monotonic, sleep

import pytest

from callcenter.secrets import vault
from integrations.delivery.pace import LATEST_START_S
from tests.faults.cluster import forget_connections, wait_for
from tests.faults.conftest import FULL
from tests.faults.deeds import DEEDS, clock_back, clock_forward, clock_of, cut_links, kill_engine
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
    """By a clock that is wrong, an order's time may be over, and a person decides; or it is not over yet."""
    return {"expired", "review", "accepted"} if DEEDS[deed] in (clock_forward, clock_back) else set()


def test_an_engine_that_was_held_up_does_not_send_what_another_has_sent_meanwhile(scene: Stage) -> None:
    with service() as at:
        at.promise()
        scene.engine(Point("talk", "before"))
        halt, since = scene.halted(), monotonic()
        cut_links(scene)
        scene.engine()
        wait_for(partial(settled, at), "the order's end at the second engine")
        sleep(max(LATEST_START_S + 0.1 - (monotonic() - since), 0))
        halt.go_on()
        at.promise(9)
        wait_for(partial(settled, at), "nine more orders")

        assert at.broken_promises() == KEPT
        assert at.states() == {"accepted": 10}


def test_an_engine_does_not_mark_what_is_being_taken_from_it(scene: Stage) -> None:
    with service() as at:
        at.promise()
        scene.engine(Point("mark", "before"))
        marking = scene.halted()
        cut_links(scene)
        scene.engine(Point("return", "inside"))
        returning = scene.halted()
        marking.go_on()  # its statement waits for the row that the other one holds
        wait_for(lambda: waiting(scene), "the mark to wait")
        returning.go_on()
        wait_for(partial(settled, at), "the order's end")

        assert at.broken_promises() == KEPT
        assert len(at.program.creations) == 1


def waiting(scene: Stage) -> bool:
    """Whether a session waits for a row of another."""
    return bool(scene.cluster.administer("SELECT 1 FROM pg_locks WHERE NOT granted AND locktype = 'transactionid'"))
