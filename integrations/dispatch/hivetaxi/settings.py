"""What a connection to a HiveTaxi server stores, checked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from callcenter.contracts import SettingField


def _(message: str) -> str:
    """Mark a text for translation; whoever shows it translates it."""
    return message


FIELDS = (
    SettingField(
        name="fare_id", form="number", required=True, label=_("Tariff"), hint=_("Its number, which the service tells.")
    ),
    SettingField(
        name="service_id", form="number", required=True, label=_("Dispatching service"),
        hint=_("Its number in the program, by which the open orders are listed."),
    ),
)  # fmt: skip
_KNOWN = tuple(item.name for item in FIELDS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """One installation."""

    secret: str = field(repr=False)
    fare_id: int
    service_id: int


def read_settings(stored: Mapping[str, Any], secret: str) -> Settings:
    """Check what is stored; ValueError with the name, the value and the rule."""
    unknown = sorted(set(stored) - set(_KNOWN))
    if unknown:
        raise ValueError(f"{unknown[0]!r} is no setting of HiveTaxi: use {', '.join(_KNOWN)}.")
    if not secret:
        raise ValueError("The key is empty: enter the API key of the integration.")
    return Settings(secret=secret, **{name: _id(name, stored.get(name)) for name in _KNOWN})


def _id(name: str, value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise ValueError(f"{name} is {value!r}: use a whole number above 0.")
    return value
