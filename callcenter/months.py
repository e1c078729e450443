"""Months of the calendar in a service's own time zone: half-open, from the 1st at 00:00 to the next 1st at 00:00."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo


def billing_month(instant: datetime, zone: str) -> date:
    """The first day of the month in which the aware `instant` lies for the service."""
    if instant.tzinfo is None:
        raise ValueError("A month is decided for aware times only: this one has no time zone.")
    return instant.astimezone(ZoneInfo(zone)).date().replace(day=1)


def next_month(month: date) -> date:
    """The first day of the month after `month`."""
    return date(month.year + month.month // 12, month.month % 12 + 1, 1)


def month_bounds(month: date, zone: str) -> tuple[datetime, datetime]:
    """The two instants (UTC) between which the month lies in the zone."""
    start, end = (datetime(day.year, day.month, 1, tzinfo=ZoneInfo(zone)) for day in (month, next_month(month)))
    return start.astimezone(UTC), end.astimezone(UTC)


def parse_month(text: str) -> date:
    """Read `2026-11`; ValueError with a sentence otherwise."""
    try:
        return datetime.strptime(text, "%Y-%m").replace(tzinfo=UTC).date()
    except ValueError:
        raise ValueError(f"{text!r} is not a month: write it as 2026-11.") from None
