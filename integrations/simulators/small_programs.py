"""Two small dispatch programs for tests: as much of HiveTaxi and TaxiCaller as their documents say of an order.

They share no code with those who speak to them, and hold what they are given until the process ends.
"""

from __future__ import annotations

import contextlib
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from typing_extensions import override

Answer = tuple[int, Any]


class HiveTaxi:
    """`POST /api/integration/rpc`, key in `Authorization`; numbers are larger than a float can tell apart."""

    def __init__(self, key: str) -> None:
        self.key = key
        self.orders: dict[int, dict[str, Any]] = {}

    def answer(self, method: str, path: str, headers: dict[str, str], body: bytes) -> Answer:
        """One request."""
        if headers.get("authorization") != self.key:
            return 401, {}
        if (method, path) != ("POST", "/api/integration/rpc"):
            return 404, {}
        asked = json.loads(body)
        return 200, {"id": asked["id"], **self._call(asked["method"], asked["params"])}

    def _call(self, method: str, params: dict[str, Any]) -> dict[str, Any]:
        if method == "Orders.submit":
            if not params.get("phone") or not params.get("route") or params.get("fareId", 0) > 1000:
                return {"error": {"code": 65001, "message": "wrong parameter"}}
            number = 9_007_199_254_740_993 + len(self.orders)
            self.orders[number] = {**params, "id": number, "status": 1, "source": 7}
            return {"result": number}
        if method == "Orders.getList":
            return {"result": [order for order in self.orders.values() if order["status"] in (1, 2, 3, 4, 7)]}
        if method == "Orders.findAddress":
            place = {"name": params["query"], "position": {"lat": 53.9, "lon": 27.56}}
            return {"result": {"addresses": [{"address": place}]}}
        if method == "Orders.estimate":
            return {"result": {"client": {"cost": 12.5, "kind": "total"}}}
        order = self.orders.get(params.get("orderId", 0))
        if order is None:
            return {"error": {"code": 65002, "message": "no order"}}
        if method == "Orders.cancel":
            order["status"] = 6
            return {"result": {}}
        return {"result": {"status": order["status"]}}


class TaxiCaller:
    """A token for the key, then the booker's orders; a malformed one ends in status 500, as there."""

    def __init__(self, key: str) -> None:
        self.key = key
        self.orders: dict[str, dict[str, Any]] = {}

    def answer(self, method: str, path: str, headers: dict[str, str], body: bytes) -> Answer:
        """One request."""
        parts = urlsplit(path)
        if parts.path == "/api/v1/jwt/for-key":
            return (200, {"token": "t0ken"}) if parse_qs(parts.query).get("key") == [self.key] else (403, {})
        if headers.get("authorization") != "Bearer t0ken":
            return 401, {}
        number = parts.path.removeprefix("/api/v1/booker/order").strip("/")
        if not number and method == "GET":
            return 200, {"orders": list(self.orders.values())}
        return self._create(json.loads(body)) if not number else self._of_one(number)

    def _create(self, told: dict[str, Any]) -> Answer:
        order = told.get("order", {})
        if not order.get("route", {}).get("nodes") or not order.get("company_id"):
            return 500, {"errors": [{"err_msg": "NullPointerException"}]}
        number = f"{len(self.orders) + 1:016x}"
        self.orders[number] = {**order, "order_id": number, "state": "new"}
        return 200, {"order": {"order_id": number}, "meta": {"job_id": len(self.orders)}}

    def _of_one(self, number: str) -> Answer:
        name, _, verb = number.partition("/")
        order = self.orders.get(name)
        if order is None:
            return 400, {"errors": [{"err_msg": f"No job found for id {name}"}]}
        if verb == "cancel":
            order["state"] = "cancelled"
        return 200, {"order": {"order_id": name, "state": order["state"]}}


@contextlib.contextmanager
def serving(program: HiveTaxi | TaxiCaller) -> Iterator[str]:
    """Serve on a free port of this machine; the base address."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self._serve()

        def do_POST(self) -> None:
            self._serve()

        def _serve(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            headers = {name.lower(): value for name, value in self.headers.items()}
            status, told = program.answer(self.command, self.path, headers, body)
            written = json.dumps(told).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(written)))
            self.end_headers()
            self.wfile.write(written)

        @override
        def log_message(self, format: str, *args: Any) -> None:
            """Nothing: the path may hold a key."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
