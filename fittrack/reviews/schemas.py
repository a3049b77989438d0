"""Reviews at the edge."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from fittrack.accounts.schemas import words_field
from fittrack.pagination import PageQuery, page_schema
from fittrack.reviews.rules import KINDS, STATES

EXAMPLE = "I rode behind a motor cycle on a closed road; the organiser can confirm it."


class ReasonSchema(Schema):
    """One reason, with the numbers that speak for it."""

    code = fields.String(required=True, metadata={"example": "too_fast"})
    words = fields.String(
        required=True,
        metadata={"example": "It is faster for longer than anybody is in this sport."},
    )
    evidence = fields.Dict(
        keys=fields.String(),
        required=True,
        metadata={
            "description": "numbers in the units of their names",
            "example": {"speed_mps": 8.4, "limit_mps": 6.9, "window_s": 1200},
        },
    )


class ReviewerReasonSchema(ReasonSchema):
    """One reason as reviewers see it."""

    other_activity_id = fields.UUID(
        load_default=None,
        dump_default=None,
        allow_none=True,
        metadata={"description": "the recording that it is a copy of", "example": None},
    )


class ReviewSchema(Schema):
    """A review as the member sees it whose record is held."""

    review_id = fields.UUID(required=True)
    kind = fields.String(required=True, validate=validate.OneOf(KINDS))
    activity_id = fields.UUID(required=True, allow_none=True)
    day_on = fields.Date(
        required=True,
        allow_none=True,
        metadata={
            "description": "the points day that earns nothing, of kind `account`",
            "example": None,
        },
    )
    state = fields.String(
        required=True,
        validate=validate.OneOf(STATES),
        metadata={"description": "`withdrawn` where the activity was deleted", "example": "open"},
    )
    reasons = fields.List(fields.Nested(ReasonSchema), required=True, attribute="reasons_json")
    opened_at = fields.AwareDateTime(required=True)
    decided_at = fields.AwareDateTime(required=True, allow_none=True)
    decision_reason = fields.String(
        required=True, allow_none=True, metadata={"example": "The video shows it."}
    )
    appealed_at = fields.AwareDateTime(required=True, allow_none=True)
    appeal_text = fields.String(required=True, allow_none=True, metadata={"example": EXAMPLE})


class ReviewerReviewSchema(ReviewSchema):
    """A review as reviewers see it: also whose it is, what it resembles and who decided."""

    account_id = fields.UUID(required=True)
    reasons = fields.List(
        fields.Nested(ReviewerReasonSchema), required=True, attribute="reasons_json"
    )
    decided_by_id = fields.UUID(required=True, allow_none=True)


class DecidedReviewSchema(Schema):
    """A decision that was taken, without anybody's words: its answer may be kept for a day."""

    review_id = fields.UUID(required=True)
    account_id = fields.UUID(required=True)
    activity_id = fields.UUID(required=True, allow_none=True)
    day_on = fields.Date(required=True, allow_none=True, metadata={"example": None})
    state = fields.String(
        required=True, validate=validate.OneOf(STATES), metadata={"example": "accepted"}
    )
    decided_by_id = fields.UUID(required=True)
    decided_at = fields.AwareDateTime(required=True)


class AppealedReviewSchema(Schema):
    """An appeal that was taken, without its words."""

    review_id = fields.UUID(required=True)
    activity_id = fields.UUID(required=True, allow_none=True)
    day_on = fields.Date(required=True, allow_none=True, metadata={"example": None})
    state = fields.String(
        required=True, validate=validate.OneOf(STATES), metadata={"example": "open"}
    )
    appealed_at = fields.AwareDateTime(required=True)


class ReviewsQuery(PageQuery):
    """Which reviews to list."""

    state = fields.String(
        load_default="open",
        validate=validate.OneOf(STATES),
        metadata={"description": "Reviews in this state, oldest first."},
    )
    kind = fields.String(
        load_default=None,
        validate=validate.OneOf(KINDS),
        metadata={"description": "Reviews of this kind only."},
    )


class AcceptanceSchema(Schema):
    """Why what is held is accepted, if the reviewer says so."""

    reason = words_field(3, 500, load_default=None, metadata={"example": "The video shows it."})


class RejectionSchema(Schema):
    """Why what is held does not count; the member is told."""

    reason = words_field(3, 500, required=True, metadata={"example": "This is a bus ride."})


class ReviewAppealSchema(Schema):
    """The member's side, in their own words."""

    text = words_field(3, 4000, required=True, metadata={"example": EXAMPLE})


ReviewPageSchema = page_schema(ReviewSchema)
ReviewerReviewPageSchema = page_schema(ReviewerReviewSchema)
