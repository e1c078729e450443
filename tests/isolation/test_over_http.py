"""`/live/` and `/ask/` as they run: uvicorn in a process of its own, logged in as cc_web, spoken to over HTTP.

Every caller asks with every method for own, foreign and invented calls, and while a rival's state changes under the
open stream. The rows are committed, since no other process sees a test's transaction.
"""

import http.client
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from django.db import connection

from callcenter.cookies import GRANT_COOKIE, GRANT_HEADER, SEAT_COOKIE
from callcenter.nudges import publish
from callcenter.plain_asgi import PLAIN_ROUTES
from tests.factories import ids_of
from tests.isolation.attack import METHODS
from tests.isolation.callers import Caller, callers
from tests.isolation.plain import filled
from tests.isolation.programs import programs
from tests.isolation.routes import ROUTES
from tests.isolation.world import World, build, changed, checksum, found_in

ROOT = Path(__file__).resolve().parent.parent.parent
READY_S = 20
pytestmark = pytest.mark.django_db(databases="__all__", transaction=True)


@pytest.fixture
def world() -> Iterator[World]:
    made = build()
    with programs(made.rivals):
        yield made


@pytest.fixture
def port(world: World, tmp_path: Path) -> Iterator[int]:
    """A web process on the test database."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        free = int(probe.getsockname()[1])
    command = [sys.executable, "-m", "uvicorn", "callcenter.asgi:application", "--port", str(free)]
    with (tmp_path / "web.log").open("wb") as log:
        process = subprocess.Popen(
            command, cwd=ROOT, env={**os.environ, "CALLCENTER_ROLE": "web"}, stdout=log, stderr=log
        )
    try:
        _wait(free, process, tmp_path / "web.log")
        yield free
    finally:
        process.terminate()
        process.wait(10)


def test_over_http_nobody_learns_anything_of_a_rival(world: World, port: int) -> None:
    leaks, broken, own = [], [], set()
    before = checksum(world.own.service.pk, _people(world))
    for route in PLAIN_ROUTES:
        for caller in callers(world):
            for path, method in _questions(world, route):
                status, text = ask(port, method, path, caller, body=_body(world, route, method))
                if leak := found_in(text, caller.forbidden, said=path):
                    leaks.append(f"{caller.name}: {method} {path} ({status}) -> {leak[:40]}")
                if status >= 500:
                    broken.append(f"{caller.name}: {method} {path} ({status})")
                if found_in(text, world.mine, said=path):
                    own.add((route, caller.name))

    assert leaks == []
    assert broken == []
    assert {route for route, _ in own} == set(PLAIN_ROUTES), "the run proved nothing about the others"
    assert ("/ask/current/<uuid:call_id>", "right without a seat") in own
    assert changed(before, checksum(world.own.service.pk, _people(world))) == []
    assert _logins() == {"cc_web"}


def test_control_an_answer_meant_for_a_rival_would_be_found(world: World, port: int) -> None:
    rival, own = world.rivals[1], callers(world)[0]
    thief = replace(own, seat=rival.desk.secret, token=rival.call_token)

    for route in PLAIN_ROUTES:
        path, method = filled(route, rival.answered.pk), ROUTES[route].method
        answer = ask(port, method, path, thief, body=_body(world, route, method, of=1))[1]
        assert found_in(answer, own.forbidden, said=path) != "", route


def test_a_stream_says_nothing_while_a_rival_s_state_changes(world: World, port: int) -> None:
    caller, rival = callers(world)[0], world.rivals[1]
    stream = _open(port, "GET", "/live/", caller)
    first = _event(stream)

    for version in range(5):
        publish(rival.desk.seat.pk, version + 2)
        publish(rival.second.seat.pk, version + 2)
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE callcenter_taxiservice SET greeting = 'MARK00Z new' WHERE id = %s", [world.own.service.pk]
        )
    publish(world.own.desk.seat.pk, 2)
    second = _event(stream)
    stream.close()

    assert "MARK00Z здравствуйте" in first
    assert "MARK00Z new" in second
    assert found_in(first + second, caller.forbidden) == ""


def ask(port: int, method: str, path: str, caller: Caller, *, body: bytes = b"") -> tuple[int, str]:
    """One request; of a stream the first event is enough."""
    response = _open(port, method, path, caller, body)
    streams = response.getheader("Content-Type", "").startswith("text/event-stream") and method != "HEAD"
    said = _event(response) if streams else response.read().decode()
    response.close()
    return response.status, f"{response.getheaders()} {said}"


def _open(port: int, method: str, path: str, caller: Caller, body: bytes = b"") -> http.client.HTTPResponse:
    link = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    cookies = {SEAT_COOKIE: caller.seat, GRANT_COOKIE: caller.token if caller.cookie else ""}
    headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in cookies.items() if value)}
    if caller.token and not caller.cookie:
        headers[GRANT_HEADER] = caller.token
    link.request(method, path, body or None, headers)
    return link.getresponse()


def _event(stream: http.client.HTTPResponse) -> str:
    lines = []
    while (line := stream.readline()) not in (b"\n", b""):
        lines.append(line)
    return b"".join(lines).decode()


def _questions(world: World, route: str) -> Iterator[tuple[str, str]]:
    """The proper question by every method; then other people's ids, and hostile queries."""
    own, rival = world.own.answered.pk, world.rivals[1]
    yield from ((filled(route, own), method) for method in METHODS)
    if "<uuid" in route:
        yield from (
            (filled(route, str(call)), ROUTES[route].method)
            for call in [*ids_of(rival), uuid4(), "' OR 1=1--".replace(" ", "+")]
        )
    yield f"{filled(route, own)}?call={rival.answered.pk}&seat={rival.desk.seat.pk}&app.token=x", ROUTES[route].method


def _body(world: World, route: str, method: str, *, of: int = 0) -> bytes:
    """What the page sends with this method."""
    use = ROUTES[route]
    return json.dumps(use.body(world.rivals[of])).encode() if method == use.method == "POST" else b""


def _people(world: World) -> list[UUID]:
    return [desk.person.pk for desk in (world.own.desk, world.own.second, world.centre.stranger)]


def _logins() -> set[str]:
    """As whom the web process is logged in."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT usename FROM pg_stat_activity WHERE datname = current_database() "
            "AND application_name = 'callcenter-web'"
        )
        return {str(row[0]) for row in cursor.fetchall()}


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
