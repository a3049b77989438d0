"""Marks of a recording's shape: whoever shifts it in time, or takes another's, leaves them equal.

Of all fixes, paces and beats a few are kept, those with the smallest hashes ("bottom-k sketch",
A. Broder, 1997): two recordings share them in so far as they are the same.
`fix`: places to 0.1 m; two receivers side by side scatter by metres and share none.
`pace`: places to 20 m with the seconds since the start; nobody keeps to that twice.
`pulse`: 24 beats in a row; for copies indoors, or whose places were moved.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from heapq import nsmallest
from itertools import accumulate
from zlib import crc32

from fittrack.activities.models import Activity
from fittrack.activities.plausibility.models import Mark
from fittrack.activities.samples import Samples

KEPT = 16
# So many marks of a kind must be equal: chance alone comes to one, if any.
ALIKE = {"fix": 6, "pace": 10, "pulse": 8}
# Places of these are drawn by a program along one line for everybody.
_DRAWN = frozenset({"virtual_ride", "virtual_run"})
_FIX_E7, _PACE_E7, _PACE_MS, _PACE_APART_E7 = 10, 2000, 30_000, 4000
_BEATS, _LEAST_CHANGES = 24, 8
# Of so many samples at once the smallest are looked for, so that few are held.
_BLOCK = 20_000
_MASK = (1 << 62) - 1


def marks_of(activity: Activity, samples: Samples) -> tuple[Mark, ...]:
    """Return the marks of a recording; one with too little to go by has none."""
    kinds: dict[str, Iterable[int]] = {"pulse": _pulses(samples)}
    if samples.has_positions and activity.sport not in _DRAWN:
        kinds |= {"fix": _fixes(samples), "pace": _paces(samples)}
    return tuple(
        Mark(kind, mark_no) for kind, numbers in kinds.items() for mark_no in _smallest(numbers)
    )


def _smallest(numbers: Iterable[int]) -> list[int]:
    smallest = nsmallest(KEPT, set(numbers))
    return smallest if len(smallest) == KEPT else []


def mixed(one: int, other: int) -> int:
    """Return a number that looks like chance (the finaliser of splitmix64, S. Vigna, 2015)."""
    number = (one * 0x9E3779B97F4A7C15 + other * 0xC2B2AE3D27D4EB4F) & 0xFFFFFFFFFFFFFFFF
    number = ((number ^ (number >> 30)) * 0xBF58476D1CE4E5B9) & 0xFFFFFFFFFFFFFFFF
    number = ((number ^ (number >> 27)) * 0x94D049BB133111EB) & 0xFFFFFFFFFFFFFFFF
    return (number ^ (number >> 31)) & _MASK


def _fixes(samples: Samples) -> Iterator[int]:
    """Yield the numbers of the places that may be among the smallest."""
    lat_e7, lon_e7 = samples.lat_e7, samples.lon_e7
    for at in range(0, len(samples), _BLOCK):
        places = {
            (lat // _FIX_E7, lon // _FIX_E7)
            for lat, lon in zip(lat_e7[at : at + _BLOCK], lon_e7[at : at + _BLOCK], strict=True)
            if lat is not None and lon is not None
        }
        yield from nsmallest(KEPT, {mixed(lat, lon) for lat, lon in places})


def _paces(samples: Samples) -> Iterator[int]:
    """Yield a number for each half minute in which the recording came forward."""
    begin_ms = min(samples.at_ms, default=0)
    due_ms, last = begin_ms, (0, 0)
    for at_ms, lat, lon in zip(samples.at_ms, samples.lat_e7, samples.lon_e7, strict=True):
        if at_ms < due_ms or lat is None or lon is None:
            continue
        due_ms = at_ms - (at_ms - begin_ms) % _PACE_MS + _PACE_MS
        if abs(lat - last[0]) + abs(lon - last[1]) >= _PACE_APART_E7:
            last = (lat, lon)
            place = mixed(lat // _PACE_E7, lon // _PACE_E7)
            yield mixed(place, (at_ms - begin_ms) // _PACE_MS)


def _pulses(samples: Samples) -> Iterator[int]:
    """Yield the numbers that may be among the smallest of all runs of beats.

    Of those that change enough to be somebody's own.
    """
    beats = bytes(bpm for bpm in samples.hr_bpm if bpm and 0 < bpm < 256)
    for start in range(0, len(beats), _BLOCK):
        block = beats[start : start + _BLOCK + _BEATS - 1]
        runs = {crc32(block[at : at + _BEATS]) for at in _lively(block)}
        yield from nsmallest(KEPT, {mixed(run, 24) for run in runs})


def _lively(beats: Sequence[int]) -> Iterator[int]:
    if len(beats) < _BEATS:
        return
    changes = [0, *accumulate(map(int.__ne__, beats[1:], beats))]
    for at in range(len(beats) - _BEATS + 1):
        if changes[at + _BEATS - 1] - changes[at] >= _LEAST_CHANGES:
            yield at
