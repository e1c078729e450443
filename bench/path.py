"""`make bench`: 200 simulated calls through every real process, with faults in the middle; prints one JSON line and
judges it.

Times are taken where a person would notice them: when the exchange sent the event, and when the bytes of the event
stream were at the operator's page. The dispatch programs' own journals say what was lost or doubled.
"""

from __future__ import annotations

import json
import os
import statistics
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

import redis

from integrations.dispatch.comments import token_of
from integrations.simulators.operator import Desk, Seen
from tests.e2e.stack import PASSWORD, Stack

CALLS = int(os.environ.get("BENCH_CALLS", "200"))
OPERATORS = 8


def test_two_hundred_calls(tmp_path: Path) -> None:
    """Not a timed test: it fails on anything lost, doubled or readable, and reports the times beside their bars."""
    with _stack(tmp_path) as stack, _desks(stack) as desks:
        healthy = _ring(stack, "healthy", CALLS // 2)
        faulty = _ring(stack, "faulty", CALLS - CALLS // 2, disturb=_disturbances(stack))
        _until(lambda: not stack.sql("SELECT 1 FROM orders_order WHERE state NOT IN ('accepted', 'rejected')"), 60)
        result = _measure(stack, desks, healthy, faulty)
    print(json.dumps(result))
    _judge(result)


@contextmanager
def _stack(folder: Path) -> Iterator[Stack]:
    running = Stack(folder, operators=OPERATORS)
    try:
        yield running.start()
    finally:
        running.stop()


@contextmanager
def _desks(stack: Stack) -> Iterator[list[Desk]]:
    robots = [Desk(stack.web_url, login["login"], PASSWORD) for login in stack.logins]
    for robot in robots:
        robot.log_in()
        threading.Thread(target=robot.work, daemon=True).start()
    yield robots
    for robot in robots:
        robot.stop.set()


def _ring(stack: Stack, name: str, calls: int, *, disturb: Sequence[Callable[[], None]] = ()) -> list[dict[str, Any]]:
    """Ring `calls` times; run each disturbance at an equal share of the way. Returns the exchange's own report.

    A disturbed exchange also doubles and swaps events. It holds a swapped one back by itself, so times are taken from
    the undisturbed calls only.
    """
    options = f"--calls {calls} --concurrent {OPERATORS - 2} --rate 240 --ring-s 0.3 --talk-s 60"
    options += " --abandon-share 0.1 --miss-share 0.1"
    if disturb:
        options += " --duplicate-share 0.1 --swap-share 0.1"
    before = stack.sql("SELECT count(*) FROM orders_call")[0][0]
    ringing = stack.ring(options, name=name)
    for position, action in enumerate(disturb, start=1):
        wanted = before + calls * position // (len(disturb) + 1)
        _until(partial(_calls_reach, stack, wanted), 300)
        action()
    ringing.wait(600)
    return [json.loads(line) for line in (stack.folder / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()]


def _calls_reach(stack: Stack, wanted: int) -> bool:
    return bool(stack.sql("SELECT count(*) >= %s FROM orders_call", [wanted])[0][0])


def _disturbances(stack: Stack) -> list[Callable[[], None]]:
    def restart_engine() -> None:
        stack.kill("worker-delivery")
        stack.start_engine()

    def wipe_valkey() -> None:
        redis.Redis.from_url(stack.environment["REDIS_URL"]).flushall()

    return [
        lambda: stack.fault("komet", "down", count=8),
        lambda: stack.fault("luna", "commit_then_drop", count=3),
        restart_engine,
        wipe_valkey,
        lambda: stack.fault("komet", "stall", count=2, seconds=2),
    ]


def _measure(stack: Stack, desks: list[Desk], healthy: list[Any], faulty: list[Any]) -> dict[str, Any]:
    seen = {call: item for desk in desks for call, item in desk.seen.items()}
    ids = {external: str(call) for call, external in stack.sql("SELECT id, external_id FROM orders_call")}
    markers = [row[0] for row in stack.sql("SELECT marker FROM orders_order WHERE state = 'accepted'")]
    held = Counter({marker: _times(marker, stack) for marker in markers})
    placed = [item for item in seen.values() if item.placed_at]
    sound = {ids[report["call"]] for report in healthy if report["call"] in ids}
    return {
        "calls": len(healthy) + len(faulty),
        "outcomes": dict(Counter(report["outcome"] for report in [*healthy, *faulty])),
        "placed": len(placed),
        "accepted": len(markers),
        "in_journals": sum(1 for count in held.values() if count),
        "lost": sum(1 for count in held.values() if count == 0) + sum(1 for item in placed if not item.number),
        "doubled": sum(1 for count in held.values() if count > 1),
        "reads_before": sum(item.reads_before for item in placed),
        "reads_after": sum(item.reads_after for item in placed),
        "event_to_stream_ms": _quantiles(_event_ms(healthy, ids, seen)),
        "f9_to_accepted_ms": _quantiles(
            [(i.accepted_at - i.placed_at) * 1000 for i in placed if i.number and i.call in sound]
        ),
        "errors": [error for desk in desks for error in desk.errors],
    }


def _event_ms(reports: list[Any], ids: dict[str, str], seen: dict[str, Seen]) -> list[float]:
    """From the exchange's event to the bytes at the page, for every answer that reached one."""
    times = []
    for report in reports:
        item = seen.get(ids.get(report["call"], ""))
        answered = next((event for event in report["events"] if event["type"] == "call.answered"), None)
        if item and item.answered_at and answered and answered["attempts"] == 1:
            times.append((item.answered_at - datetime.fromisoformat(answered["occurred_at"]).timestamp()) * 1000)
    return times


def _times(marker: str, stack: Stack) -> int:
    return sum(token_of(marker) in json.dumps(order, ensure_ascii=False) for order in stack.journalled())


def _quantiles(values: list[float]) -> dict[str, float]:
    if len(values) < 2:
        return {"n": len(values)}
    cuts = statistics.quantiles(values, n=100, method="inclusive")
    return {"n": len(values), "p50": round(cuts[49], 1), "p95": round(cuts[94], 1), "max": round(max(values), 1)}


def _judge(result: dict[str, Any]) -> None:
    assert result["calls"] == CALLS, "fewer calls were played than asked for"
    assert result["placed"] > 0
    assert (result["lost"], result["doubled"], result["reads_after"]) == (0, 0, 0)
    assert result["reads_before"] >= result["placed"], (
        "reads before acceptance returned nothing: the check would be empty"
    )


def _until(ready: Callable[[], bool], patience_s: float) -> None:
    deadline = time.monotonic() + patience_s
    while not ready():
        if time.monotonic() > deadline:
            raise TimeoutError(f"not ready after {patience_s} s")
        time.sleep(0.1)
