"""Sleep in exports of somebody's health: cut into a file for each day of waking, and read again.

The words are Apple's, whichever export they come from. What one source told without a longer pause
is one sleep; it belongs to the day on which it ended by the clock that it names.
"""

from __future__ import annotations

import gzip
import re
import zlib
from collections import defaultdict
from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass, replace
from datetime import date, timedelta, timezone
from io import BytesIO

from fittrack.activities.archives.excerpts import Excerpt, local, packed, words
from fittrack.activities.files import xml
from fittrack.activities.files.apple import apple_ms
from fittrack.activities.files.assemble import instant
from fittrack.activities.files.errors import refused
from fittrack.recovery.models import Night

SLEEP = "HKCategoryTypeIdentifierSleepAnalysis"
IN_BED, ASLEEP, AWAKE, LIGHT, DEEP, REM = "in_bed", "asleep", "awake", "light", "deep", "rem"
# Apple's values, without what all of them begin with; `Asleep` is that of older phones.
_PREFIX = "HKCategoryValueSleepAnalysis"
KINDS = {
    "InBed": IN_BED,
    "Asleep": ASLEEP,
    "AsleepUnspecified": ASLEEP,
    "Awake": AWAKE,
    "AsleepCore": LIGHT,
    "AsleepDeep": DEEP,
    "AsleepREM": REM,
}
VALUES = {kind: value for value, kind in KINDS.items() if value != "Asleep"}
STAGES = frozenset({LIGHT, DEEP, REM})
SLEPT = STAGES | {ASLEEP}
# Whoever is up for longer has slept twice.
LONGEST_PAUSE_MS = 2 * 3_600_000
LONGEST_MS = 24 * 3_600_000
MOST_OFFSET_S = 18 * 3600
_OFFSET = re.compile(r"([+-])([0-9]{2}):?([0-9]{2})\Z")
# Ten years of three devices.
MAX_PIECES = 400_000
MAX_FILE_BYTES = 8 * 1024 * 1024
GZIP = b"\x1f\x8b"


@dataclass(frozen=True, slots=True)
class Piece:
    """A while of one kind, told by one source; `offset_s` is that of its clock at the end."""

    start_ms: int
    end_ms: int
    kind: str
    offset_s: int


class Nights:
    """What an export tells of sleep, by source."""

    def __init__(self, provider: str) -> None:
        self._provider = provider
        self._pieces: dict[str, list[Piece]] = defaultdict(list)
        self._left = MAX_PIECES

    def add(self, source: str, piece: Piece) -> None:
        """Take a while of sleep; what is none is passed over. Raises: FileRefused."""
        if not 0 < piece.end_ms - piece.start_ms <= LONGEST_MS:
            return
        self._left -= 1
        if self._left < 0:
            raise refused("too_many_points", f"more than {MAX_PIECES} records of sleep")
        self._pieces[source].append(piece)

    def excerpts(self) -> Iterator[Excerpt]:
        """Yield a file for each day of waking, oldest first."""
        days: dict[date, list[tuple[str, Piece]]] = defaultdict(list)
        for source, pieces in sorted(self._pieces.items()):
            for sleep in _slept(pieces):
                days[_day_of(sleep)] += [(source, piece) for piece in sleep]
        for day_on in sorted(days):
            lines = [_record(source, piece) for source, piece in days[day_on]]
            content = packed(iter(["<HealthData>", *lines, "</HealthData>"]))
            yield Excerpt(f"sleep/{day_on}.xml.gz", content, slept_at=self._provider)


def piece_of(start: str | None, end: str | None, value: str | None) -> Piece | None:
    """Return what a record in Apple's words tells; None where that is no sleep."""
    start_ms, end_ms = apple_ms(start), apple_ms(end)
    kind = KINDS.get((value or "").removeprefix(_PREFIX))
    if start_ms is None or end_ms is None or kind is None:
        return None
    return Piece(start_ms, end_ms, kind, _offset_s(end or ""))


def read_nights(content: bytes) -> dict[date, list[Night]]:
    """Return the nights and naps of a file that was cut out of an export, by day of waking.

    Of several sources that of a day counts that tells stages, and of those the one that tells of
    most sleep: two that were worn at once are no sum. Raises: FileRefused.
    """
    pieces: dict[str, list[Piece]] = defaultdict(list)
    for name, element in xml.ends(unpacked(content), frozenset({"Record"})):
        piece = piece_of(*(element.get(key) for key in ("startDate", "endDate", "value")))
        if name == "Record" and piece is not None:
            pieces[element.get("sourceName") or ""].append(piece)
    told: dict[date, list[list[Night]]] = defaultdict(list)
    for source, found in sorted(pieces.items()):
        for day_on, nights in _by_day(source, found).items():
            told[day_on].append(nights)
    return {day_on: max(found, key=_worth) for day_on, found in told.items()}


def unpacked(content: bytes) -> bytes:
    """Return a file that may be packed. Raises: FileRefused."""
    with gzip.open(BytesIO(content)) if content.startswith(GZIP) else BytesIO(content) as file:
        try:
            text = file.read(MAX_FILE_BYTES + 1)
        except (EOFError, OSError, zlib.error) as error:
            raise refused("unreadable", "the packed file is damaged") from error
    if len(text) > MAX_FILE_BYTES:
        raise refused("too_large")
    return text


def nights_of(source: str, pieces: Sequence[Piece]) -> list[Night]:
    """Return one source's sleeps, day by day."""
    return [night for nights in _by_day(source, pieces).values() for night in nights]


def _by_day(source: str, pieces: Sequence[Piece]) -> dict[date, list[Night]]:
    """Return one source's sleeps by day; the longest of a day is its night, the others are naps."""
    days: dict[date, list[Night]] = defaultdict(list)
    for sleep in _slept(pieces):
        days[_day_of(sleep)].append(_night(source, sleep))
    for nights in days.values():
        nights.sort(key=lambda night: -night.asleep_s)
        nights[1:] = [replace(night, is_nap=True) for night in nights[1:]]
    return dict(days)


def _worth(nights: Sequence[Night]) -> tuple[bool, int]:
    return any(night.light_s for night in nights), sum(night.asleep_s for night in nights)


def _slept(pieces: Sequence[Piece]) -> Iterator[list[Piece]]:
    """Yield the sleeps of one source; to lie in bed is none yet."""
    for sleep in _sleeps(pieces):
        if any(piece.kind in SLEPT for piece in sleep):
            yield sleep


def _sleeps(pieces: Sequence[Piece]) -> Iterator[list[Piece]]:
    """Yield what one source told without a longer pause, in the order of time."""
    sleep: list[Piece] = []
    end_ms = 0
    for piece in sorted(pieces, key=lambda piece: (piece.start_ms, piece.end_ms)):
        if sleep and piece.start_ms - end_ms > LONGEST_PAUSE_MS:
            yield sleep
            sleep = []
        sleep.append(piece)
        end_ms = max(end_ms, piece.end_ms) if len(sleep) > 1 else piece.end_ms
    if sleep:
        yield sleep


def _day_of(sleep: Sequence[Piece]) -> date:
    last = max(sleep, key=lambda piece: piece.end_ms)
    return instant(last.end_ms).astimezone(_zone(last.offset_s)).date()


def _zone(offset_s: int) -> timezone:
    return timezone(timedelta(seconds=offset_s))


def _night(source: str, sleep: Sequence[Piece]) -> Night:
    slept = [piece for piece in sleep if piece.kind in SLEPT]
    first_ms = min(piece.start_ms for piece in slept)
    last = max(slept, key=lambda piece: piece.end_ms)
    has_stages = any(piece.kind in STAGES for piece in sleep)
    light_s, deep_s, rem_s, awake_s = (
        _spent_s(sleep, {kind}) for kind in (LIGHT, DEEP, REM, AWAKE)
    )
    return Night(
        started_at=instant(first_ms),
        ended_at=instant(last.end_ms),
        utc_offset_s=last.offset_s,
        is_nap=False,
        # The same sleep may be told in stages and as a whole, in which one lay awake.
        asleep_s=_spent_s(sleep, SLEPT | {AWAKE}) - awake_s,
        awake_s=awake_s if has_stages else None,
        light_s=light_s if has_stages else None,
        deep_s=deep_s if has_stages else None,
        rem_s=rem_s if has_stages else None,
        device=source[:100] or None,
    )


def _spent_s(sleep: Sequence[Piece], kinds: Set[str]) -> int:
    """Return the seconds of some kinds in a sleep in the order of time, none of them twice."""
    spent_ms, reached_ms = 0, sleep[0].start_ms
    for piece in sleep:
        if piece.kind in kinds and piece.end_ms > reached_ms:
            spent_ms += piece.end_ms - max(piece.start_ms, reached_ms)
            reached_ms = piece.end_ms
    return spent_ms // 1000


def _record(source: str, piece: Piece) -> str:
    zone = _zone(piece.offset_s)
    told = {
        "type": SLEEP,
        "sourceName": source,
        "startDate": local(piece.start_ms, zone),
        "endDate": local(piece.end_ms, zone),
        "value": f"{_PREFIX}{VALUES[piece.kind]}",
    }
    return words("Record", told)


def _offset_s(text: str) -> int:
    """Return the seconds of the offset at the end of an instant, 0 for none."""
    found = _OFFSET.search(text)
    if found is None:
        return 0
    sign, hours, minutes = found.groups()
    seconds = int(hours) * 3600 + int(minutes) * 60
    return min(seconds, MOST_OFFSET_S) * (-1 if sign == "-" else 1)
