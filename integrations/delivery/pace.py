"""How fast a delivery is retried, how long is waited, how many threads work. Pure: the caller gives time and chance."""

import random
from dataclasses import dataclass

_DENSE_S = (0.0, 0.2, 0.5, 1.0, 2.0)
_LOOKS_S = (1.0, 2.0, 4.0, 8.0)
# From this many failures on, the next try comes after so many seconds.
_LATER_S = ((100, 60.0), (40, 15.0), (0, 5.0))
JITTER = 0.2
# A process that was held up for longer between the mark and the first byte does not send: it may have been taken for
# dead, and another engine may be about to send the same order.
LATEST_START_S = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """The numbers of the engine. `scale` shortens every wait of the schedule in tests, and nothing else."""

    looks_needed: int = 3
    sends_most: int = 2
    longest_send_s: float = 18.0  # from the mark: the latest start, connecting and reading, `contracts.HttpRequest`
    poll_s: float = 0.5
    canary_every_s: float = 5.0
    canary_patience_s: float = 2.0
    drain_s: float = 3.0
    caps_every_s: float = 5.0
    in_flight_most: int = 128
    per_service_most: int = 8
    clerks: int = 8
    scale: float = 1.0

    def retry_in_s(self, failures: int, chance: float | None = None) -> float:
        """Seconds until the order is sent again after its n-th failure (1, 2, …) in which nothing left this machine."""
        if failures <= len(_DENSE_S):
            base = _DENSE_S[failures - 1]
        else:
            base = next(seconds for least, seconds in _LATER_S if failures > least)
        return self._spread(base, chance)

    def look_in_s(self, looks: int, chance: float | None = None) -> float:
        """Seconds until the dispatch program is asked for our marker, after so many looks (0, 1, …)."""
        return self._spread(_LOOKS_S[min(looks, len(_LOOKS_S) - 1)], chance)

    def _spread(self, base: float, chance: float | None) -> float:
        part = random.random() if chance is None else chance  # noqa: S311 - spreads load, guards nothing
        return base * (1 + JITTER * (2 * part - 1)) * self.scale
