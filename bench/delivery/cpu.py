"""What a process and everything it started has used of the processors."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

_TICK = os.sysconf("SC_CLK_TCK")


def used_s(roots: Iterable[int]) -> float:
    """Seconds of the processes, of those that they have started, and of those that ended and were waited for."""
    used: dict[int, float] = {}
    children: defaultdict[int, list[int]] = defaultdict(list)
    for entry in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            words = entry.read_text().rpartition(")")[2].split()
            process = int(entry.parent.name)
            children[int(words[1])].append(process)
            used[process] = sum(map(int, words[11:15])) / _TICK
    total, waiting = 0.0, list(roots)
    while waiting:
        process = waiting.pop()
        total += used.get(process, 0.0)
        waiting += children[process]
    return total
