"""A stand-in for the switch: a small HTTP server that checks signatures, answers as told and remembers everything."""

import json
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from typing_extensions import override

from integrations.signature import verify

SECRET = "whsec_c2VjcmV0LW9mLXRoZS1zaW11bGF0ZWQtZXhjaGFuZ2U="
ACCEPT = {"decision_id": "d1", "action": "accept", "extension": "101", "max_wait_s": 60}


@dataclass(frozen=True)
class Heard:
    """One request: what was asked, its signed id and time, its body."""

    path: str
    webhook_id: str
    stamp: str
    body: Mapping[str, Any]


@dataclass
class Switch:
    """`route` answers the route question; `troubles` are statuses given to the first events, 0 drops the connection."""

    route: Callable[[Mapping[str, Any]], Mapping[str, Any]] = lambda question: ACCEPT
    troubles: list[int] = field(default_factory=list)
    ready: list[int] = field(default_factory=lambda: [1])
    release_answered: bool = False
    heard: list[Heard] = field(default_factory=list)
    url: str = ""
    lock: threading.Lock = field(default_factory=threading.Lock)

    def bodies(self, path: str) -> list[Mapping[str, Any]]:
        return [heard.body for heard in self.heard if heard.path == path]

    def events(self) -> list[Mapping[str, Any]]:
        return self.bodies("events")

    def types(self) -> list[str]:
        return [event["type"] for event in self.events()]

    def answer(self, heard: Heard) -> tuple[int, Mapping[str, Any]]:
        with self.lock:
            self.heard.append(heard)
            if heard.path == "events":
                return (self.troubles.pop(0) if self.troubles else 200), {}
            if heard.path == "route":
                return 200, self.route(heard.body)
            if heard.path == "ready":
                return 200, {"ready": self.ready.pop(0) if len(self.ready) > 1 else self.ready[0]}
            answered = {event["call"]["id"] for event in self.events() if event["type"] == "call.answered"}
            release = answered.intersection(heard.body["calls"]) if self.release_answered else set()
            return 200, {"release": sorted(release)}


def serve(switch: Switch) -> ThreadingHTTPServer:
    """Start the server on a free loopback port; the caller shuts it down."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            webhook_id = verify(dict(self.headers.items()), body, [SECRET], datetime.now(UTC))
            prefix, _, path = self.path.rpartition("/")
            assert prefix == "/api/telephony/pbx-1"
            status, answer = switch.answer(Heard(path, webhook_id, self.headers["webhook-timestamp"], json.loads(body)))
            if status == 0:
                self.close_connection = True
                return
            content = json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("content-length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        @override
        def log_message(self, format: str, *args: Any) -> None:
            """Keep the test output quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    switch.url = f"http://127.0.0.1:{server.server_address[1]}"
    return server
