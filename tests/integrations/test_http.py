"""The one HTTP client: what counts as sent, what is taken for an answer, what it says in the log."""

import logging
import socket
import threading
from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from callcenter.contracts import FailureKind, HttpRequest, HttpResponse, Target, TransportFailure
from callcenter.tenancy.rules import WORKER
from callcenter.tenancy.unit import unit
from integrations.http import MOST_BYTES, Pool, converse, send
from tests.integrations.http_peer import FRESH, GET, OK, SERVICE, Peer, answering, failure, kind, plain, secure, serve


def test_an_answer_comes_back_with_lower_case_header_names() -> None:
    with serve(answering(OK)) as peer:
        response = send(FRESH, plain(peer))

    assert response == HttpResponse(status=200, headers={"content-length": "2", "x-kind": "test"}, body=b"ok")
    assert f"\r\nHost: 127.0.0.1:{peer.port}\r\n".encode() in peer.requests[0]
    assert peer.requests[0].startswith(b"POST /orders HTTP/1.1\r\n")


def test_a_path_in_the_base_address_is_kept() -> None:
    with serve(answering(OK)) as peer:
        send(FRESH, plain(peer, base_url=f"http://127.0.0.1:{peer.port}/gate/"))

    assert peer.requests[0].startswith(b"POST /gate/orders HTTP/1.1\r\n")


def test_nothing_was_sent_when_nobody_listens() -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        port = taken.getsockname()[1]

    refused = failure(Target(service=SERVICE, base_url=f"https://127.0.0.1:{port}", private_allowed=True))

    assert (refused.kind, refused.reason) == (FailureKind.NOT_SENT, "no connection: Connection refused")


def test_nothing_was_sent_when_the_name_is_not_known(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*args: Any, **kwargs: Any) -> Any:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    refused = failure(Target(service=SERVICE, base_url="https://tm.example:8089"))

    assert (refused.kind, refused.reason) == (FailureKind.NOT_SENT, "the name is not known")


def test_nothing_was_sent_when_the_name_is_not_resolved_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    release = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *args, **kwargs: release.wait(5) and [])
    refused = failure(
        Target(service=SERVICE, base_url="https://tm.example"),
        HttpRequest(method="GET", path="/", connect_timeout_s=0.05),
    )
    release.set()

    assert (refused.kind, refused.reason) == (FailureKind.NOT_SENT, "the name was not resolved in time")


def test_nothing_was_sent_when_the_connection_ends_before_tls() -> None:
    with serve(lambda opened, peer: None) as peer:
        assert kind(secure(peer, fingerprint="0" * 64)) is FailureKind.NOT_SENT


def test_nothing_was_sent_when_the_handshake_takes_too_long() -> None:
    with serve(answering()) as peer:
        slow = failure(secure(peer), HttpRequest(method="GET", path="/", connect_timeout_s=0.1))

    assert (slow.kind, slow.reason) == (FailureKind.NOT_SENT, "no connection in time")


@pytest.mark.parametrize(
    "last_words",
    [
        b"",
        b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nshort",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nsho",
        b"SSH-2.0-OpenSSH_9.2\r\n",
    ],
)
def test_the_outcome_is_unknown_once_the_request_has_left(last_words: bytes) -> None:
    def script(opened: socket.socket, peer: Peer) -> None:
        peer.read(opened)
        opened.sendall(last_words)

    with serve(script) as peer:
        assert kind(plain(peer)) is FailureKind.UNKNOWN


def test_the_outcome_is_unknown_when_no_answer_comes_in_time() -> None:
    with serve(answering()) as peer:
        late = failure(plain(peer), HttpRequest(method="GET", path="/", read_timeout_s=0.1))

    assert (late.kind, late.reason) == (FailureKind.UNKNOWN, "no answer in time")


def test_a_server_that_drips_cannot_stretch_the_time() -> None:
    def drip(opened: socket.socket, peer: Peer) -> None:
        peer.read(opened)
        opened.sendall(b"HTTP/1.1 200 OK\r\nX-Long: ")
        while not peer.ended.wait(0.02):
            opened.sendall(b"x")

    with serve(drip) as peer:
        began = datetime.now(UTC)
        late = failure(plain(peer), HttpRequest(method="GET", path="/", read_timeout_s=0.2))
        passed = datetime.now(UTC) - began

    assert (late.kind, late.reason) == (FailureKind.UNKNOWN, "no answer in time")
    assert timedelta(seconds=0.15) < passed < timedelta(seconds=1.5)


def test_256_kb_are_taken_and_one_byte_more_is_not() -> None:
    def of(size: int) -> bytes:
        return b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % size + b"x" * size

    with serve(answering(of(MOST_BYTES))) as peer:
        assert len(send(FRESH, plain(peer)).body) == MOST_BYTES == 262_144
    with serve(answering(of(MOST_BYTES + 1))) as peer:
        huge = failure(plain(peer))
        assert (huge.kind, huge.reason) == (FailureKind.UNKNOWN, "the answer is larger than 256 KB")


def test_an_endless_body_is_not_read_to_its_end() -> None:
    def endless(opened: socket.socket, peer: Peer) -> None:
        peer.read(opened)
        opened.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            opened.sendall(b"x" * 65536)

    with serve(endless) as peer:
        assert failure(plain(peer)).reason == "the answer is larger than 256 KB"
        assert peer.closed.wait(5)


def test_a_compressed_body_is_not_unpacked() -> None:
    packed = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 3\r\n\r\n\x1f\x8b\x08"
    with serve(answering(packed)) as peer:
        assert send(FRESH, plain(peer)).body == b"\x1f\x8b\x08"


def test_a_redirect_is_an_answer_and_is_not_followed() -> None:
    with serve(answering(OK)) as elsewhere:
        moved = f"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:{elsewhere.port}/\r\nContent-Length: 0\r\n\r\n"
        with serve(answering(moved.encode())) as peer:
            assert send(FRESH, plain(peer)).status == 302
        assert elsewhere.connections == 0


def test_look_ups_share_a_connection_and_writes_have_one_of_their_own() -> None:
    pool = Pool()
    with serve(answering(OK, OK, OK)) as peer:
        used = []
        for request in (GET, GET, FRESH, FRESH, GET):
            send(request, plain(peer), pool=pool)
            used.append(peer.connections)
        assert used == [1, 1, 2, 3, 3]
    pool.close()


def test_a_connection_that_the_server_has_closed_is_not_used_again() -> None:
    def once(opened: socket.socket, peer: Peer) -> None:
        peer.read(opened)
        opened.sendall(OK)

    pool = Pool()
    with serve(once) as peer:
        send(GET, plain(peer), pool=pool)
        assert peer.closed.wait(5)
        assert send(GET, plain(peer), pool=pool).status == 200
        assert peer.connections == 2


def test_targets_never_share_a_connection() -> None:
    pool = Pool()
    with serve(answering(OK, OK)) as peer:
        send(GET, plain(peer), pool=pool)
        send(GET, Target(service=UUID(int=8), base_url=plain(peer).base_url, private_allowed=True), pool=pool)
        assert peer.connections == 2
    pool.close()


@pytest.mark.django_db
def test_no_request_is_sent_while_a_unit_is_open() -> None:
    with serve(answering(OK)) as peer:
        with unit(WORKER), pytest.raises(RuntimeError, match=r"^A unit is open in this thread: no request may be sent"):
            send(FRESH, plain(peer))
        assert peer.connections == 0
        assert send(FRESH, plain(peer)).status == 200


def test_the_log_tells_who_asked_what_without_anything_personal(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, logger="integrations.http")
    with serve(answering(OK)) as peer:
        send(GET, plain(peer), pool=Pool())
    failure(plain(peer), GET)

    answered, failed = (record.getMessage() for record in caplog.records if record.name == "integrations.http")
    assert answered.startswith(f"{SERVICE} GET /orders: 200, 2 bytes in ")
    assert failed.startswith(f"{SERVICE} GET /orders: not_sent: no connection: Connection refused after ")
    assert "8900" not in caplog.text


def test_a_conversation_is_told_of_a_failure_and_may_go_on() -> None:
    def talk() -> Any:
        try:
            yield GET
        except TransportFailure as failure:
            response = yield FRESH
            return failure.reason, response.status
        return None

    def once_dead(request: HttpRequest, target: Target) -> HttpResponse:
        if request is GET:
            raise TransportFailure(FailureKind.UNKNOWN, "cut")
        return HttpResponse(status=204, headers={}, body=b"")

    target = Target(service=SERVICE, base_url="https://tm.example")
    assert converse(talk(), target, send=once_dead) == ("cut", 204)


def test_a_failure_that_the_conversation_does_not_handle_comes_out_of_it() -> None:
    def talk() -> Any:
        yield GET

    def dead(request: HttpRequest, target: Target) -> HttpResponse:
        raise TransportFailure(FailureKind.NOT_SENT, "cut")

    with pytest.raises(TransportFailure, match=r"^not_sent: cut$"):
        converse(talk(), Target(service=SERVICE, base_url="https://tm.example"), send=dead)
