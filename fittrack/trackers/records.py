"""What a provider's data comes to, whichever provider it is: SI units, instants in UTC."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from fittrack.activities.recording import Recording

# A provider says of some records that their figures come later, or never.
SCORED, PENDING, UNSCORABLE = "scored", "pending", "unscorable"


@dataclass(frozen=True, slots=True)
class Origin:
    """Which of a provider's objects a record is, and which version of it.

    `version` changes with the object: a hash of what was sent, behind when it was changed where the
    provider says that.
    """

    external_id: str
    version: str


@dataclass(frozen=True, slots=True)
class WorkoutRecord:
    """One bout of exercise."""

    origin: Origin
    recording: Recording


@dataclass(frozen=True, slots=True)
class StepsRecord:
    """The steps of one day as the member's clock cut it; sent again whenever they grow."""

    origin: Origin
    day_on: date
    utc_offset_s: int | None
    steps: int
    device: str = ""


@dataclass(frozen=True, slots=True)
class SleepRecord:
    """One night or nap; the parts are None where the device tells no stages."""

    origin: Origin
    started_at: datetime
    ended_at: datetime
    utc_offset_s: int | None
    is_nap: bool
    state: str
    asleep_s: int | None = None
    awake_s: int | None = None
    light_s: int | None = None
    deep_s: int | None = None
    rem_s: int | None = None
    efficiency_percent: float | None = None
    score_percent: float | None = None
    avg_hr_bpm: float | None = None
    lowest_hr_bpm: float | None = None
    hrv_rmssd_ms: float | None = None
    breaths_per_minute: float | None = None
    device: str = ""


@dataclass(frozen=True, slots=True)
class RecoveryRecord:
    """How rested a member woke up on one day; the score is the provider's own, if it has one."""

    origin: Origin
    day_on: date
    measured_at: datetime
    utc_offset_s: int | None
    state: str
    score_percent: float | None = None
    resting_hr_bpm: float | None = None
    hrv_rmssd_ms: float | None = None
    spo2_percent: float | None = None
    skin_temperature_c: float | None = None
    sleep_external_id: str | None = None


Record = WorkoutRecord | StepsRecord | SleepRecord | RecoveryRecord
