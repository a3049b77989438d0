"""Records of workouts, as jobs hand them over, and what became of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from fittrack import config, db
from fittrack.activities import rules, service
from fittrack.activities.duplicates import repository as duplicates
from fittrack.activities.duplicates.models import Span
from fittrack.activities.duplicates.rules import BEGINNING, END, choose
from fittrack.activities.models import Origin, Part
from fittrack.activities.recording import Recording
from fittrack.activities.samples import empty_samples
from fittrack.ids import new_id
from fittrack.points import days as points_days
from tests.factories_activities import NOON_AT, statement

STATE = "UPDATE activities SET state = :state WHERE activity_id = :activity_id"
BLANK = Recording(
    file_format="gpx",
    sport="running",
    started_at=NOON_AT,
    elapsed_s=3600,
    moving_s=3600,
    distance_m=10_000.0,
    track_distance_m=None,
    ascent_m=None,
    descent_m=None,
    calories_kcal=None,
    steps=None,
    avg_speed_mps=2.8,
    max_speed_mps=None,
    utc_offset_s=None,
    device="",
    name="",
    notes="",
    laps=(),
    samples=empty_samples(),
)


def part_of(
    account_id: str,
    *,
    start_min: int = 0,
    length_min: int = 60,
    source_kind: str = "connection",
    state: str = "accepted",
    origin_key: str | None = None,
    type: str = "workout",
    now: datetime = NOON_AT + timedelta(days=30),
    **figures: Any,
) -> Part:
    """Return a record that began `start_min` minutes after noon, ready to be stored."""
    times = {
        "started_at": NOON_AT + timedelta(minutes=start_min),
        "elapsed_s": length_min * 60,
        "moving_s": length_min * 60,
    }
    recording = replace(BLANK, **{**times, **figures})
    activity_id = new_id()
    part = rules.part_of(
        recording,
        Origin(account_id, activity_id, 1),
        activity_id=activity_id,
        zone=config.current().zone,
        now=now,
    )
    activity = replace(
        part.activity,
        type=type,
        source_kind=source_kind,
        state=state,
        origin_key=origin_key or f"connection:{activity_id}:1",
        original_file_id=None,
    )
    return replace(part, activity=activity)


def add(account_id: str, *, now: datetime = NOON_AT, **over: Any) -> str:
    """Store a record as a job would, and return its id."""
    part = part_of(account_id, **over)
    with db.transaction("add_for_test") as tx:
        service.insert_parts(tx, [part], now=now)
    return part.activity.activity_id


def settle(account_id: str, activity_id: str, state: str, *, now: datetime = NOON_AT) -> None:
    """Give an activity another state, as a review would."""
    binds = {"state": state, "activity_id": activity_id}
    with db.transaction("settle_for_test") as tx:
        service.hold_member(tx, account_id, now=now)
        activity = service.repository.lock_activity(tx, activity_id, account_id)
        tx.run(statement(STATE, binds), **binds)
        days = rules.days_about(activity, config.current().zone)
        service.settle(tx, account_id, days, now=now)


def choice(account_id: str) -> dict[str, str | None]:
    """Return which records others replace, as stored."""
    return {each.activity_id: each.duplicate_of_id for each in _everything(account_id)}


def chosen_anew(account_id: str) -> dict[str, str | None]:
    """Return which records others replace, chosen from all of a member's at once."""
    return choose(_everything(account_id))


def days_that_differ(account_id: str) -> list[Any]:
    """Return the points days that are not stored as the rules award them."""
    with db.reading("differing_for_test") as tx:
        return points_days.differing(tx, account_id, now=NOON_AT)


def _everything(account_id: str) -> list[Any]:
    with db.reading("candidates_for_test") as tx:
        return duplicates.list_candidates(tx, account_id, Span(BEGINNING, END))
