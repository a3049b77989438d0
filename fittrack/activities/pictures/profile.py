"""Profiles: altitude over distance, heart rate over time; no I/O."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from math import ceil, floor

from fittrack.activities.models import Activity
from fittrack.activities.pictures import canvas
from fittrack.activities.pictures.canvas import HEIGHT, WIDTH, Theme
from fittrack.activities.pictures.geometry import (
    MOST_PIECES,
    Line,
    lengths_m,
    pieces_of,
    projected,
    simplified,
    thinned,
)
from fittrack.activities.pictures.words import (
    clock_words,
    height_of,
    height_unit,
    name_of,
    summary,
)
from fittrack.activities.samples import Samples
from fittrack.units import KM_PER_MI, Units

LEFT, RIGHT, TOP, BOTTOM = 70, 28, 52, 44
MOST_READ = 4000
MOST_DRAWN = 500
LEAST_AREA = 0.25
MOST_ROWS, MOST_COLUMNS = 5, 8
# Seconds between marks on the time axis.
TIME_STEPS_S = (60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400, 43_200, 86_400)


@dataclass(frozen=True, slots=True)
class Axes:
    """What a profile shows: lines of (x, y) in the reader's units, and how to name them."""

    lines: list[Line]
    title: str
    y_unit: str
    x_step: float
    x_words: Callable[[float], str]
    is_filled: bool


def elevation_picture(
    activity: Activity, samples: Samples, units: Units, theme: Theme
) -> str | None:
    """Return altitude over distance as SVG, over time where nothing tells a distance.

    None without two altitudes.
    """
    heights = [None if cm is None else height_of(cm / 100, units) for cm in samples.altitude_cm]
    unit_m = 1000 * (KM_PER_MI if units.distance == "mi" else 1)
    reached_m = _reached_m(activity, samples)
    title = f"Elevation of {name_of(activity)}"
    if reached_m is None:
        axes = _over_time(samples, heights, title, height_unit(units), is_filled=True)
        return _drawn(axes, activity, units, theme)
    lines = _lines(samples, {at: m / unit_m for at, m in reached_m.items()}, heights)
    step = canvas.round_step(_span(lines, 0), MOST_COLUMNS) if _span(lines, 0) > 2 else 0.25
    axes = Axes(lines, title, height_unit(units), step, lambda x: f"{x:g} {units.distance}", True)
    return _drawn(axes, activity, units, theme)


def heart_rate_picture(
    activity: Activity, samples: Samples, units: Units, theme: Theme
) -> str | None:
    """Return heart rate over time as SVG, None without two readings."""
    hearts = [None if bpm is None else float(bpm) for bpm in samples.hr_bpm]
    title = f"Heart rate of {name_of(activity)}"
    axes = _over_time(samples, hearts, title, "bpm", is_filled=False)
    return _drawn(axes, activity, units, theme)


def _reached_m(activity: Activity, samples: Samples) -> dict[int, float] | None:
    """Return how far along each sample lies: as counted by the device, else along the track."""
    counted = {at: cm / 100 for at, cm in enumerate(samples.distance_cm) if cm is not None}
    if any(counted.values()):
        return counted
    pieces = pieces_of(samples, MOST_READ)
    if sum(map(len, pieces)) < 2:
        return None
    reached = lengths_m(projected(samples, pieces))
    longest_m = reached[-1][-1]
    scale = (activity.distance_m or longest_m) / longest_m if longest_m else 0.0
    return (
        {
            at: m * scale
            for piece, done in zip(pieces, reached, strict=True)
            for at, m in zip(piece, done, strict=True)
        }
        if scale
        else None
    )


def _over_time(
    samples: Samples, values: list[float | None], title: str, y_unit: str, *, is_filled: bool
) -> Axes:
    first_ms = min(samples.at_ms, default=0)
    seconds = {at: (ms - first_ms) / 1000 for at, ms in enumerate(samples.at_ms)}
    lines = _lines(samples, seconds, values)
    span_s = _span(lines, 0)
    fitting = (step for step in TIME_STEPS_S if span_s / step <= MOST_COLUMNS)
    step_s = next(fitting, canvas.round_step(span_s / 86_400, MOST_COLUMNS) * 86_400)
    return Axes(lines, title, y_unit, step_s, clock_words, is_filled)


def _lines(samples: Samples, xs: dict[int, float], ys: list[float | None]) -> list[Line]:
    """Return the measured points between pauses, thinned evenly where there are very many."""
    stride = max(1, -(-len(ys) // MOST_READ))
    breaks = samples.breaks if len(samples.breaks) < MOST_PIECES else ()
    lines = []
    for start, end in pairwise([0, *breaks, len(samples)]):
        measured = [at for at in range(start, min(end, len(ys))) if ys[at] is not None and at in xs]
        line = [(xs[at], ys[at] or 0.0) for at in thinned(measured, stride)] if measured else []
        if line:
            lines.append(sorted(line, key=lambda point: point[0]))
    return lines


def _span(lines: list[Line], axis: int) -> float:
    values = [point[axis] for line in lines for point in line]
    return max(values) - min(values) if values else 0.0


def _drawn(axes: Axes, activity: Activity, units: Units, theme: Theme) -> str | None:
    if sum(map(len, axes.lines)) < 2:
        return None
    frame = _Frame(axes)
    marks = [*_grid(frame, axes, theme), *_curve(frame, axes, theme)]
    marks.append(canvas.label(LEFT, 30, axes.title, theme, size=15))
    low, high = frame.lowest, frame.highest
    words = f"{summary(activity, units)}. From {low:.0f} to {high:.0f} {axes.y_unit}."
    return canvas.document(axes.title, words, theme, marks)


class _Frame:
    """Where a point lies on the canvas."""

    def __init__(self, axes: Axes) -> None:
        points = [point for line in axes.lines for point in line]
        self.first_x, self.last_x = min(x for x, _ in points), max(x for x, _ in points)
        self.lowest, self.highest = min(y for _, y in points), max(y for _, y in points)
        self.y_step = canvas.round_step(max(self.highest - self.lowest, MOST_ROWS), MOST_ROWS - 1)
        self.bottom = floor(self.lowest / self.y_step) * self.y_step
        self.top = max(ceil(self.highest / self.y_step) * self.y_step, self.bottom + self.y_step)

    def place(self, x: float, y: float) -> tuple[float, float]:
        """Return a point's place."""
        wide = max(self.last_x - self.first_x, 1e-9)
        across = LEFT + (x - self.first_x) / wide * (WIDTH - LEFT - RIGHT)
        up = (y - self.bottom) / (self.top - self.bottom) * (HEIGHT - TOP - BOTTOM)
        return across, HEIGHT - BOTTOM - up


def _grid(frame: _Frame, axes: Axes, theme: Theme) -> Iterator[str]:
    rows = round((frame.top - frame.bottom) / frame.y_step)
    for row in range(rows + 1):
        value = frame.bottom + row * frame.y_step
        _, y = frame.place(frame.first_x, value)
        yield canvas.path([[(LEFT, y), (WIDTH - RIGHT, y)]], f'stroke="{theme.grid}"')
        words = f"{value:g} {axes.y_unit}" if row == rows else f"{value:g}"
        yield canvas.label(LEFT - 8, y + 4, words, theme, size=12, anchor="end")
    for column in range(int((frame.last_x - frame.first_x) / axes.x_step) + 1):
        x, y = frame.place(frame.first_x + column * axes.x_step, frame.bottom)
        words = axes.x_words(column * axes.x_step)
        yield canvas.label(x, y + 22, words, theme, size=12, anchor="middle")


def _curve(frame: _Frame, axes: Axes, theme: Theme) -> Iterator[str]:
    share = max(2, MOST_DRAWN // len(axes.lines))
    placed = [[frame.place(x, y) for x, y in line] for line in axes.lines]
    lines = [[line[at] for at in simplified(line, share, LEAST_AREA)] for line in placed]
    floor_y = HEIGHT - BOTTOM
    if axes.is_filled:
        areas = [[(line[0][0], floor_y), *line, (line[-1][0], floor_y)] for line in lines]
        yield canvas.path(areas, f'fill="{theme.fill}"')
    round_ends = 'stroke-linecap="round" stroke-linejoin="round"'
    stroke = f'fill="none" stroke="{theme.line}" stroke-width="2.5" {round_ends}'
    yield canvas.path(lines, stroke)
