"""Which of several records of one thing counts: a function of the set of them alone. No I/O.

Two workouts of a member are the same where they are of the same kind of sport and overlap by half
of the shorter one or more. The records are taken in the order of preference, and each counts unless
it is the same as one that counts already.

Two files of Apple's exports with steps of one points day are the same day, the one with more steps
having been made later.
"""

from __future__ import annotations

import hashlib
from bisect import bisect_left, insort
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import orjson

from fittrack.activities.duplicates.models import Candidate, Span
from fittrack.activities.sports import family
from fittrack.clock import day_bounds, rfc3339

Choice = dict[str, str | None]
BEGINNING = datetime(1, 1, 1, tzinfo=UTC)
END = datetime(9999, 12, 31, tzinfo=UTC)
# The calendar ends after these: a day beyond them has no bounds in every zone.
FIRST_ON, LAST_ON = date(1, 1, 2), date(9999, 12, 30)
# A rejected record is no record; that of a held one is still being looked at, and a second copy
# must not be the way round it.
COMPETING = frozenset({"accepted", "held"})
UNKNOWN = "other"
FILE, MANUAL, APPLE = "file", "manual", "apple"
WORKOUT, STEPS = "workout", "steps"


def choose(activities: Iterable[Candidate], *, primary_connection_id: str | None = None) -> Choice:
    """Return for each record of one member the id of the record that replaces it, or None.

    Preferred are those of the primary connection, then those with more metrics, then the smaller
    content hash. Deleted and rejected ones replace nothing and are replaced by nothing.
    """
    listed = list(activities)
    chosen: Choice = {activity.activity_id: None for activity in listed}
    for cluster in clusters(workouts_of(listed)):
        chosen.update(_choose_in(cluster, primary_connection_id))
    chosen.update(_choose_days_of_steps(listed))
    return chosen


def workouts_of(activities: Iterable[Candidate]) -> list[Candidate]:
    """Return the workouts among some records."""
    return [activity for activity in activities if activity.type == WORKOUT]


def _choose_days_of_steps(activities: Sequence[Candidate]) -> Choice:
    """Return which files with the steps of a day are replaced by one with more of them."""
    best: dict[date, str] = {}
    exported = [activity for activity in activities if _is_exported_day(activity)]
    in_order = sorted(exported, key=lambda each: (-(each.steps or 0), content_key(each)))
    chosen: Choice = {}
    for activity in in_order:
        better_id = best.setdefault(activity.day_on, activity.activity_id)
        chosen[activity.activity_id] = better_id if better_id != activity.activity_id else None
    return chosen


def _is_exported_day(activity: Candidate) -> bool:
    return (
        activity.type == STEPS
        and (activity.source_kind, activity.file_format) == (FILE, APPLE)
        and activity.state in COMPETING
    )


def _choose_in(cluster: Sequence[Candidate], primary_connection_id: str | None) -> Choice:
    longest = max(activity.until_at - activity.started_at for activity in cluster)
    counting, chosen = _Counting(longest), Choice()
    competing = [activity for activity in cluster if activity.state in COMPETING]
    for activity in sorted(competing, key=lambda each: preference(each, primary_connection_id)):
        better = counting.first_like(activity)
        chosen[activity.activity_id] = better.activity_id if better else None
        if better is None:
            counting.add(activity)
    return chosen


class _Counting:
    """The workouts that count so far, none over `longest`, found by when they started."""

    def __init__(self, longest: timedelta) -> None:
        self._longest = longest
        self._started: list[tuple[datetime, int]] = []
        self._in_order: list[Candidate] = []

    def add(self, activity: Candidate) -> None:
        insort(self._started, (activity.started_at, len(self._in_order)))
        self._in_order.append(activity)

    def first_like(self, activity: Candidate) -> Candidate | None:
        """Return the most preferred one that is the same workout."""
        first = bisect_left(self._started, (activity.started_at - self._longest, -1))
        end = bisect_left(self._started, (activity.until_at, len(self._in_order)))
        for _, place in sorted(self._started[first:end], key=lambda entry: entry[1]):
            if is_same_workout(self._in_order[place], activity):
                return self._in_order[place]
        return None


def is_same_workout(one: Candidate, other: Candidate) -> bool:
    """Return whether two records of one member tell of the same workout.

    A workout without length is the same as one that was going on at its instant.
    """
    if not is_same_kind(one, other):
        return False
    overlap = min(one.until_at, other.until_at) - max(one.started_at, other.started_at)
    shorter = min(one.until_at - one.started_at, other.until_at - other.started_at)
    return overlap * 2 >= shorter


def is_same_kind(one: Candidate, other: Candidate) -> bool:
    """Return whether two records are of one family of sports.

    One that does not say its sport may be of any, unless both are legs of one file.
    """
    families = {family(one.sport), family(other.sport)}
    if len(families) == 1:
        return True
    return UNKNOWN in families and not _are_legs(one, other)


def _are_legs(one: Candidate, other: Candidate) -> bool:
    files = {each.origin_key.rpartition(":")[0] for each in (one, other)}
    return one.source_kind == FILE and len(files) == 1


def preference(
    activity: Candidate, primary_connection_id: str | None
) -> tuple[bool, int, str, str]:
    """Return what workouts are sorted by, the preferred one first."""
    is_primary = primary_connection_id is not None and (
        activity.origin_key.startswith(f"connection:{primary_connection_id}:")
    )
    return (not is_primary, -metric_count(activity), content_key(activity), activity.activity_id)


def metric_count(activity: Candidate) -> int:
    """Return how many things were measured; what a member typed in was not."""
    if activity.source_kind == MANUAL:
        return 0
    measured = (
        activity.distance_cm,
        activity.ascent_m,
        activity.calories_kcal,
        activity.steps,
        activity.avg_hr_bpm,
        activity.avg_cadence_rpm,
        activity.avg_power_w,
        activity.lap_count,
        activity.position_count > 1,
    )
    return sum(bool(figure) for figure in measured)


def content_key(activity: Candidate) -> str:
    """Return the hash of a record's content: its file's with its place in it, else its figures'.

    Nothing in it depends on when or under which id the record came.
    """
    if activity.content_sha256 is not None:
        place = activity.origin_key.rpartition(":")[2]
        return f"{activity.content_sha256}:{place:0>6}"
    return hashlib.sha256(orjson.dumps(_content(activity))).hexdigest()


def _content(activity: Candidate) -> list[object]:
    return [
        activity.sport,
        activity.source_kind,
        rfc3339(activity.started_at),
        rfc3339(activity.ended_at),
        activity.elapsed_s,
        activity.moving_s,
        activity.distance_cm,
        activity.ascent_m,
        activity.calories_kcal,
        activity.steps,
        activity.avg_hr_bpm,
    ]


def clusters(activities: Iterable[Candidate]) -> Iterator[list[Candidate]]:
    """Yield workouts in groups that no overlap leads out of, in the order of time."""
    cluster: list[Candidate] = []
    until_at = BEGINNING
    for activity in sorted(activities, key=lambda each: (each.started_at, each.activity_id)):
        if cluster and activity.started_at > until_at:
            yield cluster
            cluster = []
        until_at = max(until_at, activity.until_at)
        cluster.append(activity)
    if cluster:
        yield cluster


def span_of(cluster: Sequence[Candidate]) -> Span:
    """Return the stretch of time from the first start to the last end of a group."""
    return Span(cluster[0].started_at, max(activity.until_at for activity in cluster))


def widened(span: Span, margin: timedelta) -> Span:
    """Return a stretch of time with a margin at both ends, as far as the calendar goes."""
    since_at = span.since_at - min(margin, span.since_at - BEGINNING)
    return Span(since_at, span.until_at + min(margin, END - span.until_at))


def meet(one: Span, other: Span) -> bool:
    """Return whether two stretches have an instant in common."""
    return one.since_at <= other.until_at and other.since_at <= one.until_at


def lies_within(inner: Span, outer: Span) -> bool:
    """Return whether one stretch is a part of another."""
    return outer.since_at <= inner.since_at and inner.until_at <= outer.until_at


def stretches(days: Iterable[date], zone: ZoneInfo) -> list[Span]:
    """Return the points days as stretches of time, neighbours as one, in order."""
    spans: list[Span] = []
    for day_on in sorted(set(days)):
        span = Span(*bounds_of(day_on, zone))
        if spans and meet(spans[-1], span):
            span = Span(spans.pop().since_at, span.until_at)
        spans.append(span)
    return spans


def bounds_of(day_on: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """Return the first instants of a points day and of the next; of the calendar's ends as well."""
    return day_bounds(min(max(day_on, FIRST_ON), LAST_ON), zone)


def steps_begun_in(activities: Iterable[Candidate], span: Span) -> list[Candidate]:
    """Return the records of steps among some that begin within a stretch, its end left out."""
    return [
        activity
        for activity in activities
        if activity.type == STEPS and span.since_at <= activity.started_at < span.until_at
    ]


def changes(activities: Iterable[Candidate], choice: Choice) -> list[Candidate]:
    """Return the workouts that are replaced by another record than before, or by none now."""
    return [
        replace(activity, duplicate_of_id=choice[activity.activity_id])
        for activity in activities
        if activity.duplicate_of_id != choice[activity.activity_id]
    ]
