"""A dispatch program on this machine that does to each order what the test says, and counts what reaches it."""

import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BufferedIOBase
from threading import Event, Lock, Thread
from typing import Any

from typing_extensions import override

HANG_S = 60.0
_TOKEN = re.compile(r"#\w{10}$")
# What is written in place of a sound answer; the connection is closed after it.
Raw = Callable[[BufferedIOBase], None]
Deed = Callable[["Program", dict[str, Any]], dict[str, Any] | Raw | None]


def accept(program: "Program", body: dict[str, Any]) -> dict[str, Any] | None:
    """Hold the order and say so."""
    return {"code": 0, "descr": "OK", "data": {"order_id": program.hold(body)}}


def drop(program: "Program", body: dict[str, Any]) -> None:
    """End the connection without having done anything."""


def accept_and_drop(program: "Program", body: dict[str, Any]) -> None:
    """Hold the order and end the connection without a word."""
    program.cut_off += 1
    program.hold(body)


def refuse(code: int) -> Deed:
    """Answer with a code."""
    return lambda program, body: {"code": code, "descr": "Иванов, Ленина 15", "data": {}}


def hang(program: "Program", body: dict[str, Any]) -> None:
    """Say nothing until the gate opens, and then nothing either."""
    program.gate.wait(HANG_S)


def accept_and_hang(program: "Program", body: dict[str, Any]) -> None:
    """Hold the order, say nothing."""
    program.hold(body)
    program.gate.wait(HANG_S)


def accept_late(program: "Program", body: dict[str, Any]) -> dict[str, Any] | None:
    """Hold the order and say so, but not before the gate opens."""
    program.gate.wait(HANG_S)
    return accept(program, body)


class Program:
    """What the program holds and has seen. `deeds` are done to the next orders, then `usual` to all others."""

    def __init__(self) -> None:
        self.usual: Deed = accept
        self.deeds: list[Deed] = []
        self.orders: list[dict[str, Any]] = []
        self.creations: list[dict[str, Any]] = []
        self.looks = 0
        self.cut_off = 0
        self.most_at_once = 0
        self.under_way = 0
        self.shown = True
        self.twins = 1
        self.gate, self.asked = Event(), Event()
        self.url = ""
        self._lock = Lock()

    def hold(self, body: dict[str, Any]) -> int:
        with self._lock:
            self.orders.append(body)
            return 4710 + len(self.orders)

    def markers(self) -> list[str]:
        """The tokens of the orders it holds."""
        return [match[0] for order in self.orders if (match := _TOKEN.search(order["comment"]))]

    def create(self, body: dict[str, Any]) -> dict[str, Any] | Raw | None:
        if "phone" not in body:
            return {"code": 8, "descr": "a parameter is missing", "data": {}}
        with self._lock:
            self.creations.append(body)
            self.under_way += 1
            self.most_at_once = max(self.most_at_once, self.under_way)
            deed = self.deeds.pop(0) if self.deeds else self.usual
        self.asked.set()
        try:
            return deed(self, body)
        finally:
            with self._lock:
                self.under_way -= 1

    def look(self) -> dict[str, Any]:
        with self._lock:
            self.looks += 1
            held = [
                {"id": 4711 + position + 1000 * twin, "comment": order["comment"], "state_kind": "new_order"}
                for position, order in enumerate(self.orders if self.shown else [])
                for twin in range(self.twins)
            ]
        return {"code": 0, "descr": "OK", "data": {"orders": held}}


class _Server(ThreadingHTTPServer):
    """Takes many connections at once; a client that is killed is nothing to complain of."""

    daemon_threads = True
    request_queue_size = 128

    @override
    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing."""


@contextmanager
def running() -> Iterator[Program]:
    """Serve until the block ends."""
    program = Program()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            written = self.rfile.read(int(self.headers["Content-Length"]))
            self._answer(program.create(json.loads(written or b"{}")))

        def do_GET(self) -> None:
            self._answer(program.look())

        def _answer(self, body: dict[str, Any] | Raw | None) -> None:
            self.close_connection = not isinstance(body, dict)
            if callable(body):
                body(self.wfile)
            elif body is not None:
                written = json.dumps(body).encode()
                self.send_response(200)
                self.send_header("Content-Length", str(len(written)))
                self.end_headers()
                self.wfile.write(written)

        @override
        def log_message(self, format: str, *args: Any) -> None:
            """Say nothing."""

    server = _Server(("127.0.0.1", 0), Handler)
    program.url = f"http://127.0.0.1:{server.server_address[1]}"
    Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    try:
        yield program
    finally:
        program.gate.set()
        server.shutdown()
        server.server_close()
