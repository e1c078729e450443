"""What one order costs, drawn over the number of orders: lines of figures for a template, without styles."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from billing.calculator.room import Answer
from billing.tariffs.catalogue import tariff
from callcenter.money import round_half_up

WIDTH, HEIGHT = 560, 262
LEFT, RIGHT, TOP, BOTTOM = Decimal(34), Decimal(460), Decimal(14), Decimal(220)
LOWEST, HIGHEST = 4, 12
TENTH = Decimal("0.1")
FEW, LEAST_SPAN, POINTS = 100, 10_000, 120
APART = 14


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the chart: its points as SVG has them, where its name stands, and its figure at the asker's count."""

    name: str
    points: str
    label_y: Decimal
    here: Decimal
    dot_y: Decimal | None


@dataclass(frozen=True, slots=True)
class Picture:
    """`rungs` are (y, roubles), `counts` (x, orders); `here_x` is the asker's own count."""

    lines: Sequence[Line]
    rungs: Sequence[tuple[Decimal, int]]
    counts: Sequence[tuple[Decimal, int]]
    here_x: Decimal
    orders: int


def picture(given: Answer, kinds: Sequence[tuple[str, Sequence[str]]]) -> Picture:
    """`kinds` are the lines: a name, and the tariffs of which the cheapest counts. The own room comes last."""
    orders = max(given.taken, 1)
    most = max(LEAST_SPAN, -(-orders * 6 // 5 // 1000) * 1000)
    drawn = [(name, _cheapest(codes)) for name, codes in kinds]
    own = given.room.own
    drawn.append(("own", lambda count: own / count))
    lines = [_line(name, price, orders, most) for name, price in drawn]
    step = most // 5
    return Picture(
        lines=_apart(lines),
        rungs=[(_y(Decimal(value)), value) for value in range(LOWEST, HIGHEST + 1)],
        counts=[(_x(count, most), count) for count in range(step, most + 1, step)],
        here_x=_x(orders, most),
        orders=orders,
    )


def _cheapest(codes: Sequence[str]) -> Callable[[int], Decimal]:
    tariffs = [tariff(code) for code in codes]
    return lambda count: min(sold.rate_orders(count).total for sold in tariffs) / count


def _line(name: str, price: Callable[[int], Decimal], orders: int, most: int) -> Line:
    counts = sorted({FEW + (most - FEW) * position // POINTS for position in range(POINTS + 1)})
    seen = [(_x(count, most), price(count)) for count in counts]
    points = [(x, _y(cost)) for x, cost in seen if LOWEST <= cost <= HIGHEST]
    here = price(orders)
    return Line(
        name=name,
        points=" ".join(f"{x},{y}" for x, y in points),
        label_y=(points[-1][1] if points else TOP) + 4,
        here=round_half_up(here),
        dot_y=_y(here) if LOWEST <= here <= HIGHEST else None,
    )


def _apart(lines: Sequence[Line]) -> list[Line]:
    """Names never stand on one another."""
    placed: list[Line] = []
    for line in sorted(lines, key=lambda line: line.label_y):
        y = max(line.label_y, placed[-1].label_y + APART) if placed else line.label_y
        placed.append(replace(line, label_y=y))
    return sorted(placed, key=lambda line: [old.name for old in lines].index(line.name))


def _x(count: int, most: int) -> Decimal:
    return round_half_up(LEFT + (RIGHT - LEFT) * count / most, TENTH)


def _y(cost: Decimal) -> Decimal:
    return round_half_up(BOTTOM - (BOTTOM - TOP) * (cost - LOWEST) / (HIGHEST - LOWEST), TENTH)
