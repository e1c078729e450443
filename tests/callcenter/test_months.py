"""Months cover all time, without a gap and without an overlap, in every zone."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import available_timezones

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from callcenter.months import billing_month, day_start, local_day, month_bounds, next_month, parse_month

MONTHS = st.builds(date, st.integers(2010, 2030), st.integers(1, 12), st.just(1))
ZONES = st.sampled_from(sorted(available_timezones()))


@settings(max_examples=400)
@given(month=MONTHS, zone=ZONES, minutes=st.integers(-240, 240))
def test_an_instant_lies_in_the_month_whose_bounds_hold_it(month: date, zone: str, minutes: int) -> None:
    start, _end = month_bounds(month, zone)
    instant = start + timedelta(minutes=minutes)

    found = billing_month(instant, zone)

    first, after = month_bounds(found, zone)
    assert first <= instant < after
    assert (found >= month) == (minutes >= 0)


@given(month=MONTHS, zone=ZONES)
def test_a_month_begins_where_the_one_before_it_ends(month: date, zone: str) -> None:
    assert month_bounds(month, zone)[1] == month_bounds(next_month(month), zone)[0]


def test_the_hour_that_almaty_lived_twice_is_all_of_february() -> None:
    start, end = month_bounds(date(2024, 2, 1), "Asia/Almaty")

    assert (start.isoformat(), end.isoformat()) == ("2024-01-31T18:00:00+00:00", "2024-02-29T19:00:00+00:00")
    assert end - start == timedelta(days=29, hours=1)


@pytest.mark.parametrize(
    ("utc", "month"),
    [
        ("2018-10-31T19:59:59", "2018-10-01"),
        ("2018-10-31T20:00:00", "2018-11-01"),
        ("2020-12-31T20:00:00", "2020-12-01"),
        ("2020-12-31T21:00:00", "2021-01-01"),
    ],
)
def test_volgograd_moved_its_clocks_twice(utc: str, month: str) -> None:
    assert billing_month(datetime.fromisoformat(utc).replace(tzinfo=UTC), "Europe/Volgograd") == date.fromisoformat(
        month
    )


def test_a_day_is_the_service_s_own() -> None:
    instant = datetime(2026, 11, 15, 21, 0, tzinfo=UTC)

    assert (local_day(instant, "Europe/Moscow"), local_day(instant, "UTC")) == (date(2026, 11, 16), date(2026, 11, 15))
    assert day_start(date(2026, 11, 16), "Europe/Moscow") == instant


@pytest.mark.parametrize("text", ["2026-13", "2026-1", "26-11", "0001-01", "2026-11-01", " 2026-11", "20२६-11", ""])
def test_what_is_no_month_is_named(text: str) -> None:
    with pytest.raises(ValueError, match="is not a month: write it as 2026-11"):
        parse_month(text)


def test_a_month_is_read() -> None:
    assert parse_month("2026-11") == date(2026, 11, 1)
