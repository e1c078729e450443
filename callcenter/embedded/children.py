"""Starting programs so that none outlives us: own session, own account when root, and a signal from the kernel when
the parent dies.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from callcenter.embedded.binaries import NOBODY

_PR_SET_PDEATHSIG = 1
# Loaded before any fork: after the change of account the child could no longer read it.
_LIBC = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


def _before_exec(account: int | None) -> Callable[[], None]:
    parent = os.getpid()

    def prepare() -> None:
        if account is not None:
            os.setgroups([])
            os.setgid(account)
            os.setuid(account)
        if _LIBC is not None:
            _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
            if os.getppid() != parent:
                os._exit(1)

    return prepare


def start(
    arguments: Sequence[str],
    *,
    log: Path,
    environment: Mapping[str, str] | None = None,
    folder: Path | None = None,
    unprivileged: bool = False,
) -> subprocess.Popen[bytes]:
    """Start a program whose output is added to `log`. `unprivileged` gives up root first."""
    account = NOBODY if unprivileged and os.geteuid() == 0 else None
    with log.open("ab") as output:
        return subprocess.Popen(  # noqa: S603
            list(arguments),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            env=dict(environment) if environment is not None else None,
            cwd=folder,
            start_new_session=True,
            preexec_fn=_before_exec(account),
        )


def run(arguments: Sequence[str], *, environment: Mapping[str, str] | None = None, unprivileged: bool = False) -> str:
    """Run a program to its end and return what it printed; CalledProcessError with its output otherwise."""
    account = NOBODY if unprivileged and os.geteuid() == 0 else None
    done = subprocess.run(  # noqa: S603
        list(arguments),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=True,
        env=dict(environment) if environment is not None else None,
        preexec_fn=_before_exec(account),
        cwd="/",
    )
    return done.stdout


def stop(process: subprocess.Popen[bytes], *, with_signal: int = signal.SIGTERM, patience_s: float = 10) -> None:
    """Ask a program to end, and end it with everything it forked when it does not."""
    if process.poll() is None:
        process.send_signal(with_signal)
        try:
            process.wait(patience_s)
        except subprocess.TimeoutExpired:
            kill(process)


def kill(process: subprocess.Popen[bytes]) -> None:
    """End a program and whatever it forked, at once."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
