"""Look-ups while the operator types: one slow service delays nobody, and an answer never outlives the right to it."""

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from typing_extensions import override

from integrations.simulators.operator import Desk, Seen
from tests.e2e.stack import PASSWORD, Stack

MOST_AT_ONCE = 8


class Listener(Desk):
    """An operator who answers and then does nothing by itself."""

    @override
    def _serve(self, seen: Seen) -> None:
        """Leave the call to the test."""


@pytest.fixture
def call(stack: Stack) -> Iterator[tuple[Desk, str, str]]:
    """A call that was answered at a desk: the desk, the call's id, the grant's token."""
    desk = Listener(stack.web_url, stack.logins[3]["login"], PASSWORD)
    desk.log_in()
    threading.Thread(target=desk.work, daemon=True).start()
    ringing = stack.ring("--calls 1 --ring-s 0.1 --talk-s 30 --abandon-share 0 --miss-share 0", name="pbx-ask")
    try:
        stack.wait(lambda: any(seen.answered_at for seen in list(desk.seen.values())), "an answered call")
        seen = next(iter(desk.seen.values()))
        yield desk, seen.call, desk.command("POST", f"/calls/{seen.call}/redeem")[1]["grant"]
    finally:
        desk.stop.set()
        for slug in stack.dispatch_ports:
            stack.fault(slug, None)
        ringing.terminate()
        desk.command("POST", "/logout/")


def test_a_slow_service_delays_nobody_and_the_ninth_question_hears_late_at_once(
    stack: Stack, call: tuple[Desk, str, str]
) -> None:
    desk, call_id, grant = call
    assert desk.command("GET", f"/ask/current/{call_id}", grant=grant) == (200, {"orders": []})
    for slug in stack.dispatch_ports:
        stack.fault(slug, "stall", count=MOST_AT_ONCE, seconds=6)

    with ThreadPoolExecutor(MOST_AT_ONCE) as threads:
        waiting = [
            threads.submit(desk.command, "GET", f"/ask/current/{call_id}", grant=grant) for _ in range(MOST_AT_ONCE)
        ]
        time.sleep(1)
        ninth, took = _timed(desk, f"/ask/current/{call_id}", grant)
        page, page_took = _timed(desk, "/healthz", "")
        answers = [question.result() for question in waiting]

    assert (ninth, page) == ((200, {"late": True}), (200, {"status": "ok"}))
    assert set(map(str, answers)) == {str((200, {"late": True}))}
    assert took < 1
    assert page_took < 1
    assert stack.sql(
        "SELECT count(*) FROM pg_stat_activity WHERE usename = 'cc_web' AND state = 'idle in transaction'"
    ) == [(0,)]


def test_after_the_end_of_the_right_nothing_is_answered(stack: Stack, call: tuple[Desk, str, str]) -> None:
    desk, call_id, grant = call
    desk.command("POST", f"/calls/{call_id}/leave", {"reason": 1}, grant=grant)

    assert desk.command("GET", f"/ask/current/{call_id}", grant=grant)[0] == 410
    assert desk.command("GET", f"/ask/current/{call_id}", grant="strange")[0] == 404
    assert desk.command("GET", "/ask/anything")[0] == 404


def _timed(desk: Desk, path: str, grant: str) -> tuple[tuple[int, object], float]:
    started = time.monotonic()
    return desk.command("GET", path, grant=grant), time.monotonic() - started
