"""TCX 2 with Garmin's ActivityExtension 2; no I/O.

Schemas: garmin.com/xmlschemas/TrainingCenterDatabasev2.xsd and ActivityExtensionv2.xsd. Elements
stand in the order of their sequences. TCX knows three sports; the others are named in our own
extension.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate, pairwise

from fittrack.activities.exports.markup import (
    batches,
    byte_of,
    column_of,
    degrees,
    element,
    instant,
    longitude,
    own_activity,
)
from fittrack.activities.files.own import NAMESPACE
from fittrack.activities.models import Activity, ActivityLap
from fittrack.activities.samples import Samples
from fittrack.activities.sports import family
from fittrack.clock import rfc3339

SPORTS = {"foot": "Running", "ride": "Biking"}
MOST_CALORIES = 65_535
_HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    "<TrainingCenterDatabase"
    ' xmlns="http://www.garmin.com/xmlschemas/TrainingCenterDatabase/v2"'
    ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
    ' xmlns:ns3="http://www.garmin.com/xmlschemas/ActivityExtension/v2">\n'
    '<Activities><Activity Sport="{sport}"><Id>{started_at}</Id>\n'
)
_CREATOR = (
    '<Creator xsi:type="Device_t">{name}<UnitId>0</UnitId><ProductID>0</ProductID>'
    "<Version><VersionMajor>0</VersionMajor><VersionMinor>0</VersionMinor></Version></Creator>\n"
)
_TAIL = "</Activity></Activities>\n</TrainingCenterDatabase>\n"


@dataclass(frozen=True, slots=True)
class _Lap:
    """A lap to be written: its totals and which samples are its own."""

    started_at: str
    elapsed_s: int
    distance_m: float
    calories_kcal: int
    samples: range


def tcx_of(activity: Activity, laps: list[ActivityLap], samples: Samples) -> Iterator[bytes]:
    """Yield the file piece by piece: a track for each piece between pauses, within its lap."""
    sport = SPORTS.get(family(activity.sport), "Other")
    yield _HEAD.format(sport=sport, started_at=rfc3339(activity.started_at)).encode()
    points = _Points(samples)
    for lap in _laps(activity, laps, samples):
        yield _lap_head(lap).encode()
        for track in _tracks(lap.samples, samples.breaks):
            yield b"<Track>\n"
            for some in batches(track):
                yield "".join(map(points.text, some)).encode()
            yield b"</Track>\n"
        yield b"</Lap>\n"
    yield f"{_after_laps(activity, laps, samples)}{_TAIL}".encode()


def _lap_head(lap: _Lap) -> str:
    return (
        f'<Lap StartTime="{lap.started_at}">'
        f"<TotalTimeSeconds>{lap.elapsed_s}</TotalTimeSeconds>"
        f"<DistanceMeters>{lap.distance_m:.2f}</DistanceMeters>"
        f"<Calories>{lap.calories_kcal}</Calories>"
        "<Intensity>Active</Intensity><TriggerMethod>Manual</TriggerMethod>\n"
    )


def _after_laps(activity: Activity, laps: list[ActivityLap], samples: Samples) -> str:
    notes = element("Notes", activity.notes_text)
    creator = _CREATOR.format(name=element("Name", activity.device or "FitTrack"))
    own = own_activity(activity, laps, breaks=samples.breaks)
    return f"{notes}{creator}<Extensions>{own}</Extensions>"


def _laps(activity: Activity, laps: list[ActivityLap], samples: Samples) -> list[_Lap]:
    """Return the laps as the device marked them, or one for the whole where it marked none."""
    calories_kcal = min(activity.calories_kcal or 0, MOST_CALORIES)
    if not laps:
        started_at, distance_m = rfc3339(activity.started_at), activity.distance_m or 0.0
        everything = range(len(samples))
        return [_Lap(started_at, activity.moving_s, distance_m, calories_kcal, everything)]
    shares = _shares(calories_kcal, [lap.elapsed_s for lap in laps])
    return [
        _Lap(rfc3339(lap.started_at), lap.elapsed_s, lap.distance_m or 0.0, share, own)
        for lap, share, own in zip(laps, shares, _of_laps(laps, samples), strict=True)
    ]


def _shares(total: int, weights: list[int]) -> list[int]:
    """Return whole numbers in the proportion of the weights that add up to the total."""
    whole = sum(weights) or 1
    until = [total * reached // whole for reached in accumulate(weights)]
    return [after - before for before, after in pairwise([0, *until])]


def _of_laps(laps: list[ActivityLap], samples: Samples) -> list[range]:
    """Return which samples belong to each lap: those from its start on, in the order of the file.

    Clocks run backwards at times, so that the highest time so far decides.
    """
    reached = list(accumulate(samples.at_ms, max))
    starts = [bisect_right(reached, lap.started_at.timestamp() * 1000 - 1) for lap in laps[1:]]
    bounds = [0, *accumulate(starts, max), len(samples)]
    return [range(start, end) for start, end in pairwise(bounds)]


def _tracks(lap: range, breaks: tuple[int, ...]) -> Iterator[range]:
    """Yield the samples of a lap between its pauses."""
    within = [at for at in breaks if lap.start < at < lap.stop]
    for start, end in pairwise([lap.start, *within, lap.stop]):
        if start < end:
            yield range(start, end)


class _Points:
    """The samples as track points."""

    def __init__(self, samples: Samples) -> None:
        count = len(samples)
        self._samples = samples
        self._places = column_of(samples.lat_e7, count), column_of(samples.lon_e7, count)
        self._lengths = column_of(samples.altitude_cm, count), column_of(samples.distance_cm, count)
        self._hearts = column_of(samples.hr_bpm, count)
        self._cadences = column_of(samples.cadence_rpm, count)
        self._extras = (
            column_of(samples.speed_mmps, count),
            column_of(samples.power_w, count),
            column_of(samples.temperature_c, count),
        )

    def text(self, at: int) -> str:
        """Return the point of a sample."""
        hr_bpm = byte_of(self._hearts[at])
        heart = f"<HeartRateBpm><Value>{hr_bpm}</Value></HeartRateBpm>" if hr_bpm else ""
        altitude_cm, distance_cm = (column[at] for column in self._lengths)
        return (
            f"<Trackpoint><Time>{instant(self._samples.at_ms[at])}</Time>{self._place(at)}"
            f"{_metres('AltitudeMeters', altitude_cm)}{_metres('DistanceMeters', distance_cm)}"
            f"{heart}{element('Cadence', byte_of(self._cadences[at]))}"
            f"{self._extensions(at)}</Trackpoint>\n"
        )

    def _place(self, at: int) -> str:
        lat_e7, lon_e7 = (column[at] for column in self._places)
        if lat_e7 is None or lon_e7 is None:
            return ""
        return (
            f"<Position><LatitudeDegrees>{degrees(lat_e7)}</LatitudeDegrees>"
            f"<LongitudeDegrees>{longitude(lon_e7)}</LongitudeDegrees></Position>"
        )

    def _extensions(self, at: int) -> str:
        speed_mmps, watts, temperature_c = (column[at] for column in self._extras)
        inner = element("ns3:Speed", None if speed_mmps is None else speed_mmps / 1000)
        inner += element("ns3:Watts", watts)
        told = inner and f"<ns3:TPX>{inner}</ns3:TPX>"
        if temperature_c is not None:
            own = f'<ft:Temperature xmlns:ft="{NAMESPACE}">{temperature_c}</ft:Temperature>'
            told += own
        return told and f"<Extensions>{told}</Extensions>"


def _metres(name: str, centimetres: int | None) -> str:
    return "" if centimetres is None else f"<{name}>{centimetres / 100:.2f}</{name}>"
