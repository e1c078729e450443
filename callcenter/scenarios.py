"""Which scenario is in force at an instant, and why: a pure decision over a service's rules, in the service's own time
zone.

Windows are half-open in local wall-clock time; one that ends at or before its start crosses midnight and belongs to
the day on which it starts. The membership of an instant is always defined, also in the hours that a change of clocks
skips or repeats.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

EVERY_DAY = frozenset(range(1, 8))
_MINUTES_A_DAY = 24 * 60


class Kind(StrEnum):
    """Why calls come to the centre."""

    FULL = "full"
    OVERFLOW = "overflow"
    NIGHT = "night"
    CUSTOM = "custom"


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """One rule. Without `starts` and `ends` it holds all day. `weekdays`: ISO numbers, Monday is 1."""

    rule_id: str
    kind: Kind
    starts: time | None = None
    ends: time | None = None
    weekdays: frozenset[int] = EVERY_DAY
    priority: int = 0
    valid_from: date | None = None
    valid_to: date | None = None
    created_at: datetime | None = None

    def holds(self, local: datetime) -> bool:
        """Whether the local instant lies in the window."""
        if self.starts is None or self.ends is None:
            return self._on(local.date())
        clock, day = local.time().replace(fold=0), local.date()
        if self.starts < self.ends:
            return self._on(day) and self.starts <= clock < self.ends
        return (self._on(day) and clock >= self.starts) or (self._on(day - timedelta(days=1)) and clock < self.ends)

    def minutes(self) -> int:
        """The length of the window on the clock: the narrower of two windows wins."""
        if self.starts is None or self.ends is None:
            return _MINUTES_A_DAY
        length = (self.ends.hour - self.starts.hour) * 60 + self.ends.minute - self.starts.minute
        return length % _MINUTES_A_DAY or _MINUTES_A_DAY

    def _on(self, day: date) -> bool:
        after = self.valid_from is None or day >= self.valid_from
        return after and (self.valid_to is None or day <= self.valid_to) and day.isoweekday() in self.weekdays


@dataclass(frozen=True, slots=True, kw_only=True)
class Override:
    """A manual switch: this kind, until this instant, whatever the windows say. Of several the one that ends first is
    in force; when it has ended, the next one is.
    """

    rule_id: str
    kind: Kind
    until: datetime


@dataclass(frozen=True, slots=True)
class Decision:
    """The scenario in force, or None outside every window; `reason` is a code, `rule_id` the rule that decided."""

    kind: Kind | None
    reason: str
    rule_id: str = ""


def decide(windows: Iterable[Window], overrides: Iterable[Override], at: datetime, zone: str) -> Decision:
    """Decide for the aware instant `at`: an override beats priority, priority beats the narrower window, that beats
    the newer one, whatever order the rules come in.
    """
    if at.tzinfo is None:
        raise ValueError(f"{at} has no time zone: give an aware instant, as timezone.now() does.")
    live = [override for override in overrides if at < override.until]
    if live:
        soonest = min(live, key=lambda override: (override.until, override.rule_id))
        return Decision(soonest.kind, "override", soonest.rule_id)
    local = at.astimezone(ZoneInfo(zone))
    holding = [window for window in windows if window.holds(local)]
    if not holding:
        return Decision(None, "outside")
    best = max(holding, key=_rank)
    return Decision(best.kind, "window" if best.starts else "always", best.rule_id)


def _rank(window: Window) -> tuple[int, int, float, str]:
    made = window.created_at.timestamp() if window.created_at else 0.0
    return window.priority, -window.minutes(), made, window.rule_id
