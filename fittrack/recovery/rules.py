"""Decisions about sleeps and recoveries; no I/O."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

from fittrack.ids import new_id
from fittrack.recovery.models import Night, Sleep


def overlaps(one: Sleep, other: Sleep) -> bool:
    """Tell whether two sleeps have hours in common."""
    return one.started_at < other.ended_at and other.started_at < one.ended_at


def with_naps(sleeps: Iterable[Sleep]) -> list[Sleep]:
    """Return sleeps of whole days: the longest of a day is its night, the others are naps."""
    found: list[Sleep] = []
    for one in sorted(sleeps, key=lambda one: (one.day_on, -(one.asleep_s or 0))):
        is_nap = bool(found) and found[-1].day_on == one.day_on
        found.append(replace(one, is_nap=is_nap))
    return found


def imported(night: Night, provider: str, *, now: datetime) -> Sleep:
    """Return what is stored of a night or nap of an export; its beginning says which it is."""
    zone = timezone(timedelta(seconds=night.utc_offset_s))
    return Sleep(
        sleep_id=new_id(),
        provider=provider,
        external_id=f"{provider}:{night.started_at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}",
        state="scored",
        is_nap=night.is_nap,
        started_at=night.started_at,
        ended_at=night.ended_at,
        day_on=night.ended_at.astimezone(zone).date(),
        utc_offset_s=night.utc_offset_s,
        asleep_s=night.asleep_s,
        awake_s=night.awake_s,
        light_s=night.light_s,
        deep_s=night.deep_s,
        rem_s=night.rem_s,
        efficiency_permille=None,
        score_permille=None,
        avg_hr_bpm=None,
        lowest_hr_bpm=None,
        hrv_rmssd_us=None,
        breaths_per_hour=None,
        device=night.device,
        changed_at=now,
    )
