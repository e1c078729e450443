"""The figures of the live pages. Whose rows are counted is the policies' to say: a manager sees one service."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection

QUARTER = timedelta(minutes=15)
# Who hangs up within five seconds has dialled a wrong number or thought better of it: not lost, and not counted.
SHORT_S, LEVEL_S = 5, 20

_CAME = "coalesce(offered_at, created_at)"
_WAITS = "state IN ('offered', 'queued', 'ringing')"
_LOST_ONE = f"""ended_at IS NOT NULL AND answered_at IS NULL
                 AND ended_at - {_CAME} >= make_interval(secs => %(short)s)"""
_OPEN = "state IN ('pending', 'sending', 'unknown', 'resolving', 'review', 'expired')"
_STUCK = "state IN ('review', 'expired')"

_CALLS = f"""
SELECT count(*) FILTER (WHERE {_WAITS}), count(*) FILTER (WHERE state = 'answered'), count(*), count(answered_at),
       count(*) FILTER (WHERE {_LOST_ONE}),
       count(*) FILTER (WHERE answered_at - {_CAME} <= make_interval(secs => %(level)s)),
       avg(extract(epoch FROM answered_at - {_CAME})),
       max(extract(epoch FROM %(now)s - {_CAME})) FILTER (WHERE {_WAITS})
FROM orders_call WHERE created_at >= %(start)s"""  # noqa: S608 - constants of this file
_LOST = f"""
SELECT ended_at, scenario_kind FROM orders_call
WHERE created_at >= %(start)s AND {_LOST_ONE} ORDER BY created_at DESC LIMIT 5"""  # noqa: S608 - constants
_ORDERS = """
SELECT floor(extract(epoch FROM placed_at - %(start)s) / 900)::int, count(*), count(accepted_at)
FROM orders_order WHERE placed_at >= %(start)s GROUP BY 1 ORDER BY 1"""
_UNDELIVERED = f"""
SELECT count(*), count(*) FILTER (WHERE {_STUCK}), extract(epoch FROM %(now)s - min(created_at))
FROM orders_delivery WHERE {_OPEN} AND created_at >= %(start)s"""  # noqa: S608 - constants of this file
_SEATS = """
SELECT p.name, w.name, s.state, extract(epoch FROM %(now)s - s.state_since)
FROM callcenter_seat s
JOIN callcenter_person p ON p.id = s.person_id JOIN callcenter_workplace w ON w.id = s.workplace_id
WHERE s.closed_at IS NULL ORDER BY s.state, s.state_since"""
_SERVICES = f"""
WITH c AS (SELECT service_id, count(*) AS came, count(*) FILTER (WHERE {_WAITS}) AS waiting,
                  count(*) FILTER (WHERE {_LOST_ONE}) AS lost
           FROM orders_call WHERE created_at >= %(start)s GROUP BY 1),
     o AS (SELECT service_id, count(*) AS placed FROM orders_order WHERE placed_at >= %(start)s GROUP BY 1),
     d AS (SELECT service_id, count(*) AS open, count(*) FILTER (WHERE {_STUCK}) AS stuck
           FROM orders_delivery WHERE {_OPEN} AND created_at >= %(start)s GROUP BY 1)
SELECT t.name, t.hue, t.monogram, coalesce(c.came, 0), coalesce(c.lost, 0), coalesce(c.waiting, 0),
       coalesce(o.placed, 0), coalesce(d.open, 0), coalesce(d.stuck, 0)
FROM callcenter_taxiservice t LEFT JOIN c ON c.service_id = t.id LEFT JOIN o ON o.service_id = t.id
LEFT JOIN d ON d.service_id = t.id
WHERE t.active ORDER BY 9 DESC, 4 DESC, 1"""  # noqa: S608 - constants of this file


@dataclass(frozen=True, slots=True)
class Calls:
    """Calls since a moment; seconds where it says so."""

    waiting: int
    talking: int
    came: int
    answered: int
    lost: int
    in_time: int
    mean_wait_s: float | None
    longest_s: float | None

    @property
    def answered_percent(self) -> float | None:
        """Of the calls that were answered or lost."""
        return _percent(self.answered, self.answered + self.lost)

    @property
    def level_percent(self) -> float | None:
        """Answered within 20 s, of the calls that were answered or lost."""
        return _percent(self.in_time, self.answered + self.lost)


@dataclass(frozen=True, slots=True)
class Orders:
    """Orders since a moment, and by quarter of an hour: (position, placed)."""

    placed: int
    accepted: int
    quarters: Sequence[tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Undelivered:
    """Orders that are not at their service; `stuck` ones wait for a person."""

    all: int
    stuck: int
    oldest_s: float | None


@dataclass(frozen=True, slots=True)
class Seat:
    """An operator at work, for how long in this state."""

    person: str
    workplace: str
    state: str
    since_s: float


@dataclass(frozen=True, slots=True)
class Service:
    """One service's day."""

    name: str
    hue: str
    monogram: str
    calls: int
    lost: int
    waiting: int
    orders: int
    open: int
    stuck: int


def day_began(now: datetime, zone: str) -> datetime:
    """Midnight of today in this zone."""
    return now.astimezone(ZoneInfo(zone)).replace(hour=0, minute=0, second=0, microsecond=0)


def calls_since(start: datetime, *, now: datetime) -> Calls:
    """Count them."""
    row = _rows(_CALLS, start=start, now=now)[0]
    waiting, talking, came, answered, lost, in_time, wait, longest = row
    return Calls(waiting, talking, came, answered, lost, in_time, _float(wait), _float(longest))


def lost_since(start: datetime) -> list[tuple[datetime, str]]:
    """The last five that nobody answered: when, in which scenario."""
    return [(row[0], row[1]) for row in _rows(_LOST, start=start)]


def orders_since(start: datetime) -> Orders:
    """Count them by quarter of an hour."""
    rows = _rows(_ORDERS, start=start)
    return Orders(sum(row[1] for row in rows), sum(row[2] for row in rows), [(row[0], row[1]) for row in rows])


def undelivered_since(start: datetime, *, now: datetime) -> Undelivered:
    """Count them."""
    every, stuck, oldest = _rows(_UNDELIVERED, start=start, now=now)[0]
    return Undelivered(every, stuck, _float(oldest))


def seats(now: datetime) -> list[Seat]:
    """Everybody on shift."""
    return [Seat(row[0], row[1], row[2], float(row[3])) for row in _rows(_SEATS, now=now)]


def services(start: datetime) -> list[Service]:
    """The day of every active service, those in trouble first."""
    return [Service(*row) for row in _rows(_SERVICES, start=start)]


def _rows(sql: str, **parameters: Any) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(sql, {"short": SHORT_S, "level": LEVEL_S, **parameters})
        return list(cursor.fetchall())


def _percent(part: int, whole: int) -> float | None:
    return round(100 * part / whole, 1) if whole else None


def _float(value: Any) -> float | None:
    return None if value is None else float(value)
