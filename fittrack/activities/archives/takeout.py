"""Cuts the days of Google Takeout's Fit folder into files: one for each day of steps.

`Takeout/Fit/Daily activity metrics/Daily activity metrics.csv` has a row a day with the heads
`Date` and `Step count`, in English whatever else is known of it. The days are the telephone's, and
stand for ours. The workouts are TCX files beside it, read as such.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from datetime import date
from zoneinfo import ZoneInfo

from fittrack.activities.archives.excerpts import Excerpt, day_of_steps
from fittrack.activities.files import xml
from fittrack.activities.files.errors import refused
from fittrack.activities.files.export_heads import DATE, STEPS
from fittrack.clock import day_bounds, day_from_text

SOURCE = "Google Fit"
CHUNK_BYTES = 64 * 1024
MAX_LINE_BYTES = 64 * 1024
YEARS = range(1990, 2100)
# More days than anybody has counted.
MAX_DAYS = 50_000


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
