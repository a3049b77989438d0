"""From a provider's records to sleeps and recoveries; no I/O."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone, tzinfo

from fittrack.ids import new_id
from fittrack.recovery.models import Recovery, Sleep
from fittrack.trackers.records import RecoveryRecord, SleepRecord


def sleep_of(provider: str, record: SleepRecord, *, zone: tzinfo, now: datetime) -> Sleep:
    """Return what is stored of a night or nap; `zone` is the sleeper's where no offset is told."""
    return Sleep(
        sleep_id=new_id(),
        provider=provider,
        external_id=record.origin.external_id,
        state=record.state,
        is_nap=record.is_nap,
        started_at=record.started_at,
        ended_at=record.ended_at,
        day_on=_day(record.ended_at, record.utc_offset_s, zone),
        utc_offset_s=record.utc_offset_s,
        asleep_s=record.asleep_s,
        awake_s=record.awake_s,
        light_s=record.light_s,
        deep_s=record.deep_s,
        rem_s=record.rem_s,
        efficiency_permille=_parts(record.efficiency_percent, 10),
        score_permille=_parts(record.score_percent, 10),
        avg_hr_bpm=_parts(record.avg_hr_bpm, 1),
        lowest_hr_bpm=_parts(record.lowest_hr_bpm, 1),
        hrv_rmssd_us=_parts(record.hrv_rmssd_ms, 1000),
        breaths_per_hour=_parts(record.breaths_per_minute, 60),
        device=record.device[:100] or None,
        changed_at=now,
    )


def recovery_of(provider: str, record: RecoveryRecord, *, now: datetime) -> Recovery:
    """Return what is stored of a recovery."""
    return Recovery(
        recovery_id=new_id(),
        provider=provider,
        external_id=record.origin.external_id,
        state=record.state,
        day_on=record.day_on,
        measured_at=record.measured_at,
        utc_offset_s=record.utc_offset_s,
        score_permille=_parts(record.score_percent, 10),
        resting_hr_bpm=_parts(record.resting_hr_bpm, 1),
        hrv_rmssd_us=_parts(record.hrv_rmssd_ms, 1000),
        spo2_permille=_parts(record.spo2_percent, 10),
        skin_temperature_mc=_parts(record.skin_temperature_c, 1000),
        sleep_external_id=record.sleep_external_id,
        changed_at=now,
    )


def _parts(value: float | None, parts: int) -> int | None:
    return None if value is None else round(value * parts)


def _day(at: datetime, utc_offset_s: int | None, zone: tzinfo) -> date:
    if utc_offset_s is not None:
        zone = timezone(timedelta(seconds=utc_offset_s))
    return at.astimezone(zone).date()
