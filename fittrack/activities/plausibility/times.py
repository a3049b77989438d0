"""Clocks that are wrong, and more hours than there are."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from fittrack.activities.models import Activity
from fittrack.activities.plausibility.models import Finding

# The first civil receivers are younger; a start before this is a clock that was never set.
RECEIVERS_EXIST = datetime(1990, 1, 2, tzinfo=UTC)
DAY_S = 86_400
LEFT_ON_S = DAY_S * 3 // 2
# What a device's clock may be ahead of ours when a record comes from it at once.
CLOCK_TOLERANCE = timedelta(minutes=2)


def clocks(activity: Activity, *, now: datetime) -> Iterator[Finding]:
    """Yield where a record lies in the future, or before there was anything to record it with."""
    started_at = activity.started_at
    if started_at > now:
        evidence = {"started_at": started_at.isoformat(), "came_at": now.isoformat()}
        yield Finding("starts_in_the_future", dict(evidence))
    elif activity.ended_at > now + CLOCK_TOLERANCE and activity.moving_s:
        evidence = {"ended_at": activity.ended_at.isoformat(), "came_at": now.isoformat()}
        yield Finding("ends_in_the_future", dict(evidence))
    if started_at < RECEIVERS_EXIST and activity.moving_s >= 60:
        yield Finding("clock_never_set", {"started_at": started_at.isoformat()})


def lengths(activity: Activity) -> Iterator[Finding]:
    """Yield where one record has more than a day of movement.

    What says that it came nowhere may be a trainer that was left on for a night more.
    """
    limit_s = LEFT_ON_S if activity.distance_cm == 0 else DAY_S
    if activity.moving_s > limit_s:
        yield Finding("more_than_a_day", {"moving_s": activity.moving_s, "limit_s": limit_s})
