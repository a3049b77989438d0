"""Cuts the days of Google Takeout's Fit folder into files, and reads its sessions of sleep.

`Takeout/Fit/Daily activity metrics/Daily activity metrics.csv` has a row a day with the heads
`Date` and `Step count`, in English whatever else is known of it. The days are the telephone's, and
stand for ours. The workouts are TCX files beside it, read as such; the sleeps JSON, one a session.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

import orjson

from fittrack.activities.archives.excerpts import Excerpt, day_of_steps
from fittrack.activities.archives.nights import (
    ASLEEP,
    AWAKE,
    DEEP,
    LIGHT,
    LONGEST_MS,
    MOST_OFFSET_S,
    REM,
    SLEPT,
    Piece,
    nights_of,
)
from fittrack.activities.files import xml
from fittrack.activities.files.errors import refused
from fittrack.activities.files.export_heads import DATE, STEPS
from fittrack.activities.files.track import time_in_range
from fittrack.clock import day_bounds, day_from_text
from fittrack.recovery.models import Night

SOURCE, SLEPT_AT = "Google Fit", "google_fit"
SESSION_END = "_SLEEP.json"
SESSION_KINDS = {
    "sleep": ASLEEP,
    "sleep.awake": AWAKE,
    "sleep.light": LIGHT,
    "sleep.deep": DEEP,
    "sleep.rem": REM,
}
MAX_SEGMENTS = 10_000
_OFFSET = re.compile(r"([+-])([0-9]{2})_([0-9]{2})_SLEEP\.json\Z")
CHUNK_BYTES = 64 * 1024
MAX_LINE_BYTES = 64 * 1024
YEARS = range(1990, 2100)
# More days than anybody has counted.
MAX_DAYS = 50_000


def sleep_hints(name: str) -> dict[str, Any] | None:
    """Return what the name of a sleep's session says; None for another file's.

    Its times are in UTC: the offset of the clock stands in the name alone, and not in each.
    """
    if not name.endswith(SESSION_END):
        return None
    found = _OFFSET.search(name)
    sign, hours, minutes = found.groups() if found else ("+", "0", "0")
    offset_s = int(hours) * 3600 + int(minutes) * 60
    is_offset = offset_s <= MOST_OFFSET_S
    return {"slept_at": SLEPT_AT, "offset_s": (int(f"{sign}1") * offset_s) * is_offset}


def read_session(content: bytes, offset_s: int) -> list[Night]:
    """Return the sleep of a session, none where it tells of none. Raises: FileRefused."""
    try:
        told = orjson.loads(content)
    except orjson.JSONDecodeError as error:
        raise refused("unreadable", "the JSON is broken") from error
    if not isinstance(told, dict):
        raise refused("unreadable", "no session")
    segments = told.get("segment")
    found = [_piece(one, offset_s) for one in (segments if isinstance(segments, list) else [])]
    pieces = [piece for piece in found[:MAX_SEGMENTS] if piece is not None]
    if not any(piece.kind in SLEPT for piece in pieces):  # older ones tell their length alone
        whole = _piece(told, offset_s)
        pieces = [whole] if whole is not None else []
    return nights_of(SOURCE, pieces)


def _piece(told: Any, offset_s: int) -> Piece | None:
    if not isinstance(told, dict):
        return None
    start_ms, end_ms = (_ms(told.get(name)) for name in ("startTime", "endTime"))
    kind = SESSION_KINDS.get(str(told.get("fitnessActivity", "sleep")))
    if start_ms is None or end_ms is None or kind is None:
        return None
    is_sleep = 0 < end_ms - start_ms <= LONGEST_MS
    return Piece(start_ms, end_ms, kind, offset_s) if is_sleep else None


def _ms(value: Any) -> int | None:
    return time_in_range(xml.milliseconds(value)) if isinstance(value, str) else None


def excerpts(open_export: Callable[[], xml.Readable], zone: ZoneInfo) -> Iterator[Excerpt]:
    """Yield the days of steps, oldest first; a day that stands there twice counts once, the higher.

    Raises: FileRefused.
    """
    days: dict[date, float] = {}
    for day_on, steps in _days(_lines(open_export())):
        days[day_on] = max(steps, days.get(day_on, 0.0))
        if len(days) > MAX_DAYS:
            raise refused("too_many_activities", f"more than {MAX_DAYS} days")
    for day_on in sorted(days):
        yield day_of_steps(day_on, {SOURCE: [*_ends_ms(day_on, zone), days[day_on]]}, zone)


def _lines(source: xml.Readable) -> Iterator[str]:
    """Yield the lines of a text. Raises: FileRefused."""
    waiting = b""
    while piece := source.read(CHUNK_BYTES):
        *lines, waiting = (waiting + piece).split(b"\n")
        for line in lines:
            yield line.decode("utf-8-sig", errors="replace") + "\n"
        if len(waiting) > MAX_LINE_BYTES:
            raise refused("unreadable", "a line without end")
    yield waiting.decode("utf-8-sig", errors="replace")


def _days(lines: Iterator[str]) -> Iterator[tuple[date, float]]:
    """Yield each day that has steps. Raises: FileRefused."""
    try:
        for row in csv.DictReader(lines):
            steps = xml.number(row.get(STEPS))
            day_on = _day(row.get(DATE))
            if day_on is not None and steps is not None and 0 < steps < 1e6:
                yield day_on, steps
    except csv.Error as error:
        raise refused("unreadable", "the table is broken") from error


def _day(text: str | None) -> date | None:
    try:
        day_on = day_from_text(text or "")
    except ValueError:
        return None
    return day_on if day_on.year in YEARS else None


def _ends_ms(day_on: date, zone: ZoneInfo) -> list[float]:
    """Return the first and the last second of a day in milliseconds."""
    begins, ends = day_bounds(day_on, zone)
    return [begins.timestamp() * 1000, ends.timestamp() * 1000 - 1000]
