"""What a connection to a Taxi-Master server stores, checked."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from callcenter.contracts import SettingField


def _(message: str) -> str:
    """Mark a text for translation; whoever shows it translates it."""
    return message


STAMP = "%Y%m%d%H%M%S"
_IDS = ("user_id", "marker_attribute_id", "crew_group_id", "uds_id", "tariff_id", "cancel_state_id")
FIELDS = (
    SettingField(
        name="time_zone", form="zone", required=True, label=_("Time zone of the server"),
        hint=_("The program writes local times without a zone."),
    ),
    SettingField(
        name="phone_format", form="choice", required=True, label=_("How the program writes numbers"), default="8",
        choices=(("8", "89001234567"), ("7", "79001234567"), ("e164", "+79001234567"), ("digits", "998901234567")),
    ),
    SettingField(
        name="crew_group_id", form="number", label=_("Crew group"),
        hint=_("Its number in the program: the orders of the centre go to this group."),
    ),
    SettingField(
        name="marker_attribute_id", form="number", label=_("Attribute for our mark"),
        hint=_("Of type text. Without it our mark stands at the end of the comment."),
    ),
    SettingField(name="tariff_id", form="number", label=_("Tariff"), hint=_("Empty: the program chooses.")),
    SettingField(name="uds_id", form="number", label=_("Dispatching service"), hint=_("Only where there are several.")),
    SettingField(
        name="cancel_state_id", form="number", label=_("State of a cancelled order"),
        hint=_("Its number in the program. Empty: the only state that ends an order without a trip."),
    ),
    SettingField(
        name="city", label=_("Towns"), hint=_("Where addresses are looked for, with commas; empty: the program's own."),
    ),
    SettingField(
        name="recent_days", form="number", label=_("Recent addresses, days back"),
        hint=_("Operators see where a caller was taken lately. Empty: the service does not agree to that."),
    ),
    SettingField(
        name="user_id", form="number", label=_("User of the API"),
        hint=_("Only where the program grants rights by user."),
    ),
)  # fmt: skip
_KNOWN = ("time_zone", "phone_format", "city", "recent_days", *_IDS)
LONGEST_LOOK_BACK = 365


class PhoneFormat(StrEnum):
    """How an installation writes telephone numbers."""

    E164 = "e164"  # +79001234567
    EIGHT = "8"  # 89001234567; other countries' numbers as digits
    SEVEN = "7"  # 79001234567; other countries' numbers as digits
    DIGITS = "digits"  # 998901234567


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """One installation: ids differ from server to server and are looked up, never assumed."""

    secret: str = field(repr=False)
    time_zone: ZoneInfo
    phone_format: PhoneFormat
    user_id: int | None = None
    marker_attribute_id: int | None = None
    crew_group_id: int | None = None
    uds_id: int | None = None
    tariff_id: int | None = None
    cancel_state_id: int | None = None
    city: str = ""
    recent_days: int | None = None

    def write_phone(self, e164: str) -> str:
        """Return the number as this installation writes it."""
        digits = e164.removeprefix("+")
        if self.phone_format is PhoneFormat.E164:
            return f"+{digits}"
        if self.phone_format is PhoneFormat.EIGHT and digits.startswith("7") and len(digits) == 11:
            return f"8{digits[1:]}"
        return digits

    def write_time(self, moment: datetime) -> str:
        """Return the moment in the server's local time, which carries no zone."""
        return moment.astimezone(self.time_zone).strftime(STAMP)

    def read_time(self, written: Any) -> datetime | None:
        """Return the moment that the server wrote, None when it is not one."""
        try:
            return datetime.strptime(written, STAMP).replace(tzinfo=self.time_zone).astimezone(UTC)
        except (TypeError, ValueError, OverflowError):
            return None


def read_settings(stored: Mapping[str, Any], secret: str) -> Settings:
    """Check what is stored; ValueError with the name, the value and the rule."""
    unknown = sorted(set(stored) - set(_KNOWN))
    if unknown:
        raise ValueError(f"{unknown[0]!r} is no setting of Taxi-Master: use {', '.join(_KNOWN)}.")
    if not secret:
        raise ValueError("The key is empty: enter the key from the settings of the TM API.")
    return Settings(
        secret=secret,
        time_zone=_time_zone(stored.get("time_zone")),
        phone_format=_phone_format(stored.get("phone_format")),
        city=_city(stored.get("city")),
        recent_days=_look_back(stored.get("recent_days")),
        **{name: _id(name, stored.get(name)) for name in _IDS},
    )


def _city(value: Any) -> str:
    if value is None:
        return ""
    if not isinstance(value, str) or len(value) > 200:
        raise ValueError(f"city is {str(value)[:40]!r}: use names of towns with commas between them.")
    return value.strip()


def _look_back(value: Any) -> int | None:
    days = _id("recent_days", value)
    if days is not None and days > LONGEST_LOOK_BACK:
        raise ValueError(f"recent_days is {days}: use 1 to {LONGEST_LOOK_BACK}, or leave it out.")
    return days


def _time_zone(value: Any) -> ZoneInfo:
    try:
        return ZoneInfo(value)
    except (TypeError, ValueError, OSError, ZoneInfoNotFoundError):
        raise ValueError(f"time_zone is {value!r}: use a name of the IANA list, such as Europe/Moscow.") from None


def _phone_format(value: Any) -> PhoneFormat:
    for known in PhoneFormat:
        if value == known.value:
            return known
    raise ValueError(f"phone_format is {value!r}: use one of {', '.join(PhoneFormat)}.")


def _id(name: str, value: Any) -> int | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise ValueError(f"{name} is {value!r}: use a whole number above 0, or leave it out.")
    return value
