"""Reviews in the database, one function for each statement."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date, datetime

from fittrack.db import Transaction
from fittrack.db.loader import load_sql
from fittrack.reviews.errors import ReviewNotFound
from fittrack.reviews.models import FarDay, Review, ReviewEvent, ReviewId, Tier

SQL = load_sql("reviews")


def insert_review(tx: Transaction, review: Review) -> None:
    """Raises: Unique where the subject has a review."""
    tx.run(SQL["insert_review"], **asdict(review))


def find_review_of(tx: Transaction, subject_key: str) -> Review | None:
    return tx.one(Review, SQL["find_review_of"], subject_key=subject_key)


def get_review(tx: Transaction, review_id: str) -> Review:
    """Raises: ReviewNotFound."""
    return _found(tx.one(Review, SQL["get_review"], review_id=review_id), review_id)


def lock_review(tx: Transaction, review_id: str) -> Review:
    """Raises: ReviewNotFound."""
    return _found(tx.one(Review, SQL["lock_review"], review_id=review_id), review_id)


def _found(review: Review | None, review_id: str) -> Review:
    if review is None:
        raise ReviewNotFound(review_id=review_id)
    return review


def update_review(tx: Transaction, review: Review) -> None:
    statement, row = SQL["update_review"], asdict(review)
    tx.run(statement, **{name: row[name] for name in statement.binds})


def list_own_reviews(
    tx: Transaction, account_id: str, *, before_id: str, row_limit: int
) -> list[Review]:
    return tx.all(
        Review,
        SQL["list_own_reviews"],
        account_id=account_id,
        before_id=before_id,
        row_limit=row_limit,
    )


def list_reviews(
    tx: Transaction, state: str, kind: str | None, *, after_id: str, row_limit: int
) -> list[Review]:
    return tx.all(
        Review,
        SQL["list_reviews"],
        state=state,
        kind=kind,
        after_id=after_id,
        row_limit=row_limit,
    )


def list_private_reviews(tx: Transaction, *, first_id: str, last_id: str) -> set[str]:
    """Return which reviews are about what a provider sent for its member alone."""
    rows = tx.all(ReviewId, SQL["list_private_reviews"], first_id=first_id, last_id=last_id)
    return {row.review_id for row in rows}


def insert_review_event(tx: Transaction, event: ReviewEvent) -> None:
    tx.run(SQL["insert_review_event"], **asdict(event))


def list_tiers(tx: Transaction, *, first_on: date, last_on: date) -> list[Tier]:
    return tx.all(Tier, SQL["list_tiers"], first_on=first_on, last_on=last_on)


def list_far_days(tx: Transaction, *, since_at: datetime, most_points: int) -> list[FarDay]:
    """Return the days in no order."""
    return tx.all(FarDay, SQL["list_far_days"], since_at=since_at, most_points=most_points)


def list_believed_days(tx: Transaction, account_id: str, *, first_on: date) -> list[Review]:
    return tx.all(Review, SQL["list_believed_days"], account_id=account_id, first_on=first_on)


def list_erasable_reviews(tx: Transaction, account_id: str, *, row_limit: int) -> list[str]:
    rows = tx.all(
        ReviewId, SQL["list_erasable_reviews"], account_id=account_id, row_limit=row_limit
    )
    return [row.review_id for row in rows]


def erase_reviews(tx: Transaction, review_ids: Sequence[str]) -> None:
    tx.run_many(SQL["erase_reviews"], [{"review_id": review_id} for review_id in review_ids])
