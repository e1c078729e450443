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

from callcenter.embedded.binaries import NoServer, as_root, project_mark
from callcenter.embedded.runner import CannotRun, Lock, Program, Supervisor, last_words
from callcenter.embedded.servers import Postgres, ServerFailed, Valkey, free_port, taken
from callcenter.tenancy.provision import LOGINS, NotAllowed, provision

PROJECT = Path(__file__).resolve().parent.parent.parent
MAIN, KEYS = "callcenter", "callcenter_keys"
WANTED_PORT = 8000
LINES = "+74951230001,+74951230002,+74951230011,+74951230012"
SLUGS = ("komet", "luna")
EXCHANGE = "demo-pbx"
_GREETING = """
  Open     {address}
  Log in
{rows}

  Then press 1 (on line): a caller rings within seconds.
  Logs     {logs}
  Stop     Ctrl-C
"""
_URLS_OF = {
    "web": ("WEB", "AUTH", "KEYS"),
    "switch": ("SWITCH", "KEYS"),
    "worker": ("WORKER", "KEYS"),
    "billing": ("BILLING",),
    "migrate": ("MIGRATE", "KEYS_MIGRATE"),
}


@dataclass
class Demo:
    """One run. `folder` holds the data, `logs` what the programs say."""

    folder: Path
    logs: Path
    port: int
    begun: float = field(default_factory=time.monotonic)
    secret: dict[str, str] = field(default_factory=dict)
    ports: dict[str, int] = field(default_factory=dict)
    urls: dict[str, str] = field(default_factory=dict)

    def say(self, text: str) -> None:
        """Print one timed line."""
        print(f"[{time.monotonic() - self.begun:5.1f} s] {text}", flush=True)  # noqa: T201

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self, supervisor: Supervisor) -> None:
        """Start everything in order."""
        self._load_secrets()
        self._choose_ports()
        self._start_servers(supervisor)
        self._manage("migrate", "migrate", "--verbosity", "0")
        self._manage("migrate", "migrate", "--verbosity", "0", "--database", "keys")
        self.say("databases are up to date")
        supervisor.start(*(self._dispatch(slug) for slug in SLUGS))
        self.say("two simulated Taxi-Master servers hold their own journals")
        logins = self._seed()
        supervisor.start(*self._processes())
        self.say("web, switch, delivery engine, worker and schedule run")
        supervisor.start(self._exchange())
        self._keep_environments()
        self._greet(logins)

    def _load_secrets(self) -> None:
        """Keys and passwords are made once and stay in the data folder."""
        file = self.folder / "secrets.json"
        if file.exists():
            self.secret = json.loads(file.read_text(encoding="utf-8"))
        names = ("secret_key", "valkey", "login", "exchange", *LOGINS, *(f"dispatch_{slug}" for slug in SLUGS))
        for name in names:
            self.secret.setdefault(name, secrets.token_urlsafe(40 if name == "secret_key" else 18))
        self.secret["login"] = self.secret["login"][:10].replace("-", "x").replace("_", "y")
        self.secret.setdefault("key", base64.b64encode(secrets.token_bytes(32)).decode())
        file.touch(mode=0o600)
        file.write_text(json.dumps(self.secret), encoding="utf-8")

    def _choose_ports(self) -> None:
        if taken(self.port):
            free = free_port()
            self.say(f"port {self.port} is taken by another program: using {free}")
            self.port = free
        self.ports = {name: free_port() for name in ("switch", *SLUGS)}

    def _start_servers(self, supervisor: Supervisor) -> None:
        valkey = Valkey(self.folder / "valkey", durable=True, password=self.secret["valkey"])
        valkey.prepare()
        servers = [("Valkey", valkey)]
        if "DATABASE_URL_MIGRATE" in os.environ:
            self.urls = {name: url for name, url in os.environ.items() if name.startswith("DATABASE_URL_")}
            self.say("using the databases that DATABASE_URL_… name")
        else:
            postgres = Postgres(self.folder / "postgres" / "data", PROJECT)
            postgres.prepare()
            self.say("PostgreSQL's files are in place")
            supervisor.start(self._server("PostgreSQL", postgres, with_signal=signal.SIGINT))
            self._provision(postgres)
            self.say("PostgreSQL answers")
        supervisor.start(*(self._server(name, server) for name, server in servers))
        self.say("Valkey answers")
        self.urls["REDIS_URL"] = valkey.url

    def _provision(self, postgres: Postgres) -> None:
        provision(postgres.url(), {role: self.secret[role] for role in LOGINS}, main=MAIN, keys=KEYS)
        for role in ("web", "auth", "switch", "worker", "billing", "migrate"):
            login = f"cc_{role}"
            self.urls[f"DATABASE_URL_{role.upper()}"] = postgres.url(MAIN, user=login, password=self.secret[login])
        self.urls["DATABASE_URL_KEYS"] = postgres.url(KEYS, user="cc_keys", password=self.secret["cc_keys"])
        self.urls["DATABASE_URL_KEYS_MIGRATE"] = postgres.url(
            KEYS, user="cc_migrate", password=self.secret["cc_migrate"]
        )

    @staticmethod
    def _server(name: str, server: Postgres | Valkey, *, with_signal: int = signal.SIGTERM) -> Program:
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
        )

    def _environment(self, role: str, name: str) -> Mapping[str, str]:
        """What one child may know: its own role's addresses only."""
        allowed = {f"DATABASE_URL_{url}": self.urls[f"DATABASE_URL_{url}"] for url in _URLS_OF.get(role, ())}
        kept = {key: os.environ[key] for key in ("PATH", "HOME", "LANG", "TZ") if key in os.environ}
        return {
            **kept,
            **allowed,
            "CALLCENTER_ROLE": role,
            "CALLCENTER_PROCESS": name,
            "REDIS_URL": self.urls["REDIS_URL"],
            "SECRET_KEY": self.secret["secret_key"],
            "KEY_ENCRYPTION_KEYS": self.secret["key"],
            "C_FORCE_ROOT": "1",
            "PYTHONUNBUFFERED": "1",
        }

    def _python(self, name: str, role: str, *arguments: str, **more: object) -> Program:
        command = [sys.executable, *arguments]
        return Program(name, command, self._environment(role, name), self.logs / f"{name}.log", folder=PROJECT, **more)  # type: ignore[arg-type]

    def _dispatch(self, slug: str) -> Program:
        folder = self.folder / slug
        folder.mkdir(exist_ok=True)
        fingerprint = folder / "fingerprint"
        fingerprint.unlink(missing_ok=True)
        options = [
            "--port",
            str(self.ports[slug]),
            "--secret",
            self.secret[f"dispatch_{slug}"],
            "--cert-dir",
            str(folder),
        ]
        command = ["-m", "integrations.simulators.taximaster", *options, "--journal", str(folder / "journal.jsonl")]
        return self._python(f"dispatch-{slug}", "none", *command, ready=fingerprint.exists)

    def _processes(self) -> list[Program]:
        web = [
            "-m",
            "uvicorn",
            "callcenter.asgi:application",
            "--host",
            "127.0.0.1",
            "--port",
            str(self.port),
            "--log-level",
            "warning",
        ]
        switch = [
            "-m",
            "uvicorn",
            "callcenter.switch_asgi:application",
            "--host",
            "127.0.0.1",
            "--port",
            str(self.ports["switch"]),
        ]
        celery = ["-m", "celery", "-A", "callcenter.celery"]
        quiet = ["--without-gossip", "--without-mingle", "--loglevel", "WARNING"]
        return [
            self._python("web", "web", *web, ready=lambda: _healthy(self.port)),
            self._python(
                "switch", "switch", *switch, "--log-level", "warning", ready=lambda: _healthy(self.ports["switch"])
            ),
            self._python(
                "worker-delivery", "worker", *celery, "worker", "-Q", "delivery", "-P", "threads", "-c", "2", *quiet
            ),
            self._python("worker", "worker", *celery, "worker", "-Q", "default", "-c", "1", "-n", "worker@%h", *quiet),
            self._python(
                "worker-billing", "billing", *celery, "worker", "-Q", "billing", "-c", "1", "-n", "billing@%h", *quiet
            ),
            self._python(
                "beat", "worker", *celery, "beat", "--loglevel", "WARNING", "--schedule", str(self.folder / "beat")
            ),
        ]

    def _exchange(self) -> Program:
        fixed = [
            "--switch",
            f"http://127.0.0.1:{self.ports['switch']}",
            "--instance",
            EXCHANGE,
            "--secret",
            self.secret["exchange"],
        ]
        habit = [
            "--lines",
            LINES,
            "--only-when-ready",
            "--rate",
            "20",
            "--ring-s",
            "3",
            "--talk-s",
            "180",
            "--abandon-share",
            "0",
            "--miss-share",
            "0",
        ]
        return self._python("exchange", "none", "-m", "integrations.simulators.pbx", *fixed, *habit)

    def _keep_environments(self) -> None:
        """Write what each role's processes know, for a shell beside the running demo; readable by this account alone."""
        file = self.folder / "environments.json"
        file.touch(mode=0o600)
        kept = {role: {**self._environment(role, "shell")} for role in _URLS_OF}
        file.write_text(json.dumps(kept), encoding="utf-8")

    def _manage(self, role: str, *arguments: str) -> str:
        command = [sys.executable, "manage.py", *arguments]
        environment = dict(self._environment(role, arguments[0]))
        done = subprocess.run(command, cwd=PROJECT, env=environment, capture_output=True, text=True, check=False)  # noqa: S603
        log = self.logs / f"{arguments[0]}.log"
        log.write_text(done.stdout + done.stderr, encoding="utf-8")
        if done.returncode:
            raise CannotRun(f"manage.py {arguments[0]} failed: {last_words(log)} The whole log is {log}.")
        return done.stdout

    def _seed(self) -> list[dict[str, str]]:
        arguments = ["--password", self.secret["login"], "--exchange-secret", self.secret["exchange"]]
        for slug in SLUGS:
            where = f"https://127.0.0.1:{self.ports[slug]}"
            arguments += [
                "--dispatch",
                f"{slug}={where},{self.secret[f'dispatch_{slug}']},{self.folder / slug / 'fingerprint'}",
            ]
        self.say("two rival services with their lines and operators are set up")
        return list(json.loads(self._manage("migrate", "seed_demo", *arguments)))

    def _greet(self, logins: list[dict[str, str]]) -> None:
        rows = "\n".join(f"    {row['login']:<10} {row['password']:<12} ({row['who']})" for row in logins)
        self.say("READY")
        print(_GREETING.format(address=self.address, rows=rows, logs=self.logs), flush=True)  # noqa: T201


def _healthy(port: int) -> bool:
    try:
        return urllib3.request("GET", f"http://127.0.0.1:{port}/healthz", timeout=1, retries=False).status == 200
    except urllib3.exceptions.HTTPError:
        return False


def data_folder() -> Path:
    """Where the demo keeps its data: in the checkout, or for root where an unprivileged account can reach it."""
    return Path("/var/tmp") / f"callcenter-{project_mark(PROJECT)}" if as_root() else PROJECT / "var" / "demo"  # noqa: S108


def main() -> int:
    """Run until asked to stop; returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--port", type=int, default=WANTED_PORT, help="port of the web page (another is taken if it is busy)"
    )
    parser.add_argument("--folder", type=Path, default=data_folder(), help="where the data is kept")
    parser.add_argument("--reset", action="store_true", help="forget the data of earlier runs first")
    options = parser.parse_args()
    try:
        return _run(options.folder, options.port, reset=options.reset)
    except (CannotRun, ServerFailed, NoServer, NotAllowed) as error:
        print(f"The demo cannot run: {error}", file=sys.stderr)  # noqa: T201
    except OSError as error:
        what = "the disk is full: free some space and start again" if error.errno == errno.ENOSPC else str(error)
        print(f"The demo cannot run: {what}.", file=sys.stderr)  # noqa: T201
    return 1


def _run(folder: Path, port: int, *, reset: bool) -> int:
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o711)
    lock = Lock(folder / "lock")
    lock.take()
    if reset:
        for child in folder.iterdir():
            if child.name != "lock":
                shutil.rmtree(child) if child.is_dir() else child.unlink()
    logs = PROJECT / "var" / "log"
    logs.mkdir(parents=True, exist_ok=True)
    demo = Demo(folder, logs, port)
    supervisor = Supervisor(demo.say)
    supervisor.listen()
    try:
        demo.start(supervisor)
        lock.say(address=demo.address)
        supervisor.watch()
    except KeyboardInterrupt:
        demo.say("stopping")
    finally:
        supervisor.stop()
    demo.say("stopped; nothing is left running")
    return 0


if __name__ == "__main__":
    sys.exit(main())
