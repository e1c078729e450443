"""Reading of foreign JSON: a value of the promised kind, or a ValueError that names the field and what is allowed."""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, TypeVar

from callcenter import phone

LONGEST_NUMBER = 128
LONGEST_SHOWN = 40

_Choice = TypeVar("_Choice", bound=StrEnum)
# PostgreSQL text holds neither NUL nor half a surrogate pair; the other control characters are no part of a name.
_UNSTORABLE = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")
_LIKE_A_PHONE = re.compile(r"\+?\d(?:[ ()-]{0,2}\d){9,}|\d{7,}")
_KINDS = {
    str: "a string",
    bool: "a boolean",
    int: "a number",
    float: "a number",
    list: "a list",
    dict: "an object",
    type(None): "null",
}


class Fields:
    """One JSON object of a foreign payload; `path` is its name in sentences, "" for the whole body."""

    def __init__(self, payload: Any, *, path: str = "") -> None:
        if not isinstance(payload, Mapping):
            raise ValueError(f"{path or 'the body'} is {_kind(payload)}; a JSON object is allowed")
        self._values = payload
        self._path = path

    def section(self, name: str) -> "Fields":
        """Return the object under `name`; an absent one and null read like an empty one."""
        value = self._values.get(name)
        return Fields({} if value is None else value, path=self._name(name))

    def text(self, name: str, *, longest: int, required: bool = False) -> str:
        """Return the string under `name`, stripped; "" when it is absent."""
        value = self._string(name, longest=longest).strip()
        if required and not value:
            raise ValueError(f"{self._name(name)} is missing; a string of 1 to {longest} characters is allowed")
        return value

    def phone(self, name: str, *, country: str) -> str:
        """Return the number under `name` as E.164, "" when it is absent or withheld. Sentences never show it."""
        return phone.normalise(self._string(name, longest=LONGEST_NUMBER), country)

    def integer(self, name: str, *, largest: int) -> int | None:
        """Return the whole number under `name`, from 0 to `largest`; None when it is absent."""
        value = self._values.get(name)
        if value is None:
            return None
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= largest:
            raise ValueError(f"{self._name(name)} is {shown(value)}; a whole number from 0 to {largest} is allowed")
        return value

    def choice(self, name: str, allowed: type[_Choice]) -> _Choice | None:
        """Return the member of `allowed` under `name`; None when it is absent."""
        value = self._values.get(name)
        if value is None:
            return None
        for member in allowed:
            if value == member.value:
                return member
        raise ValueError(f"{self._name(name)} is {shown(value)}; allowed are {', '.join(allowed)}")

    def moment(self, name: str) -> datetime:
        """Return the moment under `name` in UTC; it is mandatory and carries its offset from UTC."""
        written = self._string(name, longest=64)
        try:
            moment = datetime.fromisoformat(written)
            if moment.tzinfo is None:
                raise ValueError
            return moment.astimezone(UTC)
        except (ValueError, OverflowError):
            allowed = "ISO 8601 with an offset is allowed, such as 2026-11-23T00:11:18.634661Z"
            raise ValueError(f"{self._name(name)} is {shown(written or None)}; {allowed}") from None

    def texts(self, name: str, *, longest: int, most: int) -> tuple[str, ...]:
        """Return the list of strings under `name`; empty when it is absent."""
        value = self._values.get(name)
        if value is None:
            return ()
        if not isinstance(value, Sequence) or isinstance(value, str) or len(value) > most:
            raise ValueError(f"{self._name(name)} is {_kind(value)}; a list of at most {most} strings is allowed")
        items = Fields({str(index): item for index, item in enumerate(value)}, path=self._name(name))
        return tuple(items.text(str(index), longest=longest, required=True) for index in range(len(value)))

    def _string(self, name: str, *, longest: int) -> str:
        value = self._values.get(name)
        if value is None:
            return ""
        allowed = f"a string of at most {longest} characters without control characters is allowed"
        if not isinstance(value, str):
            raise ValueError(f"{self._name(name)} is {_kind(value)}; {allowed}")
        if len(value) > longest:
            raise ValueError(f"{self._name(name)} has {len(value)} characters; {allowed}")
        if _UNSTORABLE.search(value):
            raise ValueError(f"{self._name(name)} has control characters; {allowed}")
        return value

    def _name(self, name: str) -> str:
        return f"{self._path}.{name}" if self._path else name


def _kind(value: Any) -> str:
    return _KINDS.get(type(value), "of another kind")


def shown(value: Any) -> str:
    """The value for a sentence: short, printable, never a whole object, and without anything like a phone number."""
    if value is None:
        return "missing"
    if isinstance(value, str | int | float):
        return _LIKE_A_PHONE.sub("…", ascii(value))[:LONGEST_SHOWN]
    return _kind(value)
