"""Every process is replaced, one after another, while calls come in: no order is lost, no dialog dropped."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis

from integrations.dispatch.comments import token_of
from tests.e2e.stack import PASSWORD, SLUGS
from tests.faults.cluster import wait_for
from tests.faults.fleet import Fleet, Page, crew

pytestmark = pytest.mark.slow
OPERATORS, CALLS = 4, 40
LONG_S = 180.0


def held(fleet: Fleet) -> Counter[int]:
    """How many accepted orders the programs hold how often."""
    texts = [json.dumps(order, ensure_ascii=False) for order in fleet.journalled()]
    markers = [row[0] for row in fleet.sql("SELECT marker FROM orders_order WHERE state = 'accepted'")]
    return Counter(sum(token_of(marker) in text for text in texts) for marker in markers)


def ring(fleet: Fleet, name: str, calls: int) -> subprocess.Popen[bytes]:
    options = f"--calls {calls} --concurrent {OPERATORS - 1} --ring-s 0.2 --talk-s 60 --rate 120"
    return fleet.ring(f"{options} --abandon-share 0 --miss-share 0 --seed 5", name=name)


def judge(fleet: Fleet, pages: list[Page], calls: int) -> None:
    """Every answered call became an order, once; nobody's command was refused."""
    served = [seen for page in pages for seen in page.seen.values() if seen.answered_at]
    wait_for(lambda: not fleet.sql("SELECT 1 FROM orders_order WHERE state NOT IN ('accepted')"), "all orders", LONG_S)
    errors = [error for page in pages for error in page.errors if not error.startswith("stream")]
    assert errors == []
    assert len(served) == calls
    assert len([seen for seen in served if seen.placed_at]) == calls
    assert held(fleet) == {1: calls}


@pytest.fixture
def fleet(tmp_path: Path) -> Iterator[Fleet]:
    running = Fleet(tmp_path, operators=OPERATORS)
    try:
        running.start()
        yield running
    finally:
        running.stop()


def test_every_process_is_replaced_under_load(fleet: Fleet) -> None:
    pages = crew(fleet, PASSWORD)
    ringing = ring(fleet, "rolling", CALLS)
    ends = {name: round(fleet.replace(name), 1) for name in fleet.members()}
    ringing.wait(LONG_S)
    judge(fleet, pages, CALLS)
    streams = sum(error.startswith("stream") for page in pages for error in page.errors)
    sys.stdout.write(f"seconds to end: {ends}; commands said again: {sum(page.repeats for page in pages)}")
    sys.stdout.write(f"; streams broken without a word: {streams}\n")


def test_everything_is_killed_once_under_load(fleet: Fleet) -> None:
    pages = crew(fleet, PASSWORD)
    ringing = ring(fleet, "killing", CALLS)
    for name in fleet.members():
        fleet.kill(name)
        fleet.launch(name)
        if name in fleet.ports:
            fleet.wait_until_well(name)
        redis.Redis.from_url(os.environ["REDIS_URL"]).flushall()
    for slug in SLUGS:
        fleet.kill(f"dispatch-{slug}")
        fleet.start_dispatch(slug)
    ringing.wait(LONG_S)
    judge(fleet, pages, CALLS)
