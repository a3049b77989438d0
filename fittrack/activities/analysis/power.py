"""Normalised power, intensity factor and training stress score (H. Allen and A. Coggan)."""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from operator import mul

from fittrack.activities.analysis.efforts import LONGEST_HELD_MS
from fittrack.activities.samples import Samples

WINDOW_MS = 30_000
# Threshold power as a share of the best 20 minutes: H. Allen and A. Coggan, 2nd edition, ch. 3.
THRESHOLD_SHARE = 0.95
HOUR_S = 3600


@dataclass(frozen=True, slots=True)
class PowerTotals:
    """What was pedalled: the time with power, its mean, and normalised power where it lasted."""

    powered_ms: int
    mean_w: float
    normalised_w: float | None


def power_totals(samples: Samples, clock_ms: Sequence[int]) -> PowerTotals | None:
    """Return the power figures of a recording, None where no power was measured.

    Pauses, gaps of more than a minute and samples without power are left out of both means.
    """
    held_ms, held_w = array("q"), array("q")
    for milliseconds, power_w in _held(samples, clock_ms):
        held_ms.append(milliseconds)
        held_w.append(power_w)
    work, powered_ms = sum(map(mul, held_ms, held_w)), sum(held_ms)
    if not work:
        return None
    return PowerTotals(powered_ms, work / powered_ms, normalised_power_w(held_ms, held_w))


def _held(samples: Samples, clock_ms: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Yield (milliseconds, watts) of each sample: it stands for the time since the one before."""
    if not samples.power_w:
        return
    breaks = frozenset(samples.breaks)
    for at in range(1, len(clock_ms)):
        held_ms, power_w = clock_ms[at] - clock_ms[at - 1], samples.power_w[at]
        if power_w is not None and 0 < held_ms <= LONGEST_HELD_MS and at not in breaks:
            yield held_ms, power_w


def normalised_power_w(held_ms: Sequence[int], held_w: Sequence[int]) -> float | None:
    """Return normalised power in watts of powers held so long, None below 30 seconds.

    The 4th root of the mean 4th power of the rolling mean over 30 seconds, from the 30th second
    on: H. Allen and A. Coggan, Training and Racing with a Power Meter, 2nd edition (2010), ch. 7.
    """
    counted_ms, total = 0, 0.0
    for milliseconds, mean_w in _rolling_means(held_ms, held_w):
        total += milliseconds * mean_w**4
        counted_ms += milliseconds
    return (total / counted_ms) ** 0.25 if counted_ms else None


def _rolling_means(held_ms: Sequence[int], held_w: Sequence[int]) -> Iterator[tuple[int, float]]:
    """Yield (milliseconds, mean watts of the 30 seconds until their end), from the 30th on.

    Whole numbers: what enters the window leaves it again exactly.
    """
    passed_ms = work = tail = 0
    tail_ms = held_ms[0] if held_ms else 0
    for milliseconds, power_w in zip(held_ms, held_w, strict=True):
        passed_ms += milliseconds
        work += milliseconds * power_w
        while passed_ms > WINDOW_MS:
            gone_ms = min(passed_ms - WINDOW_MS, tail_ms)
            passed_ms, tail_ms = passed_ms - gone_ms, tail_ms - gone_ms
            work -= gone_ms * held_w[tail]
            if not tail_ms:
                tail += 1
                tail_ms = held_ms[tail]
        if passed_ms == WINDOW_MS:
            yield milliseconds, work / WINDOW_MS


def threshold_power_w(best_20min_w: float) -> float:
    """Return functional threshold power in watts as 95 % of the best 20 minutes (ch. 3)."""
    return THRESHOLD_SHARE * best_20min_w


def intensity_factor(normalised_w: float, threshold_w: float) -> float:
    """Return normalised power as a share of threshold power (ch. 7)."""
    return normalised_w / threshold_w


def training_stress(seconds: float, normalised_w: float, threshold_w: float) -> float:
    """Return the training stress score: 100 for an hour at threshold power.

    seconds x NP x IF / (FTP x 3600) x 100 (ch. 7).
    """
    factor = intensity_factor(normalised_w, threshold_w)
    return seconds * normalised_w * factor / (threshold_w * HOUR_S) * 100
