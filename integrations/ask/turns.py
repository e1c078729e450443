"""Who may ask now: few look-ups of one service at a time, so that a slow one delays nobody else; and of one call only
the newest, so that fast typing does not use them up.
"""

import asyncio
from collections import Counter
from dataclasses import dataclass
from uuid import UUID

MOST_PER_SERVICE = 8
Key = tuple[UUID, str]


@dataclass(frozen=True, slots=True)
class Turn:
    """The right to have one look-up under way; `key` is set where only the newest of its kind counts."""

    service: UUID
    key: Key | None


class Turns:
    """Used in one event loop."""

    def __init__(self) -> None:
        self._under_way: Counter[UUID] = Counter()
        self._busy: set[Key] = set()
        self._waiting: dict[Key, asyncio.Future[bool]] = {}

    async def take(self, service: UUID, key: Key | None, *, patience_s: float) -> Turn | None:
        """A turn, at once or after the present look-up of the same key; None when there is none in time, or when a
        newer question has taken the place.
        """
        if key is not None and key in self._busy and not await self._wait(key, patience_s):
            return None
        if self._under_way[service] >= MOST_PER_SERVICE:
            self._hand_on(key)
            return None
        if key is not None:
            self._busy.add(key)
        self._under_way[service] += 1
        return Turn(service, key)

    def give_back(self, turn: Turn) -> None:
        """The look-up has ended."""
        self._under_way[turn.service] -= 1
        if not self._under_way[turn.service]:
            del self._under_way[turn.service]
        self._hand_on(turn.key)

    async def _wait(self, key: Key, patience_s: float) -> bool:
        older = self._waiting.pop(key, None)
        if older is not None and not older.done():
            older.set_result(False)
        mine: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._waiting[key] = mine
        try:
            await asyncio.wait({mine}, timeout=patience_s)
        except asyncio.CancelledError:
            if mine.done() and mine.result():
                self._hand_on(key)
            raise
        finally:
            if self._waiting.get(key) is mine:
                del self._waiting[key]
        return mine.done() and mine.result()

    def _hand_on(self, key: Key | None) -> None:
        """Whoever waits has the key now, without anybody coming in between."""
        if key is None:
            return
        waiting = self._waiting.pop(key, None)
        if waiting is not None and not waiting.done():
            waiting.set_result(True)
        else:
            self._busy.discard(key)
