"""What other domains do with reviews, each step in its caller's transaction.

The member must be held, so that nobody else opens or decides a review of theirs meanwhile.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime

from fittrack import archive
from fittrack.archive import PAGE_ROWS, ArchiveFile
from fittrack.db import Transaction
from fittrack.ids import new_id
from fittrack.notifications.service import notify
from fittrack.reviews import repository, rules
from fittrack.reviews.models import Reason, Review, ReviewEvent, Subject

AFTER_ANY_ID = "~"


def open_review(
    tx: Transaction, account_id: str, activity_id: str, reasons: Sequence[Reason], *, now: datetime
) -> Review:
    """Open the review of an activity for some reasons, or add them to what there is.

    The member is told; reasons that were looked at already change nothing.
    """
    before = find_review(tx, activity_id)
    if before is None:
        return _open(tx, account_id, rules.activity_subject(activity_id), reasons, now=now)
    return _reopen(tx, before, rules.reopened(before, reasons), now=now)


def open_day_review(
    tx: Transaction, account_id: str, day_on: date, reason: Reason, *, now: datetime
) -> Review:
    """Open the review of a member's points day, or open it again for what is more than before.

    The member is told. The day is to be awarded anew.
    """
    subject = rules.day_subject(account_id, day_on)
    before = repository.find_review_of(tx, subject.key)
    if before is None:
        return _open(tx, account_id, subject, [reason], now=now)
    return _reopen(tx, before, rules.held_further(before, reason), now=now)


def _open(
    tx: Transaction, account_id: str, subject: Subject, reasons: Sequence[Reason], *, now: datetime
) -> Review:
    review = rules.opened(account_id, subject, reasons, review_id=new_id(), now=now)
    repository.insert_review(tx, review)
    _tell_held(tx, review, record(tx, review, "opened", None, now=now), now=now)
    return review


def _reopen(tx: Transaction, before: Review, review: Review, *, now: datetime) -> Review:
    if review != before:
        repository.update_review(tx, review)
        _tell_held(tx, review, record(tx, review, "reopened", None, now=now), now=now)
    return review


def find_review(tx: Transaction, activity_id: str) -> Review | None:
    """Return the review of an activity, None if it was never held for its content."""
    return repository.find_review_of(tx, rules.activity_subject(activity_id).key)


def withdraw_review(tx: Transaction, activity_id: str, *, now: datetime) -> None:
    """Close what is open about an activity that its member deletes."""
    review = find_review(tx, activity_id)
    if review is not None and review.state == "open":
        withdrawn = replace(review, state="withdrawn")
        repository.update_review(tx, withdrawn)
        record(tx, withdrawn, "withdrawn", review.account_id, now=now)


def record(
    tx: Transaction, review: Review, kind: str, actor_id: str | None, *, now: datetime
) -> ReviewEvent:
    """Write into the journal what happened to a review."""
    event = ReviewEvent(
        review_event_id=new_id(),
        review_id=review.review_id,
        account_id=review.account_id,
        actor_id=actor_id,
        kind=kind,
        codes_json=review.codes,
        happened_at=now,
    )
    repository.insert_review_event(tx, event)
    return event


def _tell_held(tx: Transaction, review: Review, event: ReviewEvent, *, now: datetime) -> None:
    why = " ".join(reason["words"] for reason in review.reasons_json)
    is_day = review.day_on is not None
    notify(
        tx,
        review.account_id,
        "day_held" if is_day else "activity_held",
        key=event.review_event_id,
        title=f"{rules.name_of(review, 'An activity')} waits for a review",
        body=f"{why} It earns nothing until somebody has looked at it; you can tell your side.",
        data=rules.data_of(review),
        now=now,
    )


def export_member(account_id: str) -> Iterator[ArchiveFile]:
    """Yield a member's reviews."""
    found = archive.pages(
        "export_reviews",
        lambda tx, before_id: [
            rules.own_view(review)
            for review in repository.list_own_reviews(
                tx, account_id, before_id=before_id or AFTER_ANY_ID, row_limit=PAGE_ROWS
            )
        ],
        lambda review: review.review_id,
    )
    yield archive.json_list("reviews.json", found)


def erase_member(tx: Transaction, account_id: str, *, row_limit: int) -> int:
    """Forget some reviews of an erased member, and return how many it were."""
    ids = repository.list_erasable_reviews(tx, account_id, row_limit=row_limit)
    repository.erase_reviews(tx, ids)
    return len(ids)
