"""Recorded AMI connections: a text form that people can read and edit, back to the bytes of the wire.

The first line is the banner as a byte literal; every message is preceded by `--- SECONDS`, the receive time on the
client's clock. CRLF and the empty line after each message are left out of the file and put back here.
"""

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation

MESSAGE_MARK = "--- "


@dataclass(frozen=True, slots=True)
class RecordedMessage:
    """The bytes of one message and the moment at which the client received them."""

    received_at: datetime
    wire: bytes


def wire_bytes(lines: Iterable[str]) -> Iterator[bytes]:
    """Yield what was on the wire: the banner, then one chunk per message. ValueError names the line that is wrong."""
    rest = iter(lines)
    yield _banner(next(rest, ""))
    for message in _messages(rest):
        yield message.wire


def recorded_messages(lines: Iterable[str]) -> Iterator[RecordedMessage]:
    """Yield the messages with their receive times, without the banner."""
    rest = iter(lines)
    _banner(next(rest, ""))
    yield from _messages(rest)


def _banner(line: str) -> bytes:
    try:
        banner = ast.literal_eval(line.strip())
    except (ValueError, SyntaxError):
        banner = None
    if not isinstance(banner, bytes):
        raise ValueError(
            "line 1 is not the banner; a byte literal such as b'Asterisk Call Manager/11.0.0\\r\\n' is allowed"
        )
    return banner


def _messages(lines: Iterator[str]) -> Iterator[RecordedMessage]:
    received_at: datetime | None = None
    collected: list[str] = []
    for number, raw in enumerate(lines, start=2):
        line = raw.rstrip("\r\n")
        if line.startswith(MESSAGE_MARK):
            if received_at is not None:
                yield _message(received_at, collected)
            received_at, collected = _moment(line, number), []
        elif received_at is None:
            raise ValueError(f"line {number} stands before the first '--- SECONDS' line")
        else:
            collected.append(line)
    if received_at is not None:
        yield _message(received_at, collected)


def _message(received_at: datetime, lines: list[str]) -> RecordedMessage:
    return RecordedMessage(received_at, "".join(f"{line}\r\n" for line in [*lines, ""]).encode())


def _moment(line: str, number: int) -> datetime:
    written = line.removeprefix(MESSAGE_MARK).strip()
    try:
        return datetime.fromtimestamp(float(Decimal(written)), tz=UTC)
    except (InvalidOperation, ValueError, OverflowError, OSError):
        raise ValueError(f"line {number} is {line[:40]!r}; '--- ' is followed by Unix seconds") from None
