"""Which samples go out, and what an exported file is called; no I/O."""

from __future__ import annotations

from datetime import timedelta

from fittrack.activities.models import Activity
from fittrack.activities.samples import Samples, take

FORMATS = ("gpx", "tcx", "geojson", "original")
GPX = "application/gpx+xml"
TCX = "application/vnd.garmin.tcx+xml"
GEOJSON = "application/geo+json"


def file_name(activity: Activity, file_format: str) -> str:
    """Return the name of an exported file: the local day and the sport."""
    local_at = activity.started_at + timedelta(seconds=activity.utc_offset_s or 0)
    return f"{local_at:%Y-%m-%d}-{activity.sport}.{file_format}"


def thinned(samples: Samples, points: int | None) -> Samples:
    """Return at most `points` samples, evenly chosen, the first and the last among them."""
    count = len(samples)
    if points is None or count <= points:
        return samples
    last = count - 1
    return take(samples, [place * last // (points - 1) for place in range(points)])
