"""Adjustments at the edge."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from fittrack.accounts.schemas import WordsField, words_field
from fittrack.pagination import PageQuery, page_schema
from fittrack.points.adjustments.models import STATES
from fittrack.points.adjustments.rules import MOST_POINTS

REASON = "The step counter of your watch was not read on 3 May."


def reason_field() -> WordsField:
    """Return the field of why points are moved."""
    return words_field(
        3,
        300,
        required=True,
        metadata={"description": "The member reads it in the statement.", "example": REASON},
    )


class AdjustPointsSchema(Schema):
    """Points to add, or below zero to take; beyond the balance the rest becomes debt."""

    amount_points = fields.Integer(
        required=True,
        strict=True,
        validate=[
            validate.Range(min=-MOST_POINTS, max=MOST_POINTS),
            validate.NoneOf([0], error="Must not be 0."),
        ],
        metadata={"example": 120},
    )
    reason = reason_field()


class ReversalSchema(Schema):
    """Why an adjustment is to be undone."""

    reason = reason_field()


class AdjustedSchema(Schema):
    """What became of an adjustment, and what its member has and owes now; without the reason."""

    adjustment_id = fields.UUID(required=True, attribute="adjustment.adjustment_id")
    account_id = fields.UUID(required=True, attribute="adjustment.account_id")
    amount_points = fields.Integer(
        required=True, attribute="adjustment.amount_points", metadata={"example": 120}
    )
    state = fields.String(
        required=True,
        attribute="adjustment.state",
        validate=validate.OneOf(STATES),
        metadata={
            "description": "`pending` where another admin must confirm it",
            "example": "posted",
        },
    )
    requested_by_id = fields.UUID(required=True, attribute="adjustment.requested_by_id")
    decided_by_id = fields.UUID(
        required=True, allow_none=True, attribute="adjustment.decided_by_id"
    )
    expires_at = fields.AwareDateTime(
        required=True,
        allow_none=True,
        attribute="adjustment.expires_at",
        metadata={"description": "until when it can be confirmed"},
    )
    balance_points = fields.Integer(required=True, metadata={"example": 1370})
    debt_points = fields.Integer(required=True, metadata={"example": 0})


class AdjustmentSchema(Schema):
    """An adjustment with its reason, who asked for it and who decided it."""

    adjustment_id = fields.UUID(required=True)
    account_id = fields.UUID(required=True)
    amount_points = fields.Integer(required=True, metadata={"example": 120})
    reverses_no = fields.Integer(
        required=True,
        allow_none=True,
        metadata={
            "description": "the sequence number of the transaction that it undoes",
            "example": None,
        },
    )
    reason = fields.String(required=True, metadata={"example": REASON})
    state = fields.String(
        required=True, validate=validate.OneOf(STATES), metadata={"example": "pending"}
    )
    requested_by_id = fields.UUID(required=True)
    requested_at = fields.AwareDateTime(required=True)
    expires_at = fields.AwareDateTime(required=True, allow_none=True)
    decided_by_id = fields.UUID(required=True, allow_none=True)
    decided_at = fields.AwareDateTime(required=True, allow_none=True)


AdjustmentPageSchema = page_schema(AdjustmentSchema)


class AdjustmentsQuery(PageQuery):
    """Which adjustments to list; filters narrow each other."""

    account_id = fields.UUID(
        load_default=None, metadata={"description": "Adjustments of this member only."}
    )
    state = fields.String(
        load_default=None,
        validate=validate.OneOf(STATES),
        metadata={"description": "Adjustments in this state only."},
    )
