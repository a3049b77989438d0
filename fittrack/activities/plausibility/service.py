"""Holding what is not believed, in the transaction that brings it in or changes it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from fittrack.activities.models import Activity, Part
from fittrack.activities.plausibility import repository
from fittrack.activities.plausibility.copies import copy_findings
from fittrack.activities.plausibility.marks import ALIKE
from fittrack.activities.plausibility.models import Finding, Judgement, Mark
from fittrack.activities.plausibility.rules import judge
from fittrack.activities.plausibility.times import DAY_S
from fittrack.activities.plausibility.words import WORDS
from fittrack.activities.samples import unpack
from fittrack.db import Transaction
from fittrack.reviews import steps as reviews
from fittrack.reviews.models import Reason, Review
from fittrack.reviews.rules import own_view


def examine_part(tx: Transaction, part: Part, *, now: datetime) -> None:
    """Examine a new activity, judged before or now."""
    judgement = part.judgement or judge(part.activity, unpack(part.block_bytes), now=now)
    examine(tx, part.activity, judgement, now=now)


def examine(tx: Transaction, activity: Activity, judgement: Judgement, *, now: datetime) -> None:
    """Hold a stored activity of a held member for what it says of itself, or what it is a copy of.

    Its member is told and a review opens. What was looked at already changes nothing.
    """
    keep_marks(tx, activity.activity_id, judgement.marks)
    findings = [*judgement.findings, *_copies(tx, activity, judgement)]
    hold(tx, activity.account_id, activity.activity_id, findings, now=now)


def keep_marks(tx: Transaction, activity_id: str, marks: Sequence[Mark]) -> None:
    """Keep the marks of a recording in the place of those it had."""
    repository.delete_marks(tx, activity_id)
    repository.insert_mark(tx, activity_id, marks)


def _copies(tx: Transaction, activity: Activity, judgement: Judgement) -> list[Finding]:
    if not judgement.marks:
        return []
    least_count = min(ALIKE.values())
    alike = repository.list_alike(tx, activity.activity_id, least_count=least_count)
    return copy_findings(activity, alike)


def hold(
    tx: Transaction,
    account_id: str,
    activity_id: str,
    findings: Sequence[Finding],
    *,
    now: datetime,
) -> None:
    """Hold an activity of a held member for what was found; its days are to be settled."""
    if not findings:
        return
    reasons = [
        Reason(found.code, WORDS[found.code], dict(found.evidence), found.other_activity_id)
        for found in findings
    ]
    review = reviews.open_review(tx, account_id, activity_id, reasons, now=now)
    _store_state(tx, activity_id, review, now=now)


def _store_state(tx: Transaction, activity_id: str, review: Review, *, now: datetime) -> None:
    """Let an activity stand as its review does."""
    state = {"open": "held"}.get(review.state, review.state)
    reason_code = None if state == "accepted" else review.codes[0]
    repository.update_activity_state(tx, activity_id, state, reason_code, now=now)


def hold_long_days(tx: Transaction, activities: Sequence[Activity], *, now: datetime) -> set[date]:
    """Hold workouts on whose days a member's workouts add up to more than a day; return the days.

    To be called when it is chosen which of several records of one workout counts.
    """
    workouts = [activity for activity in activities if activity.type == "workout"]
    if not workouts:
        return set()
    days = [activity.day_on for activity in workouts]
    found = repository.list_long_days(
        tx, workouts[0].account_id, first_on=min(days), last_on=max(days), most_s=DAY_S
    )
    moving_s = {day.day_on: day.moving_s for day in found}
    long = [activity for activity in workouts if activity.day_on in moving_s]
    for activity in long:
        evidence = {"moving_s": moving_s[activity.day_on], "limit_s": DAY_S}
        finding = Finding("day_too_long", evidence)
        hold(tx, activity.account_id, activity.activity_id, [finding], now=now)
    return {activity.day_on for activity in long}


def forget(tx: Transaction, activity: Activity, *, now: datetime) -> None:
    """Let go of an activity that its member deletes; what was rejected is known again."""
    if activity.state != "rejected":
        repository.delete_marks(tx, activity.activity_id)
    reviews.withdraw_review(tx, activity.activity_id, now=now)


def find_own_review(tx: Transaction, activity: Activity) -> Review | None:
    """Return the review of an activity that does not stand as accepted, as its member sees it."""
    if activity.state == "accepted":
        return None
    review = reviews.find_review(tx, activity.activity_id)
    return own_view(review) if review else None


def store_decision(tx: Transaction, review: Review, *, now: datetime) -> None:
    """Let an activity of a held member stand as it was decided; its days are to be settled."""
    if review.activity_id is not None:
        _store_state(tx, review.activity_id, review, now=now)
