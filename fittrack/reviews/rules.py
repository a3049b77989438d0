"""Decisions about reviews; no I/O."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import date, datetime
from typing import Any

from fittrack.reviews.errors import (
    AlreadyAppealed,
    NothingToAppeal,
    ReviewDecided,
)
from fittrack.reviews.models import Reason, Review, Subject

KINDS = ("activity", "account")
STATES = ("open", "accepted", "rejected", "withdrawn")
# Their figures add up several records: what is left of one that is known is that of another.
SUMS = frozenset({"day_too_long"})
APPEALABLE = frozenset({"open", "rejected"})


def activity_subject(activity_id: str) -> Subject:
    """Return an activity as what a review is about."""
    return Subject("activity", f"activity:{activity_id}", activity_id=activity_id)


def day_subject(account_id: str, day_on: date) -> Subject:
    """Return a member's points day as what a review is about."""
    return Subject("account", f"account:{account_id}:{day_on}", day_on=day_on)


def opened(
    account_id: str, subject: Subject, reasons: Sequence[Reason], *, review_id: str, now: datetime
) -> Review:
    """Return a new review."""
    return Review(
        review_id=review_id,
        account_id=account_id,
        kind=subject.kind,
        subject_key=subject.key,
        activity_id=subject.activity_id,
        day_on=subject.day_on,
        state="open",
        reasons_json=[asdict(reason) for reason in reasons],
        opened_at=now,
        decided_at=None,
        decided_by_id=None,
        decision_reason=None,
        appealed_at=None,
        appeal_text=None,
    )


def reopened(review: Review, reasons: Sequence[Reason]) -> Review:
    """Return a review with reasons that it did not have; the same one where there are none.

    What was rejected stays rejected; what was accepted is to be looked at again, and its member may
    appeal again.
    """
    added = [asdict(reason) for reason in reasons if reason.code not in review.codes]
    if not added:
        return review
    return _held_again(review, [*review.reasons_json, *added])


def held_further(review: Review, reason: Reason) -> Review:
    """Return the review of a day that was believed and is further from its tier now."""
    return _held_again(review, [asdict(reason)])


def _held_again(review: Review, reasons: list[dict[str, Any]]) -> Review:
    if review.state != "accepted":
        return replace(review, reasons_json=reasons)
    return replace(review, state="open", reasons_json=reasons, appealed_at=None, appeal_text=None)


def decided(
    review: Review, state: str, *, reason: str | None, actor_id: str, now: datetime
) -> Review:
    """Return a review as decided; the same one where it was decided so already.

    Raises: ReviewDecided.
    """
    if review.state == state:
        return review
    if review.state != "open":
        raise ReviewDecided(review_id=review.review_id, state=review.state)
    return replace(
        review, state=state, decided_at=now, decided_by_id=actor_id, decision_reason=reason
    )


def appealed(review: Review, *, text: str, now: datetime) -> Review:
    """Return a review with its member's appeal, open (again).

    Raises: AlreadyAppealed, NothingToAppeal.
    """
    if review.appealed_at is not None:
        raise AlreadyAppealed(review_id=review.review_id)
    if review.state not in APPEALABLE:
        raise NothingToAppeal(review_id=review.review_id)
    return replace(review, state="open", appealed_at=now, appeal_text=text)


def name_of(review: Review, activity: str) -> str:
    """Return in words what a review is about; `activity` is how an activity is called there."""
    return f"Your day {review.day_on}" if review.day_on else activity


def data_of(review: Review) -> dict[str, Any]:
    """Return what a notice about a review points to."""
    day_on = review.day_on.isoformat() if review.day_on else None
    return {
        "review_id": review.review_id,
        "activity_id": review.activity_id,
        **({"day_on": day_on} if day_on else {}),
    }


def reviewer_view(review: Review, *, is_owner_only: bool) -> Review:
    """Return a review as reviewers may see it: of what is its owner's alone without figures."""
    shown = [
        reason | {"evidence": {}} if is_owner_only or reason["code"] in SUMS else reason
        for reason in review.reasons_json
    ]
    return replace(review, reasons_json=shown)


def own_view(review: Review) -> Review:
    """Return a review as its member may see it: without whose record it resembles, and by whom."""
    shown = [
        {name: value for name, value in reason.items() if name != "other_activity_id"}
        for reason in review.reasons_json
    ]
    return replace(review, reasons_json=shown, decided_by_id=None)
