"""Charts as plain figures for a template: an SVG is drawn from attributes alone, without styles."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, HEIGHT, LEFT, BOTTOM = 760, 180, 36, 24
QUARTERS = 96


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar, in the picture's own units."""

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Chart:
    """Bars with their axis: `steps` are (y, label) of the lines behind, `hours` (x, label) below."""

    bars: Sequence[Bar]
    steps: Sequence[tuple[float, str]]
    hours: Sequence[tuple[float, str]]
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT


def day_of_quarters(counts: Sequence[tuple[int, int]]) -> Chart:
    """A day of 96 quarters of an hour from (position, count)."""
    most = max((count for _quarter, count in counts), default=0)
    top = _round_up(most)
    slot, room = (WIDTH - LEFT) / QUARTERS, HEIGHT - BOTTOM
    bars = [
        Bar(
            x=round(LEFT + quarter * slot + 0.5, 1),
            y=round(room - count * room / top, 1),
            width=round(slot - 1, 1),
            height=round(count * room / top, 1),
        )
        for quarter, count in counts
        if 0 <= quarter < QUARTERS and count
    ]
    steps = [(round(room - share * room, 1), f"{int(top * share)}") for share in (0, 0.5, 1)]
    hours = [(round(LEFT + hour * 4 * slot, 1), f"{hour:02d}") for hour in range(0, 24, 3)]
    return Chart(bars=bars, steps=steps, hours=hours)


def _round_up(most: int) -> int:
    """The next even number that is easy to read."""
    return next(step for step in (2, 4, 10, 20, 40, 100, 200, 400, 1000, 10_000, 10**9) if step >= most)
