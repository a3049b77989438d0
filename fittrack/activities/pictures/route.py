"""The picture of a route: no map, only the way itself; no I/O."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator

from fittrack.activities.models import Activity
from fittrack.activities.pictures import canvas
from fittrack.activities.pictures.canvas import HEIGHT, WIDTH, Theme
from fittrack.activities.pictures.geometry import (
    Line,
    lengths_m,
    pieces_of,
    projected,
    simplified,
)
from fittrack.activities.pictures.words import distance_words, name_of, summary
from fittrack.activities.samples import Samples
from fittrack.units import KM_PER_MI, Units

MOST_READ = 4000
MOST_DRAWN = 700
# A quarter of a unit of the canvas squared: less is not to be seen.
LEAST_AREA = 0.25
MARGIN, FOOT = 28, 34
MOST_TICKS = 10


def route_picture(activity: Activity, samples: Samples, units: Units, theme: Theme) -> str | None:
    """Return a route as SVG, None without two positions.

    North is up. Small marks stand at whole kilometres or miles, the start is green, the end blue.
    """
    pieces = pieces_of(samples, MOST_READ)
    if sum(map(len, pieces)) < 2:
        return None
    flat = projected(samples, pieces)
    lines = _fitted(flat)
    marks = [*_way(lines, theme), *_ticks(activity, flat, lines, units, theme)]
    marks += [*_ends(lines, theme), *_foot(activity, units, theme)]
    title = f"Route of {name_of(activity)}"
    words = f"{summary(activity, units)}. North is up; the start is the ring, the end the disc."
    return canvas.document(title, words, theme, marks)


def _fitted(flat: list[Line]) -> list[Line]:
    """Return lines in units of the canvas: as large as they fit, in its middle."""
    xs, ys = [x for line in flat for x, _ in line], [y for line in flat for _, y in line]
    west, north = min(xs), max(ys)
    wide, high = max(xs) - west, north - min(ys)
    room_x, room_y = WIDTH - 2 * MARGIN, HEIGHT - 2 * MARGIN - FOOT
    scale = min(room_x / max(wide, 1e-9), room_y / max(high, 1e-9))
    left, top = MARGIN + (room_x - wide * scale) / 2, MARGIN + (room_y - high * scale) / 2
    return [
        [(left + (x - west) * scale, top + (north - y) * scale) for x, y in line] for line in flat
    ]


def _way(lines: list[Line], theme: Theme) -> Iterator[str]:
    share = max(2, MOST_DRAWN // len(lines))
    drawn = [[line[at] for at in simplified(line, share, LEAST_AREA)] for line in lines]
    ends = 'fill="none" stroke-linecap="round" stroke-linejoin="round"'
    yield canvas.path(drawn, f'{ends} stroke="{theme.line}" stroke-width="3.5"')


def _ticks(
    activity: Activity, flat: list[Line], lines: list[Line], units: Units, theme: Theme
) -> Iterator[str]:
    """Yield a mark wherever a whole number of kilometres or miles is done."""
    reached = [m for line in lengths_m(flat) for m in line]
    places = [place for line in lines for place in line]
    track_m, unit_m = reached[-1], 1000 * (KM_PER_MI if units.distance == "mi" else 1)
    # Fewer points make a shorter track: what the activity states counts.
    stated_m = activity.distance_m or track_m
    if not track_m or not stated_m:
        return
    step_m = canvas.round_step(stated_m / unit_m, MOST_TICKS) * unit_m
    for at in range(1, int(stated_m / step_m) + 1):
        index = bisect_left(reached, at * step_m * track_m / stated_m)
        x, y = places[min(index, len(places) - 1)]
        yield canvas.dot((x, y), 3, theme.paper, theme.ink)
        yield canvas.label(x + 6, y - 6, f"{at * step_m / unit_m:g}", theme, size=12)


def _ends(lines: list[Line], theme: Theme) -> Iterator[str]:
    yield canvas.dot(lines[-1][-1], 6, theme.finish, theme.paper)
    yield canvas.dot(lines[0][0], 8, "none", theme.start)


def _foot(activity: Activity, units: Units, theme: Theme) -> Iterator[str]:
    y = HEIGHT - 16
    yield canvas.label(MARGIN, y, name_of(activity), theme, size=15)
    if activity.distance_m is not None:
        words = distance_words(activity.distance_m, units)
        yield canvas.label(WIDTH - MARGIN, y, words, theme, size=15, anchor="end")
