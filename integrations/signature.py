"""Signed requests in the form of Standard Webhooks 1.0.0: `v1,` and base64 of HMAC-SHA256 over `id.timestamp.body`."""

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Mapping, Sequence
from datetime import datetime

LARGEST_BODY = 64 * 1024
TOLERANCE_S = 300
MOST_SIGNATURES = 8

# No dot: with one, the same signed text could be cut into id, time and body in two ways.
_ID = re.compile(r"[A-Za-z0-9_:-]{1,128}", re.ASCII)
_TIMESTAMP = re.compile(r"[0-9]{1,12}", re.ASCII)


class Refused(Exception):
    """A request that must not be acted on; `reason` is fit for the answer and the log."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Unsigned(Refused):
    """No valid signature: the sender is not proven."""


class Stale(Refused):
    """Signed, but too long ago or too far ahead: a recording may be playing, or a clock is wrong."""


def verify(headers: Mapping[str, str], body: bytes, secrets: Sequence[str], now: datetime) -> str:
    """Return the webhook id of a request signed with one of the live `secrets`; else raise `Refused`.

    The id is not remembered here: the caller refuses or ignores one that it has seen.
    """
    given = {name.lower(): value for name, value in headers.items()}
    webhook_id, timestamp = given.get("webhook-id", ""), given.get("webhook-timestamp", "")
    if not _ID.fullmatch(webhook_id):
        raise Unsigned("webhook-id is missing or malformed; 1 to 128 letters, digits, '_', ':' and '-' are allowed")
    if not _TIMESTAMP.fullmatch(timestamp):
        raise Unsigned("webhook-timestamp is missing or malformed; Unix seconds are allowed")
    signatures = given.get("webhook-signature", "").split()
    if not signatures or len(signatures) > MOST_SIGNATURES:
        raise Unsigned(f"webhook-signature is missing or holds more than {MOST_SIGNATURES} signatures")
    expected = [sign(secret, webhook_id=webhook_id, timestamp=int(timestamp), body=body) for secret in secrets]
    if not _any_equal(signatures, expected):
        raise Unsigned("webhook-signature fits none of the live secrets")
    if abs(now.timestamp() - int(timestamp)) > TOLERANCE_S:
        raise Stale(f"webhook-timestamp is more than {TOLERANCE_S} s away from our clock")
    return webhook_id


def sign(secret: str, *, webhook_id: str, timestamp: int, body: bytes) -> str:
    """Return one signature for the header `webhook-signature`."""
    signed = f"{webhook_id}.{timestamp}.".encode() + body
    digest = hmac.new(key_of(secret), signed, hashlib.sha256).digest()
    return "v1," + base64.b64encode(digest).decode()


def key_of(secret: str) -> bytes:
    """Return the key in a secret: base64 after `whsec_`, otherwise the text itself. ValueError when there is none."""
    encoded = secret.removeprefix("whsec_")
    try:
        key = secret.encode() if encoded == secret else base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError):
        raise ValueError("the webhook secret is malformed; base64 follows whsec_") from None
    if not key:
        raise ValueError("the webhook secret is empty; 24 to 64 random bytes are allowed")
    return key


def _any_equal(signatures: Sequence[str], expected: Sequence[str]) -> bool:
    """Compare every pair, so that the time tells nothing about which secret or which byte was near."""
    found = False
    for signature in signatures:
        for candidate in expected:
            found |= hmac.compare_digest(signature.encode("utf-8", "replace"), candidate.encode())
    return found
