"""Time at each heart rate, in five zones, and the training impulse it makes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import exp
from operator import mul

from fittrack.activities.analysis.efforts import LONGEST_HELD_MS
from fittrack.activities.samples import Samples

# Lower ends of zones 2 to 5 in percent of the maximum: S. Edwards, The Heart Rate Monitor Book,
# 1993. Whatever lies below the second is in the first.
ZONE_FROM_PERCENT = (60, 70, 80, 90)
# Half of all adults at rest lie within 60 to 75 bpm; taken where the profile says nothing.
RESTING_HR_BPM = 60
# Weights of the training impulse by sex: E. W. Banister, Modeling Elite Athletic Performance,
# in: Physiological Testing of the High-Performance Athlete, 1991.
_IMPULSE = {"male": (0.64, 1.92), "female": (0.86, 1.67)}
MINUTE_MS = 60_000

# How long the heart beat at each rate: the lowest rate in bpm, then the milliseconds at that and
# at each next one up to the highest. Compact, for a member's load goes over all of theirs.
HeartTimes = Sequence[int]


@dataclass(frozen=True, slots=True)
class Heart:
    """What a member's heart rates are weighed by; None of the maximum is not known."""

    max_hr_bpm: float | None
    resting_hr_bpm: int | None
    sex: str | None
    is_own_max: bool = False

    @property
    def rest_bpm(self) -> int:
        """Return the heart rate at rest, the usual one where the profile has none."""
        return RESTING_HR_BPM if self.resting_hr_bpm is None else self.resting_hr_bpm


@dataclass(frozen=True, slots=True)
class Zone:
    """One zone; `from_bpm` belongs to it and `to_bpm` to the next, None beyond the last."""

    zone_no: int
    from_bpm: float
    to_bpm: float | None
    milliseconds: int


def heart_times(samples: Samples, clock_ms: Sequence[int]) -> list[int]:
    """Return how long the heart beat at each rate, empty where none was measured.

    A sample stands for the time since the one before it, unless that is more than a minute or
    lies across a pause.
    """
    if not samples.hr_bpm:
        return []
    breaks, times = frozenset(samples.breaks), Counter[int]()
    for at in range(1, len(clock_ms)):
        held_ms, hr_bpm = clock_ms[at] - clock_ms[at - 1], samples.hr_bpm[at]
        if hr_bpm and 0 < held_ms <= LONGEST_HELD_MS and at not in breaks:
            times[hr_bpm] += held_ms
    return in_one_line(times)


def in_one_line(times: Mapping[int, int]) -> list[int]:
    """Return milliseconds by heart rate as HeartTimes."""
    if not times:
        return []
    low_bpm, high_bpm = min(times), max(times)
    return [low_bpm, *(times.get(hr_bpm, 0) for hr_bpm in range(low_bpm, high_bpm + 1))]


def total_ms(times: HeartTimes) -> int:
    """Return the time with a heart rate."""
    return sum(times[1:])


def zones(times: HeartTimes, max_hr_bpm: float) -> list[Zone]:
    """Return the time in five zones of the maximum heart rate; they add up to all of it."""
    ends = [percent * max_hr_bpm / 100 for percent in ZONE_FROM_PERCENT]
    spent = [0] * (len(ends) + 1)
    for hr_bpm, milliseconds in enumerate(times[1:], start=times[0] if times else 0):
        spent[sum(hr_bpm >= end for end in ends)] += milliseconds
    borders = zip([0.0, *ends], [*ends, None], spent, strict=True)
    return [Zone(no, low, high, ms) for no, (low, high, ms) in enumerate(borders, start=1)]


def training_impulse(times: HeartTimes, heart: Heart) -> float | None:
    """Return the training impulse (TRIMP), None where no maximum or no heart rate is known.

    Minutes x r x a x e^(b x r), r being the share of the heart rate reserve, from 0 to 1, and
    (a, b) (0.64, 1.92) for men and (0.86, 1.67) for women (Banister 1991), the mean of both where
    the sex is not known. Summed over every heart rate, which for an even one is the same.
    """
    weights = impulse_weights(heart)
    if weights is None or not times:
        return None
    return weighed(times, weights)


def weighed(times: HeartTimes, weights: Sequence[float]) -> float:
    """Return the sum of the minutes at each heart rate, times its weight."""
    weighed_ms: float = sum(map(mul, times[1:], weights[times[0] :]))
    return weighed_ms / MINUTE_MS


def impulse_weights(heart: Heart) -> list[float] | None:
    """Return the training impulse of a minute at each heart rate from 0 to 255 bpm."""
    if heart.max_hr_bpm is None or heart.max_hr_bpm <= heart.rest_bpm:
        return None
    reserve_bpm = heart.max_hr_bpm - heart.rest_bpm
    shares = (min(max((bpm - heart.rest_bpm) / reserve_bpm, 0.0), 1.0) for bpm in range(256))
    pairs = [_IMPULSE[heart.sex]] if heart.sex in _IMPULSE else list(_IMPULSE.values())
    return [_weight(share, pairs) for share in shares]


def _weight(share: float, pairs: Iterable[tuple[float, float]]) -> float:
    weights = [share * a * exp(b * share) for a, b in pairs]
    return sum(weights) / len(weights)
