"""`make bench-delivery`: our engine beside what else one would use, in one run on the same machine, data and receiver.

The rounds are interleaved, each contender once a round; the medians of the rounds are shown. Times are this machine's:
judge by the ratios. Fails when an order of ours is lost or sent twice, never on a time.
"""

from __future__ import annotations

import json

import pytest

from bench.delivery.contenders import contenders
from bench.delivery.floor import floor
from bench.delivery.report import Results, machine, write
from bench.delivery.rows import Rows
from bench.delivery.stand import Stand
from bench.delivery.trials import FULL, SHORT, run_all
from tests.faults.cluster import ROOT


def test_delivery(ground: Stand, pytestconfig: pytest.Config) -> None:
    short = pytestconfig.getoption("--short")
    only, trials = (set(filter(None, pytestconfig.getoption(name).split(","))) for name in ("--only", "--trials"))
    size, rounds = (SHORT, 1) if short else (FULL, pytestconfig.getoption("--rounds"))
    taking_part = [one for one in contenders(ground, Rows()) if not only or one.name in only]

    titles = {one.name: one.title for one in taking_part}
    about = machine(short=short, rounds=rounds)
    results: Results = {}
    failed: list[str] = []
    for _round in range(rounds):
        results.setdefault("floor", []).append({"backlog": floor(ground, size.backlog)})
        for one in taking_part:
            try:
                results.setdefault(one.name, []).append(run_all(one, size, trials))
            except RuntimeError as error:
                failed.append(str(error))
            print(json.dumps({one.name: results[one.name][-1:]}), flush=True)
            write(ROOT / "docs", results, titles, machine=about)

    assert failed == []
    for name in titles.keys() & {"ours", "ours-tls"}:
        for fault in ("killed", "flushed"):
            for figure in ("lost", "sent_twice"):
                assert not any(one.get(fault, {}).get(figure) for one in results[name])
