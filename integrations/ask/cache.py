"""The hints that a service's program gave a moment ago, in the memory of this process alone: typed text and addresses,
never a caller.
"""

import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

KEPT_S = 60.0
MOST_PER_SERVICE = 200
Answer = Mapping[str, Any]
_Kept = OrderedDict[str, tuple[float, Answer]]
_NONE: _Kept = OrderedDict()


class HintCache:
    """Answers by service and text. Used in one thread."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._kept: dict[UUID, _Kept] = {}

    def get(self, service: UUID, text: str) -> Answer | None:
        """What was answered to this text, if that was less than a minute ago."""
        until, answer = self._kept.get(service, _NONE).get(text, (0.0, None))
        return answer if self._clock() < until else None

    def put(self, service: UUID, text: str, answer: Answer) -> None:
        """Keep an answer; the oldest of the service gives way, whatever is too old goes."""
        self._sweep()
        kept = self._kept.setdefault(service, OrderedDict())
        kept.pop(text, None)
        kept[text] = (self._clock() + KEPT_S, answer)
        while len(kept) > MOST_PER_SERVICE:
            kept.popitem(last=False)

    def __len__(self) -> int:
        return sum(map(len, self._kept.values()))

    def _sweep(self) -> None:
        """All live equally long, so the oldest stand first."""
        now = self._clock()
        for service, kept in list(self._kept.items()):
            while kept and next(iter(kept.values()))[0] <= now:
                kept.popitem(last=False)
            if not kept:
                del self._kept[service]
