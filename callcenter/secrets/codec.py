"""Typed dataclasses to JSON and back: what is sealed has a shape, and an older or newer shape can still be read."""

import dataclasses
import json
import types
import typing
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any, TypeVar

VERSION = 1
T = TypeVar("T")


class Unreadable(ValueError):
    """The stored JSON does not have the expected shape; the message names fields, never values."""


def dump(secret: Any) -> bytes:
    """Return the JSON of a dataclass, with the version of this encoding."""
    return json.dumps({"v": VERSION, "is": _plain(secret)}, ensure_ascii=False, separators=(",", ":")).encode()


def load(cls: type[T], text: bytes) -> T:
    """Build `cls` from `dump`'s JSON: unknown fields are ignored, missing ones take their defaults."""
    stored = json.loads(text)
    if not isinstance(stored, dict) or stored.get("v") != VERSION:
        raise Unreadable(f"{cls.__name__}: unknown version of the encoding")
    built: T = _build(cls, stored["is"])
    return built


def _plain(value: Any) -> Any:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {item.name: _plain(getattr(value, item.name)) for item in dataclasses.fields(value)}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, datetime):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal) else value


def _build(kind: Any, value: Any) -> Any:
    if value is None:
        return None
    if dataclasses.is_dataclass(kind) and isinstance(kind, type):
        return _object(kind, value)
    origin = typing.get_origin(kind)
    if origin in (typing.Union, types.UnionType):
        return _build(next(part for part in typing.get_args(kind) if part is not type(None)), value)
    if origin in (list, tuple):
        return origin(_build(typing.get_args(kind)[0], item) for item in value)
    if kind is datetime:
        return datetime.fromisoformat(value)
    return Decimal(value) if kind is Decimal else value


def _object(kind: type[Any], value: Any) -> Any:
    if not isinstance(value, Mapping):
        raise Unreadable(f"{kind.__name__}: an object is expected")
    hints = typing.get_type_hints(kind)
    known = {
        item.name: _build(hints[item.name], value[item.name]) for item in dataclasses.fields(kind) if item.name in value
    }
    try:
        return kind(**known)
    except TypeError as error:
        raise Unreadable(f"{kind.__name__}: a required field is missing") from error
