"""How fast people are: (window in s, mean speed in m/s) that nobody exceeds, sport by sport.

The limits lie some tenths above world records, where receivers scatter, and far above them where
gravity, current or a lift helps. On foot: 100 m in 9.58 s, 800 m in 1:40.91, 10 km in 26:11, half
marathon in 56:42, marathon in 2:00:35 (World Athletics). Walking: 20 km in 1:16:36. Riding: one
hour 56.8 km, four hours in a field at 48 km/h (UCI), alpine descents. Swimming: 50 m in 20.9 s,
1500 m in 14:30 (World Aquatics). Rowing: 2000 m in 5:18 with the stream. Skating: 10 km in 12:26
(ISU). Cross-country skiing: 50 km at 7.5 m/s.
"""

from __future__ import annotations

from itertools import pairwise
from math import log

from fittrack.activities.sports import family

Limits = tuple[tuple[int, float], ...]

_HOUR = 3600
_RIDE: Limits = (
    *((60, 29.0), (300, 24.0), (1200, 18.5)),
    *((_HOUR, 16.5), (3 * _HOUR, 14.5), (8 * _HOUR, 13.0)),
)
_ANY: Limits = ((60, 45.0), (300, 30.0), (1200, 22.0), (_HOUR, 18.0), (3 * _HOUR, 15.0))
_SLOPES: Limits = ((60, 42.0), (300, 32.0), (1200, 22.0), (_HOUR, 18.0))
_GAMES: Limits = ((60, 9.0), (300, 7.0), (1200, 6.3), (_HOUR, 6.0))
_BY_FAMILY: dict[str, Limits] = {
    "foot": ((60, 9.2), (300, 7.6), (1200, 6.9), (_HOUR, 6.5), (3 * _HOUR, 5.9), (8 * _HOUR, 4.8)),
    "walk": ((60, 7.0), (300, 5.6), (1200, 4.9), (_HOUR, 4.5), (3 * _HOUR, 4.2)),
    "ride": _RIDE,
    "swim": ((60, 2.6), (300, 2.2), (1200, 2.0), (_HOUR, 1.9), (3 * _HOUR, 1.8)),
    "row": ((60, 9.0), (300, 8.0), (1200, 7.3), (_HOUR, 6.8), (3 * _HOUR, 6.3)),
    "snow": _SLOPES,
    "gym": _GAMES,
    "climb": _GAMES,
    "dance": _GAMES,
    "ball": ((60, 10.0), (300, 8.0), (1200, 7.5), (_HOUR, 7.0)),
    "racket": _GAMES,
    "board": ((60, 30.0), (300, 20.0), (1200, 12.0), (_HOUR, 10.0)),
    "horse": ((60, 20.0), (300, 17.0), (1200, 13.0), (_HOUR, 9.0)),
    "multisport": _RIDE,
    "transition": _RIDE,
    "other": _ANY,
}
_BY_SPORT: dict[str, Limits] = {
    "open_water": ((60, 4.5), (300, 3.6), (1200, 3.2), (_HOUR, 3.0)),
    "skating": ((60, 17.5), (300, 16.0), (1200, 14.5), (_HOUR, 12.8), (3 * _HOUR, 11.8)),
    "cross_country_skiing": ((60, 24.0), (300, 14.0), (1200, 10.5), (_HOUR, 8.8)),
    "golf": _ANY,  # on a cart
}
# Faster than anybody rides where the road does not fall.
FLAT_RIDE: Limits = ((60, 20.5), (300, 18.0), (1200, 17.0))


def limits_of(sport: str) -> Limits | None:
    """Return a sport's limits, None where engines or the wind do the work."""
    return _BY_SPORT.get(sport) or _BY_FAMILY.get(family(sport))


def most_over(limits: Limits, elapsed_s: float) -> float:
    """Return the highest mean speed over a time, between two windows by its logarithm."""
    if elapsed_s <= limits[0][0]:
        return limits[0][1]
    for (short_s, fast), (long_s, slow) in pairwise(limits):
        if elapsed_s <= long_s:
            share = log(elapsed_s / short_s) / log(long_s / short_s)
            return fast + (slow - fast) * share
    return limits[-1][1]
