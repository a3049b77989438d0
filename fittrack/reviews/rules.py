"""Decisions about reviews; no I/O."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import datetime

from fittrack.reviews.errors import (
    AlreadyAppealed,
    AnotherReviewerDecides,
    NothingToAppeal,
    ReviewDecided,
)
from fittrack.reviews.models import Reason, Review

KINDS = ("activity", "account")
STATES = ("open", "accepted", "rejected", "withdrawn")
APPEALABLE = frozenset({"open", "rejected"})


def opened(
    account_id: str, activity_id: str, reasons: Sequence[Reason], *, review_id: str, now: datetime
) -> Review:
    """Return a new review of an activity."""
    return Review(
        review_id=review_id,
        account_id=account_id,
        kind="activity",
        subject_key=f"activity:{activity_id}",
        activity_id=activity_id,
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

    What was rejected stays rejected; what was accepted is to be looked at again.
    """
    added = [asdict(reason) for reason in reasons if reason.code not in review.codes]
    if not added:
        return review
    state = "rejected" if review.state == "rejected" else "open"
    return replace(review, state=state, reasons_json=[*review.reasons_json, *added])


def decided(
    review: Review, state: str, *, reason: str | None, actor_id: str, now: datetime
) -> Review:
    """Return a review as decided; the same one where it was decided so already.

    Raises: AnotherReviewerDecides, ReviewDecided.
    """
    if review.account_id == actor_id:
        raise AnotherReviewerDecides(review_id=review.review_id)
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


def own_view(review: Review) -> Review:
    """Return a review as its member may see it: without whose record it resembles, and by whom."""
    shown = [
        {name: value for name, value in reason.items() if name != "other_activity_id"}
        for reason in review.reasons_json
    ]
    return replace(review, reasons_json=shown, decided_by_id=None)
