"""Requests and answers of the machines we do not own, and why there may be no answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from uuid import UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpRequest:
    """One request of an adapter: exactly the bytes to send. `path` starts with `/` and carries the query."""

    method: str
    path: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    connect_timeout_s: float = 4.0
    read_timeout_s: float = 12.0
    fresh_connection: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpResponse:
    """What came back: `status`, lower-case header names, at most 256 KB of body."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class FailureKind(StrEnum):
    """Why an attempt has no certain answer."""

    NOT_SENT = "not_sent"  # nothing of the order left this machine: safe to send again
    UNKNOWN = "unknown"  # something may have been sent: ask before sending again


class Trouble(StrEnum):
    """What keeps a dispatch program from being spoken to; whoever repairs it reads a sentence for each."""

    UNREACHABLE = "unreachable"  # no connection, no name, no TLS
    SILENT = "silent"  # connected, but no whole answer in time
    ADDRESS = "address"  # the base address is malformed or lies on a network that may not be reached
    CERTIFICATE_CHANGED = "cert_changed"  # not the pinned one
    CERTIFICATE_UNTRUSTED = "cert_untrusted"  # no authority that we believe vouches for it
    KEY = "key"  # the program does not accept our key
    SETTINGS = "settings"  # the program refuses something else that we have stored
    OTHER = "other"  # an answer from which nothing certain follows


class TransportFailure(Exception):
    """A request that brought no response. `reason` is a short English phrase for logs, without personal data."""

    def __init__(self, kind: FailureKind, reason: str, trouble: Trouble | None = None) -> None:
        super().__init__(f"{kind}: {reason}")
        self.kind = kind
        self.reason = reason
        self.trouble = trouble or (Trouble.UNREACHABLE if kind is FailureKind.NOT_SENT else Trouble.SILENT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Where requests of one connection go. Exactly one of the trust modes holds.

    `fingerprint` (hex SHA-256 of the certificate) or `ca_pem` pin the server; neither means the public authorities.
    `private_allowed` permits an address on a private or loopback network: set by the centre's administrator only.
    """

    service: UUID
    base_url: str
    fingerprint: str = ""
    ca_pem: str = ""
    private_allowed: bool = False
