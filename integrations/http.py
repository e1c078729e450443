"""The only HTTP client of the project: one request, one answer or one `TransportFailure`; no redirects, no retries.

A failure is NOT_SENT only while no byte of the request can have left; from the first byte on it is UNKNOWN.
"""

import logging
import os
import threading
import time
from collections import defaultdict, deque
from collections.abc import Callable, Generator
from contextlib import closing
from http.client import HTTPException
from typing import TypeVar
from urllib.parse import urlsplit

from typing_extensions import override
from urllib3.connection import HTTPConnection
from urllib3.exceptions import HTTPError
from urllib3.response import BaseHTTPResponse

from callcenter.contracts import FailureKind, HttpRequest, HttpResponse, Target, TransportFailure
from callcenter.tenancy.unit import active
from integrations.egress import (
    Deadline,
    Place,
    PlainSocket,
    TlsSocket,
    certificate_fingerprint,
    open_socket,
    read_place,
)

__all__ = ["MOST_BYTES", "Pool", "Sender", "certificate_fingerprint", "converse", "send"]

MOST_BYTES = 256 * 1024
MOST_IDLE_PER_TARGET = 8
LONGEST_IDLE_S = 15.0

_Outcome = TypeVar("_Outcome")
Sender = Callable[[HttpRequest, Target], HttpResponse]
log = logging.getLogger("integrations.http")


class _Link(HTTPConnection):
    """One connection to a target; it is connected before anything is asked of it."""

    def __init__(self, place: Place, opened: PlainSocket | TlsSocket) -> None:
        super().__init__(place.host, place.port)
        self.opened = opened
        self.sock = opened
        self.idle_since = 0.0

    @override
    def connect(self) -> None:
        raise ConnectionError("the other side has closed the connection")

    def is_fresh(self) -> bool:
        """Tell whether the idle connection can still be expected to work."""
        return self.is_connected and time.monotonic() - self.idle_since < LONGEST_IDLE_S


class Pool:
    """Idle connections, kept apart by target and by process; safe to share between threads."""

    def __init__(self) -> None:
        self._idle: defaultdict[tuple[int, Target], deque[_Link]] = defaultdict(deque)
        self._lock = threading.Lock()

    def take(self, target: Target) -> _Link | None:
        """Return the idle connection used last, None when there is none that still works."""
        while True:
            with self._lock:
                idle = self._idle[os.getpid(), target]
                link = idle.pop() if idle else None
            if link is None or link.is_fresh():
                return link
            link.close()

    def give_back(self, target: Target, link: _Link) -> None:
        """Keep the connection for the next request, or close it when there are enough."""
        link.idle_since = time.monotonic()
        with self._lock:
            idle = self._idle[os.getpid(), target]
            idle.append(link)
            surplus = idle.popleft() if len(idle) > MOST_IDLE_PER_TARGET else None
        if surplus is not None:
            surplus.close()

    def close(self) -> None:
        """Close every idle connection."""
        with self._lock:
            links = [link for idle in self._idle.values() for link in idle]
            self._idle.clear()
        for link in links:
            link.close()


_shared = Pool()


def send(request: HttpRequest, target: Target, *, pool: Pool | None = None) -> HttpResponse:
    """Send `request` and return the answer, whatever its status; TransportFailure when there is none.

    RuntimeError inside a unit: nothing outside is waited for while a transaction is open.
    """
    if active():
        raise RuntimeError("A unit is open in this thread: no request may be sent while a transaction waits for it.")
    started = time.monotonic()
    try:
        response = _exchange(request, target, _shared if pool is None else pool)
    except TransportFailure as failure:
        log.warning("%s %s %s: %s after %d ms", *_named(request, target), failure, _passed(started))
        raise
    size = len(response.body)
    log.info("%s %s %s: %d, %d bytes in %d ms", *_named(request, target), response.status, size, _passed(started))
    return response


def converse(talk: Generator[HttpRequest, HttpResponse, _Outcome], target: Target, *, send: Sender = send) -> _Outcome:
    """Hold an adapter's conversation with `target` and return its outcome; a failure it does not handle is raised."""
    try:
        request = next(talk)
        while True:
            try:
                response = send(request, target)
            except TransportFailure as failure:
                request = talk.throw(failure)
            else:
                request = talk.send(response)
    except StopIteration as end:
        outcome: _Outcome = end.value
        return outcome
    finally:
        talk.close()


def _exchange(request: HttpRequest, target: Target, pool: Pool) -> HttpResponse:
    place = read_place(target)
    link = None if request.fresh_connection else pool.take(target)
    if link is None:
        link = _Link(place, open_socket(place, target, Deadline(request.connect_timeout_s)))
    keep = False
    try:
        response = _ask(link, request, place)
        keep = link.sock is not None and not request.fresh_connection
        return response
    except TimeoutError:
        raise _unknown("no answer in time") from None
    except (OSError, HTTPError, HTTPException) as error:
        raise _unknown(f"no whole answer: {type(error).__name__}") from None
    finally:
        if keep:
            pool.give_back(target, link)
        else:
            link.close()


def _ask(link: _Link, request: HttpRequest, place: Place) -> HttpResponse:
    """Send over the open connection and read the whole answer within the request's time."""
    link.opened.deadline = Deadline(request.read_timeout_s)
    link.timeout = request.read_timeout_s
    headers = {**request.headers, "Host": place.host_header, "User-Agent": "callcenter"}
    body = request.body if request.method != "GET" else None
    link.request(request.method, place.prefix + request.path, body, headers, preload_content=False)
    with closing(link.getresponse()) as answer:
        found = _read_body(answer)
    return HttpResponse(
        status=answer.status, headers={name.lower(): value for name, value in answer.headers.items()}, body=found
    )


def _read_body(answer: BaseHTTPResponse) -> bytes:
    """Read to the end, which the last empty read confirms; a body cut short raises."""
    body = b""
    while part := answer.read(MOST_BYTES + 1 - len(body), decode_content=False):
        body += part
        if len(body) > MOST_BYTES:
            raise _unknown("the answer is larger than 256 KB")
    return body


def _unknown(reason: str) -> TransportFailure:
    return TransportFailure(FailureKind.UNKNOWN, reason)


def _named(request: HttpRequest, target: Target) -> tuple[object, str, str]:
    """Who asked what: the query is left out, for it names people."""
    return target.service, request.method, urlsplit(request.path).path


def _passed(started: float) -> int:
    return round((time.monotonic() - started) * 1000)
