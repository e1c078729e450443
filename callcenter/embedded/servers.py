"""PostgreSQL and Valkey of our own, on loopback, from the wheels' programs.

The locale arguments are the same in demo, tests and production: with any other the Cyrillic alphabet has no case or
trigrams do not work.
"""

from __future__ import annotations

import os
import secrets
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import psycopg2
import redis

from callcenter.embedded import children
from callcenter.embedded.binaries import NOBODY, postgres_folder, valkey_program

INITDB = (
    "--encoding=UTF8",
    "--locale-provider=builtin",
    "--builtin-locale=C.UTF-8",
    "--locale=C",
    "--lc-ctype=C.UTF-8",
)
SUPERUSER = "postgres"
READY_S = 30.0
_ADDRESS = "127.0.0.1"


class ServerFailed(Exception):
    """A server did not start; the sentence says which, why and what to do."""


def free_port() -> int:
    """A port of loopback that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind((_ADDRESS, 0))
        return int(probe.getsockname()[1])


def taken(port: int) -> bool:
    """Whether somebody listens on this port of loopback."""
    with socket.socket() as probe:
        probe.settimeout(0.5)
        return probe.connect_ex((_ADDRESS, port)) == 0


def own_folder(folder: Path) -> Path:
    """Make a private folder that belongs to the account which runs the servers."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if os.geteuid() == 0:
            os.chown(folder, NOBODY, NOBODY)
    except OSError as error:
        raise ServerFailed(
            f"The folder {folder} cannot be made: {error.strerror}. Free space or choose another."
        ) from error
    return folder


@dataclass
class Postgres:
    """One cluster in `folder`. `settings` are further options of the server. `programs` is the folder of its
    programs.
    """

    folder: Path
    project: Path
    settings: Sequence[str] = ()
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None

    @property
    def log(self) -> Path:
        return self.folder.with_name("postgres.log")

    @property
    def password(self) -> str:
        """The superuser's password, made with the cluster."""
        return (self.folder.with_name("postgres.password")).read_text(encoding="ascii")

    def url(self, database: str = "postgres", *, user: str = SUPERUSER, password: str = "") -> str:
        """The address of one database for one login."""
        return f"postgres://{user}:{password or self.password}@{_ADDRESS}:{self.port}/{database}"

    def start(self) -> None:
        """Make the cluster if there is none whole, start the server, wait until it answers. ServerFailed otherwise."""
        self.prepare()
        self.process = children.start(self.arguments(), log=self.log, folder=Path("/"), unprivileged=True)
        _wait(self.answers, self.process, "PostgreSQL", self.log)

    def prepare(self) -> None:
        """Make the cluster if there is none whole."""
        if not self._whole.exists():
            self._make()

    def arguments(self) -> list[str]:
        """The command line of the server."""
        arguments = [str(postgres_folder(self.project) / "postgres"), "-D", str(self.folder), "-p", str(self.port)]
        fixed = (f"listen_addresses={_ADDRESS}", "unix_socket_directories=", "max_connections=200")
        for setting in (*fixed, *self.settings):
            arguments += ["-c", setting]
        return arguments

    def stop(self) -> None:
        """Stop fast: sessions are ended, what was committed is on disk."""
        if self.process is not None:
            children.stop(self.process, with_signal=signal.SIGINT)

    @property
    def _whole(self) -> Path:
        """Written last, so that a cluster whose making was interrupted is made again."""
        return self.folder.with_name("postgres.whole")

    def _make(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)
        own_folder(self.folder.parent)
        password = self.folder.with_name("postgres.password")
        password.write_text(secrets.token_urlsafe(24), encoding="ascii")
        password.chmod(0o600)
        if os.geteuid() == 0:
            os.chown(password, NOBODY, NOBODY)
        initdb = str(postgres_folder(self.project) / "initdb")
        fixed = ["-D", str(self.folder), "-U", SUPERUSER, "-A", "scram-sha-256", f"--pwfile={password}", "--no-sync"]
        try:
            children.run([initdb, *fixed, *INITDB], unprivileged=True)
        except subprocess.CalledProcessError as error:
            said = (error.stderr or error.stdout).strip().splitlines()
            raise ServerFailed(
                f"PostgreSQL's cluster was not made in {self.folder}: {said[-1] if said else error}."
            ) from error
        self._whole.touch()

    def answers(self) -> bool:
        """Whether the superuser gets in."""
        try:
            psycopg2.connect(self.url(), connect_timeout=2).close()
        except psycopg2.OperationalError:
            return False
        return True


@dataclass
class Valkey:
    """One Valkey server. `durable` keeps what it holds over a restart; nothing of ours depends on it."""

    folder: Path
    durable: bool = False
    port: int = field(default_factory=free_port)
    password: str = field(default_factory=lambda: secrets.token_urlsafe(24))
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """The address with its password."""
        return f"redis://:{self.password}@{_ADDRESS}:{self.port}/0"

    def start(self) -> None:
        """Start the server and wait until it answers. ServerFailed otherwise."""
        self.prepare()
        self.process = children.start(self.arguments(), log=self.log, folder=Path("/"), unprivileged=True)
        _wait(self.answers, self.process, "Valkey", self.log)

    @property
    def log(self) -> Path:
        return self.folder / "valkey.log"

    def prepare(self) -> None:
        """Write the configuration, which holds the password and is readable by its account alone."""
        own_folder(self.folder)
        configuration = self.folder / "valkey.conf"
        lines = [
            f"bind {_ADDRESS}",
            f"port {self.port}",
            f"requirepass {self.password}",
            f"dir {self.folder}",
            'save ""',
            f"appendonly {'yes' if self.durable else 'no'}",
            "maxmemory-policy noeviction",
        ]
        configuration.write_text("\n".join(lines) + "\n", encoding="ascii")
        configuration.chmod(0o600)
        if os.geteuid() == 0:
            os.chown(configuration, NOBODY, NOBODY)

    def arguments(self) -> list[str]:
        """The command line of the server."""
        return [str(valkey_program()), str(self.folder / "valkey.conf")]

    def stop(self) -> None:
        """Ask it to end."""
        if self.process is not None:
            children.stop(self.process)

    def answers(self) -> bool:
        """Whether it answers with our password."""
        try:
            return bool(redis.Redis.from_url(self.url, socket_timeout=1).ping())
        except redis.RedisError:
            return False


def _wait(ready: Callable[[], bool], process: subprocess.Popen[bytes], name: str, log: Path) -> None:
    deadline = time.monotonic() + READY_S
    while not ready():
        if process.poll() is not None:
            raise ServerFailed(f"{name} ended at once: {_last_line(log)} The whole log is {log}.")
        if time.monotonic() > deadline:
            children.kill(process)
            raise ServerFailed(f"{name} did not answer within {READY_S:.0f} s; look at {log}.")
        time.sleep(0.03)


def _last_line(log: Path) -> str:
    lines = [line for line in log.read_text(encoding="utf-8", errors="replace").splitlines() if line.strip()]
    return lines[-1] if lines else "it said nothing."
