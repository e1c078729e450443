"""The stage of a fault: children of the product, the point at which one is halted, and what is done to it there."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

from integrations.delivery.pace import Pace
from tests.faults.cluster import ROOT, Cluster, wait_for
from tests.faults.points import Point

QUICK = Pace(scale=0.02, poll_s=0.1, clerks=4, drain_s=1.0)
HALT_S = 20.0


@dataclass
class Child:
    """One forked process of the product."""

    pid: int
    log: Path

    @property
    def alive(self) -> bool:
        """Whether it still runs; its nursery reaps it at once."""
        try:
            os.kill(self.pid, 0)
        except ProcessLookupError:
            return False
        return True

    def kill(self) -> None:
        """kill -9, and wait until it is gone."""
        self._end(signal.SIGKILL)

    def terminate(self) -> None:
        """SIGTERM, and wait until it is gone."""
        self._end(signal.SIGTERM)

    def _end(self, number: signal.Signals) -> None:
        with suppress(ProcessLookupError):
            os.kill(self.pid, number)
        wait_for(lambda: not self.alive, f"the end of {self.pid}")


@dataclass
class Nursery:
    """The loaded process of one role from which children come."""

    process: subprocess.Popen[str]
    folder: Path

    def bear(self, be: str, **more: Any) -> Child:
        """Fork a child."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        log = self.folder / "children.log"
        self.process.stdin.write(json.dumps({"be": be, "log": str(log), "point": "", **more}) + "\n")
        self.process.stdin.flush()
        return Child(int(self.process.stdout.readline()), log)


@dataclass
class Halt:
    """A child that stands at its point and waits."""

    line: socket.socket

    def go_on(self) -> None:
        """Let it continue."""
        with suppress(OSError):
            self.line.sendall(b".")
        self.line.close()


@dataclass
class Stage:
    """Where children are halted. Engines and placers end with the stage."""

    cluster: Cluster
    nurseries: Mapping[str, Nursery]
    listener: socket.socket
    address: str
    folder: Path
    children: list[Child] = field(default_factory=list)
    halts: list[Halt] = field(default_factory=list)

    def engine(
        self, point: Point | None = None, *, skip: int = 0, pace: Pace = QUICK, clock: Path | None = None
    ) -> Child:
        """An engine of the true role, to be halted at `point`."""
        told = {"point": str(point or ""), "skip": skip, "stage": self.address}
        return self._born(self.nurseries["worker"].bear("engine", pace=asdict(pace), clock=str(clock or ""), **told))

    def placer(self, point: Point | None, **held: str) -> tuple[Child, Path]:
        """A web process that places one order; the file is what it has told the operator."""
        said = self.folder / f"said-{uuid4().hex}"
        told = {"point": str(point or ""), "stage": self.address, "said": str(said), **held}
        return self._born(self.nurseries["web"].bear("place", **told)), said

    def halted(self, patience_s: float = HALT_S) -> Halt:
        """Wait until a child stands at its point, where it stays until it is told to go on."""
        self.listener.settimeout(patience_s)
        line, _address = self.listener.accept()
        self.halts.append(Halt(line))
        return self.halts[-1]

    def clear(self) -> None:
        """End every child."""
        for child in self.children:
            if child.alive:
                child.kill()
        self.children.clear()
        for halt in self.halts:
            halt.go_on()
        self.halts.clear()
        self.listener.setblocking(False)
        with suppress(BlockingIOError):
            while True:
                self.listener.accept()[0].close()

    def _born(self, child: Child) -> Child:
        self.children.append(child)
        return child


@contextmanager
def nursery(role: str, cluster: Cluster, folder: Path) -> Iterator[Nursery]:
    """A nursery of this role, ready to fork; its children end with it."""
    environment = {**cluster.environment(), "CALLCENTER_ROLE": role, "CALLCENTER_PROCESS": f"faults-{role}"}
    with (folder / f"{role}.log").open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.nursery"],
            cwd=ROOT, env=environment, text=True, start_new_session=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log,
        )  # fmt: skip
    try:
        yield Nursery(process, folder)
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


@contextmanager
def built(cluster: Cluster, folder: Path) -> Iterator[Stage]:
    """A stage on the cluster with nurseries of the roles that take part."""
    with ExitStack() as stack:
        nurseries = {role: stack.enter_context(nursery(role, cluster, folder)) for role in ("worker", "web")}
        for role, ready in nurseries.items():
            assert ready.process.stdout is not None
            if ready.process.stdout.readline() != "ready\n":
                raise RuntimeError((folder / f"{role}.log").read_text(encoding="utf-8")[-2000:])
        listener = stack.enter_context(socket.socket(socket.AF_UNIX))
        address = str(folder / "stage")
        listener.bind(address)
        listener.listen(64)
        stage = Stage(cluster, nurseries, listener, address, folder)
        try:
            yield stage
        finally:
            stage.clear()
