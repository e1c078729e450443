"""What the operator typed becomes an order, or sentences that say what is wrong with which value."""

import re
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from callcenter import phone
from orders.secrets import Dialog, OrderDetails

LONGEST = {"pickup": 200, "destination": 200, "when": 40, "phone": 30, "note": 250}
FARTHEST_DAYS = 14
_NOW = {"", "now", "сейчас"}
_TOMORROW = re.compile(r"^(?:зав(?:тра)?|tom(?:orrow)?)\s+(.+)$", re.IGNORECASE)


@dataclass(slots=True)
class Reading:
    """The outcome: `details` when everything is right, else one sentence per field."""

    details: OrderDetails | None = None
    errors: dict[str, str] = field(default_factory=dict)


def read(dialog: Dialog, *, caller: str, country: str, zone: str, now: datetime) -> Reading:
    """Check the five fields. `caller` is the caller's own number (E.164 or empty), used when no other is typed."""
    reading = Reading(errors=_too_long(dialog))
    if not dialog.pickup.strip():
        reading.errors["pickup"] = _("Write where the car shall come: a street and a house, or a place.")
    number = _phone(dialog.phone.strip(), caller, country, reading.errors)
    pickup_at = _when(dialog.when.strip(), zone, now, reading.errors)
    if not reading.errors:
        reading.details = OrderDetails(
            phone=number,
            pickup=dialog.pickup.strip(),
            destination=dialog.destination.strip(),
            pickup_at=pickup_at.isoformat() if pickup_at else "",
            note=dialog.note.strip(),
        )
    return reading


def _too_long(dialog: Dialog) -> dict[str, str]:
    return {
        name: _("This is %(length)s characters long; at most %(limit)s fit.") % {"length": len(value), "limit": limit}
        for name, limit in LONGEST.items()
        if len(value := getattr(dialog, name)) > limit
    }


def _phone(typed: str, caller: str, country: str, errors: dict[str, str]) -> str:
    if not typed:
        if not caller:
            errors["phone"] = _("The caller's number is hidden: ask for a number and write it here.")
        return caller
    number = phone.normalise(typed, country)
    if not number:
        errors["phone"] = _(
            "“%(value)s” is not a telephone number. Write it with the area code, such as 8 900 123-45-67."
        ) % {"value": typed}
    return number


def _when(typed: str, zone: str, now: datetime, errors: dict[str, str]) -> datetime | None:
    """Read `now`, `+20` (minutes), `1830` or `18:30` (the next such time) and `tom 7:30`, in the service's time."""
    if typed.lower() in _NOW:
        return None
    local = now.astimezone(ZoneInfo(zone))
    moment = _moment(typed, local)
    if moment is None:
        errors["when"] = _("“%(value)s” is not a time. Write +20, 18:30, tom 7:30, or leave it empty for now.") % {
            "value": typed
        }
    elif moment - local > timedelta(days=FARTHEST_DAYS):
        errors["when"] = _("“%(value)s” is too far ahead: orders are taken for at most %(days)s days.") % {
            "value": typed,
            "days": FARTHEST_DAYS,
        }
    return moment.astimezone(now.tzinfo) if moment else None


def _moment(typed: str, local: datetime) -> datetime | None:
    if match := re.fullmatch(r"\+(\d{1,4})", typed):
        return local + timedelta(minutes=int(match[1]))
    if match := _TOMORROW.fullmatch(typed):
        clock = _clock(match[1])
        return _at(local + timedelta(days=1), clock) if clock else None
    clock = _clock(typed)
    if clock is None:
        return None
    today = _at(local, clock)
    return today if today >= local else _at(local + timedelta(days=1), clock)


def _at(day: datetime, clock: time) -> datetime:
    return datetime.combine(day.date(), clock, tzinfo=day.tzinfo)


def _clock(typed: str) -> time | None:
    match = re.fullmatch(r"(\d{1,2})(?:[:. ]?(\d{2}))?", typed.strip())
    if not match:
        return None
    hour, minute = int(match[1]), int(match[2] or 0)
    return time(hour, minute) if hour < 24 and minute < 60 else None
