"""What an own room costs beside the centre: all follows from the asker's figures, even a "do not buy"."""

from dataclasses import replace
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.calculator.picture import picture
from billing.calculator.room import Room, Taking, answer, steps
from billing.tariffs.catalogue import rate
from billing.views.calculator import OFFERED, PACKAGES, PER_ORDER
from callcenter.money import round_half_up

ROOM = Room(
    taking=Taking.FULL, orders_a_day=100, operators=3, wage=Decimal(15000), contributions=Decimal("30.2"),
    seat=Decimal(2500), hours_a_week=168, dismissed=3, missed=Decimal(0), night=Decimal(25), earns=Decimal(0),
)  # fmt: skip
numbers = st.decimals(min_value=0, max_value=100_000, places=2)
rooms = st.builds(
    Room, taking=st.sampled_from(Taking), orders_a_day=st.integers(0, 2000), operators=st.integers(0, 50), wage=numbers,
    contributions=st.decimals(min_value=0, max_value=100, places=1), seat=numbers, hours_a_week=st.integers(1, 168),
    dismissed=st.integers(0, 50), missed=st.decimals(min_value=0, max_value=90, places=1),
    night=st.decimals(min_value=0, max_value=100, places=1), earns=st.decimals(min_value=0, max_value=500, places=2),
)  # fmt: skip


def with_(**changes: Any) -> Room:
    return replace(ROOM, **changes)


def test_a_hundred_orders_a_day_beside_three_operators() -> None:
    given = answer(ROOM, OFFERED)

    assert (given.taken, given.best.code, given.best.total) == (3000, "PACKAGE-3000", Decimal("19500.00"))
    assert ROOM.own == Decimal("66090.00")
    assert given.saving == Decimal("46590.00")
    assert given.buy
    assert (given.covered, given.people_needed) == (71, Decimal("4.2"))


def test_whoever_dismisses_nobody_is_told_not_to_buy() -> None:
    given = answer(with_(dismissed=0), OFFERED)

    assert not given.buy
    assert given.loss == Decimal("19500.00")


def test_on_overflow_only_the_calls_that_are_lost_today_are_taken() -> None:
    room = with_(taking=Taking.OVERFLOW, missed=Decimal(10), dismissed=0, earns=Decimal(60))
    given = answer(room, OFFERED)

    assert (given.taken, given.won) == (333, 333)
    assert given.earned == Decimal("19980.00")
    assert given.saving == given.earned - rate("PER-ORDER-A", 333).total
    assert not answer(replace(room, missed=Decimal(0)), OFFERED).buy


def test_by_night_the_orders_of_the_night_are_taken() -> None:
    given = answer(with_(taking=Taking.NIGHT, dismissed=1), OFFERED)

    assert (given.taken, given.freed) == (750, ROOM.person)
    assert answer(with_(taking=Taking.NIGHT, missed=Decimal(10)), OFFERED).won == 83


@given(rooms)
def test_the_arithmetic_adds_up_and_ends_in_the_answer(room: Room) -> None:
    given = answer(room, OFFERED)
    shown = {step.title: step for step in steps(given)}

    assert shown["What is left"].amount == given.saving
    assert given.saving == given.freed + given.earned - rate(given.best.code, given.taken).total
    assert given.best.total == min(rate(code, given.taken).total for code in OFFERED)
    assert given.freed <= room.own
    assert 0 <= given.covered <= 100
    assert not given.buy or given.saving > 0


@given(rooms.filter(lambda room: answer(room, OFFERED).taken > 0))
def test_the_picture_stays_inside_its_frame_and_its_names_apart(room: Room) -> None:
    given = answer(room, OFFERED)
    drawn = picture(given, [("per-order", PER_ORDER), ("package", PACKAGES)])

    points = [point.split(",") for line in drawn.lines for point in line.points.split()]
    assert all(34 <= float(x) <= 460 and 14 <= float(y) <= 220 for x, y in points)
    names = sorted(line.label_y for line in drawn.lines)
    assert all(below - above >= 14 for above, below in pairwise(names))
    assert 34 <= drawn.here_x <= 460
    cheapest = min(rate(code, given.taken).total for code in PACKAGES) / given.taken
    assert drawn.lines[1].here == round_half_up(cheapest)


@pytest.mark.parametrize("missed", [Decimal(0), Decimal(50), Decimal(90)])
def test_what_is_lost_is_counted_from_the_calls_that_were_answered(missed: Decimal) -> None:
    assert with_(missed=missed).lost == 3000 * missed / (100 - missed)
