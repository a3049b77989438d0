"""Who may see an activity, and what others see of it; no I/O."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

from fittrack.accounts.profiles.rules import may_see
from fittrack.activities import metrics
from fittrack.activities.models import Activity
from fittrack.activities.pictures.polyline import polyline_of
from fittrack.activities.privacy.models import Hiding
from fittrack.activities.rules import MOST_CM, MOST_MMPS, whole
from fittrack.activities.samples import Samples
from fittrack.activities.sharing.models import Audience, Sharer
from fittrack.clock import from_epoch_s

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

# What is said of a track in figures; of one that is hidden altogether none of them.
_FIGURES = (
    *("distance_cm", "track_distance_cm", "ascent_m", "descent_m"),
    *("avg_speed_mmps", "max_speed_mmps"),
)
_NOTHING = {"sample_count": 0, "position_count": 0}
# Counts up with every change of how tracks are cut or measured: what is kept is made anew.
FIGURES_VERSION = 2


def is_shown(audience: Audience) -> bool:
    """Tell whether everybody may see an activity: one that counts, and that its member shows."""
    return (
        audience.status == "active"
        and audience.state == "accepted"
        and audience.duplicate_of_id is None
        and not audience.is_owner_only
        and may_see(audience.visibility or audience.activities_privacy, is_own=False)
    )


def is_there(sharer: Sharer) -> bool:
    """Tell whether a member is there for others."""
    return sharer.status == "active" and may_see(sharer.profile_privacy, is_own=False)


def hiding_key(hiding: Hiding) -> str:
    """Return a hash of all that decides what is cut out of a member's tracks, and how."""
    zones = [
        (zone.lat_e7, zone.lon_e7, zone.radius_m, zone.north_m, zone.east_m)
        for zone in hiding.zones
    ]
    words = repr((FIGURES_VERSION, zones, hiding.start_end_hidden_m, hiding.seed))
    return hashlib.sha256(words.encode()).hexdigest()


def for_others(samples: Samples) -> Samples:
    """Return samples without what nobody else sees of them."""
    return replace(samples, hr_bpm=[], cadence_rpm=[], power_w=[], temperature_c=[])


def as_others_see(activity: Activity, figures: Mapping[str, Any]) -> Activity:
    """Return an activity as it is shown to others, with `figures` by `figures_of`.

    Where something was cut out, every figure is that of what is left: the difference would tell
    how far from the cut the member lives.
    """
    changes: dict[str, Any] = {**_PRIVATE, **figures}
    if figures:
        changes |= _times(activity, changes.pop("first_ms"), changes.pop("last_ms"))
    # Whoever uploads at the door tells by it when they came home.
    ended_at = changes.get("ended_at", activity.ended_at)
    return replace(activity, **changes, created_at=ended_at, updated_at=ended_at)


def figures_of(recorded: Samples, visible: Samples) -> dict[str, Any]:
    """Return the figures of what is left of a track, none where nothing was cut out.

    `first_ms` and `last_ms` are when it begins and ends, None where nothing is left.
    """
    if len(visible) == len(recorded):
        return {}
    if not len(visible):
        return dict.fromkeys((*_FIGURES, "polyline", "first_ms", "last_ms")) | _NOTHING
    return {
        "first_ms": min(visible.at_ms),
        "last_ms": max(visible.at_ms),
        "polyline": polyline_of(visible),
        "sample_count": len(visible),
        "position_count": len(visible.lat_e7) - visible.lat_e7.count(None),
        **_figures(visible),
    }


def _times(activity: Activity, first_ms: int | None, last_ms: int | None) -> dict[str, Any]:
    """Return the times of what is left; of a track that is hidden altogether, that it was."""
    if first_ms is None or last_ms is None:
        ended_at = activity.started_at + timedelta(seconds=activity.moving_s)
        return {"elapsed_s": activity.moving_s, "ended_at": ended_at}
    started_at = from_epoch_s(0) + timedelta(milliseconds=first_ms)
    elapsed_s = (last_ms - first_ms) / 1000
    return {
        "started_at": started_at,
        "ended_at": started_at + timedelta(seconds=elapsed_s),
        "elapsed_s": round(elapsed_s),
    }


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
