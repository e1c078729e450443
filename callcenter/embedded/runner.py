"""A small supervisor: starts programs in order, restarts what crashes, and leaves nothing behind.

Children are started from the main thread only: the kernel's parent-death signal follows the thread that forked.
"""

from __future__ import annotations

import fcntl
import json
import os
import signal
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

from callcenter.embedded import children

READY_S = 60.0
LONGEST_PAUSE_S = 30.0
CALM_S = 30.0
PATIENCE_S = 8.0
_POLL_S = 0.25


class CannotRun(Exception):
    """The demo cannot start or go on; the sentence says what is wrong and what to do."""


class Lock:
    """One supervisor per folder. The file says who holds it and where it can be reached."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file = path.open("a+", encoding="utf-8")

    def take(self) -> None:
        """Take the lock or raise CannotRun with the address of the one that runs."""
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = self._read()
            where = f"at {holder['address']}" if "address" in holder else "and still starting"
            raise CannotRun(
                f"Already running {where} (pid {holder.get('pid', 'unknown')}). Open it, or stop it with Ctrl-C there."
            ) from None
        self.say()

    def say(self, **addresses: str) -> None:
        """Write who runs and where."""
        self._file.seek(0)
        self._file.truncate()
        self._file.write(json.dumps({"pid": os.getpid(), **addresses}))
        self._file.flush()

    def _read(self) -> dict[str, str]:
        self._file.seek(0)
        try:
            return dict(json.loads(self._file.read() or "{}"))
        except ValueError:
            return {}


@dataclass
class Program:
    """One child: how to start it, and how to see that it is ready. `log` is where its output goes. `tries` is how
    often it may end before it was ever ready.
    """

    name: str
    arguments: Sequence[str]
    environment: Mapping[str, str]
    log: Path
    ready: Callable[[], bool] = lambda: True
    folder: Path | None = None
    with_signal: int = signal.SIGTERM
    unprivileged: bool = False
    tries: int = 1
    process: children.Child | None = None
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
    """Holds the programs in the groups in which they were started; `say` prints one progress line."""

    say: Callable[[str], None]
    groups: list[list[Program]] = field(default_factory=list)
    stopping: bool = False

    @property
    def programs(self) -> list[Program]:
        """Every program in the order of its start."""
        return [program for group in self.groups for program in group]

    def listen(self) -> None:
        """End in good order on Ctrl-C, on SIGTERM and when the terminal is closed."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._asked_to_stop)

    def start(self, *programs: Program) -> None:
        """Start these side by side and wait until all are ready."""
        self.groups.append(list(programs))
        for program in programs:
            program.start()
        for program in programs:
            self._wait(program)

    def watch(self) -> None:
        """Restart what crashes, until asked to stop."""
        while not self.stopping:
            for program in self.programs:
                self._revive(program)
            time.sleep(_POLL_S)

    def stop(self) -> None:
        """End the programs group by group, last started first."""
        self.stopping = True
        for group in reversed(self.groups):
            children.stop(
                [(program.process, program.with_signal) for program in group if program.process is not None],
                patience_s=PATIENCE_S,
            )

    def _asked_to_stop(self, number: int, frame: FrameType | None) -> None:
        if self.stopping:
            return
        self.stopping = True
        raise KeyboardInterrupt

    def _wait(self, program: Program) -> None:
        deadline = time.monotonic() + READY_S
        while not program.ready():
            if program.ended:
                self._try_again(program)
            if time.monotonic() > deadline:
                raise CannotRun(f"{program.name} was not ready after {READY_S:.0f} s; look at {program.log}.")
            time.sleep(0.05)

    def _try_again(self, program: Program) -> None:
        program.tries -= 1
        if program.tries < 1:
            words = children.last_words(program.log)
            raise CannotRun(f"{program.name} did not start: {words}. The whole log is {program.log}.")
        time.sleep(0.5)
        program.start()

    def _revive(self, program: Program) -> None:
        if program.process is None or not program.ended:
            return
        now = time.monotonic()
        if not program.due_at:
            children.kill(program.process)
            if now - program.started_at > CALM_S:
                program.pause_s = 1.0
            program.due_at = now + program.pause_s
            self.say(f"{program.name} ended: started again in {program.pause_s:.0f} s (log: {program.log})")
            program.pause_s = min(program.pause_s * 2, LONGEST_PAUSE_S)
        elif now >= program.due_at:
            program.due_at = 0.0
            program.start()
