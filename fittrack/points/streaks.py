"""The run of active days: days in a row, with freezes for the missed ones. Pure.

A freeze is earned with each 30th active day and spent by itself on a missed day while a run goes
on. A frozen day keeps the run, but is not counted in its length.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

from fittrack.points.models import Run
from fittrack.points.rules import is_active_day
from fittrack.points.versions import version_on


def runs_of(active_minutes: Mapping[date, int]) -> dict[date, int]:
    """Return for each day the length of the run that it ends, 0 for a day that is not active.

    `active_minutes` maps every known day of the member to its recorded minutes; days that are not
    in it were not active.
    """
    runs: dict[date, int] = dict.fromkeys(active_minutes, 0)
    run_days, freezes, active_days = 0, 0, 0
    last_on: date | None = None
    for day_on in sorted(active_minutes):
        rules = version_on(day_on)
        if not is_active_day(active_minutes[day_on], rules):
            continue
        missed = 0 if last_on is None else (day_on - last_on) // timedelta(days=1) - 1
        frozen = min(missed, freezes)
        freezes -= frozen
        run_days = run_days + 1 if frozen == missed else 1
        active_days += 1
        freezes += active_days % rules.active_days_per_freeze == 0
        runs[day_on], last_on = run_days, day_on
    return runs


def run_on(today_on: date, active_minutes: Mapping[date, int]) -> Run:
    """Return the run that an active day today goes on, without today where that is not active yet.

    Days after today, of clocks that are wrong, change nothing: a run knows only what was before.
    """
    rules = version_on(today_on)
    is_active_today = is_active_day(active_minutes.get(today_on, 0), rules)
    runs = runs_of({**active_minutes, today_on: rules.active_day_minutes})
    run_days = runs[today_on] - (0 if is_active_today else 1)
    return Run(run_days, is_active_today, rules.points_a_day)
