"""What a member sees of all they did."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class DaySums:
    """What the activities that count of one points day come to."""

    day_on: date
    activity_count: int
    workout_count: int
    distance_cm: int | None
    moving_s: int


@dataclass(frozen=True, slots=True)
class RouteLine:
    """The simplified route of one activity."""

    polyline: str


@dataclass(frozen=True, slots=True)
class CalendarDay:
    """One points day."""

    day_on: date
    activity_count: int
    workout_count: int
    distance_m: float
    moving_s: int
    active_minutes: int
    steps: int
    points: int


@dataclass(frozen=True, slots=True)
class Period:
    """The points days from one to another, both included, added up."""

    from_on: date
    to_on: date
    activity_count: int
    workout_count: int
    distance_m: float
    moving_s: int
    active_minutes: int
    steps: int
    points: int


@dataclass(frozen=True, slots=True)
class Summary:
    """Today, this week from Monday, this month; what today may still earn, and the run of days."""

    today: Period
    week: Period
    month: Period
    cap_points: int
    cap_left_points: int
    run_days: int
    is_active_today: bool


@dataclass(frozen=True, slots=True)
class Calendar:
    """A month, day by day."""

    month: str
    days: list[CalendarDay]


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell by its middle, and in how many activities the member came by."""

    latitude_deg: float
    longitude_deg: float
    activity_count: int


@dataclass(frozen=True, slots=True)
class Heatmap:
    """The cells that a member came by most, the most visited first."""

    from_on: date
    to_on: date
    cell_m: int
    activity_count: int
    is_complete: bool
    cells: list[Cell]
