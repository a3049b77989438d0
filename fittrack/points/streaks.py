"""The run of active days: days in a row, with freezes for the missed ones. Pure.

A freeze is earned with each 30th active day and spent by itself on a missed day while a run goes
on. A frozen day keeps the run, but is not counted in its length.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from fittrack.points.models import Run, Streak, StreakDay
from fittrack.points.rules import is_active_day
from fittrack.points.versions import version_on

DAY = timedelta(days=1)
WEEK_DAYS = 7


@dataclass(slots=True)
class Fold:
    """Days in their order, one active one after the other: runs, and the freezes on the way."""

    runs: dict[date, int]
    frozen: set[date] = field(default_factory=set)
    freezes: int = 0
    run_days: int = 0
    active_days: int = 0
    last_on: date | None = None

    def pass_to(self, day_on: date) -> None:
        """Spend freezes on what was missed before a day; what they don't cover ends the run."""
        missed = 0 if self.last_on is None else (day_on - self.last_on) // DAY - 1
        spent = min(missed, self.freezes)
        for n in range(spent):
            self.frozen.add(day_on - (missed - n) * DAY)
        self.freezes -= spent
        if spent < missed:
            self.run_days = 0

    def count(self, day_on: date, active_days_per_freeze: int) -> None:
        """Count an active day; those before it are passed."""
        self.run_days += 1
        self.active_days += 1
        self.freezes += self.active_days % active_days_per_freeze == 0
        self.runs[day_on], self.last_on = self.run_days, day_on


def runs_of(active_minutes: Mapping[date, int]) -> dict[date, int]:
    """Return for each day the length of the run that it ends, 0 for a day that is not active.

    `active_minutes` maps every known day of the member to its recorded minutes; days that are not
    in it were not active.
    """
    return _folded(active_minutes).runs


def run_on(today_on: date, active_minutes: Mapping[date, int]) -> Run:
    """Return the run that an active day today goes on, without today where that is not active yet.

    Days after today, of clocks that are wrong, change nothing: a run knows only what was before.
    """
    rules = version_on(today_on)
    is_active_today = is_active_day(active_minutes.get(today_on, 0), rules)
    run_days = _until(today_on, active_minutes).run_days
    return Run(run_days, is_active_today, rules.points_a_day)


def streak_on(today_on: date, active_minutes: Mapping[date, int]) -> Streak:
    """Return a member's streak as it stands today; a day that is not over yet breaks nothing."""
    fold, rules = _until(today_on, active_minutes), version_on(today_on)
    done = active_minutes.get(today_on, 0)
    monday_on = today_on - today_on.weekday() * DAY
    week = (monday_on + n * DAY for n in range(WEEK_DAYS))
    return Streak(
        current_days=fold.run_days,
        longest_days=max(fold.runs.values(), default=0),
        freezes_left=fold.freezes,
        today_on=today_on,
        active_minutes_today=done,
        missing_minutes_today=max(0, rules.active_day_minutes - done),
        week=tuple(StreakDay(day_on, _state_of(day_on, today_on, fold)) for day_on in week),
    )


def _folded(active_minutes: Mapping[date, int]) -> Fold:
    fold = Fold(dict.fromkeys(active_minutes, 0))
    for day_on in sorted(active_minutes):
        rules = version_on(day_on)
        if is_active_day(active_minutes[day_on], rules):
            fold.pass_to(day_on)
            fold.count(day_on, rules.active_days_per_freeze)
    return fold


def _until(today_on: date, active_minutes: Mapping[date, int]) -> Fold:
    """Return all days up to today, with freezes spent on what was missed before it."""
    past = {day_on: done for day_on, done in active_minutes.items() if day_on <= today_on}
    fold = _folded(past)
    if fold.last_on != today_on:
        fold.pass_to(today_on)
    return fold


def _state_of(day_on: date, today_on: date, fold: Fold) -> str:
    if fold.runs.get(day_on, 0):
        return "active"
    if day_on >= today_on:
        return "to_come"
    return "frozen" if day_on in fold.frozen else "missed"
