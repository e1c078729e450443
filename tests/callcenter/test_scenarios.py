"""Which scenario is in force at an instant, and why."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import permutations
from zoneinfo import ZoneInfo

import pytest

from callcenter.scenarios import Decision, Kind, Override, Window, decide

MOSCOW = "Europe/Moscow"
BERLIN = "Europe/Berlin"
MON, TUE, WED, THU, FRI, SAT, SUN = range(1, 8)


def window(
    rule_id: str,
    span: str = "",
    *,
    kind: Kind = Kind.NIGHT,
    days: tuple[int, ...] = tuple(range(1, 8)),
    priority: int = 0,
    valid: tuple[date | None, date | None] = (None, None),
    made: datetime | None = None,
) -> Window:
    starts, ends = (time.fromisoformat(part) for part in span.split("-")) if span else (None, None)
    return Window(
        rule_id=rule_id,
        kind=kind,
        starts=starts,
        ends=ends,
        weekdays=frozenset(days),
        priority=priority,
        valid_from=valid[0],
        valid_to=valid[1],
        created_at=made,
    )


def local(text: str, zone: str = MOSCOW, *, fold: int = 0) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone), fold=fold)


def in_force(windows: list[Window], at: str, zone: str = MOSCOW) -> str:
    return decide(windows, (), local(at, zone), zone).rule_id


def minutes_in_force(rule: Window, first: str, last: str, zone: str) -> int:
    """Count real minutes between two local instants."""
    instant, end = local(first, zone).astimezone(UTC), local(last, zone).astimezone(UTC)
    count = 0
    while instant < end:
        count += decide([rule], (), instant, zone).kind is not None
        instant += timedelta(minutes=1)
    return count


@pytest.mark.parametrize(
    ("zone", "saturday", "minutes"),
    [
        (MOSCOW, "2026-03-28", 720),
        ("Asia/Almaty", "2026-03-28", 720),
        (BERLIN, "2026-03-28", 660),
        (BERLIN, "2026-10-24", 780),
        (BERLIN, "2026-10-31", 720),
    ],
    ids=["moscow", "almaty", "berlin-clocks-go-forward", "berlin-clocks-go-back", "berlin-plain"],
)
def test_a_saturday_night_is_as_long_as_the_night_really_is(zone: str, saturday: str, minutes: int) -> None:
    monday = (date.fromisoformat(saturday) + timedelta(days=2)).isoformat()
    night = window("night", "20:00-08:00", days=(SAT,))

    assert minutes_in_force(night, f"{saturday} 00:00", f"{monday} 00:00", zone) == minutes


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        ("2026-11-28 19:59:59", ""),
        ("2026-11-28 20:00:00", "night"),
        ("2026-11-29 00:00:00", "night"),
        ("2026-11-29 07:59:59", "night"),
        ("2026-11-29 08:00:00", ""),
        ("2026-11-29 20:00:00", ""),
        ("2026-11-28 07:00:00", ""),
    ],
    ids=["before", "start", "midnight", "last-second", "end", "next-evening", "morning-of-the-starting-day"],
)
def test_a_window_across_midnight_belongs_to_the_day_on_which_it_starts(at: str, expected: str) -> None:
    assert in_force([window("night", "20:00-08:00", days=(SAT,))], at) == expected


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        ("2026-11-23 08:59:59", ""),
        ("2026-11-23 09:00", "day"),
        ("2026-11-23 17:59:59", "day"),
        ("2026-11-23 18:00", ""),
    ],
)
def test_a_window_takes_its_start_and_leaves_out_its_end(at: str, expected: str) -> None:
    assert in_force([window("day", "09:00-18:00")], at) == expected


def test_a_window_that_ends_when_it_starts_lasts_a_whole_day() -> None:
    rule = window("day", "08:00-08:00", days=(MON,))

    assert minutes_in_force(rule, "2026-11-22 00:00", "2026-11-26 00:00", MOSCOW) == 1_440
    assert in_force([rule], "2026-11-24 07:59") == "day"


@pytest.mark.parametrize(
    ("at", "expected"),
    [("2026-11-30 23:00", ""), ("2026-12-01 21:00", "night"), ("2027-01-01 02:00", "night"), ("2027-01-01 21:00", "")],
    ids=["before", "first-day", "the-last-night-runs-out", "after"],
)
def test_the_dates_of_a_window_count_for_the_day_on_which_it_starts(at: str, expected: str) -> None:
    december = window("night", "20:00-08:00", valid=(date(2026, 12, 1), date(2026, 12, 31)))

    assert in_force([december], at) == expected


def test_an_hour_that_the_clocks_repeat_is_in_force_both_times() -> None:
    rule = window("early", "02:00-03:00")

    first = decide([rule], (), local("2026-10-25 02:30", BERLIN, fold=0), BERLIN)
    second = decide([rule], (), local("2026-10-25 02:30", BERLIN, fold=1), BERLIN)

    assert (first, second) == (Decision(Kind.NIGHT, "window", "early"), Decision(Kind.NIGHT, "window", "early"))


def test_an_hour_that_the_clocks_skip_is_never_in_force() -> None:
    rule = window("early", "02:00-03:00")

    assert minutes_in_force(rule, "2026-03-29 00:00", "2026-03-30 00:00", BERLIN) == 0


def test_the_same_instant_is_judged_by_the_clock_of_the_service() -> None:
    rule, instant = window("night", "20:00-08:00"), datetime(2026, 11, 23, 16, 0, tzinfo=UTC)

    assert decide([rule], (), instant, MOSCOW).kind is None
    assert decide([rule], (), instant, "Asia/Yekaterinburg").kind is Kind.NIGHT


def test_the_full_scenario_is_always_in_force_and_gives_way_to_any_window() -> None:
    rules = [window("full", kind=Kind.FULL), window("night", "20:00-08:00")]

    assert decide(rules, (), local("2026-11-23 12:00"), MOSCOW) == Decision(Kind.FULL, "always", "full")
    assert decide(rules, (), local("2026-11-23 21:00"), MOSCOW) == Decision(Kind.NIGHT, "window", "night")


def test_outside_every_window_no_scenario_is_in_force() -> None:
    decision = decide([window("night", "20:00-08:00")], (), local("2026-11-23 12:00"), MOSCOW)

    assert decision == Decision(None, "outside", "")


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        ((window("wide", "20:00-08:00", priority=1), window("narrow", "21:00-23:00")), "wide"),
        ((window("wide", "20:00-08:00"), window("narrow", "21:00-23:00")), "narrow"),
        (
            (
                window("older", "20:00-08:00", made=datetime(2026, 1, 1, tzinfo=UTC)),
                window("newer", "20:00-08:00", made=datetime(2026, 2, 1, tzinfo=UTC)),
            ),
            "newer",
        ),
        ((window("a", "20:00-08:00"), window("b", "20:00-08:00")), "b"),
        ((window("full", kind=Kind.FULL, priority=5), window("night", "20:00-08:00", priority=1)), "full"),
    ],
    ids=["priority", "narrower", "newest", "equal-in-everything", "priority-over-length"],
)
def test_of_overlapping_windows_one_wins_in_whatever_order_they_come(rules: tuple[Window, ...], expected: str) -> None:
    for order in permutations(rules):
        assert in_force(list(order), "2026-11-23 22:00") == expected


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        ("2026-11-23 11:59:59", Decision(Kind.FULL, "override", "soon")),
        ("2026-11-23 12:00:00", Decision(Kind.OVERFLOW, "override", "late")),
        ("2026-11-23 18:00:00", Decision(Kind.NIGHT, "window", "night")),
    ],
    ids=["the-one-that-ends-first", "then-the-other", "then-the-windows"],
)
def test_an_override_beats_every_window_until_its_instant(at: str, expected: Decision) -> None:
    night = window("night", "00:00-00:00", priority=99)
    late = Override(rule_id="late", kind=Kind.OVERFLOW, until=local("2026-11-23 18:00"))
    soon = Override(rule_id="soon", kind=Kind.FULL, until=local("2026-11-23 12:00"))

    for overrides in ((late, soon), (soon, late)):
        assert decide([night], overrides, local(at), MOSCOW) == expected


def test_an_instant_without_a_time_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="has no time zone"):
        decide([], (), datetime(2026, 11, 23, 12, 0), MOSCOW)  # noqa: DTZ001 - that is the point
