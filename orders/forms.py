"""What the operator typed becomes an order, or sentences that say what is wrong with which value."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from callcenter import phone
from callcenter.contracts import Wish
from orders.secrets import LABELS, LONGEST, Between, Dialog, OrderDetails, Said

MOST_STOPS, MOST_WISHES, MOST_KNOWN = 5, 9, 12
LONGEST_WISH = 20
FARTHEST_DAYS = 14
_NOW = {"", "now", "сейчас"}
_TOMORROW = re.compile(r"^(?:зав(?:тра)?|tom(?:orrow)?)\s+(.+)$", re.IGNORECASE)


@dataclass(slots=True)
class Reading:
    """The outcome: `details` when everything is right, else one sentence per field."""

    details: OrderDetails | None = None
    errors: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Circumstances:
    """What an order is read against: the caller's own number (E.164 or empty), the service's country and time zone,
    and the titles of its wishes by their codes.
    """

    caller: str
    country: str
    zone: str
    offered: Mapping[str, str] = field(default_factory=dict)


def read(dialog: Dialog, given: Circumstances, *, now: datetime) -> Reading:
    """Check what was typed; the caller's own number is used when no other is typed."""
    reading = Reading(errors={**_too_long(dialog), **_stops(dialog.stops)})
    if strange := strange_wishes(dialog.wishes, given.offered):
        reading.errors["wishes"] = strange
    if not dialog.pickup.strip():
        reading.errors["pickup"] = _("Write where the car shall come: a street and a house, or a place.")
    number = _phone(dialog.phone.strip(), given.caller, given.country, reading.errors)
    pickup_at = _when(dialog.when.strip(), given.zone, now, reading.errors)
    if not reading.errors:
        reading.details = OrderDetails(
            phone=number,
            pickup=dialog.pickup.strip(),
            pickup_entrance=dialog.pickup_entrance.strip(),
            stops=tuple(
                Between(address=stop.address.strip(), entrance=stop.entrance.strip())
                for stop in dialog.stops
                if stop.address.strip()
            ),
            destination=dialog.destination.strip(),
            destination_entrance=dialog.destination_entrance.strip(),
            pickup_at=pickup_at.isoformat() if pickup_at else "",
            wishes=tuple(Wish(code=code, title=given.offered[code]) for code in dialog.wishes),
            passenger=dialog.passenger.strip(),
            note=dialog.note.strip(),
            more=tuple(
                Said(label=label, words=words)
                for name, label in LABELS.items()
                if (words := getattr(dialog, name).strip())
            ),
            known=dialog.known,
        )
    return reading


def moment(typed: str, zone: str, *, now: datetime) -> datetime | None:
    """The time that was typed; None for as soon as possible, and for what is no time (yet)."""
    return _when(typed.strip(), zone, now, {})


def strange_wishes(wishes: Iterable[str], offered: Iterable[str]) -> str:
    """The sentence for a wish that the service does not have; empty when it has them all."""
    strange = next((code for code in wishes if code not in offered), None)
    if strange is None:
        return ""
    return _("“%(value)s” is not among this service's wishes: choose by the digits that are shown.") % {
        "value": strange[:LONGEST_WISH]
    }


def _stops(stops: Sequence[Between]) -> dict[str, str]:
    """Errors by the field: `stop-2` and `stop-2_entrance` are the second stop's."""
    if len(stops) > MOST_STOPS:
        return {
            "stops": _("There are %(count)s stops on the way; at most %(limit)s can be taken.")
            % {"count": len(stops), "limit": MOST_STOPS}
        }
    checked = {
        f"stop-{number}{part}": _length(text, LONGEST[f"pickup{part}"])
        for number, stop in enumerate(stops, start=1)
        for part, text in (("", stop.address), ("_entrance", stop.entrance))
    }
    return {name: sentence for name, sentence in checked.items() if sentence}


def _too_long(dialog: Dialog) -> dict[str, str]:
    checked = {name: _length(getattr(dialog, name), limit) for name, limit in LONGEST.items()}
    return {name: sentence for name, sentence in checked.items() if sentence}


def _length(text: str, limit: int) -> str:
    if len(text) <= limit:
        return ""
    return _("This is %(length)s characters long; at most %(limit)s fit.") % {"length": len(text), "limit": limit}


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
