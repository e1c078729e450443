"""What the claiming thread waits for: somebody rings, a known moment comes, or the poll is due."""

import heapq
from threading import Condition
from time import monotonic

WAKE, POLL = "wake", "poll"


class Bell:
    """Rings are never lost: one that comes while nobody waits ends the next wait at once."""

    def __init__(self) -> None:
        self._condition = Condition()
        self._rung = self._hurried = False
        self._moments: list[float] = []

    def ring(self) -> None:
        """End the present or the next wait."""
        with self._condition:
            self._rung = True
            self._condition.notify_all()

    def hurry(self) -> None:
        """End the present or the next wait as if the poll were due: nobody has reported anything."""
        with self._condition:
            self._hurried = True
            self._condition.notify_all()

    def ring_in(self, seconds: float) -> None:
        """Ring after so many seconds."""
        with self._condition:
            heapq.heappush(self._moments, monotonic() + seconds)
            self._condition.notify_all()

    def ring_within(self, seconds: float) -> None:
        """Ring in so many seconds at the latest; whoever asks for the same meanwhile is heard by the same ring."""
        with self._condition:
            moment = monotonic() + seconds
            if not self._moments or self._moments[0] > moment:
                heapq.heappush(self._moments, moment)
                self._condition.notify_all()

    def wait(self, poll_s: float) -> str:
        """Return `wake` when rung, or `poll` after `poll_s` seconds without."""
        until = monotonic() + poll_s
        with self._condition:
            while not self._due():
                first = min(until, self._moments[0]) if self._moments else until
                left = first - monotonic()
                if left > 0:
                    self._condition.wait(left)
                elif first == until:
                    return POLL
            found_by = WAKE if self._rung else POLL
            self._rung = self._hurried = False
            return found_by

    def _due(self) -> bool:
        now = monotonic()
        while self._moments and self._moments[0] <= now:
            heapq.heappop(self._moments)
            self._rung = True
        return self._rung or self._hurried
