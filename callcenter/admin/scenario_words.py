"""Scenarios in words: when a rule holds, and why it does or does not decide."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils.dates import WEEKDAYS_ABBR
from django.utils.translation import gettext as _

from callcenter import scenarios
from callcenter.models import Scenario
from callcenter.scenarios import Window

EVERY_DAY = "1234567"


@dataclass(frozen=True, slots=True)
class Judged:
    """One rule at one instant."""

    rule: str
    wins: bool
    holds: bool
    why: str


def described(rule: Scenario) -> str:
    """A rule in one line, such as "Night 21:00–08:00, Mon Tue"."""
    window = f" {rule.starts:%H:%M}–{rule.ends:%H:%M}" if rule.starts and rule.ends else ""
    days = "" if rule.weekdays == EVERY_DAY else f", {days_named(rule.weekdays)}"
    return f"{rule.get_kind_display()}{window}{days}"


def days_named(weekdays: str) -> str:
    """The weekdays of a rule, such as "Mon Tue"."""
    return " ".join(str(WEEKDAYS_ABBR[int(day) - 1]) for day in weekdays)


def judge(rules: Iterable[Scenario], at: datetime, zone: str) -> list[Judged]:
    """Every rule at this instant, the one in force first, with the reason in words."""
    by_id = {str(rule.pk): rule for rule in rules}
    windows = {name: rule.window() for name, rule in by_id.items()}
    decision = scenarios.decide(windows.values(), (), at, zone)
    best = windows.get(decision.rule_id)
    local = at.astimezone(ZoneInfo(zone))
    judged = [_judged(by_id[name], window, best, local) for name, window in windows.items()]
    return sorted(judged, key=lambda item: (not item.wins, not item.holds))


def _judged(rule: Scenario, window: Window, best: Window | None, local: datetime) -> Judged:
    if best is window:
        return Judged(described(rule), wins=True, holds=True, why=_why_it_wins(window))
    if not window.holds(local):
        return Judged(described(rule), wins=False, holds=False, why=_("does not hold at this time"))
    assert best is not None  # noqa: S101 - when a rule holds, one of them decides
    return Judged(described(rule), wins=False, holds=True, why=_why_it_loses(window, best))


def _why_it_wins(window: Window) -> str:
    if window.starts is None:
        return _("holds always")
    return _("its time has come, and no rule of higher priority holds")


def _why_it_loses(window: Window, best: Window) -> str:
    if window.priority < best.priority:
        return _("priority %(own)d is below %(best)d") % {"own": window.priority, "best": best.priority}
    if window.minutes() > best.minutes():
        return _("its time is the wider one")
    return _("it is the older rule")
