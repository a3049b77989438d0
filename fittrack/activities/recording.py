"""One recording as a file tells it: the figures, the laps and the samples. No I/O here."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from fittrack.activities.samples import Samples


@dataclass(frozen=True, slots=True)
class Lap:
    """One lap as the device marked it."""

    started_at: datetime
    elapsed_s: float
    distance_m: float | None


@dataclass(frozen=True, slots=True)
class Recording:
    """One activity read from a file; instants are aware UTC, missing figures are None.

    `distance_m`, `elapsed_s`, `moving_s` and the heart rates are what the device states where it
    states them, else computed from the samples; `track_distance_m` is always that of the
    positions, so that the two can be compared. `warnings` are stable snake_case codes.
    """

    file_format: str
    sport: str
    started_at: datetime
    elapsed_s: float
    moving_s: float
    distance_m: float | None
    track_distance_m: float | None
    ascent_m: float | None
    descent_m: float | None
    calories_kcal: int | None
    steps: int | None
    avg_speed_mps: float | None
    max_speed_mps: float | None
    utc_offset_s: int | None
    device: str
    name: str
    notes: str
    laps: tuple[Lap, ...]
    samples: Samples
    avg_hr_bpm: float | None = None
    max_hr_bpm: int | None = None
    avg_cadence_rpm: float | None = None
    max_cadence_rpm: int | None = None
    avg_power_w: float | None = None
    max_power_w: int | None = None
    warnings: tuple[str, ...] = ()
    type: str = "workout"

    @property
    def ended_at(self) -> datetime:
        return self.started_at + timedelta(seconds=self.elapsed_s)
