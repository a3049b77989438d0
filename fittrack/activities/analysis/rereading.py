"""Reading members' files anew, when the way in which they are read has changed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from fittrack import config, db
from fittrack.activities import repository as activities
from fittrack.activities import rules as activity_rules
from fittrack.activities import service
from fittrack.activities.analysis import service as analysis
from fittrack.activities.analysis.recompute import recompute_activity
from fittrack.activities.editing import repository as editing
from fittrack.activities.editing.rules import part_of
from fittrack.activities.errors import ActivityNotFound, OriginalNotKept
from fittrack.activities.files import FileRefused, read_activity_file
from fittrack.activities.models import Activity, Origin, Part
from fittrack.activities.plausibility import service as plausibility
from fittrack.activities.plausibility.marks import marks_of
from fittrack.activities.samples import unpack

# What a file says of an activity in numbers; its name, its sport and its start stay.
_FIGURES = (
    *(
        "ended_at",
        "elapsed_s",
        "moving_s",
        "distance_cm",
        "track_distance_cm",
        "ascent_m",
        "descent_m",
    ),
    *("calories_kcal", "steps", "avg_hr_bpm", "max_hr_bpm", "avg_cadence_rpm", "max_cadence_rpm"),
    *("avg_power_w", "max_power_w", "avg_speed_mmps", "max_speed_mmps", "warnings_json"),
    *("lap_count", "sample_count", "position_count", "polyline"),
)


@dataclass(frozen=True, slots=True)
class _Kept:
    """An activity, what of it its member changed, and the file it came from."""

    activity: Activity
    own_fields: frozenset[str]
    content_bytes: bytes


def reread_activity(activity_id: str, account_id: str, *, now: datetime) -> bool:
    """Read an activity's file anew: its figures, samples, minutes and points follow.

    What its member changed and what was decided about it stays. One that came from no file, or
    from one that is not read any more, gets its figures from the stored samples. False where it
    went or changed meanwhile; the next run takes it up again.
    """
    try:
        kept = _kept(activity_id, account_id)
        part = _read(kept, now=now)
        if part is None:
            return recompute_activity(activity_id, account_id)
        return _store(kept.activity, part, now=now)
    except OriginalNotKept:
        return recompute_activity(activity_id, account_id)
    except ActivityNotFound:
        return False


def _kept(activity_id: str, account_id: str) -> _Kept:
    """Raises: ActivityNotFound, OriginalNotKept."""
    with db.reading("read_kept_file") as tx:
        activity = activities.get_activity(tx, activity_id, account_id)
        edits = editing.list_edits(tx, activity_id)
        content_bytes = activities.get_original_file(tx, activity_id, account_id).content_bytes
    own_fields = frozenset(field for edit in edits for field in edit.changes_json)
    return _Kept(activity, own_fields, content_bytes)


def _read(kept: _Kept, *, now: datetime) -> Part | None:
    """Return the activity as its file says it, None where the file has it no more."""
    before, zone = kept.activity, config.current().zone
    place = before.origin_key.removeprefix(f"file:{before.original_file_id}:")
    try:
        recordings = read_activity_file(kept.content_bytes)
    except FileRefused:
        return None
    part_no = int(place) if place.isdecimal() else 0
    if not 0 < part_no <= len(recordings):
        return None
    origin = Origin(before.account_id, before.original_file_id or "", part_no)
    recording = replace(recordings[part_no - 1], sport=before.sport)
    read = activity_rules.part_of(
        recording, origin, activity_id=before.activity_id, zone=zone, now=now
    )
    changed = set(_FIGURES) - kept.own_fields
    after = replace(before, **{name: getattr(read.activity, name) for name in changed})
    return part_of(after, unpack(read.block_bytes), read.laps, zone)


def _store(before: Activity, part: Part, *, now: datetime) -> bool:
    after, activity_id = part.activity, before.activity_id
    marks = marks_of(after, unpack(part.block_bytes))
    with db.transaction("reread_activity") as tx:
        service.hold_member(tx, before.account_id, now=now)
        if activities.lock_activity(tx, activity_id, before.account_id) != before:
            return False
        if after != before:
            after = replace(after, revision=before.revision + 1, updated_at=now)
            editing.update_activity(tx, after)
        zone = config.current().zone
        days = activity_rules.days_about(before, zone) | activity_rules.days_about(after, zone)
        days.update(activities.list_minute_days(tx, activity_id))
        activities.delete_laps(tx, activity_id)
        activities.insert_lap(tx, part.laps)
        activities.delete_samples(tx, activity_id)
        activities.insert_samples(tx, activity_id, part.block_bytes)
        activities.delete_minutes(tx, activity_id)
        activities.insert_minutes(tx, part.minutes)
        analysis.remeasure(tx, after)
        plausibility.keep_marks(tx, activity_id, marks)
        days.update(activity_rules.days_of(part))
        service.settle(tx, before.account_id, days, now=now)
    return True
