"""What the web process holds and how it ends: database sessions, streams, SIGTERM."""

import http.client
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
import urllib3

from integrations.simulators.operator import Desk
from tests.e2e.stack import PASSWORD, Stack

WSGI_THREADS = 8
STREAM_SESSIONS = 4
POOLED_SESSIONS = 2 + 4  # the small pools of /live/ and of /ask/


def sessions(stack: Stack, *, role: str = "cc_web") -> int:
    """How many PostgreSQL sessions the web process holds as this role."""
    return int(
        stack.sql("SELECT count(*) FROM pg_stat_activity WHERE usename = %s AND datname = %s", [role, stack.database])[
            0
        ][0]
    )


@pytest.fixture
def desk(stack: Stack) -> Iterator[Desk]:
    robot = Desk(stack.web_url, stack.logins[2]["login"], PASSWORD)
    robot.log_in()
    yield robot
    robot.command("POST", "/seat/state", {"state": "off"})


def open_stream(desk: Desk) -> http.client.HTTPResponse:
    """Open one event stream and read its first line."""
    connection = http.client.HTTPConnection("127.0.0.1", int(desk.base_url.rsplit(":", 1)[1]), timeout=30)
    connection.request("GET", "/live/", headers=desk._headers())
    response = connection.getresponse()
    assert response.status == 200
    assert response.readline().startswith(b"event: ")
    return response


def test_a_thousand_requests_hold_no_more_sessions_than_there_are_threads(stack: Stack, desk: Desk) -> None:
    pool = urllib3.PoolManager(maxsize=16, retries=False)

    def get(_: int) -> int:
        return pool.request("GET", f"{stack.web_url}/", headers=desk._headers(), redirect=False).status

    with ThreadPoolExecutor(16) as threads:
        statuses = set(threads.map(get, range(1000)))

    assert statuses == {200}
    assert sessions(stack) <= WSGI_THREADS + POOLED_SESSIONS


def test_two_hundred_streams_hold_at_most_four_sessions(stack: Stack, desk: Desk) -> None:
    stack.terminate("web")
    stack.start_web()
    stack.wait(lambda: desk._send("GET", "/healthz").status == 200 if _up(stack) else False, "web")
    with ThreadPoolExecutor(20) as threads:
        streams = list(threads.map(lambda _: open_stream(desk), range(200)))

    held = sessions(stack)
    for stream in streams:
        stream.close()

    assert held <= STREAM_SESSIONS


def test_sigterm_ends_a_hundred_streams_with_a_restart_event_within_a_second(stack: Stack, desk: Desk) -> None:
    with ThreadPoolExecutor(20) as threads:
        streams = list(threads.map(lambda _: open_stream(desk), range(100)))
    endings: list[bytes] = []
    readers = [threading.Thread(target=lambda stream=stream: endings.append(stream.read())) for stream in streams]
    for reader in readers:
        reader.start()

    took = stack.terminate("web")
    for reader in readers:
        reader.join(5)
    stack.start_web()
    stack.wait(lambda: _up(stack), "web")

    assert sum(b"event: restart" in ending for ending in endings) == 100
    assert took < 3
    assert b"CancelledError" not in (stack.folder / "web.log").read_bytes()


def test_every_answer_carries_the_strict_policy_and_is_not_stored(stack: Stack, desk: Desk) -> None:
    for path in ("/", "/login/", "/healthz", "/nothing-here"):
        headers = desk._send("GET", path).headers
        assert headers["Content-Security-Policy"].startswith("default-src 'none'; script-src 'self'")
        assert "unsafe" not in headers["Content-Security-Policy"]
        assert headers["Cache-Control"] == "no-store"


def test_a_second_login_closes_the_first_page_and_tells_it(stack: Stack, desk: Desk) -> None:
    stream = open_stream(desk)
    again = Desk(stack.web_url, desk.login, PASSWORD)
    again.log_in()

    deadline, text = time.monotonic() + 10, b""
    while b"replaced" not in text and time.monotonic() < deadline:
        text += stream.readline()

    assert b'"closed": "replaced"' in text
    assert desk.command("POST", "/seat/state", {"state": "ready"})[0] == 401


def _up(stack: Stack) -> bool:
    try:
        connection = http.client.HTTPConnection("127.0.0.1", stack.web_port, timeout=1)
        connection.request("GET", "/healthz")
        return connection.getresponse().status == 200
    except OSError:
        return False
