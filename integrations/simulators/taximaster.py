"""A simulated Taxi-Master server in a process of its own; it shares no code with those who speak to it.

Run it as `manage.py simulate_dispatch taximaster` or `python -m integrations.simulators.taximaster`.
"""

import argparse
import contextlib
import json
import logging
import secrets
import signal
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from integrations.simulators.taximaster_book import Book
from integrations.simulators.taximaster_certificate import SELF_SIGNED, TLS_MODES, context_of, keep_certificate
from integrations.simulators.taximaster_faults import ASK, FORBID, NAMES, Fault, Faults, read_fault
from integrations.simulators.taximaster_lists import Installation
from integrations.simulators.taximaster_requests import REQUESTS
from integrations.simulators.taximaster_server import Program, Server
from integrations.simulators.taximaster_towns import FIRST, TOWNS

FIRST_ORDERS = range(100_000, 900_000)
MOSCOW = ZoneInfo("Europe/Moscow")
NO_FAULT = Fault()


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What the command line says."""

    port: int
    secret: str
    address: str = "127.0.0.1"
    journal: Path | None = None
    cert_dir: Path | None = None
    latency_ms: int = 0
    first_order: int = 0
    time_zone: ZoneInfo = MOSCOW
    users: Mapping[str, frozenset[str]] = field(default_factory=dict)
    tls: str = SELF_SIGNED
    step_s: float = 0
    query_post: bool = False
    fault: Fault = NO_FAULT
    town: str = FIRST
    history: bool = False


@dataclass(frozen=True, slots=True)
class Running:
    """A server that takes requests; `url` is its base address."""

    server: Server
    url: str
    fingerprint: str


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command line."""
    parser.add_argument("--port", type=int, required=True, help="port to listen on; 0: any free one")
    parser.add_argument("--secret", required=True, help="the key with which requests are signed")
    parser.add_argument("--address", default="127.0.0.1", help="address to listen on (default 127.0.0.1)")
    parser.add_argument("--journal", metavar="FILE", help="keep the orders here, one JSON line each")
    parser.add_argument("--cert-dir", metavar="DIR", help="keep the certificate and its fingerprint here")
    parser.add_argument("--latency-ms", type=int, default=0, help="think so long before each answer (default 0)")
    parser.add_argument("--first-order", type=int, default=0, help="number of the first order (default: random)")
    parser.add_argument("--time-zone", type=_zone, default="Europe/Moscow", help="the server's local time")
    parser.add_argument(
        "--user-id", action="append", default=[], metavar="ID[:REQUEST,…]",
        help="a known X-User-Id, with the requests that it is allowed (default: all); may be given several times",
    )  # fmt: skip
    parser.add_argument("--tls", choices=TLS_MODES, default=SELF_SIGNED, help="how the server does TLS")
    parser.add_argument("--step-s", type=float, default=0, help="an order takes the next step after so many seconds")
    parser.add_argument("--query-post", action="store_true", help="take a POST with its parameters in the query, too")
    parser.add_argument("--town", choices=sorted(TOWNS), default=FIRST, help="whose streets, prices and attributes")
    parser.add_argument("--history", action="store_true", help="everybody who rings has been driven before")
    parser.add_argument("--fault", choices=NAMES, help="what goes wrong from the start")
    parser.add_argument("--fault-count", type=int, help="how many times it does (default: without end)")
    parser.add_argument("--fault-seconds", type=float, help="how long a stall lasts (default 30)")


def read_options(given: Mapping[str, Any]) -> Options:
    """Make the options from parsed arguments."""
    return Options(
        port=given["port"],
        secret=given["secret"],
        address=given["address"],
        journal=Path(given["journal"]) if given["journal"] else None,
        cert_dir=Path(given["cert_dir"]) if given["cert_dir"] else None,
        latency_ms=given["latency_ms"],
        first_order=given["first_order"],
        time_zone=given["time_zone"],
        users=dict(map(_user, given["user_id"])),
        tls=given["tls"],
        step_s=given["step_s"],
        query_post=given["query_post"],
        town=given["town"],
        history=given["history"],
        fault=read_fault(
            {"fault": given["fault"], "count": given["fault_count"], "seconds": given["fault_seconds"]},
        ),
    )


@contextlib.contextmanager
def serving(options: Options) -> Iterator[Running]:
    """Serve in a thread of its own until the block ends."""
    with contextlib.ExitStack() as stack:
        folder = options.cert_dir or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="taximaster-")))
        certificate = keep_certificate(folder, address=options.address, mode=options.tls)
        context = context_of(certificate, options.tls)
        first = options.first_order or secrets.choice(FIRST_ORDERS)
        book = Book(options.journal, first_order=first, zone=options.time_zone, step_s=options.step_s)
        stack.callback(book.close)
        faults = Faults(options.fault)
        here = Installation(
            book=book, town=TOWNS[options.town], history=options.history, rules=lambda: _asked_by_the_rules(faults)
        )
        program = Program(
            here=here,
            faults=faults,
            secret=options.secret,
            users=options.users,
            latency_s=options.latency_ms / 1000,
            query_post=options.query_post,
        )
        server = stack.enter_context(Server((options.address, options.port), program, context))
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), name="accept", daemon=True)
        thread.start()
        stack.callback(server.shutdown)
        stack.callback(server.stopping.set)
        host = f"[{options.address}]" if ":" in options.address else options.address
        yield Running(server, f"https://{host}:{server.server_address[1]}", certificate.fingerprint)


def run(options: Options, *, announce: Callable[[str], object]) -> None:
    """Serve until SIGTERM or SIGINT; `announce` gets one JSON line once requests are taken."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    with serving(options) as running:
        announce(json.dumps({"url": running.url, "fingerprint": running.fingerprint}))
        stop.wait()


def main(argv: Sequence[str] | None = None) -> int:
    """Run from a command line."""
    parser = argparse.ArgumentParser(prog="taximaster", description=__doc__)
    add_arguments(parser)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(message)s")
    try:
        run(read_options(vars(parser.parse_args(argv))), announce=_say)
    except (OSError, ValueError) as error:
        parser.exit(1, f"{error}\n")
    return 0


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def _asked_by_the_rules(faults: Faults) -> bool | None:
    """Whether the operator may confirm what the rules ask about; None where they ask nothing."""
    if faults.strike(ASK, "create_order2"):
        return True
    return False if faults.strike(FORBID, "create_order2") else None


def _user(written: str) -> tuple[str, frozenset[str]]:
    number, _, allowed = written.partition(":")
    return number, frozenset(allowed.split(",")) if allowed else frozenset(REQUESTS)


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ValueError, OSError):
        raise argparse.ArgumentTypeError(f"{name!r} is no name of the IANA list, such as Europe/Moscow") from None


if __name__ == "__main__":
    sys.exit(main())
