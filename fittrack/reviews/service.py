"""Looking at what is held: the queue, decisions with all that follows, and appeals."""

from __future__ import annotations

from datetime import datetime

from fittrack import db
from fittrack.activities.errors import ActivityNotFound
from fittrack.activities.plausibility import service as plausibility
from fittrack.activities.service import hold_member, owns, settle_again
from fittrack.db import Transaction
from fittrack.idempotency import NoReply, Reply
from fittrack.notifications.service import notify
from fittrack.pagination import Cursor, Page
from fittrack.reviews import repository, rules, steps
from fittrack.reviews.days import settle_day
from fittrack.reviews.errors import AnotherReviewerDecides, NothingToAppeal, ReviewNotFound
from fittrack.reviews.models import Review

BEFORE_ANY_ID = "0"


def list_own_reviews(*, account_id: str, cursor: Cursor, limit: int) -> Page[Review]:
    """Return a member's reviews, newest first."""
    with db.reading("list_own_reviews") as tx:
        rows = repository.list_own_reviews(
            tx,
            account_id,
            before_id=cursor.text(default=steps.AFTER_ANY_ID),
            row_limit=limit + 1,
        )
    shown = [rules.own_view(review) for review in rows]
    return Page.of(shown, limit=limit, cursor=cursor, key=lambda row: row.review_id)


def list_reviews(*, state: str, kind: str | None, cursor: Cursor, limit: int) -> Page[Review]:
    """Return reviews of one state, oldest first, as a queue."""
    with db.reading("list_reviews") as tx:
        rows = repository.list_reviews(
            tx, state, kind, after_id=cursor.text(default=BEFORE_ANY_ID), row_limit=limit + 1
        )
        rows = _reviewer_views(tx, rows)
    return Page.of(rows, limit=limit, cursor=cursor, key=lambda row: row.review_id)


def decide_review(
    *,
    review_id: str,
    state: str,
    reason: str | None,
    actor_id: str,
    now: datetime,
    reply: Reply = NoReply(),
) -> Review:
    """Accept or reject what is held, with its points, and tell the member; once decided, the same.

    Raises: ReviewNotFound, ReviewDecided, AnotherReviewerDecides.
    """
    with db.transaction("decide_review") as tx:
        before = _hold(tx, repository.get_review(tx, review_id), now=now)
        _check_stranger(tx, before, actor_id)
        review = rules.decided(before, state, reason=reason, actor_id=actor_id, now=now)
        if review != before:
            repository.update_review(tx, review)
            steps.record(tx, review, state, actor_id, now=now)
            _follow(tx, review, now=now)
            _tell_decided(tx, review, now=now)
        [shown] = _reviewer_views(tx, [review])
        reply.record(tx, shown)
    return shown


def appeal(
    *, review_id: str, account_id: str, text: str, now: datetime, reply: Reply = NoReply()
) -> Review:
    """Take a member's word on what is held or was rejected, once; it is looked at again.

    Raises: ReviewNotFound, AlreadyAppealed, NothingToAppeal.
    """
    with db.transaction("appeal_review") as tx:
        found = repository.get_review(tx, review_id)
        if found.account_id != account_id:
            raise ReviewNotFound(review_id=review_id)
        before = _hold(tx, found, now=now)
        review = rules.appealed(before, text=text, now=now)
        repository.update_review(tx, review)
        steps.record(tx, review, "appealed", account_id, now=now)
        try:
            _follow(tx, review, now=now)
        except ActivityNotFound as error:  # its member has deleted it since
            raise NothingToAppeal(review_id=review_id) from error
        shown = rules.own_view(review)
        reply.record(tx, shown)
    return shown


def _reviewer_views(tx: Transaction, rows: list[Review]) -> list[Review]:
    if not rows:
        return rows
    ids = [row.review_id for row in rows]
    private = repository.list_private_reviews(tx, first_id=min(ids), last_id=max(ids))
    return [rules.reviewer_view(row, is_owner_only=row.review_id in private) for row in rows]


def _check_stranger(tx: Transaction, review: Review, actor_id: str) -> None:
    """Raises: AnotherReviewerDecides where a review is about the reviewer, or their recording."""
    others = [reason["other_activity_id"] for reason in review.reasons_json]
    is_own = any(owns(tx, actor_id, activity_id) for activity_id in others if activity_id)
    if is_own or review.account_id == actor_id:
        raise AnotherReviewerDecides(review_id=review.review_id)


def _hold(tx: Transaction, review: Review, *, now: datetime) -> Review:
    """Hold the member, then the review; the order in which imports take them."""
    hold_member(tx, review.account_id, now=now)
    return repository.lock_review(tx, review.review_id)


def _follow(tx: Transaction, review: Review, *, now: datetime) -> None:
    """Let an activity or a day stand as its review does, with its points."""
    if review.activity_id is not None:
        plausibility.store_decision(tx, review, now=now)
        settle_again(tx, review.activity_id, review.account_id, now=now)
    if review.day_on is not None:
        settle_day(tx, review.account_id, review.day_on, now=now)


def _tell_decided(tx: Transaction, review: Review, *, now: datetime) -> None:
    what = "counts now" if review.state == "accepted" else "does not count"
    name = rules.name_of(review, "Your activity")
    why = f" The reason: {review.decision_reason}" if review.decision_reason else ""
    notify(
        tx,
        review.account_id,
        "review_decided",
        key=f"{review.review_id}:{now.isoformat()}",
        title=f"{name} {what}",
        body=f"The review of {name[0].lower()}{name[1:]} was {review.state}.{why}",
        data=rules.data_of(review),
        now=now,
    )
