"""What every contender goes through, one after another in each round. Times in milliseconds, monotonic."""

from __future__ import annotations

import statistics
from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from functools import partial
from time import monotonic, sleep

from bench.delivery.contenders import Committed, Contender
from bench.delivery.cpu import used_s
from bench.delivery.stand import Arrival

WARM_UP = 100
FAULT_ORDERS, FAULT_AFTER, FAULT_DELAY_S = 300, 100, 0.06
QUIET_S = 22.0  # an order that may have been sent is not sent again before the longest request has ended
PATIENCE_S = 20.0
RATE = 20


@dataclass(frozen=True)
class Size:
    """How long the trials are."""

    backlog: int
    latency_s: float
    dead: tuple[int, ...]


FULL = Size(backlog=3000, latency_s=20, dead=(1, 25))
SHORT = Size(backlog=600, latency_s=8, dead=(1,))


def run_all(contender: Contender, size: Size, chosen: Collection[str] = ()) -> dict[str, dict[str, float]]:
    """Every trial once, or only the chosen ones."""
    trials: dict[str, Callable[[], dict[str, float]]] = {
        "backlog": lambda: backlog(contender, size.backlog),
        "latency": lambda: latency(contender, size.latency_s),
        **{f"hanging_{dead}": partial(latency, contender, size.latency_s, hanging=dead) for dead in size.dead},
        "killed": lambda: killed(contender),
        "flushed": lambda: flushed(contender),
    }
    return {name: trial() for name, trial in trials.items() if not chosen or name in chosen}


def backlog(contender: Contender, count: int) -> dict[str, float]:
    """Deliveries per second and processor time of each, between the first tenth and the last of a backlog."""
    begin(contender)
    contender.load(count)
    contender.start()
    try:
        first, last = count // 10, count * 9 // 10
        expect(contender, first)
        used, served = used_s(contender.processes), used_s(contender.stand.servers)
        arrived = int(contender.stand.ask("/count"))
        expect(contender, last)
        used, served = used_s(contender.processes) - used, used_s(contender.stand.servers) - served
        until = int(contender.stand.ask("/count"))
        log = contender.stand.ask("/log")
    finally:
        contender.kill()
    spent = log["arrivals"][until - 1][1] - log["arrivals"][arrived - 1][1]
    share = until - arrived
    return {
        "per_s": share / spent,
        "cpu_ms": used * 1000 / share,
        "servers_cpu_ms": served * 1000 / share,
        "connections_per_order": log["connections"] / len(log["arrivals"]),
    }


def latency(contender: Contender, seconds: float, *, hanging: int = 0) -> dict[str, float]:
    """From commit to the request's arrival at 20 orders a second; of the services that answer, when some hang."""
    begin(contender)
    contender.start()
    try:
        warm_up(contender)
        hung = ",".join(str(position) for position in range(1, hanging + 1))
        contender.stand.ask(f"/set?hang={hung}")
        committed = contender.load(round(seconds * RATE), RATE)
        sleep(1.5)
        arrivals = contender.stand.arrivals()
    finally:
        contender.kill()
    return waited(committed, [one for one in arrivals if one.service > hanging])


def waited(committed: Committed, arrivals: Sequence[Arrival]) -> dict[str, float]:
    """Quantiles over the first arrival of each order."""
    first: dict[str, float] = {}
    for one in arrivals:
        first.setdefault(one.token, one.at)
    times = sorted((first[token] - at) * 1000 for token, at in committed.items() if token in first)
    if len(times) < 2:
        return {"n": len(times)}
    cuts = statistics.quantiles(times, n=100, method="inclusive")
    return {"n": len(times), "p50": cuts[49], "p99": cuts[98], "max": times[-1]}


def killed(contender: Contender) -> dict[str, float]:
    """kill -9 in the middle, started again at once: what is lost, doubled, and how soon stranded orders go again."""

    def kill() -> None:
        contender.kill()
        contender.start()

    return disturbed(contender, kill)


def flushed(contender: Contender) -> dict[str, float]:
    """Redis wiped in the middle."""
    return disturbed(contender, contender.stand.flush)


def disturbed(contender: Contender, disturb: Callable[[], None]) -> dict[str, float]:
    """Let something happen when a third of the orders has arrived; then wait until nothing more comes."""
    begin(contender)
    contender.stand.ask(f"/set?delay={FAULT_DELAY_S}")
    committed = contender.load(FAULT_ORDERS)
    contender.start()
    try:
        expect(contender, FAULT_AFTER)
        disturb()
        since = monotonic()
        contender.stand.wait_for(FAULT_ORDERS, QUIET_S)
        sleep(1)
        arrivals = contender.stand.arrivals()
    finally:
        contender.kill()
    times = Counter(one.token for one in arrivals)
    after = [one.at - since for one in arrivals if one.at > since]
    return {
        "lost": sum(1 for token in committed if token not in times),
        "sent_twice": sum(1 for count in times.values() if count > 1),
        "next_ms": min(after) * 1000 if after else float("nan"),
        "last_ms": max(after) * 1000 if after else float("nan"),
    }


def begin(contender: Contender) -> None:
    """Nothing of an earlier trial is left."""
    contender.clear()
    contender.stand.ask("/reset")


def warm_up(contender: Contender) -> None:
    """Let it start, open its connections, load what it loads on the first order."""
    contender.load(WARM_UP)
    expect(contender, WARM_UP)
    sleep(1)
    contender.stand.ask("/reset")


def expect(contender: Contender, count: int) -> None:
    """Wait for so many requests; RuntimeError with the contender's last words when they do not come."""
    if not contender.stand.wait_for(count, PATIENCE_S):
        raise RuntimeError(f"{contender.name} does not deliver: {contender.last_words()}")
