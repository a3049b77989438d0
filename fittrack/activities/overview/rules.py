"""Days added up, and routes laid over a grid; no I/O."""

from __future__ import annotations

from calendar import monthrange
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from itertools import pairwise
from math import ceil, cos, floor, pi, radians

from fittrack.activities.overview.models import CalendarDay, Cell, DaySums, Period
from fittrack.activities.pictures.polyline import decoded
from fittrack.activities.steps import EARTH_RADIUS_M, haversine_m
from fittrack.points.models import DayAward

ONE_DAY = timedelta(days=1)
M_PER_DEGREE = EARTH_RADIUS_M * pi / 180
MOST_CELLS = 10_000
# Of a longer step nobody knows which way it went.
LONGEST_STEP_M = 20_000.0
# Places looked at in one answer: about a second's work.
MOST_PLACES = 1_000_000

Place = tuple[int, int]


def week_of(day_on: date) -> date:
    """Return the Monday of a day's week."""
    return day_on - day_on.weekday() * ONE_DAY


def month_of(day_on: date) -> tuple[date, date]:
    """Return the first and the last day of a day's month."""
    return day_on.replace(day=1), day_on.replace(day=monthrange(day_on.year, day_on.month)[1])


def days_from(
    first_on: date, last_on: date, sums: Sequence[DaySums], awards: Sequence[DayAward]
) -> list[CalendarDay]:
    """Return each day of a range; where nothing happened, everything is 0."""
    done = {day.day_on: day for day in sums}
    awarded = {day.day_on: day for day in awards}
    count = (last_on - first_on).days + 1
    every = (first_on + at * ONE_DAY for at in range(count))
    return [_day(day_on, done.get(day_on), awarded.get(day_on)) for day_on in every]


def _day(day_on: date, done: DaySums | None, award: DayAward | None) -> CalendarDay:
    effort: Mapping[str, int] = award.tally_json["with_manual"] if award else {}
    minutes = ("light_minutes", "moderate_minutes", "vigorous_minutes")
    return CalendarDay(
        day_on=day_on,
        activity_count=done.activity_count if done else 0,
        workout_count=done.workout_count if done else 0,
        distance_m=(done.distance_cm or 0) / 100 if done else 0.0,
        moving_s=done.moving_s if done else 0,
        active_minutes=sum(effort.get(name, 0) for name in minutes),
        steps=effort.get("steps", 0),
        points=award.awarded_points if award else 0,
    )


def added_up(days: Iterable[CalendarDay], first_on: date, last_on: date) -> Period:
    """Return the days of a range as one."""
    within = [day for day in days if first_on <= day.day_on <= last_on]
    return Period(
        from_on=first_on,
        to_on=last_on,
        activity_count=sum(day.activity_count for day in within),
        workout_count=sum(day.workout_count for day in within),
        distance_m=round(sum(day.distance_m for day in within), 2),
        moving_s=sum(day.moving_s for day in within),
        active_minutes=sum(day.active_minutes for day in within),
        steps=sum(day.steps for day in within),
        points=sum(day.points for day in within),
    )


def visited(polylines: Iterable[str], cell_m: int) -> tuple[list[Cell], bool]:
    """Return the cells that routes come by, the most visited first, and whether these are all.

    A route counts once in each cell, however often it comes by.
    """
    counts, left = Counter[Place](), MOST_PLACES
    for text in polylines:
        cells = set[Place]()
        for place in _along(decoded(text), cell_m):
            cells.add(_cell_of(place, cell_m))
            left -= 1
            if left <= 0:
                break
        counts.update(cells)
        if left <= 0:
            break
    # Equal counts in the order of their places, so that equal routes give equal answers.
    ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:MOST_CELLS]
    cells_found = [_cell(place, count, cell_m) for place, count in ranked]
    return cells_found, left > 0 and len(counts) <= MOST_CELLS


def _along(places: Sequence[Place], cell_m: int) -> Iterator[tuple[float, float]]:
    """Yield positions in degrees along a route, two to a cell or more."""
    degrees = [(lat_e7 / 1e7, lon_e7 / 1e7) for lat_e7, lon_e7 in places]
    yield from degrees[:1]
    for (lat1, lon1), (lat2, lon2) in pairwise(degrees):
        way_m = haversine_m(lat1, lon1, lat2, lon2)
        parts = max(1, ceil(2 * way_m / cell_m)) if way_m <= LONGEST_STEP_M else 1
        east = (lon2 - lon1 + 180) % 360 - 180
        for part in range(1, parts + 1):
            share = part / parts
            yield lat1 + share * (lat2 - lat1), (lon1 + share * east + 180) % 360 - 180


def _cell_of(place: tuple[float, float], cell_m: int) -> Place:
    """Return a position's row and its column, which is as wide as the row is high."""
    row = floor(place[0] * M_PER_DEGREE / cell_m)
    return row, floor(place[1] / _width_deg(row, cell_m))


def _width_deg(row: int, cell_m: int) -> float:
    latitude = (row + 0.5) * cell_m / M_PER_DEGREE
    return cell_m / (M_PER_DEGREE * max(cos(radians(latitude)), 1e-3))


def _cell(place: Place, count: int, cell_m: int) -> Cell:
    row, column = place
    latitude = (row + 0.5) * cell_m / M_PER_DEGREE
    longitude = (column + 0.5) * _width_deg(row, cell_m)
    return Cell(round(min(latitude, 90.0), 6), round(min(longitude, 180.0), 6), count)
