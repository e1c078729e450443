"""What dispatch programs do instead of answering, as deeds: with the order held, or without.

Each writes bytes that a client may meet: a server's error page, half an answer, an answer without end.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from contextlib import suppress
from io import BufferedIOBase
from random import Random
from time import sleep
from types import MappingProxyType
from typing import Any

from tests.integrations.delivery.program import Deed, Program, Raw, accept, accept_and_drop, drop

DRIP_S, DRIPS = 0.4, 40
HUGE = 10 * 1024 * 1024


def page(status: str, body: bytes = b"<html>", headers: Mapping[str, str] = MappingProxyType({})) -> Raw:
    """One whole answer that is not the program's."""
    lines = [
        f"HTTP/1.1 {status}",
        f"Content-Length: {len(body)}",
        *(f"{name}: {value}" for name, value in headers.items()),
    ]
    return lambda out: _write(out, "\r\n".join(lines).encode() + b"\r\n\r\n" + body)


def _write(out: BufferedIOBase, data: bytes) -> None:
    with suppress(OSError):
        out.write(data)


def drip(out: BufferedIOBase) -> None:
    """A byte now and then, never a whole answer within anybody's patience."""
    with suppress(OSError):
        out.write(b"HTTP/1.1 200 OK\r\nContent-Length: 400\r\n\r\n")
        for _position in range(DRIPS):
            out.write(b" ")
            out.flush()
            sleep(DRIP_S)


def half(out: BufferedIOBase) -> None:
    """An answer cut in the middle."""
    _write(out, b'HTTP/1.1 200 OK\r\nContent-Length: 200\r\n\r\n{"code": 0, "descr": "OK", "data": {"order')


def whole_but_half(out: BufferedIOBase) -> None:
    """A whole answer whose JSON ends in the middle."""
    page("200 OK", b'{"code": 0, "descr": "OK", "data": {"order_id": 47')(out)


def huge(out: BufferedIOBase) -> None:
    """Ten megabytes."""
    page("200 OK", b" " * HUGE)(out)


def without_number(out: BufferedIOBase) -> None:
    """Code 0, and no number of an order."""
    page("200 OK", json.dumps({"code": 0, "descr": "OK", "data": {}}).encode())(out)


def instead(raw: Raw, *, held: bool) -> Deed:
    """Answer so; `held`: after having taken the order in."""

    def deed(program: Program, body: dict[str, Any]) -> Raw:
        if held:
            program.hold(body)
        return raw

    return deed


def elsewhere(url: Callable[[], str], *, held: bool) -> Deed:
    """Send the client to another program, which must never see the order."""
    return lambda program, body: instead(page("307 Moved", headers={"Location": f"{url()}/x"}), held=held)(
        program, body
    )


ERROR, BUSY = page("500 Internal Server Error"), page("429 Too Many Requests", headers={"Retry-After": "1"})
FAULTS: dict[str, Deed] = {
    "drops the connection": drop,
    "drops it after the order was taken": accept_and_drop,
    "breaks": instead(ERROR, held=False),
    "breaks after the order was taken": instead(ERROR, held=True),
    "is too busy": instead(BUSY, held=False),
    "is too busy, but has the order": instead(BUSY, held=True),
    "is hidden by a gateway, which answers": instead(page("502 Bad Gateway"), held=True),
    "ends in the middle of its answer": instead(half, held=True),
    "answers half a document": instead(whole_but_half, held=True),
    "answers ten megabytes": instead(huge, held=True),
    "answers without a number": instead(without_number, held=True),
}
SLOW_FAULTS: dict[str, Deed] = {
    "drips": instead(drip, held=False),
    "drips after the order was taken": instead(drip, held=True),
}


def sick(seed: int, *, cut: float = 0.06, other: float = 0.03) -> Deed:
    """A program that cuts off this share of its answers after processing, and does something else wrong as well."""
    chance, deeds = Random(seed), list(FAULTS.values())

    def deed(program: Program, body: dict[str, Any]) -> dict[str, Any] | Raw | None:
        drawn = chance.random()
        if drawn < cut:
            accept_and_drop(program, body)
            return None
        return (chance.choice(deeds) if drawn < cut + other else accept)(program, body)

    return deed
