"""The results as JSON, as a table in docs/performance.md, and as a chart."""

from __future__ import annotations

import json
import os
import platform
import statistics
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench.delivery.chart import chart

# By contender and round: what each trial measured.
Results = dict[str, list[dict[str, dict[str, float]]]]
BEGIN, END = "<!-- delivery: written by make bench-delivery -->", "<!-- delivery: end -->"


def median_of(rounds: list[dict[str, dict[str, float]]], trial: str, figure: str) -> float:
    """The median of the rounds; for what may never happen the sum of all."""
    values = [one[trial][figure] for one in rounds if figure in one.get(trial, {})]
    if not values:
        return float("nan")
    return sum(values) if figure in ("lost", "sent_twice") else statistics.median(values)


def machine(**run: Any) -> dict[str, Any]:
    """What the figures depend on."""
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    models = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    model = models[0] if models else platform.machine()
    return {
        "at": datetime.now(UTC).isoformat(timespec="minutes"),
        "processor": model,
        "cores": os.cpu_count(),
        "load_before": round(os.getloadavg()[1], 1),
        "python": platform.python_version(),
        **run,
    }


def write(docs: Path, results: Results, titles: Mapping[str, str], *, machine: Mapping[str, Any]) -> None:
    """Write all three; the rest of the page stays."""
    folder = docs / "performance"
    folder.mkdir(exist_ok=True)
    kept = {"machine": machine, "rounds": results}
    (folder / "delivery.json").write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")
    bars = {titles[name]: median_of(rounds, "backlog", "per_s") for name, rounds in results.items() if name in titles}
    (folder / "delivery.svg").write_text(chart("Deliveries per second from a backlog", bars), encoding="utf-8")
    put_between(docs / "performance.md", BEGIN, END, page(results, titles, machine))


def put_between(file: Path, begin: str, end: str, text: str) -> None:
    """Replace what stands between two marks of a page."""
    before, _, rest = file.read_text(encoding="utf-8").partition(begin)
    after = rest.partition(end)[2]
    file.write_text(f"{before}{begin}\n\n{text}\n{end}{after}", encoding="utf-8")


def page(results: Results, titles: Mapping[str, str], machine: Mapping[str, Any]) -> str:
    """The generated part of docs/performance.md."""
    lines = [
        "{processor}, {cores} cores, Python {python}, {at}; {rounds} round(s), short form: {short};"
        " load of the machine before: {load_before}.".format(**machine),
        "",
        "| | deliveries/s | CPU ms each (of that PostgreSQL and Redis)"
        " | light load p50 / p99 ms | 1 of 50 hangs p50 / p99 | 25 of 50 hang p50 / p99"
        " | killed: lost, twice, next after ms | Redis wiped: lost, twice |",
        "|---|---|---|---|---|---|---|---|",
    ]
    lines += [_row(titles[name], rounds) for name, rounds in results.items() if name in titles]
    floor = results.get("floor", [])
    lines += [f"| floor: a bare loop | {_one(floor, 'backlog', 'per_s', 0)} | {_one(floor, 'backlog', 'cpu_ms', 2)}"
              " | – | – | – | – | – |", "", "![Deliveries per second](performance/delivery.svg)", ""]  # fmt: skip
    return "\n".join([*lines, *_ratios(results)])


def _row(title: str, rounds: list[dict[str, dict[str, float]]]) -> str:
    pairs = [
        f"{_one(rounds, t, 'p50', 1)} / {_one(rounds, t, 'p99', 1)}" for t in ("latency", "hanging_1", "hanging_25")
    ]
    killed = ", ".join(_one(rounds, "killed", figure, 0) for figure in ("lost", "sent_twice", "next_ms"))
    flushed = ", ".join(_one(rounds, "flushed", figure, 0) for figure in ("lost", "sent_twice"))
    speed = f"{_one(rounds, 'backlog', 'per_s', 0)} | {_one(rounds, 'backlog', 'cpu_ms', 2)}"
    speed += f" ({_one(rounds, 'backlog', 'servers_cpu_ms', 2)})"
    return f"| {title} | {speed} | {' | '.join(pairs)} | {killed} | {flushed} |"


def _one(rounds: list[dict[str, dict[str, float]]], trial: str, figure: str, digits: int) -> str:
    value = median_of(rounds, trial, figure)
    return "–" if value != value else f"{value:.{digits}f}"


def _ratios(results: Results) -> list[str]:
    if "ours" not in results:
        return []
    lines = ["| ours against | deliveries/s | p50 | p99 |", "|---|---|---|---|"]
    for name in results.keys() - {"ours", "ours-tls", "floor"}:
        ratios = [
            median_of(results["ours"], trial, figure) / median_of(results[name], trial, figure)
            for trial, figure in (("backlog", "per_s"), ("latency", "p50"), ("latency", "p99"))
        ]
        lines.append(f"| {name} | {' | '.join(f'{ratio:.2f}x' for ratio in ratios)} |")
    return [*lines[:2], *sorted(lines[2:]), ""]
