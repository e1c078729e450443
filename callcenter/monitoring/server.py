"""A small HTTP server for the processes that have none (workers, schedule): `/healthz`, `/readyz`, `/metrics`.

Started only where MONITOR_PORT is set. It listens on the container's own network: keep the port unpublished.
"""

from __future__ import annotations

import json
import os
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

from django.db import connections
from prometheus_client import CONTENT_TYPE_LATEST
from typing_extensions import override

from callcenter.monitoring import health, metrics

PORT_VARIABLE = "MONITOR_PORT"


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        """Answer one of the three questions."""
        status, kind, body = self._answer()
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _answer(self) -> tuple[int, str, bytes]:
        if self.path == "/healthz":
            return 200, "application/json", b'{"status": "ok"}'
        if self.path == "/metrics":
            return 200, CONTENT_TYPE_LATEST, metrics.written()
        if self.path != "/readyz":
            return 404, "text/plain", b""
        try:
            found = health.checks()
        finally:
            connections.close_all()
        able = all(check.fine for check in found if check.vital)
        return 200 if able else 503, "application/json", json.dumps({c.name: c.fine for c in found}).encode()

    @override
    def log_message(self, format: str, *args: object) -> None:
        """A probe every few seconds is no news."""


def serve(port: int, host: str = "") -> ThreadingHTTPServer:
    """Answer in a thread of its own until the process ends; returns the server (port 0 takes a free one)."""
    server = ThreadingHTTPServer((host, port), _Handler)
    server.daemon_threads = True
    Thread(target=server.serve_forever, name="monitor", daemon=True).start()
    return server


def serve_where_wanted() -> ThreadingHTTPServer | None:
    """Start it if MONITOR_PORT names a port."""
    port = os.environ.get(PORT_VARIABLE, "")
    return serve(int(port)) if port else None
