"""What all contenders share: the database server, Redis, and the receiver with its two questions."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import redis

from bench.delivery.receiver import CONTROL
from callcenter.embedded import children
from callcenter.embedded.servers import free_port
from integrations.simulators.taximaster_certificate import keep_certificate
from tests.faults.cluster import ROOT, Cluster, wait_for

PEERS = Path(__file__).with_name("peers")
PEERS_PYTHON = ROOT / "var" / "bench-venv" / "bin" / "python"
PEERS_DATABASE = "bench_peers"


@dataclass(frozen=True)
class Arrival:
    """One create request at the receiver."""

    token: str
    at: float
    service: int


@dataclass
class Stand:
    """Everything that runs during the whole bench."""

    cluster: Cluster
    folder: Path
    port: int
    tls_port: int
    fingerprint: str
    receiver: children.Child

    @property
    def servers(self) -> list[int]:
        """The process ids of PostgreSQL and Redis, whose work counts for every contender."""
        running = (self.cluster.postgres.process, self.cluster.valkey.process)
        return [process.pid for process in running if process is not None]

    def ask(self, path: str) -> Any:
        """Ask the receiver."""
        connection = HTTPConnection(CONTROL, self.port, timeout=10)
        try:
            connection.request("GET", path)
            return json.loads(connection.getresponse().read())
        finally:
            connection.close()

    def arrivals(self) -> list[Arrival]:
        """What came since the last reset, in order."""
        return [Arrival(*entry) for entry in self.ask("/log")["arrivals"]]

    def wait_for(self, count: int, patience_s: float = 120) -> bool:
        """Wait until so many requests came; False when nothing came for `patience_s`."""
        seen, since = -1, monotonic()
        while (now := int(self.ask("/count"))) < count:
            if now != seen:
                seen, since = now, monotonic()
            if monotonic() - since > patience_s:
                return False
            sleep(0.005)
        return True

    def flush(self) -> None:
        """Wipe Redis."""
        redis.Redis.from_url(self.cluster.valkey.url).flushall()

    def run_peer(self, arguments: Sequence[str], more: Mapping[str, str]) -> str:
        """Run a program of the peers to its end: what it printed. RuntimeError with its last words."""
        done = subprocess.run(
            [str(PEERS_PYTHON), *arguments], cwd=PEERS, env=self.peers_environment(more), capture_output=True, text=True
        )
        if done.returncode:
            raise RuntimeError(done.stderr[-1500:])
        return done.stdout

    def peers_environment(self, more: Mapping[str, str]) -> dict[str, str]:
        """What a peer's process needs to know."""
        return {
            "PATH": os.environ["PATH"],
            "HOME": str(self.folder),
            "DJANGO_SETTINGS_MODULE": "settings",
            "BENCH_DATABASE": self.cluster.postgres.url(PEERS_DATABASE),
            "BENCH_REDIS": self.cluster.valkey.url,
            **more,
        }


@contextmanager
def stand(cluster: Cluster, folder: Path) -> Iterator[Stand]:
    """The receiver started and the peers' tables made."""
    certificate = keep_certificate(folder / "certificate", address=CONTROL)
    port, tls_port = free_port(), free_port()
    options = ["--port", str(port), "--tls-port", str(tls_port), "--certificate", str(folder / "certificate")]
    receiver = children.start(
        [sys.executable, "-m", "bench.delivery.receiver", *options], log=folder / "receiver.log", folder=ROOT
    )
    made = Stand(cluster, folder, port, tls_port, certificate.fingerprint, receiver)
    try:
        wait_for(lambda: _answers(made), "the receiver")
        cluster.administer(f"CREATE DATABASE {PEERS_DATABASE}")
        made.run_peer(["prepare.py"], {})
        yield made
    finally:
        children.stop([(receiver, signal.SIGTERM)])


def _answers(made: Stand) -> bool:
    try:
        made.ask("/count")
    except OSError:
        return False
    return True
