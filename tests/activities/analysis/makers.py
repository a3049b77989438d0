"""Samples for the figures: along a way, over time, in code."""

from __future__ import annotations

from hypothesis import strategies as st

from fittrack.activities.samples import COLUMNS, Samples, from_columns


def samples_of(at_s: list[float], *, breaks: tuple[int, ...] = (), **columns: list) -> Samples:
    """Return samples of instants in seconds and of columns by name."""
    given = [columns.get(name, []) for name in COLUMNS]
    return from_columns([round(second * 1000) for second in at_s], given, breaks)


def counted(metres: list[float], at_s: list[float] | None = None, **more) -> Samples:
    """Return samples of a device that counts its way, one a second."""
    times = at_s or list(range(len(metres)))
    return samples_of(times, distance_cm=[round(m * 100) for m in metres], **more)


def even_run(duration_s: int, speed_mps: float, **more) -> Samples:
    """Return a second-by-second run at one pace."""
    return counted([second * speed_mps for second in range(duration_s + 1)], **more)


@st.composite
def walks(draw: st.DrawFn, *, most: int = 40) -> Samples:
    """Return a counted way of any shape: pauses, gaps, backward clocks, heart rates with holes."""
    count = draw(st.integers(2, most))
    gaps = draw(st.lists(st.integers(-3, 90), min_size=count - 1, max_size=count - 1))
    grown = draw(st.lists(st.integers(0, 800), min_size=count - 1, max_size=count - 1))
    at_s, metres = [0], [0.0]
    for gap, more in zip(gaps, grown, strict=True):
        at_s.append(at_s[-1] + gap)
        metres.append(metres[-1] + more)
    optional = st.none() | st.integers(40, 220)
    hearts = draw(st.lists(optional, min_size=count, max_size=count))
    powers = draw(st.lists(st.none() | st.integers(0, 900), min_size=count, max_size=count))
    altitudes = draw(st.lists(st.integers(0, 50_000), min_size=count, max_size=count))
    breaks = tuple(sorted(draw(st.sets(st.integers(1, count - 1), max_size=3))))
    return counted(
        metres, at_s, breaks=breaks, hr_bpm=hearts, power_w=powers, altitude_cm=altitudes
    )
