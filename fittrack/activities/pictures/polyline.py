"""A route as one short line of text, for lists; no I/O."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import chain

from fittrack.activities.pictures.geometry import pieces_of, projected, simplified
from fittrack.activities.samples import Samples

MOST_POINTS = 150
# What the column holds; a point takes 5 letters as a rule, 12 where it leaps round the globe.
MOST_LETTERS, POINTS_OF_LEAPS = 1000, 80
# Points looked at: a run of an hour has one every four seconds.
MOST_READ = 1000
# What a bend spans at least: 10 m by 10 m, about what a receiver scatters.
LEAST_AREA_M2 = 50.0
# 1e7 / 1e5: the format has five decimals.
_E7_A_UNIT = 100


def polyline_of(samples: Samples) -> str | None:
    """Return the simplified route as an encoded polyline, None without two positions.

    Pieces are joined: the format knows one line.
    """
    joined = list(chain.from_iterable(pieces_of(samples, MOST_READ)))
    if len(joined) < 2:
        return None
    text = _of_points(samples, joined, MOST_POINTS)
    return text if len(text) <= MOST_LETTERS else _of_points(samples, joined, POINTS_OF_LEAPS)


def _of_points(samples: Samples, joined: list[int], most: int) -> str:
    (flat,) = projected(samples, [joined])
    kept = [joined[at] for at in simplified(flat, most, LEAST_AREA_M2)]
    return encoded((samples.lat_e7[at] or 0, samples.lon_e7[at] or 0) for at in kept)


def encoded(places: Iterable[tuple[int, int]]) -> str:
    """Return positions in e7 degrees as an encoded polyline of five decimals.

    Google, Encoded Polyline Algorithm Format.
    """
    text, last_lat, last_lon = [], 0, 0
    for lat_e7, lon_e7 in places:
        lat, lon = round(lat_e7 / _E7_A_UNIT), round(lon_e7 / _E7_A_UNIT)
        text += [_number(lat - last_lat), _number(lon - last_lon)]
        last_lat, last_lon = lat, lon
    return "".join(text)


def _number(value: int) -> str:
    rest = value << 1 if value >= 0 else ~(value << 1)
    letters = []
    while rest >= 0x20:
        letters.append(chr((0x20 | rest & 0x1F) + 63))
        rest >>= 5
    return "".join([*letters, chr(rest + 63)])


def decoded(text: str) -> list[tuple[int, int]]:
    """Return the positions of a polyline that `encoded` made, in e7 degrees."""
    numbers, value, shift = [], 0, 0
    for letter in text:
        bits = ord(letter) - 63
        value |= (bits & 0x1F) << shift
        shift += 5
        if bits < 0x20:
            numbers.append(~(value >> 1) if value & 1 else value >> 1)
            value = shift = 0
    return _summed(numbers)


def _summed(numbers: list[int]) -> list[tuple[int, int]]:
    lat = lon = 0
    places = []
    for lat_step, lon_step in zip(numbers[::2], numbers[1::2], strict=True):
        lat, lon = lat + lat_step, lon + lon_step
        places.append((lat * _E7_A_UNIT, lon * _E7_A_UNIT))
    return places
