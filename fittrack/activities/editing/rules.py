"""What a member may type in and change, and what follows of it; no I/O."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields, replace
from datetime import date, datetime, timedelta
from hashlib import sha256
from typing import Any
from zoneinfo import ZoneInfo

from fittrack.activities import rules
from fittrack.activities.analysis.rules import analysed
from fittrack.activities.editing.models import INTENSITIES, Entry, Measured
from fittrack.activities.minutes import active_minutes, minutes_to_json, rated
from fittrack.activities.models import Activity, ActivityLap, DayMinutes, Part
from fittrack.activities.plausibility.rules import judge
from fittrack.activities.recording import Recording
from fittrack.activities.samples import Samples, pack, unpack
from fittrack.clock import day_of, rfc3339
from fittrack.errors import Invalid

# A manual entry earns points though nobody measured it: a diary of ten years would be a fortune.
OLDEST = timedelta(days=366)
# What a client's clock may be ahead of ours.
CLOCK_TOLERANCE = timedelta(minutes=2)
FURTHEST_OFFSET = timedelta(hours=14)
MANUAL = "manual"
ORIGIN_KEY_LENGTH = 200
# What anybody may change of any activity; of a manual one everything but its type.
ALWAYS = frozenset({"name", "notes_text", "sport"})
# Under which name a client knows a field that is stored under another.
SHOWN_AS = {"notes_text": "notes"}
USUAL_SPORTS = {"steps": "walking", "active_minutes": "other"}
# They turn the direction of all that follows, so that a page can show what nobody wrote.
_OVERRIDES = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
# What never changes with a new version of an activity.
_FIXED = frozenset(
    {"activity_id", "account_id", "origin_key", "created_at", "duplicate_of_id", "state"}
    | {"reason_code", "updated_at", "revision"}
)


def entry_of(body: Mapping[str, Any]) -> Entry:
    """Return what a body says, with what goes without saying.

    Raises: Invalid where a workout has no sport.
    """
    said = {key: value for key, value in body.items() if value is not None}
    said.setdefault("sport", USUAL_SPORTS.get(said["type"]))
    said.setdefault("utc_offset_s", _offset_s(body["started_at"]))
    if said["sport"] is None:
        raise Invalid(errors=[_wrong("sport", "A workout needs one.")])
    return Entry(**said)


def _offset_s(started_at: datetime) -> int | None:
    """Return the offset in which an instant was written; UTC, or one of no zone, tells nothing."""
    offset = started_at.utcoffset()
    if not offset or abs(offset) > FURTHEST_OFFSET:
        return None
    return round(offset.total_seconds())


def checked(entry: Entry, *, oldest_at: datetime, now: datetime) -> Entry:
    """Return the entry with its texts tidied. Raises: Invalid naming each bad field."""
    errors = [*_faults_of_time(entry, oldest_at=oldest_at, now=now), *_faults(entry)]
    if errors:
        raise Invalid(errors=errors)
    return replace(
        entry, name=tidied(entry.name), notes_text=tidied(entry.notes_text, keeps_lines=True)
    )


def _faults(entry: Entry) -> Iterator[dict[str, str]]:
    if entry.type == "steps" and entry.steps is None:
        yield _wrong("steps", "A record of steps needs them.")
    if entry.type != "steps" and entry.elapsed_s == 0:
        yield _wrong("elapsed_s", "Must be 1 or more.")
    if entry.moving_s is not None and entry.moving_s > entry.elapsed_s:
        yield _wrong("moving_s", "Must not be more than `elapsed_s`.")
    if entry.max_hr_bpm is not None and entry.max_hr_bpm < (entry.avg_hr_bpm or 0):
        yield _wrong("max_hr_bpm", "Must not be less than `avg_hr_bpm`.")


def _faults_of_time(
    entry: Entry, *, oldest_at: datetime, now: datetime
) -> Iterator[dict[str, str]]:
    if entry.started_at > now + CLOCK_TOLERANCE:
        yield _wrong("started_at", "Must not be in the future.")
    elif entry.started_at + timedelta(seconds=entry.elapsed_s) > now + CLOCK_TOLERANCE:
        yield _wrong("elapsed_s", "Must have ended by now.")
    elif entry.started_at < oldest_at:
        yield _wrong("started_at", "Must not be more than a year ago.")


def _wrong(name: str, message: str) -> dict[str, str]:
    return {"pointer": f"/{SHOWN_AS.get(name, name)}", "message": message}


def tidied(text: str | None, *, keeps_lines: bool = False) -> str | None:
    """Return a text without what can't be seen and turns others round; None where nothing is left.

    Spaces are made one, and lines too unless they are kept.
    """
    lines = (text or "").replace("\r\n", "\n").replace("\r", "\n").split("\n")
    clean = [" ".join("".join(map(_seen, line)).split()) for line in lines]
    return ("\n" if keeps_lines else " ").join(clean).strip() or None


def _seen(letter: str) -> str:
    if letter in _OVERRIDES:
        return ""
    return " " if unicodedata.category(letter) in {"Cc", "Cs", "Zl", "Zp"} else letter


def activity_of(
    entry: Entry, account_id: str, *, activity_id: str, zone: ZoneInfo, now: datetime
) -> Activity:
    """Return a manual entry as it is stored, a first version of itself."""
    moving_s = entry.elapsed_s if entry.moving_s is None else entry.moving_s
    distance_cm = rules.whole(entry.distance_m, 100, rules.MOST_CM)
    return Activity(
        activity_id=activity_id,
        account_id=account_id,
        source_kind=MANUAL,
        origin_key=f"{MANUAL}:{activity_id}",
        original_file_id=None,
        file_format=None,
        state="accepted",
        reason_code=None,
        duplicate_of_id=None,
        ended_at=entry.started_at + timedelta(seconds=entry.elapsed_s),
        day_on=day_of(entry.started_at, zone),
        moving_s=moving_s,
        distance_cm=distance_cm,
        track_distance_cm=None,
        avg_cadence_rpm=None,
        max_cadence_rpm=None,
        avg_power_w=None,
        max_power_w=None,
        avg_speed_mmps=_speed_mmps(distance_cm, moving_s),
        max_speed_mmps=None,
        device=None,
        warnings_json=[],
        lap_count=0,
        sample_count=0,
        position_count=0,
        created_at=now,
        updated_at=now,
        **{name: getattr(entry, name) for name in _AS_SAID},
    )


# What is stored as it was typed in.
_AS_SAID = (
    *("type", "sport", "started_at", "utc_offset_s", "elapsed_s", "ascent_m", "descent_m"),
    *("calories_kcal", "steps", "avg_hr_bpm", "max_hr_bpm", "intensity", "name", "notes_text"),
)


def _speed_mmps(distance_cm: int | None, moving_s: int) -> int | None:
    if not distance_cm or not moving_s:
        return None
    return rules.whole(distance_cm / 100 / moving_s, 1000, rules.MOST_MMPS)


def merged(
    activity: Activity, changes: Mapping[str, Any], *, zone: ZoneInfo, now: datetime
) -> Activity:
    """Return an activity with changes merged in: what is absent stays, what is None is cleared.

    Of a recorded activity only name, notes, sport and visibility can be changed.
    Raises: Invalid naming each bad field.
    """
    said = {name: value for name, value in changes.items() if name != "visibility"}
    if activity.source_kind == MANUAL:
        changed = _merged_entry(activity, said, zone=zone, now=now)
    else:
        changed = _merged_words(activity, said)
    changed = replace(changed, visibility=changes.get("visibility", activity.visibility))
    same = replace(changed, updated_at=activity.updated_at, revision=activity.revision)
    if same == activity:
        return activity
    return replace(changed, updated_at=now, revision=activity.revision + 1)


def _merged_words(activity: Activity, changes: Mapping[str, Any]) -> Activity:
    fixed = sorted(changes.keys() - ALWAYS)
    if fixed:
        message = "Only a manual entry's can be changed; this was recorded."
        raise Invalid(errors=[_wrong(name, message) for name in fixed])
    return replace(
        activity,
        sport=changes.get("sport", activity.sport),
        name=tidied(changes.get("name", activity.name)),
        notes_text=tidied(changes.get("notes_text", activity.notes_text), keeps_lines=True),
    )


def _merged_entry(
    activity: Activity, changes: Mapping[str, Any], *, zone: ZoneInfo, now: datetime
) -> Activity:
    entry = replace(_entry_in(activity), **changes)
    # What has grown old here may be corrected, but not be moved further back.
    oldest_at = min(activity.started_at, now - OLDEST)
    again = activity_of(
        checked(entry, oldest_at=oldest_at, now=now),
        activity.account_id,
        activity_id=activity.activity_id,
        zone=zone,
        now=now,
    )
    return replace(again, **{name: getattr(activity, name) for name in _FIXED})


def _entry_in(activity: Activity) -> Entry:
    """Return what a member had typed in; a moving time that was not said follows the elapsed."""
    is_said = activity.moving_s != activity.elapsed_s
    return Entry(
        moving_s=activity.moving_s if is_said else None,
        distance_m=activity.distance_m,
        **{name: getattr(activity, name) for name in _AS_SAID},
    )


def updated(standing: Activity, sent: Activity, kept: Iterable[str], *, now: datetime) -> Activity:
    """Return an activity as its source sends it again; `kept` are the fields its member changed.

    What was decided about it stays.
    """
    own = {name: getattr(standing, name) for name in {*_FIXED, "visibility", *kept}}
    again = replace(sent, **own)
    if again == standing:
        return standing
    return replace(again, updated_at=now, revision=standing.revision + 1)


def changes_between(before: Activity, after: Activity) -> dict[str, list[Any]]:
    """Return what a member changed as a journal keeps it: each field with both its values."""
    return {
        field.name: [_plain(getattr(before, field.name)), _plain(getattr(after, field.name))]
        for field in fields(Activity)
        if field.name not in _FIXED and getattr(before, field.name) != getattr(after, field.name)
    }


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return rfc3339(value)
    return value.isoformat() if isinstance(value, date) else value


def counts_differently(changes: Mapping[str, Any]) -> bool:
    """Return whether changes reach beyond the words about an activity."""
    return bool(changes.keys() - {"name", "notes_text", "visibility"})


def part_of(activity: Activity, samples: Samples, laps: list[ActivityLap], zone: ZoneInfo) -> Part:
    """Return all that is stored of an activity, its minutes rated anew."""
    return Part(
        activity=activity,
        laps=laps,
        minutes=minutes_of(activity, samples, zone),
        block_bytes=pack(samples),
    )


def measured(activity: Activity, samples: Samples, zone: ZoneInfo, *, now: datetime) -> Measured:
    """Return what an activity comes to; the minutes that its source rated itself stay."""
    return Measured(
        minutes=None if is_rated_by_source(activity) else minutes_of(activity, samples, zone),
        analysis=analysed(activity, samples),
        judgement=judge(activity, samples, now=now),
    )


def is_rated_by_source(activity: Activity) -> bool:
    """Return whether the minutes are a provider's own word, which nothing here can say better."""
    return activity.source_kind == "connection" and activity.sample_count == 0


def minutes_of(activity: Activity, samples: Samples, zone: ZoneInfo) -> list[DayMinutes]:
    """Return the active minutes: by the member's word where there is one, else by speed and sport.

    A record of steps has none.
    """
    if activity.type == "steps":
        return []
    minutes = rated(active_minutes(_recording_of(activity, samples)), sport=activity.sport)
    if activity.intensity is not None:
        rating = INTENSITIES.index(activity.intensity) + 1
        minutes = tuple(replace(minute, intensity=rating) for minute in minutes)
    return [
        DayMinutes(activity.activity_id, day_on, activity.account_id, minutes_to_json(of_day))
        for day_on, of_day in rules.split_by_day(minutes, zone)
    ]


def _recording_of(activity: Activity, samples: Samples) -> Recording:
    """Return a stored activity as the recording that its minutes are reckoned from."""
    return Recording(
        file_format=activity.file_format or "",
        sport=activity.sport,
        started_at=activity.started_at,
        elapsed_s=(activity.ended_at - activity.started_at).total_seconds(),
        moving_s=activity.moving_s,
        distance_m=activity.distance_m,
        track_distance_m=activity.track_distance_m,
        ascent_m=activity.ascent_m,
        descent_m=activity.descent_m,
        calories_kcal=activity.calories_kcal,
        steps=activity.steps,
        avg_speed_mps=activity.avg_speed_mps,
        max_speed_mps=activity.max_speed_mps,
        utc_offset_s=activity.utc_offset_s,
        device="",
        name="",
        notes="",
        laps=(),
        samples=samples,
        avg_hr_bpm=activity.avg_hr_bpm,
        max_hr_bpm=activity.max_hr_bpm,
    )


def moved(part: Part, activity: Activity, zone: ZoneInfo) -> Part:
    """Return a part under the id of the activity that it is a new version of."""
    laps = [replace(lap, activity_id=activity.activity_id) for lap in part.laps]
    if activity.sport != part.activity.sport and not is_rated_by_source(activity):
        return part_of(activity, unpack(part.block_bytes), laps, zone)
    minutes = [replace(day, activity_id=activity.activity_id) for day in part.minutes]
    return replace(part, activity=activity, laps=laps, minutes=minutes, analysis=None)


def source_key(connection_id: str, external_id: str) -> str:
    """Return the place of a provider's activity; one external id of a connection has one place."""
    key = f"connection:{connection_id}:{external_id}"
    if len(key) <= ORIGIN_KEY_LENGTH:
        return key
    return f"connection:{connection_id}:sha256:{sha256(external_id.encode()).hexdigest()}"
