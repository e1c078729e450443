"""What a connection to TaxiCaller stores, checked."""

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
        name="company_id", form="number", required=True, label=_("Company"), hint=_("Its number in TaxiCaller.")
    ),
    SettingField(
        name="provider_id",
        form="number",
        label=_("Provider"),
        hint=_("Only where orders go to the cars of another company."),
    ),
)
_KNOWN = tuple(item.name for item in FIELDS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """One company."""

    secret: str = field(repr=False)
    company_id: int
    provider_id: int | None = None


def read_settings(stored: Mapping[str, Any], secret: str) -> Settings:
    """Check what is stored; ValueError with the name, the value and the rule."""
    unknown = sorted(set(stored) - set(_KNOWN))
    if unknown:
        raise ValueError(f"{unknown[0]!r} is no setting of TaxiCaller: use {', '.join(_KNOWN)}.")
    if not secret:
        raise ValueError("The key is empty: enter the API key of the company.")
    company, provider = stored.get("company_id"), stored.get("provider_id")
    return Settings(
        secret=secret, company_id=_id("company_id", company), provider_id=provider and _id("provider_id", provider)
    )


def _id(name: str, value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise ValueError(f"{name} is {value!r}: use a whole number above 0.")
    return value
