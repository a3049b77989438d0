"""Makes activity files for the seed, the smoke test and the tests: plausible, and deterministic."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from math import cos, pi, radians, sin
from zlib import crc32

_HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<gpx version="1.1" creator="{creator}" xmlns="http://www.topografix.com/GPX/1/1"
 xmlns:tpx="http://www.garmin.com/xmlschemas/TrackPointExtension/v1">
<trk><name>{name}</name><type>{sport}</type><trkseg>
"""
_POINT = (
    '<trkpt lat="{lat:.7f}" lon="{lon:.7f}"><ele>{altitude_m:.1f}</ele><time>{at}</time>'
    "<extensions><tpx:TrackPointExtension><tpx:hr>{hr_bpm}</tpx:hr><tpx:cad>{cadence_rpm}</tpx:cad>"
    "</tpx:TrackPointExtension></extensions></trkpt>\n"
)
_TAIL = "</trkseg></trk></gpx>\n"

_METRES_A_DEGREE = 111_319.5
_SECONDS_A_LAP = 900


def make_gpx(
    started_at: datetime,
    duration_s: int,
    *,
    seed: int = 0,
    sport: str = "running",
    speed_mps: float = 2.8,
    hr_bpm: int | None = None,
    name: str = "Morning run",
) -> bytes:
    """Return a GPX file with a point a second, the last one `duration_s` after the start.

    A winding way from a place that `seed` and the start decide, with hills, a cadence and a heart
    rate that warms up, or stays near `hr_bpm`. Equal arguments give equal bytes.
    """
    head = _HEAD.format(creator="FitTrack", name=name, sport=sport)
    points = _points(started_at.astimezone(UTC), duration_s, seed, speed_mps, hr_bpm)
    return (head + "".join(points) + _TAIL).encode()


def _points(
    started_at: datetime, duration_s: int, seed: int, speed_mps: float, hr_bpm: int | None
) -> Iterator[str]:
    lat, lon = 40.0 + seed * 37 % 200 / 10, -10.0 + seed * 53 % 300 / 10
    lat += crc32(f"{started_at} {seed}".encode()) % 1_000_000 / 1e7  # no two days are alike
    for second in range(duration_s + 1):
        at = started_at + timedelta(seconds=second)
        yield _POINT.format(
            lat=lat,
            lon=lon,
            altitude_m=120 + 25 * sin(second / 300 + seed),
            at=f"{at:%Y-%m-%dT%H:%M:%SZ}",
            hr_bpm=_heart_rate(second, seed) if hr_bpm is None else _steady(hr_bpm, second),
            cadence_rpm=82 + (second + seed) % 5,
        )
        heading = 2 * pi * second / _SECONDS_A_LAP + seed
        pace_mps = speed_mps * (1 + 0.1 * sin(second / 40 + seed))
        lat += pace_mps * cos(heading) / _METRES_A_DEGREE
        lon += pace_mps * sin(heading) / (_METRES_A_DEGREE * cos(radians(lat)))


def _steady(hr_bpm: int, second: int) -> int:
    """Return a rate that hardly changes; no heart beats alike for very long."""
    return hr_bpm - 1 if second % 700 == 699 else hr_bpm


def _heart_rate(second: int, seed: int) -> int:
    """Return beats a minute: up to about 150 in ten minutes, then up and down with the hills."""
    return round(105 + 45 * min(1.0, second / 600) + 6 * sin(second / 60 + seed))
