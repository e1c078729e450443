"""Sealing: AES-256-GCM over the JSON of a typed dataclass, bound to service, table and row, so that a moved ciphertext
opens nowhere.
"""

from __future__ import annotations

import hmac
import os
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from typing import Any, TypeVar
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from callcenter.secrets import codec, vault

T = TypeVar("T")


class SealBroken(Exception):
    """The ciphertext does not belong to this row, or was altered."""


@dataclass(frozen=True, slots=True)
class Sealed:
    """What a row stores: which key, and the text (nonce first)."""

    key_id: UUID
    ciphertext: bytes


def _aad(service: UUID | None, table: str, row: UUID) -> bytes:
    return f"{service}|{table}|{row}".encode()


def seal(
    secret: Any, *, service: UUID | None, table: str, row: UUID, purpose: str = vault.PAYLOAD, month: date | None = None
) -> Sealed:
    """Seal a dataclass for one row; payloads take the key of their month, so that a month can be shredded by its
    key.
    """
    key_id, key = vault.current(service, purpose, month)
    nonce = os.urandom(vault.NONCE_BYTES)
    return Sealed(key_id, nonce + AESGCM(key).encrypt(nonce, codec.dump(secret), _aad(service, table, row)))


def unseal(cls: type[T], sealed: Sealed, *, service: UUID | None, table: str, row: UUID) -> T:
    """Open what `seal` made for the same row; SealBroken or vault.KeyGone otherwise, never with any of the text."""
    box = AESGCM(vault.fetch(sealed.key_id))
    nonce, text = sealed.ciphertext[: vault.NONCE_BYTES], sealed.ciphertext[vault.NONCE_BYTES :]
    try:
        plain = box.decrypt(nonce, text, _aad(service, table, row))
    except (InvalidTag, ValueError):
        raise SealBroken(f"The secret of {table} {row} does not open: it was altered or moved.") from None
    return codec.load(cls, plain)


def phone_hmac(service: UUID, e164: str) -> bytes:
    """Return the phone's fingerprint under the service's own key: equal phones are found, none can be computed back."""
    _key_id, key = vault.current(service, vault.PHONE)
    return hmac.digest(key, e164.encode(), sha256)
