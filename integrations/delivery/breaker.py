"""The breaker of one engine: a service whose program does not answer is left alone for a while, then probed once."""

from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock
from time import monotonic
from uuid import UUID

FAILURES_TO_OPEN = 3
SHORTEST_S = 2.0
LONGEST_S = 15.0


@dataclass(slots=True)
class _Fuse:
    failures: int = 0
    open_for_s: float = 0.0
    open_until: float = 0.0


class Breaker:
    """Counts transport failures in a row per service; any answer, also a refusal, mends it."""

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._fuses: dict[UUID, _Fuse] = {}
        self._lock = Lock()

    def failed(self, service: UUID) -> None:
        """Note a request that brought no response. One that began before the breaker opened changes nothing more."""
        with self._lock:
            fuse = self._fuses.setdefault(service, _Fuse())
            if fuse.open_until > self._clock():
                return
            fuse.failures += 1
            if fuse.failures >= FAILURES_TO_OPEN:
                fuse.open_for_s = min(max(fuse.open_for_s * 2, SHORTEST_S), LONGEST_S)
                fuse.open_until = self._clock() + fuse.open_for_s

    def answered(self, service: UUID) -> None:
        """Note an answer."""
        with self._lock:
            self._fuses.pop(service, None)

    def rooms(self) -> dict[UUID, int]:
        """How many requests each broken service may have under way: none while open, one probe after that."""
        with self._lock:
            now = self._clock()
            return {
                service: 0 if fuse.open_until > now else 1
                for service, fuse in self._fuses.items()
                if fuse.failures >= FAILURES_TO_OPEN
            }
