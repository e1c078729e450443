"""The simulated exchange against a stand-in for the switch: what callers do, and what the switch hears of it."""

import json
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from callcenter.contracts import CallEventType
from integrations.simulators import pbx
from integrations.simulators.pbx_plan import Options, plan_call
from integrations.telephony.events import parse_event
from tests.integrations.simulators.pbx_switch import ACCEPT, SECRET, Switch, serve

ROOT = Path(__file__).parents[3]
LINES = ("+74951230001", "+74951230002")

Simulate = Callable[..., dict[str, int]]


@pytest.fixture
def switch() -> Iterator[Switch]:
    stand_in = Switch()
    server = serve(stand_in)
    yield stand_in
    server.shutdown()
    server.server_close()


def options_for(url: str, **changes: Any) -> Options:
    values = {
        "switch": url, "instance": "pbx-1", "secret": SECRET, "lines": LINES, "run": "r", "seed": 7, "calls": 1,
        "ring_s": 0.05, "talk_s": 0.05, "patience_s": 5.0, "resync_s": 0.02, "settle_s": 0.01,
        "abandon_share": 0.0, "miss_share": 0.0,
    }  # fmt: skip
    return Options(**{**values, **changes})


@pytest.fixture
def simulate(switch: Switch) -> Simulate:
    return lambda **changes: pbx.run(options_for(switch.url, **changes))


def waiting(times: int, *, then: Mapping[str, Any] = ACCEPT) -> Callable[[Mapping[str, Any]], Mapping[str, Any]]:
    answers = iter([{"action": "wait", "retry_after_s": 0.05, "max_wait_s": 60}] * times)
    return lambda question: next(answers, then)


def test_an_accepted_call_rings_is_answered_and_ends(switch: Switch, simulate: Simulate) -> None:
    assert simulate() == {"answered": 1}

    assert switch.types() == ["call.offered", "call.ringing", "call.answered", "call.completed", "call.ended"]
    operators = [event.get("operator", {}).get("extension") for event in switch.events()]
    assert operators == [None, "101", "101", "101", None]
    assert switch.events()[-1]["end"] == {"outcome": "answered", "by": "caller", "cause": 16}


def test_the_route_question_names_the_call_its_numbers_and_who_missed_it(switch: Switch, simulate: Simulate) -> None:
    simulate()

    offered = switch.events()[0]["call"]
    assert switch.bodies("route") == [
        {"call": {"id": "r.0", "ani": offered["ani"], "dnis": offered["dnis"]}, "missed": []}
    ]
    assert offered["ani"].startswith("+7900")
    assert len(offered["ani"]) == 12
    assert offered["dnis"] in LINES


def test_every_event_is_a_call_event_under_its_own_id(switch: Switch, simulate: Simulate) -> None:
    simulate(calls=3, miss_share=0.5, seed=2)

    for heard in switch.heard:
        if heard.path == "events":
            event = parse_event(heard.body, instance="pbx-1")
            assert event.event_id == heard.webhook_id == heard.body["event_id"]
            assert (event.ani, event.dnis) == (heard.body["call"]["ani"], heard.body["call"]["dnis"])


def test_a_caller_told_to_wait_is_queued_once_and_asked_for_again(switch: Switch, simulate: Simulate) -> None:
    switch.route = waiting(3)

    assert simulate() == {"answered": 1}

    assert switch.types()[:3] == ["call.offered", "call.queued", "call.ringing"]
    assert switch.types().count("call.queued") == 1
    assert len(switch.bodies("route")) == 4


def test_a_caller_without_patience_gives_up_while_waiting(switch: Switch, simulate: Simulate) -> None:
    switch.route = waiting(10_000)

    assert simulate(patience_s=0.1) == {"abandoned": 1}

    assert switch.types() == ["call.offered", "call.queued", "call.abandoned", "call.ended"]


def test_a_caller_without_patience_gives_up_while_the_phone_rings(switch: Switch, simulate: Simulate) -> None:
    assert simulate(abandon_share=1.0) == {"abandoned": 1}

    assert switch.types() == ["call.offered", "call.ringing", "call.abandoned", "call.ended"]
    assert switch.events()[-1]["end"] == {"outcome": "abandoned", "by": "caller", "cause": 0}


def test_a_caller_who_waited_as_long_as_the_switch_allows_is_let_go(switch: Switch, simulate: Simulate) -> None:
    switch.route = lambda question: {"action": "wait", "retry_after_s": 0.05, "max_wait_s": 0.1}

    assert simulate() == {"queue_timeout": 1}

    assert switch.types() == ["call.offered", "call.queued", "call.ended"]


def test_a_refused_call_ends_with_the_cause_of_the_refusal(switch: Switch, simulate: Simulate) -> None:
    switch.route = lambda question: {"action": "reject", "cause": 21}

    assert simulate() == {"rejected": 1}

    assert switch.types() == ["call.offered", "call.ended"]
    assert switch.events()[-1]["end"] == {"outcome": "rejected", "by": "system", "cause": 21}


def test_a_call_missed_by_the_first_operator_is_routed_again(switch: Switch, simulate: Simulate) -> None:
    switch.route = lambda question: {**ACCEPT, "extension": "102" if question["missed"] == ["101"] else "101"}

    assert simulate(miss_share=1.0) == {"answered": 1}

    told = [(event["type"], event.get("operator", {}).get("extension")) for event in switch.events()]
    assert told == [
        ("call.offered", None),
        ("call.ringing", "101"),
        ("call.ring_missed", "101"),
        ("call.ringing", "102"),
        ("call.answered", "102"),
        ("call.completed", "102"),
        ("call.ended", None),
    ]
    legs = [event["call"].get("leg_id") for event in switch.events()]
    assert legs == [None, "r.0-1", "r.0-1", "r.0-2", "r.0-2", "r.0-2", None]


def test_a_released_caller_says_goodbye_long_before_the_talk_would_end(switch: Switch, simulate: Simulate) -> None:
    switch.release_answered = True

    assert simulate(talk_s=20.0) == {"answered": 1}

    answered, completed = (datetime.fromisoformat(event["occurred_at"]) for event in switch.events()[2:4])
    assert completed - answered < timedelta(seconds=10)
    assert switch.types()[-2:] == ["call.completed", "call.ended"]
    assert {"calls": ["r.0"]} in switch.bodies("resync")


def test_a_failing_switch_gets_every_event_again_in_order_under_the_same_id(switch: Switch, simulate: Simulate) -> None:
    switch.troubles = [503, 0, 429, 200, 500]

    assert simulate(talk_s=0.0) == {"answered": 1}

    heard = [(heard.webhook_id, heard.body["type"]) for heard in switch.heard if heard.path == "events"]
    assert [type_ for _, type_ in heard] == [
        *["call.offered"] * 4, *["call.ringing"] * 2, "call.answered", "call.completed", "call.ended",
    ]  # fmt: skip
    assert len(set(heard)) == 5


def test_no_two_attempts_of_an_event_have_the_same_time_stamp(switch: Switch, simulate: Simulate) -> None:
    switch.troubles = [503, 0, 429]

    simulate(duplicate_share=1.0)

    attempts = [(heard.webhook_id, heard.stamp) for heard in switch.heard if heard.path == "events"]
    assert len(attempts) == 2 * 5 + 3
    assert len(set(attempts)) == len(attempts)


def test_an_event_refused_for_good_is_not_sent_again(switch: Switch, simulate: Simulate) -> None:
    switch.troubles = [400]

    assert simulate() == {"answered": 1}

    assert switch.types().count("call.offered") == 1


def test_a_silent_route_question_keeps_the_caller_waiting(
    switch: Switch, simulate: Simulate, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("integrations.simulators.pbx_call.DEFAULT_RETRY_S", 0.05)
    answers: Iterator[Mapping[str, Any]] = iter([{}])
    switch.route = lambda question: next(answers, {**ACCEPT, "extension": "103"})

    assert simulate(patience_s=30.0) == {"answered": 1}

    assert switch.types()[:3] == ["call.offered", "call.queued", "call.ringing"]


def test_doubled_events_come_twice_under_one_id(switch: Switch, simulate: Simulate) -> None:
    simulate(duplicate_share=1.0)

    counted = Counter(event["event_id"] for event in switch.events())
    assert sorted(counted.values()) == [2, 2, 2, 2, 2]


def test_swapped_events_come_after_their_successor_and_none_is_lost(
    switch: Switch, simulate: Simulate, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("integrations.simulators.pbx_link.SWAP_HOLD_S", 0.1)
    assert simulate(calls=2, swap_share=1.0) == {"answered": 2}

    for number in range(2):
        events = [event for event in switch.events() if event["call"]["id"] == f"r.{number}"]
        assert sorted(event["type"] for event in events) == sorted(
            ["call.offered", "call.ringing", "call.answered", "call.completed", "call.ended"]
        )
        assert any(earlier["occurred_at"] > later["occurred_at"] for earlier, later in pairwise(events))


def test_the_same_seed_gives_the_same_callers() -> None:
    first, again, other = (options_for("", seed=seed, abandon_share=0.3, miss_share=0.3) for seed in (5, 5, 6))

    assert [plan_call(first, number) for number in range(50)] == [plan_call(again, number) for number in range(50)]
    assert [plan_call(first, number) for number in range(50)] != [plan_call(other, number) for number in range(50)]


def test_the_shares_of_callers_are_those_asked_for() -> None:
    options = options_for("", abandon_share=0.2, miss_share=0.25)

    plans = [plan_call(options, number) for number in range(1000)]

    assert Counter(plan.gives_up for plan in plans)[True] == pytest.approx(200, abs=40)
    assert Counter(plan.first_operator_misses for plan in plans)[True] == pytest.approx(200, abs=40)
    assert not any(plan.gives_up and plan.first_operator_misses for plan in plans)


def test_nobody_rings_before_an_operator_is_ready(
    switch: Switch, simulate: Simulate, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("integrations.simulators.pbx_exchange.READY_POLL_S", 0.01)
    switch.ready = [0, 0, 0, 1]

    simulate(only_when_ready=True)

    paths = [heard.path for heard in switch.heard if heard.path != "resync"]
    assert paths[:6] == ["ready", "ready", "ready", "ready", "events", "route"]


def test_no_more_calls_live_at_a_time_than_allowed(switch: Switch, simulate: Simulate) -> None:
    assert simulate(calls=8, concurrent=3) == {"answered": 8}

    living, most = set(), 0
    for event in switch.events():
        if event["type"] == "call.ended":
            living.discard(event["call"]["id"])
        else:
            living.add(event["call"]["id"])
        most = max(most, len(living))
    assert most == 3


def test_the_report_tells_what_every_call_saw(switch: Switch, simulate: Simulate, tmp_path: Path) -> None:
    switch.troubles = [503]

    simulate(calls=2, report=str(tmp_path / "report.jsonl"))

    lines = [json.loads(line) for line in (tmp_path / "report.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [(line["call"], line["outcome"]) for line in lines] == [("r.0", "answered"), ("r.1", "answered")]
    assert [event["attempts"] for event in lines[0]["events"]] == [2, 1, 1, 1, 1]
    assert lines[0]["events"][0]["failures"] == ["503"]
    assert all(event["delivered_at"] for line in lines for event in line["events"])
    assert lines[0]["routes"][0]["answer"] == ACCEPT
    assert lines[0]["routes"][0]["asked_at"] < lines[0]["routes"][0]["answered_at"]


def command(switch: Switch, *arguments: str) -> list[str]:
    known = ["--switch", switch.url, "--instance", "pbx-1", "--secret", SECRET, "--lines", ",".join(LINES)]
    return [sys.executable, "-m", "integrations.simulators.pbx", *known, *arguments]


def test_the_process_of_its_own_ends_in_order_when_told_to(switch: Switch) -> None:
    arguments = ["--ring-s", "0", "--talk-s", "3600", "--abandon-share", "0", "--miss-share", "0"]
    process = subprocess.Popen(
        command(switch, *arguments), cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stderr is not None
    next(line for line in process.stderr if "rings on line" in line)

    process.send_signal(signal.SIGTERM)
    out, _ = process.communicate(timeout=20)

    assert process.returncode == 0
    assert json.loads(out)["calls"] == 1
    assert switch.types()[-1] == "call.ended"


def test_the_simulator_loads_nothing_of_the_project_and_no_framework() -> None:
    program = (
        "import sys, integrations.simulators.pbx\n"
        "foreign = ('django', 'callcenter', 'orders', 'billing', 'integrations.telephony', 'integrations.dispatch')\n"
        "print(sorted(name for name in sys.modules if name.startswith(foreign)))"
    )

    out = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True).stdout

    assert out.strip() == "[]"


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--abandon-share", "2"], "'2' is not allowed; 0 to 1 is"),
        (["--ring-s", "soon"], "'soon' is not allowed; 0 to 86400 is"),
        (["--calls", "-1"], "'-1' is no count"),
        (["--lines", ","], "no number; a comma-separated list"),
    ],
)
def test_a_wrong_option_is_refused_with_a_sentence(
    arguments: list[str], sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as refused:
        pbx.main(["--switch", "http://127.0.0.1:1", "--instance", "i", "--secret", "s", "--lines", "+7", *arguments])

    assert refused.value.code == 2
    assert sentence in capsys.readouterr().err


def test_every_option_of_the_command_line_arrives() -> None:
    given = {**asdict(options_for("http://127.0.0.1:1")), "run": None, "seed": None}

    options = pbx.read_options(given)

    assert 0 <= options.seed < 2**32
    assert options.run.isdecimal()
    assert options.lines == LINES


def test_the_types_of_the_simulator_are_those_of_the_contract(switch: Switch, simulate: Simulate) -> None:
    switch.route = waiting(1)

    simulate(miss_share=1.0)

    assert set(switch.types()) <= set(CallEventType)
