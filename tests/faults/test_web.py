"""Web is killed while it places an order: what the operator was told is true, and pressing again makes no second."""

from __future__ import annotations

from uuid import uuid4

import pytest

from callcenter.tenancy.rules import SWITCH, WEB
from callcenter.tenancy.unit import unit
from orders.access import here
from orders.actions import dialog
from orders.models import Call, Order
from tests.faults.cluster import wait_for
from tests.faults.plays import KEPT, Service, service
from tests.faults.points import AFTER, BEFORE, Point
from tests.faults.stage import Stage
from tests.orders.cast import ring_and_answer

POINTS = {
    Point("place", BEFORE): 0,
    Point("place", AFTER): 0,  # written, not committed
    Point("wake", BEFORE): 1,  # committed, and no engine has been told
    Point("wake", AFTER): 1,
}


def answered(at: Service) -> dict[str, str]:
    """A caller is on the line; what the operator's page holds then."""
    call, seat = f"call-{uuid4()}", at.cast
    with unit(SWITCH):
        ring_and_answer(seat.seat.workplace.extension, call=call, dnis=seat.line.number)
    found = Call.objects.get(external_id=call).pk
    with unit(WEB, seat=seat.secret):
        token = dialog.redeem(here(), found).token
    return {"call": str(found), "token": token, "seat": seat.secret, "key": str(uuid4())}


@pytest.mark.parametrize(("point", "committed"), list(POINTS.items()), ids=str)
def test_a_placed_order_is_there_or_was_never_promised(point: Point, committed: int, scene: Stage) -> None:
    with service() as at:
        scene.engine()
        held = answered(at)
        child, said = scene.placer(point, **held)
        scene.halted()
        child.kill()

        assert not said.exists()
        at.orders = list(Order.objects.filter(call_id=held["call"]))
        assert len(at.orders) == committed

        again, said = scene.placer(None, **held)
        wait_for(lambda: not again.alive, "the second press")
        at.orders = list(Order.objects.filter(call_id=held["call"]))
        wait_for(at.settled, "the order's end")

        assert [str(order.pk) for order in at.orders] == [said.read_text(encoding="utf-8")]
        assert at.broken_promises() == KEPT
        assert set(at.states()) == {"accepted"}
