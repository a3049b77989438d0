"""Reviews over HTTP: the member's own, and the reviewers' queue."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Response
from flask_smorest import Blueprint

from fittrack import idempotency
from fittrack.auth import current_account_id, login_required, roles_required
from fittrack.clock import utc_now
from fittrack.pagination import Cursor, Page, PageQuery
from fittrack.reviews import service
from fittrack.reviews.models import Review
from fittrack.reviews.schemas import (
    AcceptanceSchema,
    AppealedReviewSchema,
    DecidedReviewSchema,
    RejectionSchema,
    ReviewAppealSchema,
    ReviewerReviewPageSchema,
    ReviewPageSchema,
    ReviewsQuery,
)

own = Blueprint(
    "own_reviews", __name__, url_prefix="/api/v1/reviews", description="What of mine is held"
)
blp = Blueprint(
    "reviews", __name__, url_prefix="/api/v1/admin/reviews", description="The queue of reviews"
)


@own.get("")
@login_required
@own.arguments(PageQuery, location="query")
@own.response(200, ReviewPageSchema)
def list_own_reviews(query: dict[str, Any]) -> Page[Review]:
    """List what of mine is or was held, newest first, each with its reasons."""
    return service.list_own_reviews(
        account_id=current_account_id(),
        cursor=Cursor.parse(query["cursor"], scope="own_reviews"),
        limit=query["limit"],
    )


@own.post("/<uuid:review_id>/appeal")
@login_required
@own.arguments(ReviewAppealSchema)
@own.response(200, AppealedReviewSchema)
def appeal_review(body: dict[str, str], review_id: UUID) -> Response:
    """Appeal against a hold or a rejection, once; it is looked at again."""
    return idempotency.once(
        lambda reply: service.appeal(
            review_id=str(review_id),
            account_id=current_account_id(),
            text=body["text"],
            now=utc_now(),
            reply=reply,
        ),
        schema=AppealedReviewSchema,
        status=200,
    )


@blp.get("")
@roles_required("admin", "auditor")
@blp.arguments(ReviewsQuery, location="query")
@blp.response(200, ReviewerReviewPageSchema)
def list_reviews(query: dict[str, Any]) -> Page[Review]:
    """List reviews of one state, oldest first."""
    return service.list_reviews(
        state=query["state"],
        kind=query["kind"],
        cursor=Cursor.parse(query["cursor"], scope="reviews"),
        limit=query["limit"],
    )


@blp.post("/<uuid:review_id>/accept")
@roles_required("admin")
@blp.arguments(AcceptanceSchema)
@blp.response(200, DecidedReviewSchema)
def accept_review(body: dict[str, str | None], review_id: UUID) -> Response:
    """Accept what is held; it counts from now on, with its points."""
    return _decided(review_id, "accepted", body["reason"])


@blp.post("/<uuid:review_id>/reject")
@roles_required("admin")
@blp.arguments(RejectionSchema)
@blp.response(200, DecidedReviewSchema)
def reject_review(body: dict[str, str], review_id: UUID) -> Response:
    """Reject what is held; it never counts, and the member is told why."""
    return _decided(review_id, "rejected", body["reason"])


def _decided(review_id: UUID, state: str, reason: str | None) -> Response:
    return idempotency.once(
        lambda reply: service.decide_review(
            review_id=str(review_id),
            state=state,
            reason=reason,
            actor_id=current_account_id(),
            now=utc_now(),
            reply=reply,
        ),
        schema=DecidedReviewSchema,
        status=200,
    )
