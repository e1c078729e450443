"""Watching processes from outside: who descends from whom, who still lives."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")
PROJECT = Path(__file__).resolve().parent.parent.parent


def children_of(process: int) -> dict[int, str]:
    """The direct children of a process that are no zombies: number -> command line."""
    return {pid: command for pid, (parent, command) in _table().items() if parent == process}


def family(process: int) -> set[int]:
    """A process and everything that descends from it."""
    table = _table()
    found = {process}
    while grown := {pid for pid, (parent, _command) in table.items() if parent in found} - found:
        found |= grown
    return found


def alive(processes: set[int]) -> dict[int, str]:
    """Those of the processes that still live."""
    return {pid: command for pid, (_parent, command) in _table().items() if pid in processes}


def end(processes: set[int]) -> None:
    """End those of the processes that still live."""
    for pid in alive(processes):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def until(look: Callable[[], T], what: str, *, seconds: float = 20) -> T:
    """Look until there is something to see, and return it."""
    deadline = time.monotonic() + seconds
    while not (seen := look()):
        assert time.monotonic() < deadline, f"after {seconds} s still not: {what}"
        time.sleep(0.02)
    return seen


def _table() -> dict[int, tuple[int, str]]:
    listed = subprocess.run(
        ["ps", "-A", "-ww", "-o", "pid=,ppid=,stat=,command="], capture_output=True, text=True, check=True
    ).stdout
    rows = (line.split(None, 3) for line in listed.splitlines())
    return {int(row[0]): (int(row[1]), row[3]) for row in rows if len(row) == 4 and not row[2].startswith("Z")}
