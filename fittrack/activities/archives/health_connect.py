"""Cuts Health Connect's export, an SQLite file: a file a workout, day of steps, day of waking.

`health_connect_export.db` in the zip that Android's Settings write; its tables are those of the
module's own storage (packages/modules/HealthFitness in AOSP). A session has no figures of its own:
heart rates and distances lie in tables by time, written by the same apps. Routes are passed over.
Apple Health's words are what the pieces are written in.

The file comes from a stranger: it is opened for reading only, no view, trigger or virtual table of
it is asked, and nothing of it is held but times, sums and the heart rates of workouts.
"""

from __future__ import annotations

import re
import sqlite3
import tempfile
import time
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import date, timedelta, timezone
from typing import IO, Any
from zoneinfo import ZoneInfo

from fittrack.activities.archives.excerpts import (
    MAX_WORKOUTS,
    Beats,
    Excerpt,
    day_of_steps,
    heart,
    local,
    packed,
    words,
)
from fittrack.activities.archives.nights import (
    ASLEEP,
    AWAKE,
    DEEP,
    IN_BED,
    LIGHT,
    MAX_PIECES,
    REM,
    Nights,
    Piece,
)
from fittrack.activities.files import xml
from fittrack.activities.files.assemble import instant
from fittrack.activities.files.errors import refused
from fittrack.activities.files.track import time_in_range
from fittrack.clock import day_of

MAX_FILE_BYTES = 2 * 1024**3
# What a member's days may come to, counted by app.
MAX_DAYS = 100_000
MAX_VALUE_BYTES = 1_000_000
MOST_S = 120.0
STEPS_BETWEEN_LOOKS = 100_000
CHUNK_BYTES = 1024 * 1024
LONGEST_MS = 31 * 86_400_000
# A hand has typed it in (Metadata.RECORDING_METHOD_MANUAL_ENTRY).
TYPED_IN = 3
# What each number of ExerciseSessionType is, by the names that sports are known under.
EXERCISES = dict(
    enumerate(
        (
            *("workout", "badminton", "baseball", "basketball", "biking", "stationaryBike"),
            *("bootCamp", "boxing", "calisthenics", "cricket", "dance", "exerciseClass"),
            *("fencing", "americanFootball", "footballAustralian", "frisbee", "golf"),
            *("mindfulness", "gymnastics", "handball", "highIntensityIntervalTraining"),
            *("hiking", "hockey", "iceSkating", "martialArts", "paddling", "airSport"),
            *("pilates", "squash", "rockClimbing", "hockey", "rowing", "rugby", "running"),
            *("treadmill", "sailing", "diving", "skating", "skiing", "snowboarding"),
            *("snowshoeing", "soccer", "baseball", "squash", "stairClimbing"),
            *("strengthTraining", "stretching", "surfing", "openWater", "swimming"),
            *("tableTennis", "tennis", "volleyball", "walking", "waterSport"),
            *("weightlifting", "wheelchair", "yoga", "workout", "stairClimbingMachine"),
            *("elliptical", "rowingMachine"),
        )
    )
)
# StageType of a SleepSessionRecord; 0 is unknown.
SLEEP_STAGES = {1: AWAKE, 2: ASLEEP, 3: AWAKE, 4: LIGHT, 5: DEEP, 6: REM, 7: IN_BED}
# What no XML may hold.
_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_IS_TABLE = """
SELECT 1 FROM sqlite_master
 WHERE type = 'table' AND name = ? AND sql NOT LIKE 'CREATE VIRTUAL%'
"""
_TABLES = {
    "exercise_session_record_table": "SELECT * FROM exercise_session_record_table",
    "heart_rate_record_series_table": "SELECT * FROM heart_rate_record_series_table",
    "distance_record_table": "SELECT * FROM distance_record_table",
    "steps_record_table": "SELECT * FROM steps_record_table",
    "sleep_session_record_table": "SELECT * FROM sleep_session_record_table",
    "sleep_stages_table": "SELECT * FROM sleep_stages_table",
    "application_info_table": "SELECT * FROM application_info_table",
}
Row = Mapping[str, Any]


@dataclass(slots=True)
class _Session:
    """One workout; its distance is the sum of what its app measured within it."""

    start_ms: int
    end_ms: int
    offset_s: int
    sport: str
    app_id: Any
    is_typed_in: bool
    distance_m: float = 0.0


def excerpts(open_export: Callable[[], xml.Readable], zone: ZoneInfo) -> Iterator[Excerpt]:
    """Yield the workouts of an export, oldest first, then its days of steps; `zone` cuts the days.

    Raises: FileRefused.
    """
    with _kept(open_export()) as name, _opened(name) as export:
        yield from _cut(export, zone)


def _cut(export: sqlite3.Connection, zone: ZoneInfo) -> Iterator[Excerpt]:
    """Raises: FileRefused."""
    try:
        if not _has(export, "exercise_session_record_table"):
            raise refused("not_an_activity", "an SQLite file, but none of Health Connect's")
        apps = _apps(export)
        sessions = sorted(_sessions(export), key=lambda one: (one.start_ms, one.end_ms))
        beats = _beats(export, sessions)
        _add_distances(export, sessions)
        for session in sessions:
            yield _workout(session, beats, apps)
        days = _days(export, apps, zone)
        for day_on in sorted(days):
            yield day_of_steps(day_on, days[day_on], zone)
        yield from _nights(export, apps).excerpts()
    except sqlite3.Error as error:
        raise refused("unreadable", "the SQLite file is damaged, or takes too long") from error


@contextmanager
def _kept(source: xml.Readable) -> Iterator[str]:
    """Keep an export in a temporary file for a while, and yield its name. Raises: FileRefused."""
    with tempfile.NamedTemporaryFile(suffix=".db") as file:
        _copy(source, file)
        yield file.name


def _copy(source: xml.Readable, file: IO[bytes]) -> None:
    left = MAX_FILE_BYTES
    while piece := source.read(CHUNK_BYTES):
        left -= len(piece)
        if left < 0:
            raise refused("too_large")
        file.write(piece)
    file.flush()


@contextmanager
def _opened(name: str) -> Iterator[sqlite3.Connection]:
    """Open a stranger's database for reading; each question to it ends when its time is over."""
    ends_s = time.monotonic() + MOST_S
    with closing(sqlite3.connect(f"file:{name}?mode=ro&immutable=1", uri=True)) as export:
        export.row_factory = sqlite3.Row
        export.text_factory = lambda text: text.decode(errors="replace")
        export.execute("PRAGMA trusted_schema = OFF")
        export.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, MAX_VALUE_BYTES)
        export.set_progress_handler(lambda: time.monotonic() > ends_s, STEPS_BETWEEN_LOOKS)
        yield export


def _has(export: sqlite3.Connection, table: str) -> bool:
    return export.execute(_IS_TABLE, (table,)).fetchone() is not None


def _rows(export: sqlite3.Connection, table: str) -> Iterator[Row]:
    """Yield the rows of a table, none of one that is not there; versions differ in columns."""
    if not _has(export, table):
        return
    for row in export.execute(_TABLES[table]):
        yield dict(row)


def _apps(export: sqlite3.Connection) -> dict[Any, str]:
    """Return the names of the apps that wrote, by their numbers."""
    found = {}
    for row in _rows(export, "application_info_table"):
        name = row.get("app_name") or row.get("package_name")
        found[row.get("row_id")] = _UNWRITABLE.sub("", name)[:100] if isinstance(name, str) else ""
        if len(found) > MAX_DAYS:
            break
    return found


def _span(row: Row) -> tuple[int, int] | None:
    """Return when a row's time began and ended in milliseconds; None for what is no time."""
    start_ms, end_ms = (_number(row.get(name)) for name in ("start_time", "end_time"))
    if start_ms is None or end_ms is None or not 0 <= end_ms - start_ms <= LONGEST_MS:
        return None
    first, last = time_in_range(int(start_ms)), time_in_range(int(end_ms))
    return None if first is None or last is None else (first, last)


def _number(value: Any) -> float | None:
    return xml.number(str(value)) if isinstance(value, int | float) else None


def _sessions(export: sqlite3.Connection) -> Iterator[_Session]:
    """Raises: FileRefused."""
    count = 0
    for row in _rows(export, "exercise_session_record_table"):
        span = _span(row)
        if span is None:
            continue
        count += 1
        if count > MAX_WORKOUTS:
            raise refused("too_many_activities", f"more than {MAX_WORKOUTS} workouts")
        offset_s = _number(row.get("start_zone_offset")) or 0.0
        yield _Session(
            *span,
            offset_s=round(offset_s) if abs(offset_s) <= 64_800 else 0,
            sport=EXERCISES.get(row.get("exercise_type"), "workout"),  # type: ignore[arg-type]
            app_id=row.get("app_info_id"),
            is_typed_in=row.get("recording_method") == TYPED_IN,
        )


def _beats(export: sqlite3.Connection, sessions: list[_Session]) -> Beats:
    """Raises: FileRefused."""
    beats = Beats([(one.start_ms, one.end_ms) for one in sessions])
    for row in _rows(export, "heart_rate_record_series_table") if sessions else ():
        at_ms = _number(row.get("epoch_millis"))
        beats.add(None if at_ms is None else int(at_ms), _number(row.get("beats_per_minute")))
    return beats


def _add_distances(export: sqlite3.Connection, sessions: list[_Session]) -> None:
    """Add each distance to the workout of the same app within which it was covered."""
    by_app: dict[Any, list[_Session]] = defaultdict(list)
    for one in sessions:
        by_app[one.app_id].append(one)
    starts = {app_id: [one.start_ms for one in found] for app_id, found in by_app.items()}
    for row in _rows(export, "distance_record_table") if sessions else ():
        span, metres = _span(row), _number(row.get("distance"))
        app_id = row.get("app_info_id")
        if span is None or metres is None or metres < 0 or app_id not in starts:
            continue
        at = bisect_right(starts[app_id], span[0]) - 1
        if at >= 0 and span[1] <= by_app[app_id][at].end_ms:
            by_app[app_id][at].distance_m += metres


def _days(
    export: sqlite3.Connection, apps: dict[Any, str], zone: ZoneInfo
) -> dict[date, dict[str, list[float]]]:
    """Return what each app counted on each day. Raises: FileRefused."""
    days: dict[date, dict[str, list[float]]] = defaultdict(dict)
    count = 0
    for row in _rows(export, "steps_record_table"):
        span, steps = _span(row), _number(row.get("count"))
        if span is None or steps is None or steps < 0 or row.get("recording_method") == TYPED_IN:
            continue
        sources = days[day_of(instant(span[0]), zone)]
        name = apps.get(row.get("app_info_id"), "")
        count += name not in sources
        if count > MAX_DAYS:
            raise refused("too_many_activities", f"more than {MAX_DAYS} days of steps")
        source = sources.setdefault(name, [*span, 0.0])
        source[:] = [min(source[0], span[0]), max(source[1], span[1]), source[2] + steps]
    return days


def _nights(export: sqlite3.Connection, apps: dict[Any, str]) -> Nights:
    """Return what apps told of sleep: stages, or the whole where there are none.

    Raises: FileRefused.
    """
    nights = Nights("health_connect")
    sleeps: dict[Any, tuple[Row, list[Piece]]] = {}
    for row in _rows(export, "sleep_session_record_table"):
        sleeps[row.get("row_id")] = (row, [])
        if len(sleeps) > MAX_DAYS:
            raise refused("too_many_activities", f"more than {MAX_DAYS} sleeps")
    count = 0
    for row in _rows(export, "sleep_stages_table") if sleeps else ():
        count += _add_stage(sleeps, row)
        if count > MAX_PIECES:
            raise refused("too_many_points", f"more than {MAX_PIECES} records of sleep")
    for row, stages in sleeps.values():
        whole = _piece(_span(row), ASLEEP, row)
        for piece in stages or filter(None, [whole]):
            nights.add(apps.get(row.get("app_info_id"), ""), piece)
    return nights


def _add_stage(sleeps: dict[Any, tuple[Row, list[Piece]]], row: Row) -> bool:
    """Add a stage to its sleep; tell whether it is one."""
    session, stages = sleeps.get(row.get("parent_key"), (None, []))
    kind = SLEEP_STAGES.get(row.get("stage_type"))  # type: ignore[arg-type]
    if session is None or kind is None:
        return False
    times = {"start_time": row.get("stage_start_time"), "end_time": row.get("stage_end_time")}
    piece = _piece(_span(times), kind, session)
    stages.extend(filter(None, [piece]))
    return piece is not None


def _piece(span: tuple[int, int] | None, kind: str, session: Row) -> Piece | None:
    offset_s = _number(session.get("end_zone_offset")) or 0.0
    return Piece(*span, kind, round(offset_s) if abs(offset_s) <= 64_800 else 0) if span else None


def _workout(session: _Session, beats: Beats, apps: dict[Any, str]) -> Excerpt:
    """Return a workout with the heart rates of its time."""
    zone = timezone(timedelta(seconds=session.offset_s))
    started = local(session.start_ms, zone)
    told = {
        "workoutActivityType": session.sport,
        "sourceName": apps.get(session.app_id, ""),
        "startDate": started,
        "endDate": local(session.end_ms, zone),
    }
    if session.distance_m:
        told |= {"totalDistance": f"{session.distance_m:.1f}", "totalDistanceUnit": "m"}
    lines = ["<HealthData>", words("Workout", told).removesuffix("/>") + ">"]
    if session.is_typed_in:
        lines.append(words("MetadataEntry", {"key": "HKWasUserEntered", "value": "1"}))
    lines.append("</Workout>")
    lines += [heart(at_s, bpm) for at_s, bpm in beats.between(session.start_ms, session.end_ms)]
    name = f"workouts/{started[:19].replace(':', '-')} {session.sport}.xml.gz"
    return Excerpt(name, packed(iter([*lines, "</HealthData>"])))
