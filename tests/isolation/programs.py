"""The rivals' dispatch programs, answering look-ups: number, address and price are the caller's digits."""

import json
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from typing_extensions import override

from integrations.models import Connection
from tests.factories import Rival


@contextmanager
def programs(rivals: Sequence[Rival]) -> Iterator[None]:
    """Run one server for all of them, told apart by the path; the rivals' connections point there."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler({rival.mark: rival.phone[-10:] for rival in rivals}))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    for rival in rivals:
        Connection.objects.filter(service=rival.service).update(
            base_url=f"http://127.0.0.1:{server.server_port}/{rival.mark}", private_allowed=True
        )
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()


def _handler(numbers: dict[str, str]) -> type[BaseHTTPRequestHandler]:
    class Program(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.do_GET()

        def do_GET(self) -> None:
            digits = numbers[self.path.split("/")[1]]
            order = {"id": digits, "state_kind": "new_order", "phone": f"8{digits}", "source": f"ул. {digits}"}
            data = {"orders": [order], "addresses": [{"kind": "street", "street": f"ул. {digits}"}], "sum": digits}
            body = json.dumps({"code": 0, "descr": "OK", "data": data}).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        @override
        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    return Program
