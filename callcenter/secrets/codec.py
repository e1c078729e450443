"""Typed dataclasses to JSON and back: what is sealed has a shape, and an older or newer shape can still be read.

A field holds str, int, bool, Decimal, datetime, another dataclass, a tuple or list of one of these, or None where the
type says so. No message of an error carries a value.
"""

import dataclasses
import json
import types
import typing
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import datetime
from decimal import Decimal, InvalidOperation
from functools import cache
from typing import Any, TypeVar

VERSION = 1
PLAIN = (str, int, bool)
T = TypeVar("T")


class Unreadable(ValueError):
    """The stored JSON does not have the expected shape; the message names fields, never values."""


class Unsealable(ValueError):
    """The dataclass holds something that could not be read back; the message names fields, never values."""


def dump(secret: Any) -> bytes:
    """Return the JSON of a dataclass, with the version of this encoding."""
    if not dataclasses.is_dataclass(secret) or isinstance(secret, type):
        raise Unsealable(f"{type(secret).__name__}: an instance of a dataclass is expected.")
    _shape(type(secret))
    text = json.dumps({"v": VERSION, "is": _plain(secret)}, ensure_ascii=False, separators=(",", ":"))
    with suppress(UnicodeEncodeError):
        return text.encode()
    raise Unsealable(f"{type(secret).__name__}: a text holds half a character; take it out before sealing.")


def load(cls: type[T], text: bytes) -> T:
    """Build `cls` from `dump`'s JSON: unknown fields are ignored, missing ones take their defaults."""
    stored: Any = None
    with suppress(ValueError):
        stored = json.loads(text)
    if not isinstance(stored, dict) or stored.get("v") != VERSION:
        raise Unreadable(f"{cls.__name__}: this is not version {VERSION} of the encoding.")
    built: T = _object(cls, stored.get("is"), cls.__name__)
    return built


def _read_shape(cls: Any) -> dict[str, Any]:
    """The types of the fields by name; Unsealable when one of them could not be read back."""
    hints = typing.get_type_hints(cls)
    shape = {item.name: hints[item.name] for item in dataclasses.fields(cls)}
    for name, kind in shape.items():
        if not _readable(kind):
            raise Unsealable(f"{cls.__name__}.{name} is a {kind}: this cannot be sealed; see callcenter.secrets.codec.")
    return shape


_shape: Callable[[Any], dict[str, Any]] = cache(_read_shape)


def _readable(kind: Any) -> bool:
    if dataclasses.is_dataclass(kind):
        _shape(kind)
        return True
    origin, parts = typing.get_origin(kind), typing.get_args(kind)
    if origin in (typing.Union, types.UnionType):
        return len(parts) == 2 and type(None) in parts and _readable(_required(kind))
    if origin is tuple:
        return len(parts) == 2 and parts[1] is ... and _readable(parts[0])
    if origin is list:
        return _readable(parts[0])
    return kind in (*PLAIN, Decimal, datetime)


def _required(kind: Any) -> Any:
    """The type inside Optional, or the type itself."""
    if typing.get_origin(kind) not in (typing.Union, types.UnionType):
        return kind
    return next(part for part in typing.get_args(kind) if part is not type(None))


def _plain(value: Any) -> Any:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {item.name: _plain(getattr(value, item.name)) for item in dataclasses.fields(value)}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, datetime):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal) else value


def _build(kind: Any, value: Any, where: str) -> Any:
    required = _required(kind)
    if value is None and required is not kind:
        return None
    if dataclasses.is_dataclass(required):
        return _object(typing.cast("type[Any]", required), value, where)
    if origin := typing.get_origin(required):
        part = typing.get_args(required)[0]
        return origin(_build(part, item, where) for item in _expect(list, value, where))
    if required is datetime:
        return _parse(datetime.fromisoformat, value, where)
    if required is Decimal:
        return _parse(Decimal, value, where)
    return _expect(required, value, where)


def _expect(kind: type[Any], value: Any, where: str) -> Any:
    """JSON knows exactly the plain types, so a flag is no number here."""
    if type(value) is not kind:
        raise Unreadable(f"{where}: {kind.__name__} is expected, {type(value).__name__} is stored.")
    return value


def _parse(read: Callable[[str], Any], value: Any, where: str) -> Any:
    text = _expect(str, value, where)
    with suppress(ValueError, InvalidOperation):
        return read(text)
    raise Unreadable(f"{where}: the stored text cannot be read as its type.")


def _object(kind: type[Any], value: Any, where: str) -> Any:
    if not isinstance(value, Mapping):
        raise Unreadable(f"{where}: an object is expected, {type(value).__name__} is stored.")
    known = {name: _build(hint, value[name], f"{where}.{name}") for name, hint in _shape(kind).items() if name in value}
    missing = [item.name for item in dataclasses.fields(kind) if item.name not in known and _needed(item)]
    if missing:
        raise Unreadable(f"{where}: {', '.join(missing)} is missing and has no default.")
    return kind(**known)


def _needed(item: "dataclasses.Field[Any]") -> bool:
    return item.default is dataclasses.MISSING and item.default_factory is dataclasses.MISSING
