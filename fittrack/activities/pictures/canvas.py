"""What our SVG pictures have in common: a card, its colours, lines and labels; no I/O.

A picture carries its own background, so that it can be read on light pages and on dark ones. There
is no script, no style sheet and nothing that is fetched; colours are attributes, which our content
policy lets through.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from fittrack.activities.exports.markup import text
from fittrack.activities.pictures.geometry import Line

WIDTH, HEIGHT = 640, 400
FONT = "system-ui, sans-serif"


@dataclass(frozen=True, slots=True)
class Theme:
    """The colours of a picture."""

    paper: str
    ink: str
    grid: str
    line: str
    fill: str
    start: str
    finish: str


# Text against paper: 10.4 : 1 and 11.9 : 1; lines 4.6 : 1 and 6.5 : 1 (WCAG 2.2, 1.4.3 and 1.4.11).
THEMES = {
    "light": Theme("#fbfaf7", "#3a3a38", "#dcd9d1", "#c2410c", "#f6d5c3", "#15803d", "#1d4ed8"),
    "dark": Theme("#1b1b1d", "#d9d8d3", "#3b3b3f", "#fb923c", "#5a3418", "#4ade80", "#93c5fd"),
}


def document(title: str, description: str, theme: Theme, marks: Iterable[str]) -> str:
    """Return a picture that says in words what it shows."""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}"'
        f' width="{WIDTH}" height="{HEIGHT}" role="img" aria-labelledby="t d">'
        f'<title id="t">{text(title)}</title><desc id="d">{text(description)}</desc>'
        f'<rect width="{WIDTH}" height="{HEIGHT}" rx="12" fill="{theme.paper}"/>'
        f"{''.join(marks)}</svg>\n"
    )


def path(lines: Iterable[Line], attributes: str) -> str:
    """Return lines as one path."""
    data = "".join(_subpath(line) for line in lines)
    return f'<path d="{data}" {attributes}/>'


def _subpath(line: Line) -> str:
    (x, y), *others = line
    # A line of no length shows as a dot where its ends are round.
    rest = "".join(f"L{number(x)} {number(y)}" for x, y in others or [line[0]])
    return f"M{number(x)} {number(y)}{rest}"


def number(value: float) -> str:
    """Return a coordinate to a tenth of a unit."""
    return f"{value:.1f}".removesuffix(".0")


def dot(place: Sequence[float], radius: float, fill: str, stroke: str) -> str:
    """Return a disc with a rim."""
    x, y = place
    return (
        f'<circle cx="{number(x)}" cy="{number(y)}" r="{number(radius)}" fill="{fill}"'
        f' stroke="{stroke}" stroke-width="3"/>'
    )


def label(
    x: float,
    y: float,
    words: str,
    theme: Theme,
    *,
    size: int = 13,
    anchor: str = "start",
) -> str:
    """Return a line of text with a rim of paper, so that it can be read across a line."""
    return (
        f'<text x="{number(x)}" y="{number(y)}" font-family="{FONT}" font-size="{size}"'
        f' text-anchor="{anchor}" fill="{theme.ink}" stroke="{theme.paper}" stroke-width="3"'
        f' paint-order="stroke">{text(words)}</text>'
    )


def round_step(span: float, most: int) -> float:
    """Return the smallest of 1, 2, 5, 10, 20, ... of which a span holds `most` or fewer."""
    step = 1.0
    while span / step > most:
        for factor in (1, 2, 5):
            if span / (step * factor) <= most:
                return step * factor
        step *= 10
    return step
