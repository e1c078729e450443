"""Who takes part. Each can be started, killed, and given orders: all at once, or so many a second."""

from __future__ import annotations

import json
import os
import sys
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from contextlib import closing, suppress
from pathlib import Path
from signal import SIGKILL
from time import monotonic, sleep
from uuid import uuid4

import psycopg2
from typing_extensions import override

from bench.delivery.receiver import SERVICES, TOKEN_LENGTH, host_of
from bench.delivery.rows import Rows
from bench.delivery.stand import PEERS, PEERS_DATABASE, PEERS_PYTHON, Stand
from callcenter.embedded import children
from tests.faults.cluster import ROOT

Committed = dict[str, float]
BODY = (
    '{"phone":"89%09d","addresses":[{"address":"улица Ленина, 15"},{"address":"Вокзал"}],'
    '"source_time":"20261123120000","is_prior":false,"comment":"код 12; подъезд: 3; пассажир с чемоданом и детским'
    ' креслом, просит не курить #%s","check_duplicate":false,"passenger":"Мария","crew_group_id":7}'
)


class Contender(ABC):
    """One way of delivering."""

    def __init__(self, name: str, title: str, stand: Stand, command: Sequence[str]) -> None:
        self.name, self.title, self.stand = name, title, stand
        self._command = list(command)
        self._process: children.Child | None = None

    @abstractmethod
    def load(self, count: int, rate: float = 0) -> Committed:
        """Commit orders, by turns for each service, and hand them over: when each was committed, by its token."""

    @abstractmethod
    def clear(self) -> None:
        """Forget everything of an earlier round; nothing runs."""

    @property
    def processes(self) -> list[int]:
        """The processes whose work counts."""
        return [*([self._process.pid] if self._process else []), *self.stand.servers]

    def start(self) -> None:
        """Start it; it is not waited for."""
        self._process = children.start(
            self._command, environment=self._environment(), folder=self._folder(), log=self._log()
        )

    def kill(self) -> None:
        """kill -9 of all its processes."""
        if self._process is not None:
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, SIGKILL)
            self._process.wait()
            self._process = None

    def last_words(self) -> str:
        """The end of its log."""
        return self._log().read_text(encoding="utf-8", errors="replace")[-1500:]

    @abstractmethod
    def _environment(self) -> dict[str, str]: ...

    @abstractmethod
    def _folder(self) -> Path: ...

    def _log(self) -> Path:
        return self.stand.folder / f"{self.name}.log"


class Peer(Contender):
    """Somebody else's way, in a virtual environment of its own."""

    def __init__(
        self, name: str, title: str, stand: Stand, command: Sequence[str], *, kind: str, more: Mapping[str, str]
    ) -> None:
        super().__init__(name, title, stand, [str(PEERS_PYTHON), *command])
        self._kind, self._more = kind, more

    @override
    def load(self, count: int, rate: float = 0) -> Committed:
        file = self.stand.folder / "orders.jsonl"
        file.write_text("\n".join(self._order(position) for position in range(count)), encoding="utf-8")
        said = self.stand.run_peer(["load.py", self._kind, str(file), str(rate)], self._more)
        committed: Committed = json.loads(said)
        return committed

    @override
    def clear(self) -> None:
        with closing(psycopg2.connect(self.stand.cluster.postgres.url(PEERS_DATABASE))) as admin:
            admin.autocommit = True
            admin.cursor().execute("TRUNCATE bench_order, pgqueuer")
        self.stand.flush()

    def _order(self, position: int) -> str:
        token = uuid4().hex[:TOKEN_LENGTH]
        url = f"http://{host_of(position % SERVICES + 1)}:{self.stand.port}/common_api/1.0/create_order2"
        return json.dumps({"id": str(uuid4()), "token": token, "url": url, "body": BODY % (position, token)})

    @override
    def _environment(self) -> dict[str, str]:
        return self.stand.peers_environment(self._more)

    @override
    def _folder(self) -> Path:
        return PEERS


class Ours(Contender):
    """The product's engine: encrypted orders, rights, tries and audit included."""

    def __init__(self, name: str, title: str, stand: Stand, rows: Rows, *, kept: bool, tls: bool) -> None:
        super().__init__(name, title, stand, [sys.executable, "-m", "bench.delivery.ours"])
        self._rows, self._kept, self._tls = rows, kept, tls

    @override
    def load(self, count: int, rate: float = 0) -> Committed:
        orders = self._rows.make(count)
        if not rate:
            committed_at = self._rows.queue(orders)
            return dict.fromkeys((order.token for order in orders), committed_at)
        committed, begun = Committed(), monotonic()
        for position, order in enumerate(orders):
            sleep(max(0.0, begun + position / rate - monotonic()))
            committed[order.token] = self._rows.queue([order])
        return committed

    @override
    def clear(self) -> None:
        scheme, port, pin = "http", self.stand.port, ""
        if self._tls:
            scheme, port, pin = "https", self.stand.tls_port, self.stand.fingerprint
        self._rows.clear(lambda position: f"{scheme}://{host_of(position + 1)}:{port}", pin)
        self.stand.flush()

    @override
    def _environment(self) -> dict[str, str]:
        return {
            **self.stand.cluster.environment(),
            "CALLCENTER_ROLE": "worker",
            "CALLCENTER_PROCESS": "bench",
            "BENCH_KEPT": str(int(self._kept)),
        }

    @override
    def _folder(self) -> Path:
        return ROOT


def contenders(stand: Stand, rows: Rows) -> list[Contender]:
    """Everybody, in the order of the table."""
    celery = ["-m", "celery", "-A", "with_celery", "worker", "-P", "prefork", "-c", "4", "-l", "WARNING"]
    lean = ["--without-gossip", "--without-mingle", "--without-heartbeat"]
    taskiq = ["-m", "taskiq", "worker", "--workers", "1", "--max-async-tasks", "128", "with_taskiq:broker"]
    return [
        Peer("celery", "Celery + requests", stand, celery, kind="celery", more={}),
        Peer("celery-tuned", "Celery, tuned", stand, [*celery, *lean], kind="celery", more={"BENCH_TUNED": "1"}),
        Peer("taskiq", "taskiq, aiohttp", stand, taskiq, kind="taskiq", more={}),
        Peer("pgqueuer", "pgqueuer, aiohttp", stand, ["with_pgqueuer.py"], kind="pgqueuer", more={}),
        Ours("ours", "ours, connections kept", stand, rows, kept=True, tls=False),
        Ours("ours-tls", "ours, fresh TLS each", stand, rows, kept=False, tls=True),
    ]
