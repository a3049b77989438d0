"""Figures of an activity as a person reads them; no I/O."""

from __future__ import annotations

from datetime import timedelta

from fittrack.activities.models import Activity
from fittrack.units import Units, distance_of

M_PER_FT = 0.3048
LONGEST_NAME = 48


def name_of(activity: Activity) -> str:
    """Return what an activity is called, cut to what fits beside a figure."""
    name = activity.name or activity.sport.replace("_", " ").capitalize()
    return name if len(name) <= LONGEST_NAME else f"{name[: LONGEST_NAME - 1]}…"


def summary(activity: Activity, units: Units) -> str:
    """Return sport, local day, distance and time in one line."""
    local_at = activity.started_at + timedelta(seconds=activity.utc_offset_s or 0)
    words = [f"{activity.sport.replace('_', ' ').capitalize()} on {local_at:%Y-%m-%d}"]
    if activity.distance_m is not None:
        words.append(distance_words(activity.distance_m, units))
    return ", ".join([*words, clock_words(activity.moving_s)])


def distance_words(distance_m: float, units: Units) -> str:
    """Return a distance in km or miles, to two decimals."""
    distance = distance_of(distance_m, units)
    return f"{distance.value:.2f} {distance.unit}"


def clock_words(seconds: float) -> str:
    """Return a time as h:mm:ss, or m:ss below an hour."""
    minutes, rest_s = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest_s:02d}" if hours else f"{minutes}:{rest_s:02d}"


def height_of(altitude_m: float, units: Units) -> float:
    """Return an altitude in metres, or in feet for who reads distances in miles."""
    return altitude_m / M_PER_FT if units.distance == "mi" else altitude_m


def height_unit(units: Units) -> str:
    """Return the unit of `height_of`."""
    return "ft" if units.distance == "mi" else "m"
