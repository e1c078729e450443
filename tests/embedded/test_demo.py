"""The demo as a newcomer meets it: one command, killed, started again, and disturbed in every way."""

from __future__ import annotations

import contextlib
import errno
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections import namedtuple
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import urllib3

from callcenter.embedded.demo import main
from tests.embedded.watch import PROJECT, alive, children_of, end, family, until

READY_S = 120
ROLES = ("WEB", "AUTH", "SWITCH", "WORKER", "BILLING", "MIGRATE", "KEYS", "KEYS_MIGRATE")


@dataclass
class Run:
    """One start of the demo in `folder`; what it prints is in the file `said` beside it."""

    folder: Path
    port: int
    number: int = 0
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> subprocess.Popen[bytes]:
        self.number += 1
        with self.said_file.open("wb") as said:
            self.process = subprocess.Popen(self.command, cwd=PROJECT, stdout=said, stderr=said, env=clean())
        return self.process

    @property
    def command(self) -> list[str]:
        return [
            sys.executable,
            "-m",
            "callcenter.embedded.demo",
            "--folder",
            str(self.folder),
            "--port",
            str(self.port),
        ]

    @property
    def said_file(self) -> Path:
        return self.folder.with_name(f"said-{self.number}")

    @property
    def said(self) -> str:
        return self.said_file.read_text(encoding="utf-8")

    @property
    def pid(self) -> int:
        assert self.process is not None
        return self.process.pid

    def wait_until_ready(self) -> None:
        assert self.process is not None
        until(lambda: "Stop  " in self.said or alive({self.pid}) == {}, "READY", seconds=READY_S)
        assert self.process.poll() is None, self.said

    def child(self, mark: str) -> int:
        """The child whose command line has this mark; 0 while there is none."""
        return next((pid for pid, command in children_of(self.pid).items() if mark in command), 0)

    def healthy(self) -> bool:
        """Whether the printed address answers."""
        found = re.search(r"Open     (\S+)", self.said)
        assert found, self.said
        try:
            return urllib3.request("GET", f"{found[1]}/healthz", timeout=2, retries=False).status == 200
        except urllib3.exceptions.HTTPError:
            return False


def clean() -> dict[str, str]:
    """The environment without what the tests' own services put into it."""
    hidden = ("DATABASE_URL_", "REDIS_URL", "CALLCENTER_", "SECRET_KEY", "KEY_ENCRYPTION_KEYS")
    return {name: value for name, value in os.environ.items() if not name.startswith(hidden)}


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    """A demo that runs although its first start was killed and its port is another program's."""
    place = Path("/var/tmp") / f"callcenter-demo-test-{os.getpid()}"  # noqa: S108
    place.mkdir(mode=0o711)
    with socket.create_server(("127.0.0.1", 0)) as other:
        made = Run(place / "data", other.getsockname()[1])
        try:
            first = made.start()
            until(lambda: list(made.folder.glob("postgres/making-*/global")), "the first start makes its files")
            first.kill()
            first.wait()
            made.start()
            made.wait_until_ready()
            yield made
        finally:
            if made.process is not None:
                everybody = family(made.pid)
                made.process.terminate()
                made.process.wait(30)
                end(everybody)
            shutil.rmtree(place)


def test_it_starts_after_a_first_start_that_was_killed_and_prints_what_to_do(run: Run) -> None:
    assert run.number == 2
    assert run.healthy()
    assert re.search(r"^    anna +\S{10} +\(operator, workplace 101\)$", run.said, re.MULTILINE)
    assert f"Logs     {run.folder}/log\n" in run.said
    assert re.search(r"^\[ +\d+\.\d s\] READY$", run.said, re.MULTILINE)


def test_a_taken_port_is_said_and_another_one_used(run: Run) -> None:
    found = re.search(r"port (\d+) is taken by another program: using (\d+)", run.said)

    assert found
    assert int(found[1]) == run.port
    assert f"Open     http://127.0.0.1:{found[2]}\n" in run.said


def test_a_second_start_is_refused_with_the_address_of_the_first(run: Run) -> None:
    address = re.search(r"Open     (\S+)", run.said)

    second = subprocess.run(run.command, cwd=PROJECT, env=clean(), capture_output=True, text=True, timeout=20)

    assert address
    assert (second.returncode, second.stdout) == (1, "")
    assert second.stderr == (
        f"The demo cannot run. Already running at {address[1]} (pid {run.pid})."
        " Open it, or stop it with Ctrl-C there.\n"
    )


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
@pytest.mark.parametrize(
    ("mark", "known"),
    [
        ("callcenter.asgi:", {"WEB", "AUTH", "KEYS"}),
        ("callcenter.switch_asgi:", {"SWITCH", "KEYS"}),
        ("-Q delivery", {"WORKER", "KEYS"}),
        ("-Q default", {"WORKER", "KEYS"}),
        ("-Q billing", {"BILLING"}),
        ("beat", {"BILLING"}),
        ("simulators.taximaster", set()),
        ("simulators.pbx", set()),
    ],
)
def test_a_process_knows_the_addresses_of_its_own_role_only(run: Run, mark: str, known: set[str]) -> None:
    words = Path(f"/proc/{run.child(mark)}/environ").read_bytes().decode().split("\0")
    names = {word.partition("=")[0] for word in words}

    assert {role for role in ROLES if f"DATABASE_URL_{role}" in names} == known
    assert ("KEY_ENCRYPTION_KEYS" in names) == bool(known)


def test_its_secrets_are_readable_by_its_owner_alone(run: Run) -> None:
    for name in ("secrets.json", "environments.json"):
        assert (run.folder / name).stat().st_mode & 0o777 == 0o600
    assert run.folder.stat().st_mode & 0o777 == 0o711


@pytest.mark.parametrize("mark", ["callcenter.asgi:", "valkey-server", "/postgres -D"])
def test_what_is_killed_runs_again_on_the_same_port(run: Run, mark: str) -> None:
    first = run.child(mark)
    command = children_of(run.pid)[first]
    os.kill(first, signal.SIGKILL)

    second = until(lambda: run.child(mark) not in (0, first) and run.child(mark), f"{mark} runs again")
    until(run.healthy, "the page answers again")
    until(lambda: children_of(run.pid).get(second) == command, "the same command, which some show late")


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends children with their parent")
def test_killed_it_leaves_nothing_and_the_next_start_works_and_ends_in_seconds(run: Run) -> None:
    logins = re.findall(r"^    \w+ +(\S+) +\(", run.said, re.MULTILINE)
    everybody = family(run.pid)
    assert run.process is not None
    run.process.kill()
    run.process.wait()
    until(lambda: not alive(everybody), "nothing is left")

    run.start()
    run.wait_until_ready()
    assert re.findall(r"^    \w+ +(\S+) +\(", run.said, re.MULTILINE) == logins
    everybody = family(run.pid)
    begun = time.monotonic()
    run.process.terminate()

    assert run.process.wait(30) == 0
    assert time.monotonic() - begun < 10
    assert alive(everybody) == {}
    assert run.said.endswith("stopped; nothing is left running\n")


@pytest.fixture
def _own_signals() -> Iterator[None]:
    """The demo listens to signals: give them back afterwards."""
    with contextlib.ExitStack() as handlers:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            handlers.callback(signal.signal, number, signal.getsignal(number))
        yield


def refused(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *options: str) -> str:
    """What the demo says when it cannot run."""
    monkeypatch.setattr(sys, "argv", ["demo", *options])
    assert main() == 1
    return capsys.readouterr().err


def test_a_nearly_full_disk_is_one_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], folder: Path
) -> None:
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda _folder: usage(10**9, 10**9, 12_000_000))

    assert refused(monkeypatch, capsys, "--folder", str(folder)) == (
        f"The demo cannot run. The disk of {folder} has 12 MB free and 300 MB are needed:"
        " free some space, then start again.\n"
    )


@pytest.mark.usefixtures("_own_signals")
def test_a_disk_that_becomes_full_is_one_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], folder: Path
) -> None:
    def full(_path: Path, *_flags: int) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr(os, "open", full)
        said = refused(patch, capsys, "--folder", str(folder))

    assert said == f"The demo cannot run. The disk of {folder} is full: free some space, then start again.\n"


def test_a_folder_in_which_others_may_write_is_refused(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], folder: Path
) -> None:
    folder.chmod(0o777)

    said = refused(monkeypatch, capsys, "--folder", str(folder))

    assert said.startswith(f"The demo cannot run. {folder} belongs to another account or others may write in it")
    assert list(folder.iterdir()) == []


def test_forgetting_removes_the_folder_and_starts_nothing(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    (folder / "secrets.json").write_text(json.dumps({"key": "old"}))
    monkeypatch.setattr(sys, "argv", ["demo", "--folder", str(folder), "--forget"])

    assert main() == 0
    assert not folder.exists()


@pytest.mark.usefixtures("_own_signals")
def test_a_missing_address_of_a_given_database_stops_the_start(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], folder: Path
) -> None:
    for role in ROLES:
        monkeypatch.delenv(f"DATABASE_URL_{role}", raising=False)
    monkeypatch.setenv("DATABASE_URL_WEB", "postgres://cc_web@127.0.0.1:1/none")

    said = refused(monkeypatch, capsys, "--folder", str(folder))

    assert said.startswith("The demo cannot run. DATABASE_URL_WEB is set but DATABASE_URL_MIGRATE, ")
