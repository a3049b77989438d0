"""A day's tally: what its accepted activities come to, each minute and each step once. Pure."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from typing import TypeVar

from fittrack.points.models import Body, DayActivity, DayMinutes, Effort, Tally
from fittrack.points.versions import RulesVersion, version_on

Row = TypeVar("Row", DayActivity, DayMinutes)
LIGHT, MODERATE, VIGOROUS = 1, 2, 3
MANUAL = "manual"


def tallies_of(
    days: Iterable[date],
    activities: Sequence[DayActivity],
    minutes: Sequence[DayMinutes],
    body: Body,
) -> dict[date, Tally]:
    """Return the tally of each day, from the activities and minutes of all of them in any order."""
    by_day, minutes_by_day = _grouped(activities), _grouped(minutes)
    return {
        day_on: tally_of(day_on, by_day.get(day_on, []), minutes_by_day.get(day_on, []), body)
        for day_on in days
    }


def tally_of(
    day_on: date,
    activities: Sequence[DayActivity],
    minutes: Sequence[DayMinutes],
    body: Body,
) -> Tally:
    """Return one day's tally under the rules and the member's maximum heart rate of that day."""
    rules, max_hr_tenths = version_on(day_on), max_hr_tenths_of(body, day_on)
    recorded = _effort(
        [activity for activity in activities if activity.source_kind != MANUAL],
        [block for block in minutes if block.source_kind != MANUAL],
        max_hr_tenths,
        rules,
    )
    together = _effort(activities, minutes, max_hr_tenths, rules)
    # A manual step record below the recorded steps takes nothing away.
    return Tally(recorded, replace(together, steps=max(recorded.steps, together.steps)))


def max_hr_tenths_of(body: Body, day_on: date) -> int | None:
    """Return the maximum heart rate in tenths of a bpm: the member's own, else 208 - 0.7 x age.

    None where neither is known. Formula: Tanaka, Monahan and Seals, J. Am. Coll. Cardiol. 37
    (2001), with the age of that day.
    """
    own_bpm = body.max_hr_bpm_on(day_on)
    if own_bpm is not None:
        return own_bpm * 10
    if body.date_of_birth_on is None:
        return None
    return 2080 - 7 * age_on(body.date_of_birth_on, day_on)


def age_on(born_on: date, day_on: date) -> int:
    """Return the age in full years."""
    had_birthday = (day_on.month, day_on.day) >= (born_on.month, born_on.day)
    return day_on.year - born_on.year - (0 if had_birthday else 1)


def intensity_of(
    hr_bpm: int | None, by_speed: int, max_hr_tenths: int | None, rules: RulesVersion
) -> int:
    """Return 1 light, 2 moderate or 3 vigorous: by heart rate if there is one, else as stored."""
    if not hr_bpm or max_hr_tenths is None:
        return by_speed
    scaled = hr_bpm * 1000  # percent of tenths, without a fraction
    if scaled > rules.vigorous_above_percent * max_hr_tenths:
        return VIGOROUS
    return MODERATE if scaled >= rules.moderate_from_percent * max_hr_tenths else LIGHT


def _effort(
    activities: Sequence[DayActivity],
    minutes: Sequence[DayMinutes],
    max_hr_tenths: int | None,
    rules: RulesVersion,
) -> Effort:
    counts = Counter(_intensities(minutes, max_hr_tenths, rules).values())
    return Effort(
        steps=_steps(activities),
        light_minutes=counts[LIGHT],
        moderate_minutes=counts[MODERATE],
        vigorous_minutes=counts[VIGOROUS],
        workouts=sum(_is_long_workout(activity, rules) for activity in activities),
    )


def _intensities(
    minutes: Iterable[DayMinutes], max_hr_tenths: int | None, rules: RulesVersion
) -> dict[int, int]:
    """Return epoch minute -> its highest intensity, however many activities cover it."""
    highest: dict[int, int] = {}
    for block in minutes:
        for epoch_minute, hr_bpm, by_speed in block.minutes_json:
            intensity = intensity_of(hr_bpm, by_speed, max_hr_tenths, rules)
            highest[epoch_minute] = max(intensity, highest.get(epoch_minute, LIGHT))
    return highest


def _steps(activities: Iterable[DayActivity]) -> int:
    """Return the steps of the best source: a daily record if there is one, else the workouts'."""
    records = [a.steps for a in activities if a.type == "steps" and a.steps is not None]
    if records:
        return max(records)
    return sum(a.steps or 0 for a in activities)


def _is_long_workout(activity: DayActivity, rules: RulesVersion) -> bool:
    return activity.type == "workout" and activity.moving_s >= rules.workout_least_s


def _grouped(rows: Iterable[Row]) -> dict[date, list[Row]]:
    grouped: dict[date, list[Row]] = defaultdict(list)
    for row in rows:
        grouped[row.day_on].append(row)
    return grouped
