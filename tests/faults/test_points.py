"""An engine is killed before, inside and after every step of an order's journey: none is lost, none comes twice."""

from __future__ import annotations

import pytest

from integrations.delivery.pace import Pace
from tests.faults.cluster import wait_for
from tests.faults.conftest import FULL
from tests.faults.plays import KEPT, PLAYS, Play, Service, service
from tests.faults.points import AFTER, BEFORE, COMMITTING, INSIDE, Point
from tests.faults.stage import QUICK, Stage

NOWHERE = "http://127.0.0.1:9"
POINTS = [
    Point(step, where) for step in PLAYS for where in (BEFORE, INSIDE, AFTER) if where != INSIDE or step in COMMITTING
]


def halt_at(point: Point, scene: Stage, at: Service, *, pace: Pace = QUICK) -> None:
    """Queue an order, let an engine take it, and return when the engine stands at the point, to be killed there."""
    play = PLAYS[point.step]
    at.program.deeds = list(play.deeds)
    if not play.reachable:
        move(at, NOWHERE)
    at.promise(1, expires_in_s=play.expires_in_s)
    scene.engine(point, pace=pace)
    scene.halted()


def move(at: Service, url: str) -> None:
    """Let the connection point somewhere else."""
    at.link.base_url = url
    at.link.save(update_fields=["base_url"])


# A step begins where the one before it has ended: every day the other two will do.
DAILY = [point for point in POINTS if point.where != BEFORE or point.step == "talk"]


@pytest.mark.parametrize("point", POINTS if FULL else DAILY, ids=str)
def test_an_order_survives_the_death_of_its_engine(point: Point, scene: Stage) -> None:
    with service() as at:
        halt_at(point, scene, at)
        scene.children[0].kill()
        move(at, at.program.url)
        scene.engine()
        wait_for(at.settled, f"the end of the order after a death {point}")

        assert at.broken_promises() == KEPT
        assert set(at.states()) <= ends(PLAYS[point.step])


@pytest.mark.parametrize("where", [BEFORE, INSIDE, AFTER])
def test_an_order_survives_the_death_of_the_engine_that_takes_it_over(where: str, scene: Stage) -> None:
    with service() as at:
        halt_at(Point("mark", AFTER), scene, at)
        scene.engine(Point("return", where))
        scene.children[0].kill()
        scene.halted()
        scene.children[1].kill()
        scene.engine()
        wait_for(at.settled, "the end of the order")

        assert at.broken_promises() == KEPT
        assert set(at.states()) == {"accepted"}


def ends(play: Play) -> frozenset[str]:
    return play.ends
