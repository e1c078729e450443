"""`python -m bench.delivery.receiver`: the one dispatch program that all contenders deliver to.

Every service has an address of its own (127.0.1.1 … 127.0.1.50), in plain HTTP and in TLS. It answers as Taxi-Master
does: an order is created by POST, and found again by GET with its phone. At 127.0.0.1 it tells what came and when
(`/log`, monotonic seconds, which all processes of one machine share), forgets (`/reset`), and is told how to behave
(`/set?delay=0.06&hang=1,2`).
"""

from __future__ import annotations

import argparse
import asyncio
import json
import re
import ssl
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic
from typing import cast
from urllib.parse import parse_qsl, urlsplit

import uvloop
from typing_extensions import override

SERVICES = 50
CONTROL = "127.0.0.1"
TOKEN_LENGTH = 10
_PHONE = re.compile(rb'"phone":\s*"([^"]*)"')


def host_of(position: int) -> str:
    """The address of a service, 1 to 50."""
    return f"127.0.1.{position}"


@dataclass
class Book:
    """What came, and how to behave."""

    arrivals: list[tuple[str, float, int]] = field(default_factory=list)
    by_phone: defaultdict[str, list[tuple[int, str]]] = field(default_factory=lambda: defaultdict(list))
    connections: int = 0
    delay_s: float = 0.0
    hanging: frozenset[int] = frozenset()

    def create(self, body: bytes, service: int) -> dict[str, object]:
        """Take an order; its token stands behind the last #."""
        at = body.rindex(b"#") + 1
        token = body[at : at + TOKEN_LENGTH].decode()
        self.arrivals.append((token, monotonic(), service))
        if found := _PHONE.search(body):
            self.by_phone[found[1].decode()].append((len(self.arrivals), token))
        return {"order_id": len(self.arrivals)}

    def find(self, phone: str) -> dict[str, object]:
        """The orders of a phone."""
        return {"orders": [{"order_id": number, "comment": f"#{token}"} for number, token in self.by_phone[phone]]}

    def control(self, path: str, given: dict[str, str]) -> object:
        """Serve the bench itself."""
        if path == "/reset":
            self.arrivals.clear()
            self.by_phone.clear()
            self.connections, self.delay_s, self.hanging = 0, 0.0, frozenset()
        if path == "/set":
            self.delay_s = float(given.get("delay", 0))
            self.hanging = frozenset(int(one) for one in given.get("hang", "").split(",") if one)
        if path == "/log":
            return {"arrivals": self.arrivals, "connections": self.connections}
        return len(self.arrivals)


class Talk(asyncio.Protocol):
    """One connection: whole requests with a Content-Length, nothing else."""

    transport: asyncio.Transport

    def __init__(self, book: Book) -> None:
        self.book, self.buffer = book, b""

    @override
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)  # uvloop's own are of no class of asyncio's
        self.host = str(transport.get_extra_info("sockname")[0])
        self.service = int(self.host.rpartition(".")[2])
        self.book.connections += self.host != CONTROL

    @override
    def data_received(self, data: bytes) -> None:
        self.buffer += data
        while (end := self.buffer.find(b"\r\n\r\n")) >= 0:
            head = self.buffer[:end]
            length = re.search(rb"(?i)content-length: *(\d+)", head)
            whole = end + 4 + (int(length[1]) if length else 0)
            if len(self.buffer) < whole:
                return
            body, self.buffer = self.buffer[end + 4 : whole], self.buffer[whole:]
            self._serve(head.split(b" ", 2)[1].decode(), body)

    def _serve(self, target: str, body: bytes) -> None:
        parts = urlsplit(target)
        if self.host == CONTROL:
            self._answer(self.book.control(parts.path, dict(parse_qsl(parts.query))))
            return
        if self.service in self.book.hanging:
            return
        if body:
            data = self.book.create(body, self.service)
        elif parts.path.endswith("get_current_orders"):
            data = self.book.find(dict(parse_qsl(parts.query)).get("phone", ""))
        else:
            data = {"orders": []}
        answer = {"code": 0, "descr": "OK", "data": data}
        if self.book.delay_s:
            asyncio.get_running_loop().call_later(self.book.delay_s, self._answer, answer)
        else:
            self._answer(answer)

    def _answer(self, answer: object) -> None:
        if self.transport.is_closing():
            return
        body = json.dumps(answer).encode()
        head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        self.transport.write(head.encode() + body)


async def serve(port: int, tls_port: int, certificate: Path) -> None:
    """Listen everywhere until killed."""
    book, loop = Book(), asyncio.get_running_loop()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate / "certificate.pem", certificate / "key.pem")
    hosts = [host_of(position) for position in range(1, SERVICES + 1)]
    await loop.create_server(lambda: Talk(book), hosts, tls_port, ssl=context, backlog=512)
    await loop.create_server(lambda: Talk(book), [CONTROL, *hosts], port, backlog=512)
    await asyncio.Event().wait()


def main() -> None:
    """Read the options and serve."""
    options = argparse.ArgumentParser()
    options.add_argument("--port", type=int, required=True)
    options.add_argument("--tls-port", type=int, required=True)
    options.add_argument("--certificate", type=Path, required=True)
    given = options.parse_args()
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(serve(given.port, given.tls_port, given.certificate))


if __name__ == "__main__":
    main()
