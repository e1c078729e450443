"""Programs that fail in every way, side by side: each holds each of its orders once, and nobody else's."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import pytest

from integrations.simulators.taximaster import Options, serving
from tests.faults.cluster import wait_for
from tests.faults.plays import KEPT, Service, service
from tests.faults.replies import FAULTS, SLOW_FAULTS, elsewhere
from tests.faults.stage import Stage
from tests.faults.test_points import NOWHERE, move
from tests.integrations.delivery.program import Deed, drop
from tests.integrations.delivery.scene import KEY

ORDERS = 3


@contextmanager
def failing(deeds: dict[str, list[Deed]]) -> Iterator[dict[str, Service]]:
    """A service for every list of deeds, and one that is well."""
    with ExitStack() as stack:
        made = {name: stack.enter_context(service()) for name in ("is well", *deeds)}
        for name, listed in deeds.items():
            made[name].program.deeds = list(listed)
        yield made


def judge(services: dict[str, Service], *, patience_s: float = 30.0) -> None:
    """Wait for every end; nothing is lost, doubled or at another service, and nothing of it needs a person."""
    wait_for(lambda: all(at.settled() for at in services.values()), "every order's end", patience_s)
    assert {name: at.broken_promises() for name, at in services.items()} == dict.fromkeys(services, KEPT)
    assert {name: at.states()["accepted"] for name, at in services.items()} == dict.fromkeys(services, ORDERS)


def test_every_failing_program_holds_each_order_once(scene: Stage) -> None:
    deeds: dict[str, list[Deed]] = {name: [deed] for name, deed in FAULTS.items()}
    deeds["flaps"] = [drop, next(iter(FAULTS.values())), drop]
    with failing(deeds) as services:
        for at in services.values():
            at.promise(ORDERS)
        scene.engine()
        scene.engine()
        judge(services)


@pytest.mark.parametrize("held", [True, False])
def test_a_redirect_takes_no_order_to_another_service(held: bool, scene: Stage) -> None:
    with service() as at, service() as rival:
        at.program.deeds = [elsewhere(lambda: rival.program.url, held=held)]
        at.promise(ORDERS)
        scene.engine()
        judge({"redirected": at})

        assert (rival.program.creations, rival.program.orders) == ([], [])


def test_an_address_that_refuses_gets_its_orders_when_it_is_back(scene: Stage) -> None:
    with service() as at:
        move(at, NOWHERE)
        at.promise(ORDERS)
        scene.engine()
        wait_for(lambda: at.orders[0].delivery.get().attempts > 0, "some tries")
        move(at, at.program.url)
        judge({"back": at})


def test_nothing_is_sent_to_a_certificate_that_is_not_the_known_one(scene: Stage) -> None:
    with service() as at, serving(Options(port=0, secret=KEY)) as other:
        at.link.fingerprint = "0" * 64
        at.link.save(update_fields=["fingerprint"])
        move(at, other.url)
        at.promise(ORDERS)
        scene.engine()
        wait_for(lambda: at.orders[0].delivery.get().attempts > 0, "some tries")
        assert other.server.program.here.book.lines() == []

        at.link.fingerprint = other.fingerprint
        at.link.save(update_fields=["fingerprint"])
        wait_for(at.settled, "the orders' end")
        held = [line["comment"][-10:] for line in other.server.program.here.book.lines()]

    assert sorted(held) == sorted(order.marker[-10:] for order in at.orders)


@pytest.mark.slow
@pytest.mark.parametrize("name", list(SLOW_FAULTS))
def test_a_program_without_end_holds_up_nobody(name: str, scene: Stage) -> None:
    with failing({name: [SLOW_FAULTS[name]] * ORDERS}) as services:
        for at in services.values():
            at.promise(ORDERS)
        scene.engine()
        wait_for(services["is well"].settled, "the orders of the healthy one", 5.0)
        judge(services, patience_s=60.0)
