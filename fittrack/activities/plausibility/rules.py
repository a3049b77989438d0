"""Whether a record is believed: a pure function of it and the time at which it came."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from fittrack.activities.models import Activity
from fittrack.activities.plausibility import bodies, speed, times
from fittrack.activities.plausibility.marks import marks_of
from fittrack.activities.plausibility.models import Finding, Judgement
from fittrack.activities.plausibility.paces import nodes_of, paces_of
from fittrack.activities.samples import Samples


def judge(activity: Activity, samples: Samples, *, now: datetime) -> Judgement:
    """Return why a record is to be held, nothing for one that is believed; and its marks.

    One pass over the samples for each rule, whatever they hold.
    """
    return Judgement(tuple(_findings(activity, samples, now=now)), marks_of(activity, samples))


def _findings(activity: Activity, samples: Samples, *, now: datetime) -> Iterator[Finding]:
    nodes = nodes_of(samples) if samples.has_positions else []
    paces = paces_of(samples, nodes)
    yield from times.clocks(activity, now=now)
    yield from times.lengths(activity)
    yield from speed.too_fast(activity, paces)
    yield from speed.engines(activity, paces)
    yield from speed.teleports(activity, nodes)
    yield from bodies.hearts(activity, samples, paces)
    yield from bodies.cadences(activity, samples, paces)
    yield from bodies.steps(activity)
    yield from bodies.powers(samples)
    yield from bodies.climbs(activity, paces)
    yield from bodies.calories(activity)
