"""Engines in processes of their own, logged in as the true role, killed at the worst moments."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from callcenter.celery import app
from integrations.simulators.taximaster import Options, serving
from integrations.simulators.taximaster_faults import COMMIT_THEN_DROP, DOWN, STALL, Fault
from orders.models import Delivery, Order
from tests.integrations.delivery.program import Program, accept_and_hang, hang
from tests.integrations.delivery.scene import KEY, connect, engine, orders_in_bulk, settled, until
from tests.orders.cast import Cast, cast

ROOT = Path(__file__).resolve().parents[3]
pytestmark = pytest.mark.django_db(transaction=True, databases="__all__")


ALONE = ("integrations.delivery.run",)
CELERY = ("celery", "-A", "callcenter.celery", "worker", "-P", "threads", "-c", "1", "-Q")


@contextmanager
def engine_process(*module: str) -> Iterator[subprocess.Popen[bytes]]:
    """An engine as it runs in production: own process, own role."""
    process = subprocess.Popen(
        [sys.executable, "-m", *(module or ALONE)],
        cwd=ROOT,
        env={**os.environ, "CALLCENTER_ROLE": "worker"},
        stderr=subprocess.DEVNULL,
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def test_an_engine_killed_before_the_program_has_the_orders_loses_none(komet: Cast, program: Program) -> None:
    program.usual = hang
    orders_in_bulk(komet, 20)
    with engine_process() as process:
        until(lambda: program.under_way == 8)
        process.send_signal(signal.SIGKILL)
        process.wait()

    program.usual = Program().usual
    program.gate.set()
    with engine():
        until(settled("accepted", of=20))

    assert (len(program.orders), len(set(program.markers()))) == (20, 20)


def test_an_engine_killed_after_the_program_has_the_orders_doubles_none(komet: Cast, program: Program) -> None:
    program.usual = accept_and_hang
    orders_in_bulk(komet, 20)
    with engine_process() as process:
        until(lambda: program.under_way == 8)
        process.send_signal(signal.SIGKILL)
        process.wait()

    program.usual = Program().usual
    program.gate.set()
    with engine():
        until(settled("accepted", of=20))

    assert (len(program.creations), len(set(program.markers()))) == (20, 20)


def test_an_engine_told_to_end_does_so_and_gives_back_what_it_holds(komet: Cast, program: Program) -> None:
    program.usual = hang
    orders_in_bulk(komet, 1)
    with engine_process() as process:
        until(program.asked.is_set)
        process.terminate()

        assert process.wait(8) == 0
    assert Delivery.objects.get().state == "unknown"


def test_a_program_that_fails_in_every_way_gets_each_order_once(transactional_db: None) -> None:
    made = cast()
    with serving(Options(port=0, secret=KEY, fault=Fault(fault=DOWN, count=3))) as program:
        connect(made, program.url, fingerprint=program.fingerprint)
        book, faults = program.server.program.here.book, program.server.program.faults
        with engine():
            orders_in_bulk(made, 5)
            until(settled("accepted", of=5))
            for fault in (Fault(fault=STALL, count=2, seconds=0.1), Fault(fault=COMMIT_THEN_DROP, count=3)):
                faults.put(fault)
                already = Order.objects.filter(state="accepted").count()
                orders_in_bulk(made, 5)
                until(settled("accepted", of=already + 5))

        held = [line["comment"] for line in book.lines()]
    assert (len(held), len(set(held))) == (15, 15)
    assert Order.objects.filter(state="accepted").values("number").distinct().count() == 15


def inspected(process: subprocess.Popen[bytes]) -> list[dict[str, object]]:
    """What `celery inspect delivery` tells of the engines of the one worker, as soon as it listens."""
    replies: list[dict[str, list[dict[str, object]]]] = []
    while not replies:
        assert process.poll() is None
        replies = app.control.broadcast("delivery", reply=True, timeout=1, limit=1)
    [(_worker, engines)] = replies[0].items()
    return engines


def test_a_celery_worker_of_the_queue_delivery_can_be_inspected_and_ends_when_told(komet: Cast) -> None:
    with engine_process(*CELERY, "delivery") as process:
        orders_in_bulk(komet, 3)
        until(settled("accepted", of=3))
        [figures] = inspected(process)
        process.terminate()

        assert process.wait(15) == 0
    assert (figures["linked"], figures["in_flight"], figures["breakers_open"]) == (True, 0, 0)


def test_a_celery_worker_of_another_queue_does_not_deliver(komet: Cast) -> None:
    with engine_process(*CELERY, "default") as process:
        orders_in_bulk(komet, 1)

        assert inspected(process) == []
    assert Delivery.objects.get().state == "pending"
