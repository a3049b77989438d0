"""The versions of the earning rules: data with an effective day, never edited once used.

To change the rules, append a version to `VERSIONS` with the points day from which on it holds; what
stands there stays as it is. `rules_in_use` remembers what each version said when it first awarded
points, and an edited one awards nothing (docs/points.md).
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date
from itertools import pairwise

import orjson


@dataclass(frozen=True, slots=True, kw_only=True)
class RulesVersion:
    """One version; it holds for the points days from `effective_on` until the next one's.

    Heart rates are in percent of the maximum: light below `moderate_from_percent`, vigorous above
    `vigorous_above_percent`. Limits named `_a_day` are per points day.
    """

    version: int
    effective_on: date
    steps_per_unit: int
    unit_points: int
    steps_a_day: int
    light_points: int
    moderate_points: int
    vigorous_points: int
    moderate_from_percent: int
    vigorous_above_percent: int
    workout_points: int
    workout_least_s: int
    workouts_a_day: int
    goal_steps: int
    goal_points: int
    active_day_minutes: int
    streak_days: int
    streak_points: int
    active_days_per_freeze: int
    manual_points_a_day: int
    points_a_day: int


VERSIONS = (
    RulesVersion(
        version=1,
        effective_on=date(1970, 1, 1),
        steps_per_unit=1_000,
        unit_points=10,
        steps_a_day=20_000,
        light_points=1,
        moderate_points=2,
        vigorous_points=3,
        moderate_from_percent=50,
        vigorous_above_percent=70,
        workout_points=50,
        workout_least_s=1_200,
        workouts_a_day=3,
        goal_steps=10_000,
        goal_points=100,
        active_day_minutes=30,
        streak_days=7,
        streak_points=250,
        active_days_per_freeze=30,
        manual_points_a_day=100,
        points_a_day=1_000,
    ),
)


_bound: tuple[RulesVersion, ...] = ()


def bind(versions: Sequence[RulesVersion]) -> None:
    """Make these the rules of this process. Raises: ValueError where their order is no order."""
    global _bound
    for one, next_one in pairwise(versions):
        if one.version >= next_one.version or one.effective_on >= next_one.effective_on:
            raise ValueError(f"version {next_one.version} of the rules must come after the others")
    _bound = tuple(versions)


def all_versions() -> tuple[RulesVersion, ...]:
    """Return every version, in the order of the days from which on they hold."""
    return _bound


def version_on(day_on: date) -> RulesVersion:
    """Return the rules of a points day; days before the first version have the first."""
    held = [version for version in _bound if version.effective_on <= day_on]
    return held[-1] if held else _bound[0]


def hash_of(rules: RulesVersion) -> str:
    """Return the SHA-256 in hex of what a version says.

    What has its default is left out: a field that is added for a later version has one, under which
    the versions before it mean what they always did.
    """
    pairs = ((each, getattr(rules, each.name)) for each in fields(rules))
    said = {each.name: value for each, value in pairs if value != each.default}
    return hashlib.sha256(orjson.dumps(said, option=orjson.OPT_SORT_KEYS)).hexdigest()


bind(VERSIONS)
