"""How a Taxi-Master server knows us: the MD5 of exactly what is sent, followed by the shared key."""

import hashlib


def sign(payload: bytes, secret: str) -> str:
    """Return the value of the `Signature` header for the raw query (GET) or the raw body (POST)."""
    return hashlib.md5(payload + secret.encode(), usedforsecurity=False).hexdigest()
