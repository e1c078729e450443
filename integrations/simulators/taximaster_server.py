"""A simulated Taxi-Master server's HTTPS side: signature over the raw bytes, envelope, faults.

Callers on this machine tell the simulator what shall go wrong (`/simulator/fault`) and see what it holds
(`/simulator/journal`). The first byte of a connection tells TLS from plain HTTP: in plain HTTP there is nothing but
that side door, which stays open while the simulator plays dead to everybody else.
"""

import hashlib
import hmac
import ipaddress
import json
import logging
import socket
import ssl
import sys
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, cast

from typing_extensions import override

from integrations.simulators.taximaster_faults import (
    BUSY,
    CODE_10,
    COMMIT_THEN_502,
    COMMIT_THEN_DROP,
    COMMIT_THEN_STALL,
    DOWN,
    ERROR,
    GARBAGE,
    HUGE,
    NO_NUMBER,
    REDIRECT,
    SAME_NUMBER,
    SLOW_HANDSHAKE,
    STALL,
    TRUNCATED,
    Fault,
    Faults,
    read_fault,
)
from integrations.simulators.taximaster_lists import Installation
from integrations.simulators.taximaster_parameters import Refusal, read_parameters
from integrations.simulators.taximaster_requests import REQUESTS

API = "common_api"
VERSION = "1.0"
MOST_BYTES = 1024 * 1024
HANDSHAKE_S = 10.0
IDLE_S = 75.0
TLS_HANDSHAKE = b"\x16"
HUGE_BYTES = 10 * 1024 * 1024
CHANGING = frozenset({"create_order2", "update_order", "change_order_state"})
NO_HEADERS: Mapping[str, str] = {}

logger = logging.getLogger("taximaster")


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """The simulated program: what it holds, who may ask, what goes wrong."""

    here: Installation
    faults: Faults
    secret: str
    users: Mapping[str, frozenset[str]]
    latency_s: float
    query_post: bool = False

    def answer(self, method: str, target: str, headers: Mapping[str, str], body: bytes) -> dict[str, Any]:
        """Return the envelope of one request to the API."""
        path, _, query = target.partition("?")
        try:
            data = self._answer(method, path, query.encode("latin-1"), headers, body)
        except Refusal as refusal:
            return {"code": refusal.code, "descr": refusal.descr, "data": refusal.data}
        return {"code": 0, "descr": "OK", "data": data}

    def _answer(self, method: str, path: str, query: bytes, headers: Mapping[str, str], body: bytes) -> dict[str, Any]:
        api, version, name = [*path.strip("/").split("/", 2), "", ""][:3]
        if api != API:
            raise Refusal(2, "Неизвестный тип API")
        if version != VERSION:
            raise Refusal(5, "Неподдерживаемая версия API")
        request = REQUESTS.get(name)
        in_query = self.query_post and method == "POST" and query and not body
        if request is None or request.signed:
            self._authenticate(query if method == "GET" or in_query else body, headers, name)
        if request is None:
            raise Refusal(6, "Неизвестный запрос")
        if method not in request.methods:
            raise Refusal(7, "Неверный тип запроса")
        how = "GET" if in_query else method
        return request.answer(read_parameters(request.form, method=how, query=query, body=body), self.here)

    def _authenticate(self, payload: bytes, headers: Mapping[str, str], name: str) -> None:
        expected = hashlib.md5(payload + self.secret.encode(), usedforsecurity=False).hexdigest()
        given = headers.get("Signature", "").strip().lower()
        if not hmac.compare_digest(given.encode(), expected.encode()):
            raise Refusal(4, "Секретный ключ не совпадает")
        user = headers.get("X-User-Id")
        if user is None:
            return
        if user not in self.users:
            raise Refusal(13, "Не найден пользователь CommonAPI")
        if name not in self.users[user]:
            raise Refusal(14, "Запрос не разрешён этому пользователю")


class Server(ThreadingHTTPServer):
    """One thread per connection; a handshake never holds up the others."""

    daemon_threads = True
    block_on_close = False
    request_queue_size = 256

    def __init__(self, address: tuple[str, int], program: Program, context: ssl.SSLContext) -> None:
        self.address_family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
        super().__init__(address, Handler)
        self.program = program
        self.stopping = threading.Event()
        self._context = context

    @override
    def process_request_thread(self, request: Any, client_address: Any) -> None:
        try:
            opened = self._open(request)
            if opened is not None:
                super().process_request_thread(opened, client_address)
                return
        except (OSError, ValueError) as error:
            logger.info("a connection came to nothing: %s", type(error).__name__)
        request.close()

    @override
    def handle_error(self, request: Any, client_address: Any) -> None:
        error = sys.exception()
        if not isinstance(error, OSError):
            logger.error("a request failed", exc_info=error)

    def _open(self, raw: socket.socket) -> socket.socket | None:
        """Take up a connection, in TLS if it begins so; None when it is to be closed."""
        raw.settimeout(HANDSHAKE_S)
        raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        first = raw.recv(1, socket.MSG_PEEK)
        if first != TLS_HANDSHAKE:
            return raw if first else None
        if self.program.faults.strike(DOWN) or self.program.faults.flap():
            return None
        if slow := self.program.faults.strike(SLOW_HANDSHAKE):
            self.stopping.wait(slow.seconds)
        return self._context.wrap_socket(raw, server_side=True)


class Handler(BaseHTTPRequestHandler):
    """The requests of one connection."""

    protocol_version = "HTTP/1.1"
    server_version = "TMAPI"
    sys_version = ""
    timeout = IDLE_S
    wbufsize = -1

    def do_GET(self) -> None:
        """Answer a GET."""
        self._serve()

    def do_POST(self) -> None:
        """Answer a POST."""
        self._serve()

    @override
    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing of single lines: the query names people."""

    def _serve(self) -> None:
        body = self._read_body()
        if body is None:
            return
        if not isinstance(self.connection, ssl.SSLSocket) or self.path.startswith("/simulator/"):
            self._control(body)
            return
        server = cast("Server", self.server)
        faults, name = server.program.faults, self._name()
        if faults.strike(DOWN, name):
            self.close_connection = True
        elif stalled := faults.strike(STALL, name):
            server.stopping.wait(stalled.seconds)
            self.close_connection = True
        elif faults.strike(GARBAGE, name):
            self.send_error(502)
        elif faults.strike(ERROR, name):
            self.send_error(500)
        elif faults.strike(BUSY, name):
            self._write(429, {"error": "too many requests"}, {"Retry-After": "2"})
        elif faults.strike(REDIRECT, name):
            self._write(302, {}, {"Location": f"https://127.0.0.1:1{self.path}"})
        else:
            self._answer(server, name, body)

    def _name(self) -> str:
        """What the request is called."""
        return self.path.partition("?")[0].rpartition("/")[2]

    def _answer(self, server: "Server", name: str, body: bytes) -> None:
        headers = {header.title(): value for header, value in self.headers.items()}
        envelope = server.program.answer(self.command, self.path, headers, body)
        logger.info("%s %s: code %d", self.command, name, envelope["code"])
        if server.program.latency_s:
            server.stopping.wait(server.program.latency_s)
        done = name in CHANGING and envelope["code"] == 0
        fault = server.program.faults.strike_after(name) if done else None
        if fault is None:
            self._write(200, envelope)
        else:
            self._answer_badly(server, fault, envelope)

    def _answer_badly(self, server: "Server", fault: Fault, envelope: dict[str, Any]) -> None:
        """What was asked for has been done; the answer says so badly or not at all."""
        if fault.fault in (COMMIT_THEN_DROP, COMMIT_THEN_STALL):
            server.stopping.wait(fault.seconds if fault.fault == COMMIT_THEN_STALL else 0)
            self.close_connection = True
        elif fault.fault == COMMIT_THEN_502:
            self.send_error(502)
        elif fault.fault == CODE_10:
            self._write(200, {"code": 10, "descr": "Внутренняя ошибка", "data": {}})
        elif fault.fault == NO_NUMBER:
            self._write(200, {**envelope, "data": {}})
        elif fault.fault == SAME_NUMBER:
            number = envelope["data"].get("order_id", 1)
            self._write(200, {**envelope, "data": {"order_id": number - 1}})
        elif fault.fault == HUGE:
            self._write(200, {**envelope, "descr": "x" * HUGE_BYTES})
        else:
            self._trickle(server, fault, json.dumps(envelope, ensure_ascii=False).encode())

    def _trickle(self, server: "Server", fault: Fault, written: bytes) -> None:
        """Byte by byte, or half of it and then the end."""
        self.send_response(200)
        self.send_header("Content-Length", str(len(written)))
        self.end_headers()
        self.wfile.flush()
        half = fault.fault == TRUNCATED
        for position in range(len(written) // 2 if half else len(written)):
            self.wfile.write(written[position : position + 1])
            self.wfile.flush()
            server.stopping.wait(0 if half else fault.seconds / len(written))
        self.close_connection = True

    def _control(self, body: bytes) -> None:
        """The unsigned side door: only from this machine."""
        program = cast("Server", self.server).program
        if not ipaddress.ip_address(self.client_address[0]).is_loopback:
            self._write(403, {"error": "only from the simulator's own machine"})
        elif self.path == "/simulator/journal" and self.command == "GET":
            self._write(200, {"orders": program.here.book.lines(), "messages": program.here.book.messages})
        elif self.path == "/simulator/fault" and self.command == "POST":
            self._put_fault(program, body)
        elif self.path == "/simulator/fault":
            self._write(200, program.faults.shown())
        else:
            self._write(404, {"error": "the API is behind https; here are /simulator/fault and /simulator/journal"})

    def _put_fault(self, program: Program, body: bytes) -> None:
        try:
            program.faults.put(read_fault(json.loads(body)))
        except ValueError as error:
            self._write(400, {"error": str(error)})
        else:
            self._write(200, program.faults.shown())

    def _read_body(self) -> bytes | None:
        """Read the body, None when it was refused."""
        length = self.headers.get("Content-Length", "0")
        if not length.isascii() or not length.isdecimal() or "Transfer-Encoding" in self.headers:
            self._refuse(411)
        elif int(length) > MOST_BYTES:
            self._refuse(413)
        else:
            return self.rfile.read(int(length))
        return None

    def _refuse(self, status: int) -> None:
        self.close_connection = True
        self._write(status, {"error": "a body of known length up to 1 MB is allowed"})

    def _write(self, status: int, body: Mapping[str, Any], more: Mapping[str, str] = NO_HEADERS) -> None:
        written = json.dumps(body, ensure_ascii=False).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json; charset=utf-8")
        self.send_header("Content-Length", str(len(written)))
        for header, value in more.items():
            self.send_header(header, value)
        self.end_headers()
        self.wfile.write(written)
