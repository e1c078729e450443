"""Data keys: fetched or made through the vault's functions, unwrapped with the key-encryption key, cached for a
minute.
"""

from __future__ import annotations

import os
from collections import OrderedDict
from contextlib import suppress
from datetime import date
from hashlib import sha256
from threading import Lock
from time import monotonic
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.db import connections

from callcenter.ids import uuid7
from callcenter.tenancy.routers import KEYS_ALIAS

PAYLOAD, PHONE, CONFIG = "payload", "phone", "config"
NONCE_BYTES = 12
MARK_BYTES = 4
CACHE_S = 60.0
CACHE_SIZE = 512


class KeyGone(Exception):
    """The data key was destroyed or never existed: what it sealed can no longer be read by anybody."""


class _Cache:
    """A bounded map whose entries live for a minute; the one unused for longest leaves first."""

    def __init__(self) -> None:
        self._entries: OrderedDict[object, tuple[float, tuple[UUID, bytes]]] = OrderedDict()
        self._lock = Lock()

    def get(self, name: object) -> tuple[UUID, bytes] | None:
        with self._lock:
            until, value = self._entries.get(name, (0.0, None))
            if until <= monotonic():
                self._entries.pop(name, None)
                return None
            self._entries.move_to_end(name)
            return value

    def put(self, name: object, value: tuple[UUID, bytes]) -> None:
        with self._lock:
            self._entries[name] = (monotonic() + CACHE_S, value)
            self._entries.move_to_end(name)
            while len(self._entries) > CACHE_SIZE:
                self._entries.popitem(last=False)

    def clear(self) -> None:
        with self._lock:
            self._entries.clear()


cache = _Cache()


def _mark(kek: bytes) -> bytes:
    return sha256(kek).digest()[:MARK_BYTES]


def _aad(service: UUID | None, purpose: str, month: date | None) -> bytes:
    return f"{service}|{purpose}|{month}".encode()


def newest(wrapped: bytes) -> bool:
    """Whether the newest key-encryption key wrapped this data key."""
    return wrapped[:MARK_BYTES] == _mark(settings.KEY_ENCRYPTION_KEYS[0])


def wrap(key: bytes, *, service: UUID | None, purpose: str, month: date | None) -> bytes:
    """Encrypt a data key with the newest key-encryption key; the first bytes tell which one it was."""
    kek = settings.KEY_ENCRYPTION_KEYS[0]
    nonce = os.urandom(NONCE_BYTES)
    return _mark(kek) + nonce + AESGCM(kek).encrypt(nonce, key, _aad(service, purpose, month))


def unwrap(wrapped: bytes, *, service: UUID | None, purpose: str, month: date | None) -> bytes:
    """Decrypt a data key with whichever of our key-encryption keys wrapped it."""
    for kek in settings.KEY_ENCRYPTION_KEYS:
        if wrapped[:MARK_BYTES] == _mark(kek):
            nonce, text = wrapped[MARK_BYTES : MARK_BYTES + NONCE_BYTES], wrapped[MARK_BYTES + NONCE_BYTES :]
            with suppress(InvalidTag):
                return AESGCM(kek).decrypt(nonce, text, _aad(service, purpose, month))
    raise KeyGone("None of KEY_ENCRYPTION_KEYS opens this data key: add the key that was in use when it was made.")


def current(service: UUID | None, purpose: str, month: date | None = None) -> tuple[UUID, bytes]:
    """Return the id and the key in use for this service, purpose and month; made if there is none.

    Payload keys, and only they, belong to a month (its first day): a payload key without one could never be destroyed.
    """
    if (month is not None) != (purpose == PAYLOAD) or (month is not None and month.day != 1):
        raise ValueError(
            f"A {purpose} key for the month {month}: payload keys need the first day of a month, others none."
        )
    name = (service, purpose, month)
    found = cache.get(name)
    if found is None:
        found = _read_current(service, purpose, month)
        cache.put(name, found)
    return found


def _read_current(service: UUID | None, purpose: str, month: date | None) -> tuple[UUID, bytes]:
    fresh = wrap(AESGCM.generate_key(bit_length=256), service=service, purpose=purpose, month=month)
    with connections[KEYS_ALIAS].cursor() as cursor:
        cursor.execute(
            "SELECT id, wrapped FROM vault.current(%s, %s, %s, %s, %s)", [service, purpose, month, uuid7(), fresh]
        )
        key_id, wrapped = cursor.fetchone()
    return key_id, unwrap(bytes(wrapped), service=service, purpose=purpose, month=month)


def fetch(key_id: UUID) -> bytes:
    """Return the data key with this id; KeyGone when it was destroyed."""
    found = cache.get(key_id)
    if found is None:
        with connections[KEYS_ALIAS].cursor() as cursor:
            cursor.execute("SELECT service, purpose, month, wrapped FROM vault.fetch(%s)", [key_id])
            row = cursor.fetchone()
        if row is None:
            raise KeyGone("The data key is gone: what it sealed has been erased.")
        found = key_id, unwrap(bytes(row[3]), service=row[0], purpose=row[1], month=row[2])
        cache.put(key_id, found)
    return found[1]


def destroy_unused(in_use: list[UUID], *, before: date) -> int:
    """Destroy the payload keys of months before `before` that no live secret needs; returns how many.

    A month's keys stay until a day after its end, whatever `before` says: a row sealed in its last second may still be
    on its way. Other processes keep a destroyed key in memory for at most CACHE_S.
    """
    with connections[KEYS_ALIAS].cursor() as cursor:
        cursor.execute("SELECT vault.destroy_unused(%s::uuid[], %s)", [in_use, before])
        cache.clear()
        return int(cursor.fetchone()[0])
