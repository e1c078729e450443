"""Framing of the Asterisk Manager Interface: bytes in any portions become messages.

On the wire a message is lines `Name: value` ended by CRLF, closed by an empty line; names repeat (`ChanVariable`).
A banner line without an empty line after it opens the connection. Bytes are decoded per whole message, so a character
split between two reads stays whole.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

BANNER_PREFIX = b"Asterisk Call Manager/"
LARGEST_MESSAGE = 256 * 1024

_LINE_END = b"\r\n"
_MESSAGE_END = b"\r\n\r\n"


class AmiFramingError(Exception):
    """The peer does not speak AMI: a message without an end."""


@dataclass(frozen=True, slots=True)
class AmiMessage:
    """One message: every header with all its values in the order of arrival."""

    headers: Mapping[str, tuple[str, ...]]

    def get(self, name: str, default: str = "") -> str:
        """Return the last value of a header, or `default` when it is absent."""
        values = self.headers.get(name)
        return values[-1] if values else default

    def all(self, name: str) -> tuple[str, ...]:
        """Return every value of a header, in the order of arrival."""
        return self.headers.get(name, ())

    @property
    def event(self) -> str:
        """Name of the event; "" for the response to an action."""
        return self.get("Event")

    def variables(self, header: str = "ChanVariable") -> dict[str, str]:
        """Return the channel variables that the repeated `header` lines carry as NAME=value."""
        pairs = (value.partition("=") for value in self.all(header))
        return {name: value for name, _, value in pairs}


class AmiFramer:
    """Collects bytes and gives out whole messages; one per connection."""

    def __init__(self) -> None:
        self.banner = ""
        self._buffer = bytearray()
        self._searched = 0
        self._opened = False

    def feed(self, chunk: bytes) -> Iterator[AmiMessage]:
        """Take the next bytes of the connection, however they were split, and yield the messages that they complete."""
        self._buffer += chunk
        if not self._opened:
            self._opened = self._take_banner()
        while self._opened and (block := self._take_block()) is not None:
            if message := _parse(block):
                yield message
        if len(self._buffer) > LARGEST_MESSAGE:
            raise AmiFramingError(
                f"a message of over {LARGEST_MESSAGE} bytes without an end; AMI messages end in an empty line"
            )

    def _take_banner(self) -> bool:
        """Consume the banner line; False while it is not known yet whether there is one."""
        probe = bytes(self._buffer[: len(BANNER_PREFIX)])
        if not BANNER_PREFIX.startswith(probe):
            return True
        end = self._buffer.find(_LINE_END)
        if end < 0:
            return False
        self.banner = self._buffer[:end].decode("utf-8", "replace")
        del self._buffer[: end + len(_LINE_END)]
        return True

    def _take_block(self) -> bytes | None:
        """Cut the next message off the buffer; what was searched once is not searched again."""
        end = self._buffer.find(_MESSAGE_END, self._searched)
        if end < 0:
            self._searched = max(0, len(self._buffer) - len(_MESSAGE_END) + 1)
            return None
        block = bytes(self._buffer[:end])
        del self._buffer[: end + len(_MESSAGE_END)]
        self._searched = 0
        return block


def _parse(block: bytes) -> AmiMessage | None:
    headers: dict[str, tuple[str, ...]] = {}
    for line in block.decode("utf-8", "replace").split("\r\n"):
        name, separator, value = line.partition(":")
        if separator:
            headers[name] = (*headers.get(name, ()), value.strip())
    return AmiMessage(headers) if headers else None
