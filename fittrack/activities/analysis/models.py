"""What is read of recordings' figures, and what their member is shown."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from fittrack.activities.analysis.efforts import Effort
from fittrack.activities.analysis.hearts import Heart, Zone
from fittrack.activities.analysis.load import LoadDay
from fittrack.activities.analysis.splits import Stretch
from fittrack.activities.models import ActivityLap


@dataclass(frozen=True, slots=True)
class Constitution:
    """What of a profile weighs heart rates, beside the maximum of a day."""

    sex: str | None
    resting_hr_bpm: int | None


@dataclass(frozen=True, slots=True)
class BestPower:
    """The best 20 minutes of one activity."""

    sport: str
    best_20min_w: int


@dataclass(frozen=True, slots=True)
class HeartRow:
    """What the training impulse of one activity is computed from; None where nothing is yet."""

    day_on: date
    hr_times_json: list[int] | None


@dataclass(frozen=True, slots=True)
class PowerRow:
    """What the training stress of one activity is computed from; None where nothing is."""

    day_on: date
    sport: str
    powered_ms: int | None
    normalised_power_mw: int | None
    best_20min_w: int | None


@dataclass(frozen=True, slots=True)
class RecordRow:
    """An activity's best effort that was no worse than all before it in its sport."""

    sport: str
    effort_code: str
    figure: int
    activity_id: str
    started_at: datetime


@dataclass(frozen=True, slots=True)
class Record:
    """A personal record and those it followed, the newest first."""

    sport: str
    effort_code: str
    standing: RecordRow
    history: list[RecordRow]


@dataclass(frozen=True, slots=True)
class DueActivity:
    """An activity whose figures an older version computed, or none."""

    activity_id: str
    account_id: str


@dataclass(frozen=True, slots=True)
class LapView:
    """One lap as the device marked it, and what the samples say of it."""

    lap: ActivityLap
    stretch: Stretch | None


@dataclass(frozen=True, slots=True)
class ZonesView:
    """The time in heart-rate zones; without a maximum there are none."""

    activity_id: str
    heart: Heart
    hr_ms: int
    zones: list[Zone] | None
    trimp: float | None


@dataclass(frozen=True, slots=True)
class PowerView:
    """The power figures of an activity; threshold power is estimated from 90 days."""

    mean_w: float
    powered_ms: int
    normalised_w: float | None
    threshold_w: float | None
    intensity_factor: float | None
    training_stress: float | None


@dataclass(frozen=True, slots=True)
class MetricsView:
    """All computed figures of an activity but its splits and zones."""

    activity_id: str
    metrics_version: int
    heart: Heart
    trimp: float | None
    power: PowerView | None
    vo2max: float | None
    vdot: float | None
    efforts: list[Effort]


@dataclass(frozen=True, slots=True)
class LoadView:
    """The training load over some days; `unrated` counts their activities without a load."""

    load_name: str
    days: list[LoadDay]
    unrated: int
