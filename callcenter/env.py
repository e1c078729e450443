"""The only reader of the environment: typed, and every refusal names the variable, its value and what is allowed."""

from __future__ import annotations

import base64
import binascii
from typing import Any

import environ
from django.core.exceptions import ImproperlyConfigured

ROLES = ("web", "switch", "worker", "billing", "migrate", "test")
KEY_BYTES = 32

_env = environ.Env()


def text(name: str, default: str | None = None) -> str:
    """Return a text variable; without a default it must be set."""
    value: str = _env.str(name, default=default) if default is not None else _env.str(name, default="")
    if not value and default is None:
        raise ImproperlyConfigured(f"{name} is not set. Set it in the environment; README.md lists what it means.")
    return value


def flag(name: str, *, default: bool = False) -> bool:
    """Return a yes/no variable."""
    return bool(_env.bool(name, default=default))


def number(name: str, default: int) -> int:
    """Return a whole number."""
    try:
        return int(_env.int(name, default=default))
    except ValueError as error:
        raise ImproperlyConfigured(f"{name} is {_env.str(name)!r}: a whole number is expected.") from error


def one_of(name: str, default: str, allowed: tuple[str, ...]) -> str:
    """Return one of a few words."""
    value = text(name, default)
    if value not in allowed:
        raise ImproperlyConfigured(f"{name} is {value!r}: use one of {', '.join(allowed)}.")
    return value


def items(name: str, default: str = "") -> list[str]:
    """Return a comma-separated list without empty items."""
    return [item.strip() for item in _env.str(name, default=default).split(",") if item.strip()]


def role() -> str:
    """Return the database role that this process plays."""
    return one_of("CALLCENTER_ROLE", "web", ROLES)


def database(name: str) -> dict[str, Any]:
    """Return Django's settings for the PostgreSQL address in the variable `name`."""
    try:
        settings: dict[str, Any] = dict(_env.db_url_config(text(name)))
    except (ValueError, KeyError) as error:
        raise ImproperlyConfigured(
            f"{name} is not a database address: use postgres://user:password@host:port/name."
        ) from error
    if "postgresql" not in str(settings.get("ENGINE")):
        raise ImproperlyConfigured(f"{name} must start with postgres://: isolation is enforced by PostgreSQL.")
    return settings


def key_list(name: str) -> list[bytes]:
    """Return encryption keys, newest first: base64 of 32 bytes each."""
    keys = []
    for position, item in enumerate(items(name), start=1):
        try:
            key = base64.b64decode(item, validate=True)
        except binascii.Error as error:
            raise ImproperlyConfigured(f"{name}: key {position} is not base64.") from error
        if len(key) != KEY_BYTES:
            raise ImproperlyConfigured(f"{name}: key {position} has {len(key)} bytes, {KEY_BYTES} are expected.")
        keys.append(key)
    if not keys:
        raise ImproperlyConfigured(f"{name} is not set: give at least one key, base64 of {KEY_BYTES} random bytes.")
    return keys
