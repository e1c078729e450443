"""Days and months of the calendar in a service's own time zone: half-open, from 00:00 to the next 00:00."""

import re
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

_MONTH = re.compile(r"(20\d\d)-(0[1-9]|1[0-2])", re.ASCII)


def local_day(instant: datetime, zone: str) -> date:
    """The date that the aware `instant` has for the service."""
    if instant.tzinfo is None:
        raise ValueError("A month is decided for aware times only: this one has no time zone.")
    return instant.astimezone(ZoneInfo(zone)).date()


def billing_month(instant: datetime, zone: str) -> date:
    """The first day of the month in which the aware `instant` lies for the service."""
    return local_day(instant, zone).replace(day=1)


def next_month(month: date) -> date:
    """The first day of the month after `month`."""
    return date(month.year + month.month // 12, month.month % 12 + 1, 1)


def day_start(day: date, zone: str) -> datetime:
    """The instant (UTC) at which the day begins in the zone."""
    return datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone)).astimezone(UTC)


def month_bounds(month: date, zone: str) -> tuple[datetime, datetime]:
    """The two instants (UTC) between which the month lies in the zone."""
    return day_start(month.replace(day=1), zone), day_start(next_month(month), zone)


def parse_month(text: str) -> date:
    """Read `2026-11`; ValueError with a sentence otherwise."""
    found = _MONTH.fullmatch(text)
    if found is None:
        raise ValueError(f"{text!r} is not a month: write it as 2026-11.")
    return date(int(found[1]), int(found[2]), 1)
