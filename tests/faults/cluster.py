"""A PostgreSQL and a Valkey that may be killed: copies of the run's own servers, so that nobody falls with them."""

from __future__ import annotations

import os
import secrets
import shutil
import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic, sleep
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg2
from django.db import connections

from callcenter.embedded import children
from callcenter.embedded.binaries import postgres_folder
from callcenter.embedded.servers import Postgres, Valkey, own_folder

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = {"main": "template_callcenter", "keys": "template_callcenter_keys"}
# A killed process loses nothing that it has handed to the kernel, so the disk need not be waited for; what a commit
# promises is kept, unlike in the run's own server.
SETTINGS = ("fsync=off", "full_page_writes=off", "synchronous_commit=on", "shared_buffers=64MB")
READY_S = 30.0


@dataclass
class Cluster:
    """Both servers and the two databases of the product in them."""

    postgres: Postgres
    valkey: Valkey
    mark: str = field(default_factory=lambda: f"faults_{secrets.token_hex(4)}")

    @property
    def names(self) -> dict[str, str]:
        """The databases by what they hold."""
        return {"main": self.mark, "keys": f"{self.mark}_keys"}

    def environment(self) -> dict[str, str]:
        """What a process of the product needs to run on this cluster, whatever its role."""
        moved = {name: self._moved(name, url) for name, url in os.environ.items() if name.startswith("DATABASE_URL_")}
        return {**os.environ, **moved, "REDIS_URL": self.valkey.url}

    def make_databases(self) -> None:
        """Make both databases from the templates that came with the copy."""
        for kind, name in self.names.items():
            self.administer(f"CREATE DATABASE {name} TEMPLATE {TEMPLATES[kind]} OWNER cc_migrate")

    def administer(self, statement: str, parameters: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
        """Run one statement as superuser in the main database or, before there is one, beside it."""
        database = "postgres" if statement.startswith(("CREATE DATABASE", "DROP DATABASE")) else self.mark
        with closing(psycopg2.connect(self.postgres.url(database))) as admin:
            admin.autocommit = True
            with admin.cursor() as cursor:
                cursor.execute(statement, parameters)
                return list(cursor.fetchall()) if cursor.description else []

    def kill_postgres(self) -> None:
        """kill -9 of the server and all its sessions: nothing is said to anybody, and it recovers from its log."""
        self._end_postgres(signal.SIGKILL)

    def stop_postgres(self, *, immediate: bool = False) -> None:
        """Stop it `fast` (sessions are ended in good order) or `immediate` (as in a crash)."""
        self._end_postgres(signal.SIGQUIT if immediate else signal.SIGINT)

    def start_postgres(self) -> None:
        """Start it again on its port."""
        self.postgres.start()

    def kill_valkey(self) -> None:
        """kill -9."""
        if self.valkey.process is not None:
            children.kill(self.valkey.process)

    def cut(self, query: str) -> int:
        """End the sessions whose last statement is like this; how many. The server itself stays."""
        statement = (
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = %s AND pid <> pg_backend_pid() AND (query LIKE %s OR application_name LIKE %s)"
        )
        return len(self.administer(statement, (self.mark, query, query)))

    def stop(self) -> None:
        """End both and leave nothing."""
        self.valkey.stop()
        self.postgres.stop()

    def _end_postgres(self, number: signal.Signals) -> None:
        process = self.postgres.process
        assert process is not None
        if number == signal.SIGKILL:
            children.kill(process)
        else:
            children.stop([(process, number)])
        wait_for(lambda: not self.postgres.answers(), "PostgreSQL's end")

    def _moved(self, name: str, url: str) -> str:
        parts = urlsplit(url)
        login = parts.netloc.rpartition("@")[0]
        database = self.names["keys" if "KEYS" in name else "main"]
        return urlunsplit(parts._replace(netloc=f"{login}@127.0.0.1:{self.postgres.port}", path=f"/{database}"))


@contextmanager
def standing(folder: Path, settings: Sequence[str] = SETTINGS) -> Iterator[Cluster]:
    """A cluster in `folder`, started; both servers end with the block."""
    own_folder(folder)
    postgres = Postgres(folder / "pg" / "data", ROOT, settings=settings)
    own_folder(postgres.folder.parent)
    origin = urlsplit(os.environ["DATABASE_URL_TEST"])
    postgres.folder.with_name("postgres.password").write_text(origin.password or "", encoding="utf-8")
    address = urlunsplit(origin._replace(path="/postgres"))
    copy = ["--dbname", address, "--pgdata", str(postgres.folder), "--checkpoint", "fast", "--no-sync"]
    children.run([str(postgres_folder(ROOT) / "pg_basebackup"), *copy], unprivileged=True)
    cluster = Cluster(postgres, Valkey(folder / "valkey", ROOT))
    try:
        cluster.postgres.start()
        cluster.valkey.start()
        cluster.make_databases()
        yield cluster
    finally:
        cluster.stop()
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def in_this_process(cluster: Cluster) -> Iterator[None]:
    """Let Django's connections of this process, the superuser's, go to the cluster."""
    before = {alias: dict(connections.settings[alias]) for alias in connections.settings}
    connections.close_all()
    try:
        for alias, settings in connections.settings.items():
            settings.update(PORT=cluster.postgres.port, NAME=cluster.names["keys" if alias == "keys" else "main"])
        forget_connections()
        yield
    finally:
        connections.close_all()
        for alias, settings in connections.settings.items():
            settings.update(before[alias])
        forget_connections()


def forget_connections() -> None:
    """Connections of this thread to a server that is gone or another one: the next use opens a fresh one."""
    for wrapper in connections.all(initialized_only=True):
        wrapper.close_if_unusable_or_obsolete()
        wrapper.close()
        del connections[wrapper.alias]


def wait_for(ready: Callable[[], bool], what: str, patience_s: float = READY_S) -> None:
    """Wait until it is so; TimeoutError naming `what` when it takes too long."""
    deadline = monotonic() + patience_s
    while not ready():
        if monotonic() > deadline:
            raise TimeoutError(f"{what}: not within {patience_s:.0f} s")
        sleep(0.02)
