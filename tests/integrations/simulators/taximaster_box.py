"""A running simulator for tests, and how to ask it things without the project's own client."""

import hashlib
import json
import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPSConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from integrations.simulators.taximaster import Options, Running, serving
from integrations.simulators.taximaster_faults import read_fault

SECRET = "s3cret"


@dataclass
class Box:
    """One simulator and its side door."""

    running: Running

    @property
    def port(self) -> int:
        port = urlsplit(self.running.url).port
        assert port
        return port

    def break_by(
        self, fault: str | None, *, count: int | None = None, seconds: float | None = None, request: str | None = None
    ) -> None:
        body = {"fault": fault, "count": count, "seconds": seconds, "request": request}
        self.control("POST", "/simulator/fault", body)

    def journal(self) -> list[dict[str, Any]]:
        listed: list[dict[str, Any]] = self.control("GET", "/simulator/journal")[1]["orders"]
        return listed

    def control(self, method: str, path: str, body: Any = None) -> tuple[int, dict[str, Any]]:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=5)
        return _answer(connection, method, path, json.dumps(body).encode(), {})

    def ask(
        self, method: str, target: str, body: bytes = b"", *, sign: bytes | None = None, **headers: str
    ) -> tuple[int, dict[str, Any]]:
        """Ask the API; `sign` is what to sign when it is not what is sent."""
        path = target if target.startswith("/") else f"/common_api/1.0/{target}"
        payload = body if method == "POST" else target.partition("?")[2].encode()
        digest = hashlib.md5((payload if sign is None else sign) + SECRET.encode()).hexdigest()  # noqa: S324
        context = ssl._create_unverified_context()  # noqa: S323 - the certificate is not what is tested
        connection = HTTPSConnection("127.0.0.1", self.port, timeout=5, context=context)
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        return _answer(connection, method, path, body, {"Signature": digest, **given})

    def create(self, **changes: Any) -> dict[str, Any]:
        """Ask for an order; a value of None leaves the parameter out."""
        values = {
            "phone": "89001234567",
            "addresses": [{"address": "Ленина, 1"}],
            "source_time": "20261123111835",
            "comment": "#RSTVWXYZ01",
            **changes,
        }
        body = json.dumps({name: value for name, value in values.items() if value is not None})
        return self.ask("POST", "create_order2", body.encode())[1]


@contextmanager
def simulated(certificates: Path, *, journal: Path | None = None, **changes: Any) -> Iterator[Box]:
    fault = read_fault(changes.pop("fault", {}))
    options = Options(port=0, secret=SECRET, cert_dir=certificates, journal=journal, fault=fault, **changes)
    with serving(options) as running:
        yield Box(running)


def _answer(
    connection: HTTPConnection, method: str, path: str, body: bytes, headers: Mapping[str, str]
) -> tuple[int, dict[str, Any]]:
    try:
        connection.request(method, path, body or None, dict(headers))
        response = connection.getresponse()
        return response.status, json.loads(response.read())
    finally:
        connection.close()
