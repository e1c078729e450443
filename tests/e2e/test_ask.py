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
TOWN_OF = {"teal": "Светлоярск", "violet": "Камнегорск"}
HOSPITAL_OF = {"teal": "городская больница", "violet": "областная больница"}


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


def hue_of(stack: Stack, call_id: str) -> str:
    """The colour of the service that is called: each simulated town has its own."""
    return str(
        stack.sql(
            "SELECT s.hue FROM orders_call c JOIN callcenter_taxiservice s ON s.id = c.service_id WHERE c.id = %s",
            [call_id],
        )[0][0]
    )


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


def test_hints_a_price_and_the_caller_s_own_places_come_from_the_service_s_program(
    stack: Stack, call: tuple[Desk, str, str]
) -> None:
    desk, call_id, grant = call
    town = TOWN_OF[hue_of(stack, call_id)]

    status, found = desk.command("POST", f"/ask/hints/{call_id}", {"text": "вокз"}, grant=grant)
    there = found["hints"][0]["stop"]
    route = [{"address": "Ленина, 1", "entrance": "2", "lat": None, "lon": None}, {**there, "entrance": ""}]
    quoted = desk.command("POST", f"/ask/quote/{call_id}", {"route": route, "when": "", "wishes": []}, grant=grant)
    recent = desk.command("GET", f"/ask/recent/{call_id}", grant=grant)

    assert status == 200
    assert town in found["hints"][0]["note"]
    assert quoted[0] == 200
    assert int(quoted[1]["price"]) > 0
    assert (quoted[1]["currency"], quoted[1]["minutes"]) == ("RUB", None)
    assert recent[0] == 200
    assert (len(recent[1]["hints"]) > 0) == (town == "Светлоярск"), "only one of the two services agrees to that"
    assert desk.command("POST", f"/ask/quote/{call_id}", {"route": route, "wishes": ["99"]}, grant=grant)[0] == 400
    assert desk.command("POST", f"/ask/hints/{call_id}", {"text": "х" * 5000}, grant=grant)[0] == 400
    assert desk.command("POST", f"/ask/hints/{call_id}", {"text": "вокз"})[0] == 404


def test_fast_typing_takes_one_place_and_the_newest_words_are_answered(
    stack: Stack, call: tuple[Desk, str, str]
) -> None:
    desk, call_id, grant = call
    hospital = HOSPITAL_OF[hue_of(stack, call_id)]
    for slug in stack.dispatch_ports:
        stack.fault(slug, "stall", count=1, seconds=0.6, request="get_addresses_like2")

    with ThreadPoolExecutor(MOST_AT_ONCE + 4) as threads:
        typed = []
        for length in range(2, 2 + MOST_AT_ONCE + 4):
            text = hospital[:length]
            typed.append(threads.submit(desk.command, "POST", f"/ask/hints/{call_id}", {"text": text}, grant=grant))
            time.sleep(0.02)
        current = desk.command("GET", f"/ask/current/{call_id}", grant=grant)
        answers = [question.result() for question in typed]

    assert current == (200, {"orders": []})
    assert all(answer == (200, {"late": True}) for answer in answers[:-1])
    assert answers[-1][0] == 200
    assert answers[-1][1]["hints"], "the newest question waited for its turn and was answered"


def test_hints_asked_for_a_moment_ago_need_no_program(stack: Stack, call: tuple[Desk, str, str]) -> None:
    desk, call_id, grant = call
    asked = {"text": "больница"}
    first = desk.command("POST", f"/ask/hints/{call_id}", asked, grant=grant)
    for slug in stack.dispatch_ports:
        stack.fault(slug, "stall", seconds=6)

    again = desk.command("POST", f"/ask/hints/{call_id}", asked, grant=grant)

    assert again == first
    assert again[1]["hints"], "a program that stalls could not have answered in time"


def test_after_the_end_of_the_right_nothing_is_answered(stack: Stack, call: tuple[Desk, str, str]) -> None:
    desk, call_id, grant = call
    desk.command("POST", f"/calls/{call_id}/leave", {"reason": 1}, grant=grant)

    assert desk.command("GET", f"/ask/current/{call_id}", grant=grant)[0] == 410
    assert desk.command("GET", f"/ask/current/{call_id}", grant="strange")[0] == 404
    assert desk.command("POST", f"/ask/hints/{call_id}", {"text": "вокз"}, grant=grant)[0] == 410
    assert desk.command("GET", f"/ask/recent/{call_id}", grant=grant)[0] == 410
    assert desk.command("GET", "/ask/anything")[0] == 404


def _timed(desk: Desk, path: str, grant: str) -> tuple[tuple[int, object], float]:
    started = time.monotonic()
    return desk.command("GET", path, grant=grant), time.monotonic() - started
