"""Play the demo and judge it: `python -m bench.demo [--calls 200] [--browser-calls 5] [--streams 200] [--out FOLDER]`.

Prints one JSON line; beside it, in the folder, lie the dispatch programs' journals, the exchange's reports and the
queries that were used. Ends with 1 and a sentence for each thing that is not as it must be.
"""

from __future__ import annotations

import argparse
import json
import shutil
import statistics
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

from bench.demo.chromium import Played, operator
from bench.demo.running import ROOT, SLUGS, Demo, demo, until
from integrations.dispatch.comments import token_of
from integrations.simulators.operator import Desk

OPERATORS = 8
SETTLED_S, BILLED_S = 60.0, 60.0
PATIENT = "--abandon-share 0 --miss-share 0.1 --ring-s 0.3 --talk-s 60 --settle-s 0.05"


def main() -> int:
    """Run it all; returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=int, default=200, help="calls served by simulated operators")
    parser.add_argument("--browser-calls", type=int, default=5, help="calls served in Chromium")
    parser.add_argument("--streams", type=int, default=200, help="open streams while memory is read")
    parser.add_argument("--out", type=Path, default=ROOT / "var" / "demo-check", help="where the evidence is put")
    wanted = parser.parse_args()
    with demo(OPERATORS) as running:
        result = play(running, wanted)
        keep(running, wanted.out, result)
    print(json.dumps(result, ensure_ascii=False))
    faults = judge(result)
    for fault in faults:
        print(f"NOT FINE: {fault}", file=sys.stderr)
    return 1 if faults else 0


def play(running: Demo, wanted: argparse.Namespace) -> dict[str, Any]:
    """Two rounds of calls, then the figures."""
    with robots(running, running.logins[1:OPERATORS]) as desks:
        by_robots = running.ring("robots", f"--calls {wanted.calls} --concurrent {OPERATORS - 2} --rate 240 {PATIENT}")
        with streams(desks[0], wanted.streams):
            memory = running.memory()
    in_browser, played = browse(running, wanted.browser_calls)
    settle(running)
    return {
        "calls": len(by_robots) + len(in_browser),
        "asked": wanted.calls + wanted.browser_calls,
        "seconds_to_ready": running.ready_s,
        **counts(running, desks, played),
        **times(running, desks, by_robots, in_browser, played),
        "pss_mb": memory,
        "streams": wanted.streams,
        "left_in_browser": played.left_behind,
        "complaints_in_browser": played.complaints,
        "errors": [error for desk in desks for error in desk.errors],
    }


def settle(running: Demo) -> None:
    """Wait until no order is under way and every accepted one has been counted by the sweep of the schedule."""
    under_way = "SELECT 1 FROM orders_order WHERE state NOT IN ('accepted', 'rejected')"
    until(lambda: not running.sql(under_way), SETTLED_S, "the end of every delivery")
    accepted = running.sql("SELECT count(*) FROM orders_order WHERE state = 'accepted'")[0][0]
    counted = "SELECT count(*) FROM billing_usageentry"
    until(lambda: running.sql(counted)[0][0] >= accepted, BILLED_S, "the count of every order")


@contextmanager
def robots(running: Demo, logins: Sequence[dict[str, str]]) -> Iterator[list[Desk]]:
    """Simulated operators on the line; afterwards they are off it."""
    desks = [Desk(running.url, login["login"], login["password"]) for login in logins]
    for desk in desks:
        desk.log_in()
        threading.Thread(target=desk.work, daemon=True).start()
    yield desks
    for desk in desks:
        desk.stop.set()
        desk.command("POST", "/seat/state", {"state": "off"})


@contextmanager
def streams(desk: Desk, count: int) -> Iterator[None]:
    """So many open streams, as that many desks would hold."""
    opened = []
    for _number in range(count):
        connection = HTTPConnection("127.0.0.1", int(desk.base_url.rsplit(":", 1)[1]), timeout=30)
        connection.request("GET", "/live/", headers=desk.capability())
        opened.append(connection.getresponse())
    for stream in opened:
        stream.readline()
    yield
    for stream in opened:
        stream.close()


def browse(running: Demo, calls: int) -> tuple[list[dict[str, Any]], Played]:
    """Serve calls in Chromium, one after the other, while the exchange rings."""
    if not calls:
        return [], Played()
    login = running.logins[0]
    report: list[dict[str, Any]] = []
    with operator(running.url) as person:
        person.log_in(login["login"], login["password"])
        options = f"--calls {calls} --concurrent 1 --rate 600 {PATIENT} --miss-share 0"
        ringing = threading.Thread(target=lambda: report.extend(running.ring("browser", options)))
        ringing.start()
        for number in range(calls):
            person.serve(number + 1)
        ringing.join(120)
        return report, person.end()


def counts(running: Demo, desks: Sequence[Desk], played: Played) -> dict[str, int]:
    """What was placed, where it is, what was billed; what is lost, doubled or was readable."""
    markers = [row[0] for row in running.sql("SELECT marker FROM orders_order WHERE state = 'accepted'")]
    journal = [json.dumps(order, ensure_ascii=False) for order in running.journalled()]
    held = Counter({marker: sum(token_of(marker) in order for order in journal) for marker in markers})
    seen = [item for desk in desks for item in desk.seen.values() if item.placed_at]
    return {
        "placed": len(seen) + played.placed,
        "accepted": len(markers),
        "in_journals": sum(1 for count in held.values() if count),
        "billed": running.sql("SELECT coalesce(sum(units), 0) FROM billing_usageentry")[0][0],
        "lost": sum(1 for count in held.values() if not count) + sum(1 for item in seen if not item.number),
        "doubled": sum(1 for count in held.values() if count > 1),
        "reads_before": sum(item.reads_before for item in seen),
        "reads_after": sum(item.reads_after for item in seen),
    }


def times(
    running: Demo, desks: Sequence[Desk], by_robots: Sequence[Any], in_browser: Sequence[Any], played: Played
) -> dict[str, Any]:
    """Percentiles in milliseconds; a browser's clock and the exchange's are one machine's."""
    ids = {external: str(call) for call, external in running.sql("SELECT id, external_id FROM orders_call")}
    seen = {call: item for desk in desks for call, item in desk.seen.items()}
    told = []
    for report in by_robots:
        item = seen.get(ids.get(report["call"], ""))
        if (sent := answered(report)) and item and item.answered_at:
            told.append((item.answered_at - sent) * 1000)
    sendings = [sent for report in in_browser if (sent := answered(report))]
    shown = [(min(after) - sent) * 1000 for sent in sendings if (after := [at for at in played.shown_at if at >= sent])]
    placed = [item for item in seen.values() if item.accepted_at]
    return {
        "event_to_stream_ms": quantiles(told),
        "event_to_dialog_ms": quantiles(shown),
        "key_to_paint_ms": quantiles(played.key_ms),
        "f9_to_queued_ms": quantiles([item.placed_ms for item in placed]),
        "f9_to_accepted_ms": quantiles([(item.accepted_at - item.placed_at) * 1000 for item in placed]),
    }


def answered(report: dict[str, Any]) -> float | None:
    """When the exchange sent the event that somebody answered."""
    told = next((event for event in report["events"] if event["type"] == "call.answered"), None)
    return datetime.fromisoformat(told["occurred_at"]).timestamp() if told else None


def quantiles(values: Sequence[float]) -> dict[str, float]:
    """Count, middle, 95th percentile and worst."""
    if len(values) < 2:
        return {"n": len(values), **({"max": round(values[0], 1)} if values else {})}
    cuts = statistics.quantiles(values, n=100, method="inclusive")
    return {"n": len(values), "p50": round(cuts[49], 1), "p95": round(cuts[94], 1), "max": round(max(values), 1)}


def judge(result: dict[str, Any]) -> list[str]:
    """A sentence for everything that is not as it must be."""
    wrong = [f"{result[name]} orders {name}" for name in ("lost", "doubled") if result[name]]
    if result["placed"] < result["asked"]:
        wrong.append(f"only {result['placed']} of {result['asked']} calls were placed")
    if result["reads_after"] or result["left_in_browser"]:
        wrong.append(f"{result['reads_after']} reads after acceptance; the browser kept {result['left_in_browser']}")
    if not result["reads_before"]:
        wrong.append("no read succeeded before acceptance either: the check of reads would be empty")
    if not result["accepted"] == result["in_journals"] == result["billed"]:
        figures = [f"{result[name]} {name}" for name in ("accepted", "in_journals", "billed")]
        wrong.append(f"the books differ: {', '.join(figures)}")
    if result["complaints_in_browser"]:
        wrong.append(f"the browser complained: {result['complaints_in_browser'][:3]}")
    return wrong


def keep(running: Demo, out: Path, result: dict[str, Any]) -> None:
    """Put the evidence where it outlives the demo."""
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    for slug in SLUGS:
        shutil.copy(running.folder / slug / "journal.jsonl", out / f"journal-{slug}.jsonl")
    for report in running.folder.glob("calls-*.jsonl"):
        shutil.copy(report, out)
    (out / "queries.sql").write_text(
        "".join(f"{query};\n" for query in dict.fromkeys(running.queries)), encoding="utf-8"
    )
    stamped = {"at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()), **result}
    (out / "result.json").write_text(json.dumps(stamped, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
