"""Suspensions and appeals at the edge."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from fittrack.accounts.schemas import words_field
from fittrack.accounts.suspensions.rules import DECISIONS, STATES
from fittrack.pagination import PageQuery, page_schema

EXAMPLE = "The 400 km were a bus ride, I am sorry; I have deleted them."


class NewAppealSchema(Schema):
    """An appeal in the member's own words."""

    text = words_field(20, 4000, required=True, metadata={"example": EXAMPLE})


class AppealSchema(Schema):
    """A member's own appeal; `settled` where the suspension ended without a decision on it."""

    appeal_id = fields.UUID(required=True)
    suspension_id = fields.UUID(required=True)
    state = fields.String(
        required=True, validate=validate.OneOf(STATES), metadata={"example": "open"}
    )
    text = fields.String(required=True, attribute="appeal_text", metadata={"example": EXAMPLE})
    appealed_at = fields.AwareDateTime(required=True)
    decision_reason = fields.String(
        required=True, allow_none=True, metadata={"example": "Thank you for cleaning up."}
    )
    decided_at = fields.AwareDateTime(required=True, allow_none=True)


class MemberAppealSchema(AppealSchema):
    """An appeal as admins see it: also whose it is and who decided."""

    account_id = fields.UUID(required=True)
    decided_by_id = fields.UUID(required=True, allow_none=True)


class DecidedAppealSchema(Schema):
    """A decision that was taken, without anybody's words: its answer may be kept for a day."""

    appeal_id = fields.UUID(required=True)
    suspension_id = fields.UUID(required=True)
    account_id = fields.UUID(required=True)
    state = fields.String(
        required=True, validate=validate.OneOf(STATES), metadata={"example": "accepted"}
    )
    decided_by_id = fields.UUID(required=True)
    decided_at = fields.AwareDateTime(required=True)


class AppealsQuery(PageQuery):
    """Which appeals to list."""

    state = fields.String(
        load_default="open",
        validate=validate.OneOf(STATES),
        metadata={"description": "Appeals in this state, oldest first."},
    )


class DecisionSchema(Schema):
    """The decision on an appeal, and the reason that the member is told."""

    decision = fields.String(
        required=True, validate=validate.OneOf(DECISIONS), metadata={"example": "accepted"}
    )
    reason = words_field(3, 500, required=True, metadata={"example": "Thank you for cleaning up."})


AppealPageSchema = page_schema(AppealSchema)
MemberAppealPageSchema = page_schema(MemberAppealSchema)
