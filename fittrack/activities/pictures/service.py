"""Use cases of pictures."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from fittrack import db
from fittrack.activities.exports.errors import NoPositions
from fittrack.activities.models import Activity
from fittrack.activities.pictures import repository
from fittrack.activities.pictures.canvas import THEMES, Theme
from fittrack.activities.pictures.errors import NotMeasured
from fittrack.activities.pictures.profile import elevation_picture, heart_rate_picture
from fittrack.activities.pictures.route import route_picture
from fittrack.activities.samples import Samples
from fittrack.activities.sharing.service import get_recorded
from fittrack.units import METRIC, Units, chosen

Draw = Callable[[Activity, Samples, Units, Theme], str | None]


def get_route(*, activity_id: str, viewer_id: str, system: str | None, theme: str) -> str:
    """Return the picture of a route. Raises: ActivityNotFound, NoPositions."""
    picture = _drawn(route_picture, activity_id, viewer_id, system, theme)
    if picture is None:
        raise NoPositions(activity_id=activity_id)
    return picture


def get_elevation(*, activity_id: str, viewer_id: str, system: str | None, theme: str) -> str:
    """Return the profile of altitudes. Raises: ActivityNotFound, NotMeasured."""
    picture = _drawn(elevation_picture, activity_id, viewer_id, system, theme)
    if picture is None:
        raise NotMeasured(activity_id=activity_id)
    return picture


def get_heart_rate(*, activity_id: str, viewer_id: str, system: str | None, theme: str) -> str:
    """Return the profile of heart rates. Raises: ActivityNotFound, NotMeasured."""
    picture = _drawn(heart_rate_picture, activity_id, viewer_id, system, theme)
    if picture is None:
        raise NotMeasured(activity_id=activity_id)
    return picture


def _drawn(
    draw: Draw, activity_id: str, viewer_id: str, system: str | None, theme: str
) -> str | None:
    """Return a picture in a system of units, else in those that its viewer prefers."""
    with db.reading("get_picture") as tx:
        recorded = get_recorded(tx, activity_id, viewer_id)
        unit = repository.get_distance_unit(tx, viewer_id)
    units = chosen(system, replace(METRIC, distance=unit))
    return draw(recorded.activity, recorded.samples, units, THEMES[theme])
