"""Who may see an activity, and what others see of it; no I/O."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from fittrack.accounts.profiles.rules import may_see
from fittrack.activities import metrics
from fittrack.activities.models import Activity
from fittrack.activities.pictures.polyline import polyline_of
from fittrack.activities.rules import MOST_CM, MOST_MMPS, whole
from fittrack.activities.samples import Samples
from fittrack.activities.sharing.models import Audience, Recorded, Sharer
from fittrack.clock import from_epoch_s

# What providers send is theirs to show: their terms let nobody but the member see it.
SHAREABLE_SOURCES = frozenset({"file", "manual", "seed"})
# Health, equipment and what was written down are nobody else's business.
_PRIVATE: dict[str, Any] = {
    "origin_key": "",
    "original_file_id": None,
    "file_format": None,
    "calories_kcal": None,
    "steps": None,
    "avg_hr_bpm": None,
    "max_hr_bpm": None,
    "avg_cadence_rpm": None,
    "max_cadence_rpm": None,
    "avg_power_w": None,
    "max_power_w": None,
    "notes_text": None,
    "device": None,
    "intensity": None,
    "reason_code": None,
    "visibility": None,
    "warnings_json": [],
    "lap_count": 0,
}


def is_shown(audience: Audience) -> bool:
    """Tell whether everybody may see an activity: one that counts, and that its member shows."""
    return (
        audience.status == "active"
        and audience.state == "accepted"
        and audience.duplicate_of_id is None
        and audience.source_kind in SHAREABLE_SOURCES
        and may_see(audience.visibility or audience.activities_privacy, is_own=False)
    )


def is_there(sharer: Sharer) -> bool:
    """Tell whether a member is there for others."""
    return sharer.status == "active" and may_see(sharer.profile_privacy, is_own=False)


def as_others_see(activity: Activity, recorded: Samples, visible: Samples) -> Recorded:
    """Return an activity as it is shown to others, of whose samples `visible` are left.

    Where something was cut out, every figure is that of what is left: the difference would tell
    how far from the cut the member lives.
    """
    samples = replace(visible, hr_bpm=[], cadence_rpm=[], power_w=[], temperature_c=[])
    shown = replace(activity, **_PRIVATE)
    if len(visible) < len(recorded):
        shown = _measured_anew(shown, samples)
    # Whoever uploads at the door tells by it when they came home.
    shown = replace(shown, created_at=shown.ended_at, updated_at=shown.ended_at)
    return Recorded(shown, [], samples)


def _measured_anew(activity: Activity, samples: Samples) -> Activity:
    """Return an activity with the figures of what is left of it, none where nothing is."""
    first_ms, last_ms = min(samples.at_ms, default=None), max(samples.at_ms, default=None)
    if first_ms is None or last_ms is None:
        return replace(activity, **_nothing_left(activity))
    started_at = from_epoch_s(0) + timedelta(milliseconds=first_ms)
    elapsed_s = (last_ms - first_ms) / 1000
    return replace(
        activity,
        started_at=started_at,
        ended_at=started_at + timedelta(seconds=elapsed_s),
        elapsed_s=round(elapsed_s),
        polyline=polyline_of(samples),
        sample_count=len(samples),
        position_count=len(samples.lat_e7) - samples.lat_e7.count(None),
        **_figures(samples),
    )


def _figures(samples: Samples) -> dict[str, Any]:
    track_m, moving_s = metrics.track_distance_m(samples), metrics.moving_time_s(samples)
    counted_m = metrics.counted_distance_m(samples)
    distance_m = track_m if counted_m is None else counted_m
    climbs = metrics.ascent_descent_m(samples) or (None, None)
    speed_mps = distance_m / moving_s if distance_m and moving_s else None
    fastest = metrics.highest(samples.speed_mmps)
    return {
        "moving_s": round(moving_s),
        "distance_cm": whole(distance_m, 100, MOST_CM),
        "track_distance_cm": whole(track_m, 100, MOST_CM),
        "ascent_m": whole(climbs[0]),
        "descent_m": whole(climbs[1]),
        "avg_speed_mmps": whole(speed_mps, 1000, MOST_MMPS),
        "max_speed_mmps": fastest,
    }


def _nothing_left(activity: Activity) -> dict[str, Any]:
    """Return what is said of an activity that lies in hidden places altogether: that it was."""
    figures = dict.fromkeys(
        ("distance_cm", "track_distance_cm", "ascent_m", "descent_m", "avg_speed_mmps")
    )
    return {
        **figures,
        "max_speed_mmps": None,
        "polyline": None,
        "sample_count": 0,
        "position_count": 0,
        "elapsed_s": activity.moving_s,
        "ended_at": activity.started_at + timedelta(seconds=activity.moving_s),
    }
