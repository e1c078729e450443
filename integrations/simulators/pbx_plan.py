"""What the simulated exchange is to do, and what each caller will do: the same seed gives the same callers."""

import random
from dataclasses import dataclass

MOST_EVENTS = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """The command line. Shares are probabilities from 0 to 1, times seconds; `calls` 0 means without end."""

    switch: str
    instance: str
    secret: str
    lines: tuple[str, ...]
    run: str
    seed: int
    calls: int = 0
    concurrent: int = 1
    rate: float | None = None
    ring_s: float = 3.0
    talk_s: float = 120.0
    patience_s: float = 60.0
    resync_s: float = 1.0
    settle_s: float = 1.5
    abandon_share: float = 0.1
    miss_share: float = 0.1
    duplicate_share: float = 0.0
    swap_share: float = 0.0
    only_when_ready: bool = False
    report: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallPlan:
    """One caller. `doubled` and `swapped` number the events sent twice or after their successor."""

    call_id: str
    ani: str
    dnis: str
    patience_s: float
    gives_up: bool
    first_operator_misses: bool
    doubled: frozenset[int]
    swapped: frozenset[int]


def plan_call(options: Options, number: int) -> CallPlan:
    """Return the plan of the call with this number, from 0."""
    chance = random.Random(f"{options.seed}/{number}")  # noqa: S311 - to be repeated, not to be secret
    ani = f"+7900{chance.randrange(10_000_000):07d}"
    dnis = chance.choice(options.lines)
    gives_up = chance.random() < options.abandon_share
    misses = not gives_up and chance.random() < options.miss_share
    patience_s = options.ring_s * chance.uniform(0.3, 0.9) if gives_up else options.patience_s
    doubled = frozenset(index for index in range(MOST_EVENTS) if chance.random() < options.duplicate_share)
    swapped = frozenset(index for index in range(MOST_EVENTS) if chance.random() < options.swap_share)
    return CallPlan(
        call_id=f"{options.run}.{number}",
        ani=ani,
        dnis=dnis,
        patience_s=patience_s,
        gives_up=gives_up,
        first_operator_misses=misses,
        doubled=doubled,
        swapped=swapped,
    )
