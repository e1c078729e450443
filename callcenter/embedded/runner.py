"""A small supervisor: starts programs in order, restarts what crashes, and leaves nothing behind.

Children are started from the main thread only: the kernel's parent-death signal follows the thread that forked.
"""

from __future__ import annotations

import fcntl
import json
import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

from callcenter.embedded import children

READY_S = 60.0
LONGEST_PAUSE_S = 30.0
CALM_S = 30.0
_POLL_S = 0.25


class CannotRun(Exception):
    """The demo cannot start or go on; the sentence says what is wrong and what to do."""


class Lock:
    """One supervisor per folder. The file says who holds it and where it can be reached."""

    def __init__(self, path: Path) -> None:
        self.path = path
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = path.open("a+", encoding="utf-8")

    def take(self) -> None:
        """Take the lock or raise CannotRun with the address of the one that runs."""
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = self._read()
            where, pid = holder.get("address", "an address it has yet to choose"), holder.get("pid", "?")
            raise CannotRun(
                f"Already running at {where} (process {pid}). Open it, or stop it with Ctrl-C there."
            ) from None
        self.say(address="")

    def say(self, *, address: str) -> None:
        """Write who runs and where."""
        self._file.seek(0)
        self._file.truncate()
        self._file.write(json.dumps({"pid": os.getpid(), **({"address": address} if address else {})}))
        self._file.flush()

    def _read(self) -> dict[str, str]:
        self._file.seek(0)
        try:
            return dict(json.loads(self._file.read() or "{}"))
        except ValueError:
            return {}


@dataclass
class Program:
    """One child: how to start it, and how to see that it is ready. `log` is where its output goes."""

    name: str
    arguments: Sequence[str]
    environment: Mapping[str, str]
    log: Path
    ready: Callable[[], bool] = lambda: True
    folder: Path | None = None
    with_signal: int = signal.SIGTERM
    unprivileged: bool = False
    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    pause_s: float = 1.0
    due_at: float = 0.0

    def start(self) -> None:
        """Start it; does not wait."""
        self.process = children.start(
            self.arguments,
            log=self.log,
            environment=self.environment,
            folder=self.folder,
            unprivileged=self.unprivileged,
        )
        self.started_at = time.monotonic()

    @property
    def ended(self) -> bool:
        """Whether it was started and is gone."""
        return self.process is not None and self.process.poll() is not None


@dataclass
class Supervisor:
    """Holds the programs in the order in which they were started; `say` prints one progress line."""

    say: Callable[[str], None]
    programs: list[Program] = field(default_factory=list)
    stopping: bool = False

    def listen(self) -> None:
        """End in good order on Ctrl-C and on SIGTERM."""
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._asked_to_stop)

    def start(self, *programs: Program) -> None:
        """Start these side by side and wait until all are ready."""
        for program in programs:
            program.start()
            self.programs.append(program)
        for program in programs:
            self._wait(program)

    def watch(self) -> None:
        """Restart what crashes, until asked to stop."""
        while not self.stopping:
            for program in self.programs:
                self._revive(program)
            time.sleep(_POLL_S)

    def stop(self) -> None:
        """End the programs, last started first."""
        self.stopping = True
        for program in reversed(self.programs):
            if program.process is not None:
                children.stop(program.process, with_signal=program.with_signal, patience_s=5)

    def _asked_to_stop(self, number: int, frame: FrameType | None) -> None:
        if self.stopping:
            return
        self.stopping = True
        raise KeyboardInterrupt

    def _wait(self, program: Program) -> None:
        deadline = time.monotonic() + READY_S
        while not program.ready():
            if program.ended:
                raise CannotRun(
                    f"{program.name} did not start: {last_words(program.log)} The whole log is {program.log}."
                )
            if time.monotonic() > deadline:
                raise CannotRun(f"{program.name} was not ready after {READY_S:.0f} s; look at {program.log}.")
            time.sleep(0.05)

    def _revive(self, program: Program) -> None:
        if not program.ended:
            return
        now = time.monotonic()
        if not program.due_at:
            if now - program.started_at > CALM_S:
                program.pause_s = 1.0
            program.due_at = now + program.pause_s
            self.say(f"{program.name} ended: started again in {program.pause_s:.0f} s (log: {program.log})")
            program.pause_s = min(program.pause_s * 2, LONGEST_PAUSE_S)
        elif now >= program.due_at:
            program.due_at = 0.0
            program.start()


def last_words(log: Path) -> str:
    """The last line that a program wrote."""
    try:
        lines = [
            line.strip() for line in log.read_text(encoding="utf-8", errors="replace").splitlines() if line.strip()
        ]
    except OSError:
        return "it said nothing."
    return lines[-1] if lines else "it said nothing."
