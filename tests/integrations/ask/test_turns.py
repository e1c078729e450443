"""Who may ask a service's program now."""

import asyncio
from collections.abc import Coroutine
from typing import Any
from uuid import UUID

from integrations.ask.turns import MOST_PER_SERVICE, Turn, Turns

KOMET, LUNA = UUID(int=1), UUID(int=2)
HINTS = (UUID(int=7), "hints")
ELSE = (UUID(int=8), "hints")
LONG_S = 5.0


def run(play: Coroutine[Any, Any, None]) -> None:
    asyncio.run(asyncio.wait_for(play, 4))


async def settle() -> None:
    """Let everything that can go on do so."""
    for _ in range(5):
        await asyncio.sleep(0)


def test_the_ninth_of_a_service_gets_no_turn_and_another_service_does() -> None:
    async def play() -> None:
        turns = Turns()
        held = [await turns.take(KOMET, None, patience_s=LONG_S) for _ in range(MOST_PER_SERVICE)]

        assert all(held)
        assert await turns.take(KOMET, None, patience_s=LONG_S) is None
        assert await turns.take(LUNA, None, patience_s=LONG_S) is not None
        turns.give_back(held[0] or Turn(KOMET, None))
        assert await turns.take(KOMET, None, patience_s=LONG_S) is not None

    run(play())


def test_of_one_calls_questions_the_newest_waits_and_the_others_hear_late() -> None:
    async def play() -> None:
        turns = Turns()
        first = await turns.take(KOMET, HINTS, patience_s=LONG_S)
        assert first is not None
        older, newest = (asyncio.ensure_future(turns.take(KOMET, HINTS, patience_s=LONG_S)) for _ in range(2))
        await settle()

        assert older.done()
        assert older.result() is None
        assert not newest.done()
        turns.give_back(first)
        assert await newest == Turn(KOMET, HINTS)

    run(play())


def test_a_call_that_types_fast_takes_one_place_and_others_go_on() -> None:
    async def play() -> None:
        turns = Turns()
        typed = [asyncio.ensure_future(turns.take(KOMET, HINTS, patience_s=LONG_S)) for _ in range(20)]
        await settle()

        others = [await turns.take(KOMET, None, patience_s=LONG_S) for _ in range(MOST_PER_SERVICE - 1)]

        assert all(others)
        assert sum(1 for one in typed if one.done() and one.result()) == 1
        typed[-1].cancel()

    run(play())


def test_who_waits_has_the_turn_before_somebody_who_comes_in_between() -> None:
    async def play() -> None:
        turns = Turns()
        first = await turns.take(KOMET, HINTS, patience_s=LONG_S)
        assert first is not None
        waiting = asyncio.ensure_future(turns.take(KOMET, HINTS, patience_s=LONG_S))
        await settle()

        turns.give_back(first)
        newer = asyncio.ensure_future(turns.take(KOMET, HINTS, patience_s=LONG_S))
        await settle()

        assert waiting.result() == Turn(KOMET, HINTS)
        assert not newer.done()
        newer.cancel()

    run(play())


def test_nobody_waits_longer_than_the_page_and_nothing_is_left_behind() -> None:
    async def play() -> None:
        turns = Turns()
        first = await turns.take(KOMET, HINTS, patience_s=LONG_S)
        assert first is not None

        assert await turns.take(KOMET, HINTS, patience_s=0.01) is None
        turns.give_back(first)
        assert await turns.take(KOMET, HINTS, patience_s=0.01) is not None
        assert await turns.take(KOMET, ELSE, patience_s=0.01) is not None

    run(play())


def test_who_gives_up_just_when_it_is_his_turn_hands_it_on() -> None:
    async def play() -> None:
        turns = Turns()
        first = await turns.take(KOMET, HINTS, patience_s=LONG_S)
        assert first is not None
        waiting = asyncio.ensure_future(turns.take(KOMET, HINTS, patience_s=LONG_S))
        await settle()

        turns.give_back(first)
        waiting.cancel()
        await settle()

        assert await turns.take(KOMET, HINTS, patience_s=0.01) is not None

    run(play())


def test_a_turn_that_finds_the_service_full_does_not_keep_the_call_busy() -> None:
    async def play() -> None:
        turns = Turns()
        first = await turns.take(KOMET, HINTS, patience_s=LONG_S)
        assert first is not None
        waiting = asyncio.ensure_future(turns.take(KOMET, HINTS, patience_s=LONG_S))
        await settle()
        others = [await turns.take(KOMET, None, patience_s=LONG_S) for _ in range(MOST_PER_SERVICE - 1)]
        turns.give_back(first)
        others.append(await turns.take(KOMET, None, patience_s=LONG_S))

        assert await waiting is None
        turns.give_back(others[0] or first)
        assert await turns.take(KOMET, HINTS, patience_s=0.01) is not None

    run(play())
