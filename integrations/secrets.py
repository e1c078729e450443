"""The secrets of our connections, each stored sealed."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionKey:
    """The key with which requests to a dispatch program are signed."""

    secret: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ExchangeKeys:
    """The keys with which an exchange signs its webhooks; two while they are being changed, newest first."""

    secrets: tuple[str, ...] = field(default=())
