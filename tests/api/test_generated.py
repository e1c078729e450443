"""Thousands of generated requests to the running web process and switch: no answer of 500 or more, every answer as the
documents say, and nothing of a rival in any of them.

`API_CASES` says how many; the seed is printed, and `API_SEED` repeats a run.
"""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from secrets import randbelow
from uuid import UUID

import pytest

from tests.api.fuzz import Findings, Fuzz
from tests.api.test_documents import load
from tests.isolation.programs import programs
from tests.isolation.world import World, build, changed, checksum

ROOT = Path(__file__).resolve().parent.parent.parent
CASES = int(os.environ.get("API_CASES", "300"))
SEED = int(os.environ.get("API_SEED", "0")) or 1 + randbelow(2**31)
READY_S = 30
ALWAYS_BUSY = {"seat_state", "seat_next", "seat_longer"}  # the operator of the tests is in a call
APPLICATIONS = {"web": "callcenter.asgi:application", "switch": "callcenter.switch_asgi:application"}
pytestmark = pytest.mark.django_db(databases="__all__", transaction=True)


@pytest.fixture
def world() -> Iterator[World]:
    made = build()
    with programs(made.rivals):
        yield made


@pytest.fixture
def process(world: World, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[str]:
    """One process of the product on the test database; its address."""
    name: str = request.param
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    command = [sys.executable, "-m", "uvicorn", APPLICATIONS[name], "--port", str(port), "--log-level", "warning"]
    log = tmp_path / f"{name}.log"
    with log.open("wb") as out:
        running = subprocess.Popen(
            command, cwd=ROOT, env={**os.environ, "CALLCENTER_ROLE": name}, stdout=out, stderr=out
        )
    try:
        _wait(port, running, log)
        yield f"http://127.0.0.1:{port}"
    finally:
        running.terminate()
        running.wait(20)


@pytest.mark.parametrize("process", ["web"], indirect=True)
def test_no_generated_request_breaks_the_web_process_or_brings_back_what_is_a_rival_s(
    world: World, process: str, capsys: pytest.CaptureFixture[str]
) -> None:
    before = checksum(world.own.service.pk, _people(world))

    found = Fuzz(world, process, load("web"), seed=SEED).run(CASES)

    _tell(capsys, "web", found)
    assert not found.wrong, "\n".join(found.wrong)
    assert found.cases >= CASES
    assert changed(before, checksum(world.own.service.pk, _people(world))) == []
    assert not [status for status in found.statuses if status.rsplit(" ", 1)[1] >= "500"]
    served = {status.split()[0] for status in found.statuses if status.rsplit(" ", 1)[1] < "300"}
    assert {told.split()[0] for told in found.statuses} - served <= ALWAYS_BUSY, "these were never answered"
    assert {"calls_list", "orders_list", "invoices_list", "call_redeem"} <= set(found.own)


@pytest.mark.parametrize("process", ["switch"], indirect=True)
def test_no_generated_request_of_an_exchange_breaks_the_switch(
    world: World, process: str, capsys: pytest.CaptureFixture[str]
) -> None:
    found = Fuzz(world, process, load("switch"), seed=SEED).run(CASES // 5)

    _tell(capsys, "switch", found)
    assert not found.wrong, "\n".join(found.wrong)
    assert {told for told in found.statuses if told.endswith(" 200")} == {
        "exchange_event 200", "exchange_route 200", "exchange_resync 200", "exchange_ready 200",
    }  # fmt: skip


def _tell(capsys: pytest.CaptureFixture[str], name: str, found: Findings) -> None:
    with capsys.disabled():
        sys.stdout.write(f"\n{name}: {found.cases} generated requests, API_SEED={SEED}\n")


def _people(world: World) -> list[UUID]:
    return [desk.person.pk for desk in (world.own.desk, world.own.second)]


def _wait(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + READY_S
    while time.monotonic() < deadline:
        assert process.poll() is None, log.read_text()[-2000:]
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=1):
                return
        except OSError:
            time.sleep(0.05)
    raise TimeoutError(log.read_text()[-2000:])
