"""Starting programs so that none outlives us: own session, own account when root, and a signal from the kernel when
the parent dies.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

from callcenter.embedded.binaries import NOBODY, as_root

Child = subprocess.Popen[bytes]
_PR_SET_PDEATHSIG = 1
# Loaded before any fork: after the change of account the child could no longer read it.
_LIBC = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None
_COMPLAINT = re.compile(r"fatal|panic|error|cannot|could not|not ", re.IGNORECASE)
_LAST_LINES = 30


def start(
    arguments: Sequence[str],
    *,
    log: Path,
    environment: Mapping[str, str] | None = None,
    folder: Path | None = None,
    unprivileged: bool = False,
) -> Child:
    """Start a program whose output is added to `log`. `unprivileged` gives up root first."""
    with log.open("ab") as output:
        return subprocess.Popen(  # noqa: S603
            list(arguments),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            env=dict(environment) if environment is not None else None,
            cwd=folder,
            start_new_session=True,
            preexec_fn=_before_exec(unprivileged=unprivileged),
        )


def run(
    arguments: Sequence[str],
    *,
    environment: Mapping[str, str] | None = None,
    folder: Path = Path("/"),
    unprivileged: bool = False,
) -> str:
    """Run a program to its end and return what it printed; CalledProcessError with its output otherwise."""
    done = subprocess.run(  # noqa: S603
        list(arguments),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=True,
        env=dict(environment) if environment is not None else None,
        cwd=folder,
        start_new_session=True,
        preexec_fn=_before_exec(unprivileged=unprivileged),
    )
    return done.stdout


def stop(children: Iterable[tuple[Child, int]], *, patience_s: float = 10) -> None:
    """Ask programs to end, each with its signal, all at once; end those that do not, with everything they forked."""
    pairs = list(children)
    for child, number in pairs:
        if child.poll() is None:
            child.send_signal(number)
    deadline = time.monotonic() + patience_s
    for child, _number in pairs:
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.wait(max(0.0, deadline - time.monotonic()))
        kill(child)


def kill(child: Child) -> None:
    """End at once a program, or what a dead one left in its session."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(child.pid, signal.SIGKILL)
    child.wait()


def last_words(log: Path) -> str:
    """The last complaint in a log, else its last line."""
    try:
        text = log.read_text(encoding="utf-8", errors="replace")
    except OSError:
        text = ""
    return complaint(text)


def complaint(text: str) -> str:
    """The last line that complains, else the last line."""
    lines = [line.strip() for line in text.splitlines() if line.strip()][-_LAST_LINES:]
    complaints = [line for line in lines if _COMPLAINT.search(line)]
    return (complaints or lines or ["it said nothing"])[-1].rstrip(".")


def _before_exec(*, unprivileged: bool) -> Callable[[], None]:
    parent = os.getpid()
    gives_up_root = unprivileged and as_root()

    def prepare() -> None:
        if gives_up_root:
            os.setgroups([])
            os.setgid(NOBODY)
            os.setuid(NOBODY)
        if _LIBC is not None:
            _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
            if os.getppid() != parent:
                os._exit(1)

    return prepare
