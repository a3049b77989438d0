"""Files cut out of whole exports: a workout or a day of steps, in the words of Apple Health.

Whatever the export, its pieces are read by the one reader that knows these words.
"""

from __future__ import annotations

import gzip
from array import array
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from xml.sax.saxutils import quoteattr

from fittrack.activities.files.apple import HEART_RATE, STEP_COUNT
from fittrack.activities.files.assemble import instant
from fittrack.activities.files.errors import refused

MAX_WORKOUTS = 50_000
# Nine bytes each: the heart rates of 8,000 hours of workouts, one in five seconds.
MAX_BEATS = 6_000_000


@dataclass(frozen=True, slots=True)
class Excerpt:
    """One file cut out of an export: gzip of the same elements.

    Of sleep it says which export tells it.
    """

    name: str
    content: bytes
    slept_at: str | None = None


class Beats:
    """The heart rates of the times of the workouts: seconds since 1970, and beats per minute."""

    def __init__(self, spans_ms: list[tuple[int, int]]) -> None:
        self._starts_ms: list[int] = []
        self._ends_ms: list[int] = []
        for start_ms, end_ms in sorted(spans_ms):
            if self._ends_ms and start_ms <= self._ends_ms[-1]:
                self._ends_ms[-1] = max(self._ends_ms[-1], end_ms)
            else:
                self._starts_ms.append(start_ms)
                self._ends_ms.append(end_ms)
        self._times_s = [array("q") for _ in self._starts_ms]
        self._rates = [array("B") for _ in self._starts_ms]
        self._left = MAX_BEATS

    def add(self, at_ms: int | None, bpm: float | None) -> None:
        """Keep a heart rate, if it belongs to a workout. Raises: FileRefused."""
        place = -1 if at_ms is None else bisect_right(self._starts_ms, at_ms) - 1
        if at_ms is None or bpm is None or place < 0 or at_ms > self._ends_ms[place]:
            return
        self._left -= 1
        if self._left < 0:
            raise refused("too_many_points", f"more than {MAX_BEATS} heart rates")
        self._times_s[place].append(at_ms // 1000)
        self._rates[place].append(max(0, min(255, round(bpm))))

    def between(self, start_ms: int, end_ms: int) -> Iterator[tuple[int, int]]:
        """Yield (second, beats per minute) of a workout, in the order of the export."""
        place = bisect_right(self._starts_ms, start_ms) - 1
        if place < 0:
            return
        for at_s, bpm in zip(self._times_s[place], self._rates[place], strict=True):
            if start_ms <= at_s * 1000 <= end_ms:
                yield at_s, bpm


def heart(at_s: int, bpm: int) -> str:
    """Return the element of a heart rate."""
    at = f"{instant(at_s * 1000):%Y-%m-%d %H:%M:%S} +0000"
    return words("Record", {"type": HEART_RATE, "startDate": at, "value": str(bpm)})


def day_of_steps(day_on: date, sources: dict[str, list[float]], zone: tzinfo) -> Excerpt:
    """Return the steps of a day, one record for each source with its sum."""
    lines = ["<HealthData>"]
    for name, (first_ms, last_ms, steps) in sorted(sources.items()):
        told = {
            "type": STEP_COUNT,
            "sourceName": name,
            "startDate": local(first_ms, zone),
            "endDate": local(last_ms, zone),
            "value": f"{steps:.0f}",
        }
        lines.append(words("Record", told))
    return Excerpt(f"steps/{day_on}.xml.gz", packed(iter([*lines, "</HealthData>"])))


def local(at_ms: float, zone: tzinfo) -> str:
    """Return an instant as Apple writes it: `2016-11-14 07:25:41 -0700`."""
    moment: datetime = instant(at_ms).astimezone(zone)
    return f"{moment:%Y-%m-%d %H:%M:%S %z}"


def words(name: str, told: dict[str, str]) -> str:
    """Return an empty element with its attributes."""
    return f"<{name} {' '.join(f'{key}={quoteattr(text)}' for key, text in told.items())}/>"


def packed(lines: Iterator[str]) -> bytes:
    """Return the lines as gzip: the same for the same export, so that it is a duplicate again."""
    return gzip.compress("\n".join(lines).encode(), mtime=0)
