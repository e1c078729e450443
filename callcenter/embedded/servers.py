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
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import psycopg2
import redis

from callcenter.embedded import children
from callcenter.embedded.binaries import NOBODY, as_root, postgres_folder, valkey_program

_CHARACTERS = "C.UTF-8" if sys.platform == "linux" else "en_US.UTF-8"
INITDB = (
    "--encoding=UTF8",
    "--locale-provider=builtin",
    "--builtin-locale=C.UTF-8",
    "--locale=C",
    f"--lc-ctype={_CHARACTERS}",
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
    """Whether this port of loopback is in use."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((_ADDRESS, port))
        except OSError:
            return True
    return False


def own_folder(folder: Path) -> Path:
    """Make a private folder that belongs to the account which runs the servers."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        _hand_over(folder)
    except OSError as error:
        raise ServerFailed(
            f"The folder {folder} cannot be made: {error.strerror}. Free space or choose another."
        ) from error
    return folder


def write_private(file: Path, text: str) -> None:
    """Write a file whole or not at all, readable by this account alone."""
    fresh = file.with_name(file.name + ".new")
    fresh.unlink(missing_ok=True)
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as opened:
        opened.write(text)
    fresh.replace(file)


def _hand_over(path: Path) -> None:
    if as_root():
        os.chown(path, NOBODY, NOBODY, follow_symlinks=False)


@dataclass
class Postgres:
    """One cluster in `folder`, with the log and the superuser's password beside it. `settings` are further options of
    the server.
    """

    folder: Path
    project: Path
    settings: Sequence[str] = ()
    port: int = field(default_factory=free_port)
    process: children.Child | None = None

    @property
    def log(self) -> Path:
        return self.folder.with_name("postgres.log")

    @property
    def password(self) -> str:
        """The superuser's password, made with the cluster."""
        return (self.folder.with_name("postgres.password")).read_text(encoding="utf-8")

    def url(self, database: str = "postgres", *, user: str = SUPERUSER, password: str = "") -> str:
        """The address of one database for one login."""
        return f"postgres://{user}:{password or self.password}@{_ADDRESS}:{self.port}/{database}"

    def start(self) -> None:
        """Make the cluster if there is none whole, start the server, wait until it answers. ServerFailed otherwise."""
        self.prepare()
        self.process = children.start(self.arguments(), log=self.log, folder=Path("/"), unprivileged=True)
        _wait(self.answers, self.process, "PostgreSQL", self.log)

    def prepare(self) -> None:
        """Make the cluster if there is none; end a server that outlived its supervisor."""
        if self.folder.exists():
            self._end_stray()
        else:
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
            children.stop([(self.process, signal.SIGINT)])

    def answers(self) -> bool:
        """Whether the superuser gets in."""
        try:
            psycopg2.connect(self.url(), connect_timeout=2).close()
        except psycopg2.OperationalError:
            return False
        return True

    def _make(self) -> None:
        """Made under another name and renamed last: a making that was interrupted leaves no half cluster."""
        own_folder(self.folder.parent)
        for half in self.folder.parent.glob("making-*"):
            shutil.rmtree(half, ignore_errors=True)
        fresh = self.folder.with_name(f"making-{secrets.token_hex(4)}")
        password = self.folder.with_name("postgres.password")
        write_private(password, secrets.token_urlsafe(24))
        _hand_over(password)
        initdb = str(postgres_folder(self.project) / "initdb")
        fixed = ["-D", str(fresh), "-U", SUPERUSER, "-A", "scram-sha-256", f"--pwfile={password}", "--no-sync"]
        try:
            children.run([initdb, *fixed, *INITDB], unprivileged=True)
        except subprocess.CalledProcessError as error:
            raise ServerFailed(
                f"PostgreSQL's files cannot be made in {self.folder}:"
                f" {children.complaint(error.stdout + error.stderr)}. Free space, or choose another folder."
            ) from error
        fresh.rename(self.folder)

    def _end_stray(self) -> None:
        """Only where the kernel does not end children with their parent can a server be left over."""
        try:
            stray = int((self.folder / "postmaster.pid").read_text(encoding="ascii").split()[0])
            command = subprocess.run(  # noqa: S603
                ["/bin/ps", "-o", "command=", "-p", str(stray)], capture_output=True, text=True, check=True
            ).stdout
        except (OSError, ValueError, IndexError, subprocess.CalledProcessError):
            return
        if str(self.folder) in command:
            os.kill(stray, signal.SIGINT)
            _until_gone(stray)


@dataclass
class Valkey:
    """One Valkey server. `durable` keeps what it holds over a restart; nothing of ours depends on it."""

    folder: Path
    project: Path
    durable: bool = False
    port: int = field(default_factory=free_port)
    password: str = field(default_factory=lambda: secrets.token_urlsafe(24))
    process: children.Child | None = None

    @property
    def url(self) -> str:
        """The address with its password."""
        return f"redis://:{self.password}@{_ADDRESS}:{self.port}/0"

    @property
    def log(self) -> Path:
        return self.folder / "valkey.log"

    def start(self) -> None:
        """Start the server and wait until it answers. ServerFailed otherwise."""
        self.prepare()
        self.process = children.start(self.arguments(), log=self.log, folder=Path("/"), unprivileged=True)
        _wait(self.answers, self.process, "Valkey", self.log)

    def prepare(self) -> None:
        """Write the configuration, which holds the password and is readable by its account alone."""
        own_folder(self.folder)
        configuration = self.folder / "valkey.conf"
        lines = [
            f"bind {_ADDRESS}",
            f"port {self.port}",
            f"requirepass {self.password}",
            f'dir "{self.folder}"',
            'save ""',
            f"appendonly {'yes' if self.durable else 'no'}",
            "maxmemory-policy noeviction",
        ]
        write_private(configuration, "\n".join(lines) + "\n")
        _hand_over(configuration)

    def arguments(self) -> list[str]:
        """The command line of the server."""
        return [str(valkey_program(self.project)), str(self.folder / "valkey.conf")]

    def stop(self) -> None:
        """Ask it to end."""
        if self.process is not None:
            children.stop([(self.process, signal.SIGTERM)])

    def answers(self) -> bool:
        """Whether it answers with our password."""
        try:
            return bool(redis.Redis.from_url(self.url, socket_timeout=1).ping())
        except redis.RedisError:
            return False


def _wait(ready: Callable[[], bool], process: children.Child, name: str, log: Path) -> None:
    deadline = time.monotonic() + READY_S
    while not ready():
        if process.poll() is not None:
            raise ServerFailed(f"{name} ended at once: {children.last_words(log)}. The whole log is {log}.")
        if time.monotonic() > deadline:
            children.kill(process)
            raise ServerFailed(f"{name} did not answer within {READY_S:.0f} s; look at {log}.")
        time.sleep(0.03)


def _until_gone(process: int) -> None:
    deadline = time.monotonic() + READY_S
    while time.monotonic() < deadline:
        try:
            os.kill(process, 0)
        except ProcessLookupError:
            return
        time.sleep(0.05)
