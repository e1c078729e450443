"""A call log as an exchange or a spreadsheet writes it: when, answered or not, order or not. Read once, kept nowhere.

Only the three columns are looked at: whatever else a log says (a number, a name) is not even decoded into a value.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal

from billing.tariffs.rated import N_
from callcenter.money import round_half_up

MOST_CALLS = 100_000
NIGHT = (time(22), time(6))
COLUMNS: Mapping[str, frozenset[str]] = {
    "time": frozenset({"time", "datetime", "date", "start", "calldate", "время", "дата", "дата и время", "начало"}),
    "answered": frozenset({"answered", "answer", "disposition", "status", "отвечен", "отвечено", "ответ", "статус"}),
    "order": frozenset({"order", "ordered", "order_id", "заказ", "номер заказа", "есть заказ"}),
}
_YES = frozenset({"1", "yes", "y", "true", "answered", "да", "отвечен", "отвечено", "+"})
_NO = frozenset({"", "0", "no", "n", "false", "no answer", "busy", "failed", "нет", "пропущен", "не отвечен", "-"})
_TIMES = ("%d.%m.%Y %H:%M:%S", "%d.%m.%Y %H:%M", "%d.%m.%y %H:%M:%S", "%d.%m.%y %H:%M")


class LogRefused(Exception):
    """The log cannot be read: `sentence` is an English message id, `numbers` what it names."""

    def __init__(self, sentence: str, **numbers: object) -> None:
        super().__init__(sentence % numbers)
        self.sentence, self.numbers = sentence, numbers


@dataclass(frozen=True, slots=True, kw_only=True)
class Month:
    """One calendar month of the log, from its first day to its last day in the log."""

    month: date
    days: int
    calls: int
    answered: int
    orders: int
    at_night: int

    @property
    def orders_a_day(self) -> int:
        return int(round_half_up(Decimal(self.orders) / self.days, Decimal(1)))

    @property
    def missed(self) -> Decimal:
        """The percentage of calls that nobody answered."""
        return round_half_up(Decimal(100 * (self.calls - self.answered)) / self.calls, Decimal("0.1"))

    @property
    def night(self) -> Decimal:
        """The percentage of orders that came by night."""
        return round_half_up(Decimal(100 * self.at_night) / self.orders, Decimal("0.1")) if self.orders else Decimal(0)


@dataclass(frozen=True, slots=True)
class Called:
    """One line of the log."""

    at: datetime
    answered: bool
    order: bool


def read_log(content: bytes) -> list[Month]:
    """The months of a log, oldest first; LogRefused with a sentence for what cannot be read: all of it or nothing."""
    months: dict[date, list[Called]] = {}
    for number, call in enumerate(_calls(_decoded(content)), start=1):
        if number > MOST_CALLS:
            raise LogRefused(N_("The log has more than %(most)d calls: give one month, or one week."), most=MOST_CALLS)
        months.setdefault(call.at.date().replace(day=1), []).append(call)
    if not months:
        raise LogRefused(N_("The log has a heading and no calls."))
    return [_month(month, calls) for month, calls in sorted(months.items())]


def _month(month: date, calls: Sequence[Called]) -> Month:
    days = {call.at.date() for call in calls}
    return Month(
        month=month,
        days=(max(days) - min(days)).days + 1,
        calls=len(calls),
        answered=sum(call.answered for call in calls),
        orders=sum(call.order for call in calls),
        at_night=sum(call.order and _by_night(call.at.time()) for call in calls),
    )


def _by_night(moment: time) -> bool:
    return moment >= NIGHT[0] or moment < NIGHT[1]


def _decoded(content: bytes) -> str:
    """UTF-8, else the code page of Windows, which makes letters of every byte but a few."""
    for encoding in ("utf-8-sig", "cp1251"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise LogRefused(N_("The file is no text: save the log as CSV and give that file."))


def _calls(text: str) -> Iterator[Called]:
    heading, _newline, _rest = text.partition("\n")
    delimiter = max(";,\t", key=heading.count)
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        places = _places(next(rows, []))
        for line, row in enumerate(rows, start=2):
            if any(cell.strip() for cell in row):
                yield _call(row, places, line)
    except csv.Error as error:
        raise LogRefused(N_("The file is no CSV: %(why)s."), why=str(error)) from error


def _places(heading: Sequence[str]) -> dict[str, int]:
    names = [name.strip().casefold() for name in heading]
    places = {
        wanted: next((names.index(name) for name in names if name in known), -1) for wanted, known in COLUMNS.items()
    }
    if missing := [wanted for wanted, place in places.items() if place < 0]:
        raise LogRefused(
            N_("The log has no column %(missing)s, but %(there)s. Name three columns time, answered, order."),
            missing=", ".join(missing),
            there=", ".join(name[:30] for name in names[:12]) or "–",
        )
    return places


def _call(row: Sequence[str], places: Mapping[str, int], line: int) -> Called:
    cells = {name: row[place].strip() if place < len(row) else "" for name, place in places.items()}
    order = cells["order"].casefold()
    return Called(
        at=_moment(cells["time"], line),
        answered=_answered(cells["answered"], line),
        order=order not in _NO,
    )


def _answered(said: str, line: int) -> bool:
    word = said.casefold()
    if word not in _YES | _NO:
        raise LogRefused(
            N_("Line %(line)d: “%(value)s” does not say whether the call was answered: write 1 or 0."),
            line=line,
            value=said[:20],
        )
    return word in _YES


def _moment(said: str, line: int) -> datetime:
    try:
        return datetime.fromisoformat(said)
    except ValueError:
        pass
    for form in _TIMES:
        try:
            return datetime.strptime(said, form)  # noqa: DTZ007 - a log is in the local time of who wrote it
        except ValueError:
            continue
    raise LogRefused(
        N_("Line %(line)d: “%(value)s” is no time: write it as 2026-11-23 18:05:00 or 23.11.2026 18:05."),
        line=line,
        value=said[:20],
    )
