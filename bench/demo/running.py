"""Start the demo as `make demo` does, drive its exchange, look into it from outside, and stop it."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg2

ROOT = Path(__file__).resolve().parents[2]
LINES = "+74951230001,+74951230002,+74951230011,+74951230012"
SLUGS = ("komet", "luna")
READY_S = 120.0


@dataclass(frozen=True)
class Demo:
    """A demo that has said READY. `queries` gathers every question that was put to its database."""

    folder: Path
    process: subprocess.Popen[bytes]
    ready_s: float
    doors: dict[str, str]
    logins: list[dict[str, str]]
    secrets: dict[str, str]
    queries: list[str]

    @property
    def url(self) -> str:
        return self.doors["address"]

    def sql(self, statement: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Read with the one login that row-level security does not bind."""
        self.queries.append(statement)
        environment = json.loads((self.folder / "environments.json").read_text(encoding="utf-8"))
        with (
            psycopg2.connect(environment["migrate"]["DATABASE_URL_MIGRATE"]) as connection,
            connection.cursor() as asked,
        ):
            asked.execute(statement, parameters)
            return list(asked.fetchall())

    def journalled(self) -> list[dict[str, Any]]:
        """All orders that the dispatch programs hold, from their own files."""
        files = [path for slug in SLUGS if (path := self.folder / slug / "journal.jsonl").exists()]
        lines = [(path, json.loads(line)) for path in files for line in path.read_text("utf-8").splitlines() if line]
        return list({(path, order["order_id"]): order for path, order in lines}.values())

    def ring(self, name: str, options: str) -> list[dict[str, Any]]:
        """Let the simulated exchange ring with these options until it is done; returns its own report."""
        report = self.folder / f"calls-{name}.jsonl"
        fixed = ["--switch", self.doors["switch"], "--instance", "demo-pbx", "--secret", self.secrets["exchange"]]
        command = [sys.executable, "-m", "integrations.simulators.pbx", *fixed, "--lines", LINES]
        command += ["--only-when-ready", "--report", str(report), *options.split()]
        with (self.folder / f"exchange-{name}.log").open("wb") as log:
            subprocess.run(command, cwd=ROOT, stdout=log, stderr=log, check=True, timeout=900)
        return [json.loads(line) for line in report.read_text(encoding="utf-8").splitlines()]

    def memory(self) -> dict[str, float]:
        """PSS in MB by process (forks and servers' children counted with their parents), and in all."""
        shares: dict[str, float] = {}
        for pid in family(self.process.pid):
            name, share = _named(pid), _pss(pid)
            if share is not None:
                shares[name] = round(shares.get(name, 0.0) + share, 1)
        return {**dict(sorted(shares.items())), "all": round(sum(shares.values()), 1)}


@contextmanager
def demo(operators: int) -> Iterator[Demo]:
    """A demo of its own: empty folder, free port, no callers; nothing is left of it but what the caller copied."""
    folder = Path(tempfile.mkdtemp(prefix="callcenter-check-"))
    folder.chmod(0o711)
    said = folder / "said"
    command = [sys.executable, "-m", "callcenter.embedded.demo", "--port", "0", "--folder", str(folder / "data")]
    command += ["--operators", str(operators), "--no-callers"]
    begun = time.monotonic()
    with said.open("wb") as output:
        process = subprocess.Popen(command, cwd=ROOT, stdout=output, stderr=output)
    try:
        until(lambda: "READY" in said.read_text(encoding="utf-8") or _ended(process, said), READY_S, "the demo")
        ready_s = round(time.monotonic() - begun, 1)
        yield _found(folder / "data", process, ready_s)
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(60)
        shutil.rmtree(folder, ignore_errors=True)


def _ended(process: subprocess.Popen[bytes], said: Path) -> bool:
    if process.poll() is not None:
        raise RuntimeError(f"the demo did not start: {said.read_text(encoding='utf-8')[-800:]}")
    return False


def _found(folder: Path, process: subprocess.Popen[bytes], ready_s: float) -> Demo:
    until(lambda: "address" in (folder / "lock").read_text(encoding="utf-8"), 10, "the demo's address")
    lock = json.loads((folder / "lock").read_text(encoding="utf-8"))
    return Demo(
        folder=folder,
        process=process,
        ready_s=ready_s,
        doors={name: value for name, value in lock.items() if name != "pid"},
        logins=json.loads((folder / "logins.json").read_text(encoding="utf-8")),
        secrets=json.loads((folder / "secrets.json").read_text(encoding="utf-8")),
        queries=[],
    )


def until(ready: Callable[[], Any], patience_s: float, what: str) -> None:
    """Look again and again; TimeoutError names what did not come."""
    deadline = time.monotonic() + patience_s
    while not ready():
        if time.monotonic() > deadline:
            raise TimeoutError(f"{what} did not come within {patience_s:g} s")
        time.sleep(0.05)


def family(process: int) -> set[int]:
    """A process and all that descends from it."""
    parents = {pid: parent for pid in _pids() if (parent := _parent(pid)) is not None}
    found = {process}
    while grown := {pid for pid, parent in parents.items() if parent in found} - found:
        found |= grown
    return found


def _pids() -> list[int]:
    return [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit()]


def _parent(pid: int) -> int | None:
    try:
        return int(
            Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()[1]
        )
    except (OSError, ValueError):
        return None


def _pss(pid: int) -> float | None:
    try:
        rollup = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii")
    except OSError:
        return None
    return next((int(line.split()[1]) / 1000 for line in rollup.splitlines() if line.startswith("Pss:")), None)


def _named(pid: int) -> str:
    """What the process is called in the demo."""
    try:
        environment = Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
        command = Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    except OSError:
        return "ended"
    for entry in environment:
        if entry.startswith(b"CALLCENTER_PROCESS="):
            return os.fsdecode(entry.partition(b"=")[2])
    known = ("postgres", "valkey", "simulators.taximaster", "embedded.demo")
    return next((name for name in known if name in command), "other")
