"""`python -m callcenter.embedded.demo`: everything on one machine with one command, real parts, until Ctrl-C.

Knows no Django: settings are read by the children, each with the addresses of its own database role and no other.
"""

from __future__ import annotations

import argparse
import base64
import errno
import json
import os
import secrets
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import urllib3

from callcenter.embedded import children
from callcenter.embedded.binaries import ROOT_FOLDER, NoServer, as_root, is_ours, project_mark
from callcenter.embedded.given import given_databases, given_redis
from callcenter.embedded.processes import CALLERS, DISPATCH, PRODUCT, SLUGS, URLS_OF, Process
from callcenter.embedded.runner import CannotRun, Lock, Program, Supervisor
from callcenter.embedded.servers import Postgres, ServerFailed, Valkey, free_port, taken, write_private
from callcenter.tenancy.provision import LOGINS, NotAllowed, provision

PROJECT = Path(__file__).resolve().parent.parent.parent
MAIN, KEYS = "callcenter", "callcenter_keys"
WANTED_PORT = 8000
NEEDED_MB = 300
_GREETING = """
  Open     {address}
  Log in
{rows}

  As an operator press 1 (on line): a caller rings within seconds. The others find their panels.
  Logs     {logs}
  Stop     Ctrl-C
"""


@dataclass
class Demo:
    """One run. `folder` holds the data, `logs` what the programs say."""

    folder: Path
    logs: Path
    port: int
    operators: int = 2
    callers: bool = True
    begun: float = field(default_factory=time.monotonic)
    secret: dict[str, str] = field(default_factory=dict)
    ports: dict[str, int] = field(default_factory=dict)
    urls: dict[str, str] = field(default_factory=dict)

    def say(self, text: str) -> None:
        """Print one timed line."""
        print(f"[{time.monotonic() - self.begun:5.1f} s] {text}", flush=True)  # noqa: T201

    @property
    def address(self) -> str:
        """Where the browser goes."""
        return f"http://127.0.0.1:{self.port}"

    def doors(self) -> dict[str, str]:
        """Where the switch and the simulated dispatch programs listen."""
        dispatch = {slug: f"https://127.0.0.1:{self.ports[slug]}" for slug in SLUGS}
        return {"switch": f"http://127.0.0.1:{self.ports['switch']}", **dispatch}

    def start(self, supervisor: Supervisor) -> None:
        """Start everything in order."""
        self._load_secrets()
        self._choose_ports()
        self._start_databases(supervisor)
        self._start_valkey(supervisor)
        self._manage("migrate", "migrate", "--verbosity", "0")
        self._manage("migrate", "migrate", "--verbosity", "0", "--database", "keys")
        self.say("databases are up to date")
        for slug in SLUGS:
            (self.folder / slug).mkdir(exist_ok=True)
            (self.folder / slug / "fingerprint").unlink(missing_ok=True)
        supervisor.start(*map(self._program, DISPATCH))
        self.say("two simulated Taxi-Master servers hold their own journals")
        logins = self._seed()
        write_private(self.folder / "logins.json", json.dumps(logins))
        self.say("two rival services with their lines and operators are set up")
        supervisor.start(*map(self._program, PRODUCT))
        self.say("web, switch, delivery engine, workers and schedule run")
        if self.callers:
            supervisor.start(*map(self._program, CALLERS))
        self._keep_environments()
        self._greet(logins)

    def _load_secrets(self) -> None:
        """Keys and passwords are made once and stay in the data folder."""
        file = self.folder / "secrets.json"
        if file.exists():
            self.secret = json.loads(file.read_text(encoding="utf-8"))
        names = ("secret_key", "valkey", "login", "exchange", *LOGINS, *(f"dispatch_{slug}" for slug in SLUGS))
        for name in names:
            # Letters and digits only: a secret that begins with a dash would be taken for an option.
            self.secret.setdefault(name, secrets.token_hex(32 if name == "secret_key" else 18))
        self.secret["login"] = self.secret["login"][:10].replace("-", "x").replace("_", "y")
        self.secret.setdefault("key", base64.b64encode(secrets.token_bytes(32)).decode())
        write_private(file, json.dumps(self.secret))

    def _choose_ports(self) -> None:
        if not self.port:
            self.port = free_port()
        elif taken(self.port):
            free = free_port()
            self.say(f"port {self.port} is taken by another program: using {free}")
            self.port = free
        self.ports = {"web": self.port, **{name: free_port() for name in ("switch", *SLUGS)}}

    def _start_databases(self, supervisor: Supervisor) -> None:
        self.urls = given_databases(os.environ)
        if self.urls:
            self.say("using the databases that DATABASE_URL_… name")
            return
        postgres = Postgres(self.folder / "postgres" / "data", PROJECT)
        postgres.prepare()
        self.say("PostgreSQL's files are in place")
        supervisor.start(self._server("PostgreSQL", postgres, with_signal=signal.SIGINT))
        provision(postgres.url(), {role: self.secret[role] for role in LOGINS}, main=MAIN, keys=KEYS)
        for role in ("web", "auth", "switch", "worker", "billing", "migrate"):
            login = f"cc_{role}"
            self.urls[f"DATABASE_URL_{role.upper()}"] = postgres.url(MAIN, user=login, password=self.secret[login])
        for name, login in (("KEYS", "cc_keys"), ("KEYS_MIGRATE", "cc_migrate")):
            self.urls[f"DATABASE_URL_{name}"] = postgres.url(KEYS, user=login, password=self.secret[login])
        self.say("PostgreSQL answers")

    def _start_valkey(self, supervisor: Supervisor) -> None:
        given = given_redis(os.environ)
        if given:
            self.urls["REDIS_URL"] = given
            self.say("using the Redis that REDIS_URL names")
            return
        valkey = Valkey(self.folder / "valkey", PROJECT, durable=True, password=self.secret["valkey"])
        valkey.prepare()
        supervisor.start(self._server("Valkey", valkey))
        self.urls["REDIS_URL"] = valkey.url
        self.say("Valkey answers")

    @staticmethod
    def _server(name: str, server: Postgres | Valkey, *, with_signal: int = signal.SIGTERM) -> Program:
        """A server may have to wait for what a killed run of it left behind: hence several tries."""
        environment = {"PATH": os.environ.get("PATH", ""), "LC_ALL": "C"}
        return Program(
            name,
            server.arguments(),
            environment,
            server.log,
            ready=server.answers,
            folder=Path("/"),
            with_signal=with_signal,
            unprivileged=True,
            tries=5,
        )

    def _environment(self, role: str, name: str) -> Mapping[str, str]:
        """What one child may know: its own role's addresses only, and of the secrets none if it is no part of ours."""
        kept = {key: os.environ[key] for key in ("PATH", "HOME", "LANG", "TZ") if key in os.environ}
        kept["PYTHONUNBUFFERED"] = "1"
        if role not in URLS_OF:
            return kept
        return {
            **kept,
            **{f"DATABASE_URL_{url}": self.urls[f"DATABASE_URL_{url}"] for url in URLS_OF[role]},
            "CALLCENTER_ROLE": role,
            "CALLCENTER_PROCESS": name,
            "REDIS_URL": self.urls["REDIS_URL"],
            "SECRET_KEY": self.secret["secret_key"],
            "KEY_ENCRYPTION_KEYS": self.secret["key"],
            "C_FORCE_ROOT": "1",
        }

    def _program(self, process: Process) -> Program:
        values = {**self.secret, **{f"port_{name}": str(port) for name, port in self.ports.items()}}
        values["folder"] = str(self.folder)
        arguments = [word.format_map(values) for word in process.arguments.split()]
        healthz, file = process.healthz.format_map(values), process.file.format_map(values)
        return Program(
            process.name,
            [sys.executable, *arguments],
            self._environment(process.role, process.name),
            self.logs / f"{process.name}.log",
            ready=lambda: (not healthz or _healthy(healthz)) and (not file or Path(file).exists()),
            folder=PROJECT,
        )

    def _manage(self, role: str, *arguments: str) -> str:
        """Run one management command to its end; returns what it printed."""
        log = self.logs / f"{arguments[0]}.log"
        command = [sys.executable, "manage.py", *arguments]
        try:
            said = children.run(command, environment=self._environment(role, arguments[0]), folder=PROJECT)
        except subprocess.CalledProcessError as error:
            log.write_text(error.stdout + error.stderr, encoding="utf-8")
            raise CannotRun(
                f"manage.py {arguments[0]} failed: {children.last_words(log)}. The whole log is {log}."
            ) from None
        return said

    def _seed(self) -> list[dict[str, str]]:
        arguments = ["--password", self.secret["login"], "--exchange-secret", self.secret["exchange"]]
        arguments += ["--operators", str(self.operators)]
        for slug in SLUGS:
            where = f"https://127.0.0.1:{self.ports[slug]}"
            arguments += [
                "--dispatch",
                f"{slug}={where},{self.secret[f'dispatch_{slug}']},{self.folder / slug / 'fingerprint'}",
            ]
        return list(json.loads(self._manage("migrate", "seed_demo", *arguments)))

    def _keep_environments(self) -> None:
        """Write what each role's processes know, for a shell beside the demo; readable by this account alone."""
        kept = {role: {**self._environment(role, "shell")} for role in URLS_OF}
        write_private(self.folder / "environments.json", json.dumps(kept))

    def _greet(self, logins: list[dict[str, str]]) -> None:
        rows = "\n".join(f"    {row['login']:<10} {row['password']:<12} ({row['who']})" for row in logins)
        self.say("READY")
        print(_GREETING.format(address=self.address, rows=rows, logs=self.logs), flush=True)  # noqa: T201


def data_folder() -> Path:
    """Where the demo keeps its data: in the checkout, or for root where an unprivileged account can reach it."""
    return ROOT_FOLDER / f"callcenter-{project_mark(PROJECT)}" if as_root() else PROJECT / "var" / "demo"


def main() -> int:
    """Run until asked to stop; returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--port", type=int, default=WANTED_PORT, help="port of the web page (another if it is busy, any for 0)"
    )
    parser.add_argument("--folder", type=Path, default=data_folder(), help="where the data is kept")
    parser.add_argument("--operators", type=int, default=2, help="how many operators there are")
    parser.add_argument("--no-callers", action="store_true", help="start no simulated exchange: nobody rings")
    parser.add_argument("--reset", action="store_true", help="forget the data of earlier runs first")
    parser.add_argument("--forget", action="store_true", help="forget the data of earlier runs and start nothing")
    options = parser.parse_args()
    try:
        if options.forget:
            return _forget_all(options.folder.absolute())
        return _run(options)
    except (CannotRun, ServerFailed, NoServer, NotAllowed) as error:
        reason = str(error)
    except OSError as error:
        full = error.errno == errno.ENOSPC
        reason = f"The disk of {options.folder} is full: free some space, then start again." if full else f"{error}."
    print(f"The demo cannot run. {reason}", file=sys.stderr)  # noqa: T201
    return 1


def _run(options: argparse.Namespace) -> int:
    folder = options.folder.absolute()
    _make_folder(folder)
    lock = Lock(folder / "lock")
    lock.take()
    if options.reset:
        _forget(folder)
    _check_room(folder)
    logs = PROJECT / "var" / "log" if folder == data_folder() else folder / "log"
    logs.mkdir(parents=True, exist_ok=True)
    for old in logs.glob("*.log"):
        old.unlink()
    demo = Demo(folder, logs, options.port, operators=options.operators, callers=not options.no_callers)
    supervisor = Supervisor(demo.say)
    supervisor.listen()
    try:
        demo.start(supervisor)
        lock.say(address=demo.address, **demo.doors())
        supervisor.watch()
    except KeyboardInterrupt:
        demo.say("stopping")
    finally:
        supervisor.stop()
    demo.say("stopped; nothing is left running")
    return 0


def _make_folder(folder: Path) -> None:
    """Others may pass through it to the servers' own folders, and see nothing on the way."""
    if not folder.exists():
        folder.mkdir(parents=True)
        folder.chmod(0o711)
    if not is_ours(folder):
        raise CannotRun(f"{folder} belongs to another account or others may write in it: choose another with --folder.")


def _forget_all(folder: Path) -> int:
    if folder.exists():
        _make_folder(folder)
        Lock(folder / "lock").take()
        shutil.rmtree(folder)
    return 0


def _forget(folder: Path) -> None:
    for child in folder.iterdir():
        if child.name != "lock":
            shutil.rmtree(child) if child.is_dir() else child.unlink()


def _check_room(folder: Path) -> None:
    free_mb = shutil.disk_usage(folder).free // 1_000_000
    if free_mb < NEEDED_MB:
        raise CannotRun(
            f"The disk of {folder} has {free_mb} MB free and {NEEDED_MB} MB are needed:"
            " free some space, then start again."
        )


def _healthy(port: str) -> bool:
    try:
        return urllib3.request("GET", f"http://127.0.0.1:{port}/healthz", timeout=1, retries=False).status == 200
    except urllib3.exceptions.HTTPError:
        return False


if __name__ == "__main__":
    sys.exit(main())
