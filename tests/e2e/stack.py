"""Every process of the product, started for real against databases of its own.

Logins are the true roles; nothing is faked but the dispatch programs and the exchange, simulators in processes of
their own.
"""

from __future__ import annotations

import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg2
import urllib3

ROOT = Path(__file__).resolve().parent.parent.parent
PASSWORD = "e2e-password"
EXCHANGE_SECRET = "e2e-exchange-secret-0123456789abcdef"
LINES = "+74951230001,+74951230011"
TOWNS = {"komet": "svetloyarsk", "luna": "kamnegorsk"}
SLUGS = tuple(TOWNS)
READY_S = 40.0


def free_port() -> int:
    """A port that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def renamed(url: str, name: str) -> str:
    """The same database address with another database name."""
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))


@dataclass
class Stack:
    """The running processes by name. `folder` keeps logs, journals and reports."""

    folder: Path
    operators: int = 2
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    callers: list[subprocess.Popen[bytes]] = field(default_factory=list)
    environment: dict[str, str] = field(default_factory=dict)
    web_port: int = field(default_factory=free_port)
    switch_port: int = field(default_factory=free_port)
    dispatch_ports: dict[str, int] = field(default_factory=dict)
    logins: list[dict[str, str]] = field(default_factory=list)
    others: list[dict[str, str]] = field(default_factory=list)

    @property
    def web_url(self) -> str:
        return f"http://127.0.0.1:{self.web_port}"

    @property
    def switch_url(self) -> str:
        return f"http://127.0.0.1:{self.switch_port}"

    def start(self) -> Stack:
        """Make the databases, start everything, wait until it answers."""
        self._make_databases()
        for slug in SLUGS:
            self.start_dispatch(slug)
        for slug in SLUGS:
            self.wait(lambda slug=slug: (self.folder / slug / "fingerprint").exists(), f"the certificate of {slug}")
        self._seed()
        self.start_web()
        self.start_python(
            "switch", "-m", "uvicorn", "callcenter.switch_asgi:application", *_uvicorn(self.switch_port), role="switch"
        )
        self.start_engine()
        for url in (self.web_url, self.switch_url):
            self.wait(lambda url=url: _answers(f"{url}/healthz"), url)
        return self

    def start_web(self) -> None:
        """Start the web process on its port."""
        self.start_python("web", "-m", "uvicorn", "callcenter.asgi:application", *_uvicorn(self.web_port), role="web")

    def start_engine(self, name: str = "worker-delivery") -> None:
        """Start one Celery worker with the delivery engine."""
        arguments = (
            "worker",
            "-Q",
            "delivery",
            "-P",
            "threads",
            "-c",
            "2",
            "--without-gossip",
            "--without-mingle",
            "-n",
            f"{name}@%h",
        )
        self.start_python(name, "-m", "celery", "-A", "callcenter.celery", *arguments, role="worker")

    def start_dispatch(self, slug: str) -> None:
        """Start (again) the simulated dispatch program of one service."""
        port = self.dispatch_ports.setdefault(slug, free_port())
        (self.folder / slug).mkdir(exist_ok=True)
        arguments = ["simulate_dispatch", "taximaster", "--port", str(port), "--secret", f"{slug}-secret"]
        arguments += ["--journal", str(self.journal(slug)), "--cert-dir", str(self.folder / slug)]
        arguments += ["--town", TOWNS[slug], "--history"]
        self.start_python(f"dispatch-{slug}", "manage.py", *arguments, role="web")

    def ring(self, options: str, *, name: str = "pbx") -> subprocess.Popen[bytes]:
        """Start the simulated exchange with these options; calls come only while an operator is ready."""
        fixed = ["--switch", self.switch_url, "--instance", "demo-pbx", "--secret", EXCHANGE_SECRET, "--lines", LINES]
        report = ["--only-when-ready", "--report", str(self.folder / f"{name}.jsonl")]
        self.start_python(name, "-m", "integrations.simulators.pbx", *fixed, *report, *options.split(), role="web")
        self.callers.append(self.processes.pop(name))
        return self.callers[-1]

    def journal(self, slug: str) -> Path:
        """Where the dispatch program of a service writes every order it holds."""
        return self.folder / f"{slug}.journal"

    def journalled(self) -> list[dict[str, Any]]:
        """All orders that the dispatch programs hold."""
        files = [self.journal(slug) for slug in SLUGS if self.journal(slug).exists()]
        lines = [(path, json.loads(line)) for path in files for line in path.read_text("utf-8").splitlines() if line]
        return list({(path, order["order_id"]): order for path, order in lines}.values())

    def fault(self, slug: str, fault: str | None, **more: Any) -> None:
        """Set or clear a fault of one dispatch program."""
        body = json.dumps({"fault": fault, **more}).encode()
        url = f"https://127.0.0.1:{self.dispatch_ports[slug]}/simulator/fault"
        with urllib3.PoolManager(cert_reqs="CERT_NONE", retries=False) as pool, warnings.catch_warnings():
            warnings.simplefilter("ignore", urllib3.exceptions.InsecureRequestWarning)
            answer = pool.request("POST", url, body=body, headers={"Content-Type": "application/json"}, timeout=5)
        if answer.status != 200:
            raise RuntimeError(f"the fault was not set: {answer.status} {answer.data!r}")

    def sql(self, statement: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Read as superuser."""
        with (
            psycopg2.connect(renamed(os.environ["DATABASE_URL_TEST"], self.database)) as connection,
            connection.cursor() as cursor,
        ):
            cursor.execute(statement, parameters)
            return list(cursor.fetchall())

    def kill(self, name: str) -> None:
        """kill -9 one process, with whatever it forked."""
        process = self.processes.pop(name)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def terminate(self, name: str, *, patience_s: float = 20) -> float:
        """SIGTERM one process; returns how long it took to end."""
        process = self.processes.pop(name)
        started = time.monotonic()
        process.terminate()
        process.wait(patience_s)
        return time.monotonic() - started

    def stop(self) -> None:
        """End every process that is still there, and drop the databases."""
        for name in list(self.processes):
            self.kill(name)
        for caller in self.callers:
            caller.kill()
            caller.wait()
        self._administer(
            *(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)" for name in (self.database, self.keys_database))
        )

    def manage(self, *arguments: str, role: str = "worker") -> str:
        """Run one management command to its end; returns what it printed."""
        environment = {**self.environment, "CALLCENTER_ROLE": role}
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments], cwd=ROOT, env=environment, capture_output=True, text=True
        )
        if done.returncode:
            raise RuntimeError(f"manage.py {arguments[0]} ended with {done.returncode}: {done.stderr[-1500:]}")
        return done.stdout

    def start_python(self, name: str, *arguments: str, role: str) -> subprocess.Popen[bytes]:
        """Start one Python process in a session of its own; its output goes to a file."""
        environment = {**self.environment, "CALLCENTER_ROLE": role, "CALLCENTER_PROCESS": name}
        with (self.folder / f"{name}.log").open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, *arguments], cwd=ROOT, env=environment, stdout=log, stderr=log, start_new_session=True
            )
        self.processes[name] = process
        return process

    def _make_databases(self) -> None:
        mark = secrets.token_hex(4)
        self.database, self.keys_database = f"e2e_{mark}", f"e2e_{mark}_keys"
        templates = {self.database: "template_callcenter", self.keys_database: "template_callcenter_keys"}
        self._administer(
            *(f"CREATE DATABASE {name} TEMPLATE {template} OWNER cc_migrate" for name, template in templates.items())
        )
        self.environment = {**os.environ, **_role_urls(self.database, self.keys_database), "SECURE_COOKIES": "1"}

    def _administer(self, *statements: str) -> None:
        connection = psycopg2.connect(renamed(os.environ["DATABASE_URL_TEST"], "postgres"))
        connection.autocommit = True
        try:
            with connection.cursor() as cursor:
                for statement in statements:
                    cursor.execute(statement)
        finally:
            connection.close()

    def _seed(self) -> None:
        arguments = [
            "seed_demo",
            "--password",
            PASSWORD,
            "--exchange-secret",
            EXCHANGE_SECRET,
            "--operators",
            str(self.operators),
        ]
        for slug, port in self.dispatch_ports.items():
            arguments += [
                "--dispatch",
                f"{slug}=https://127.0.0.1:{port},{slug}-secret,{self.folder / slug / 'fingerprint'}",
            ]
        everybody = json.loads(self.manage(*arguments, role="migrate"))
        self.logins = [login for login in everybody if login["job"] == "operator"]
        self.others = [login for login in everybody if login["job"] != "operator"]

    def wait(self, ready: Any, what: str) -> None:
        deadline = time.monotonic() + READY_S
        while not ready():
            for name, process in self.processes.items():
                if process.poll() is not None:
                    raise RuntimeError(f"{name} ended: {(self.folder / f'{name}.log').read_text()[-2000:]}")
            if time.monotonic() > deadline:
                raise TimeoutError(f"{what} was not ready after {READY_S} s")
            time.sleep(0.05)


def _role_urls(database: str, keys: str) -> Mapping[str, str]:
    urls = {name: renamed(value, database) for name, value in os.environ.items() if name.startswith("DATABASE_URL_")}
    return urls | {name: renamed(os.environ[name], keys) for name in urls if name.startswith("DATABASE_URL_KEYS")}


def _uvicorn(port: int) -> tuple[str, ...]:
    return ("--host", "127.0.0.1", "--port", str(port), "--log-level", "warning")


def _answers(url: str) -> bool:
    try:
        return urllib3.request("GET", url, timeout=1, retries=False).status == 200
    except urllib3.exceptions.HTTPError:
        return False
