"""Sleeps and recoveries as stored: whole numbers, with what they are shown as."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime


def shown(value: int | None, parts: int, digits: int = 1) -> float | None:
    """Return a number of `parts` of a unit in that unit."""
    return None if value is None else round(value / parts, digits)


@dataclass(frozen=True, slots=True)
class Sleep:
    """One night or nap; `day_on` is the day of waking by the sleeper's own clock.

    `state` is `scored`, `pending` while its figures are still to come, or `unscorable`.
    """

    sleep_id: str
    provider: str
    external_id: str
    state: str
    is_nap: bool
    started_at: datetime
    ended_at: datetime
    day_on: date
    utc_offset_s: int | None
    asleep_s: int | None
    awake_s: int | None
    light_s: int | None
    deep_s: int | None
    rem_s: int | None
    efficiency_permille: int | None
    score_permille: int | None
    avg_hr_bpm: int | None
    lowest_hr_bpm: int | None
    hrv_rmssd_us: int | None
    breaths_per_hour: int | None
    device: str | None
    changed_at: datetime

    @property
    def efficiency_percent(self) -> float | None:
        return shown(self.efficiency_permille, 10)

    @property
    def score_percent(self) -> float | None:
        return shown(self.score_permille, 10)

    @property
    def hrv_rmssd_ms(self) -> float | None:
        return shown(self.hrv_rmssd_us, 1000)

    @property
    def breaths_per_minute(self) -> float | None:
        return shown(self.breaths_per_hour, 60)


@dataclass(frozen=True, slots=True)
class Recovery:
    """How rested a member woke up on a day; the score is the provider's own."""

    recovery_id: str
    provider: str
    external_id: str
    state: str
    day_on: date
    measured_at: datetime
    utc_offset_s: int | None
    score_permille: int | None
    resting_hr_bpm: int | None
    hrv_rmssd_us: int | None
    spo2_permille: int | None
    skin_temperature_mc: int | None
    sleep_external_id: str | None
    changed_at: datetime

    @property
    def score_percent(self) -> float | None:
        return shown(self.score_permille, 10)

    @property
    def hrv_rmssd_ms(self) -> float | None:
        return shown(self.hrv_rmssd_us, 1000)

    @property
    def spo2_percent(self) -> float | None:
        return shown(self.spo2_permille, 10)

    @property
    def skin_temperature_c(self) -> float | None:
        return shown(self.skin_temperature_mc, 1000)


@dataclass(frozen=True, slots=True)
class Night:
    """One night or nap as an export of the member's own tells it; no stages are None."""

    started_at: datetime
    ended_at: datetime
    utc_offset_s: int
    is_nap: bool
    asleep_s: int
    awake_s: int | None
    light_s: int | None
    deep_s: int | None
    rem_s: int | None
    device: str | None


@dataclass(frozen=True, slots=True)
class Source:
    """Whose connection brought a record; of what members bring themselves it is their own id."""

    account_id: str
    connection_id: str


@dataclass(frozen=True, slots=True)
class Latest:
    """The newest recovery that has a score, and the sleep that it hangs on, if it is known."""

    recovery: Recovery
    sleep: Sleep | None


@dataclass(frozen=True, slots=True)
class Erasable:
    """A record of an erased member."""

    record_id: str
