"""Limits and self-exclusion as clients see them; points are whole, days the platform's."""

from __future__ import annotations

from datetime import date

from marshmallow import Schema, fields, validate

MAX_POINTS = 100_000_000_000
LAST_DAY_ON = date(2200, 12, 31)


class ChangePlayLimitsSchema(Schema):
    """What I allow myself; what is left out stays as it is."""

    monthly_limit_points = fields.Integer(
        strict=True,
        allow_none=True,
        validate=validate.Range(min=0, max=MAX_POINTS),
        metadata={
            "example": 5000,
            "description": "What my tickets may cost in a calendar month, null for no limit. "
            "A lower limit holds at once, a higher one after 7 days.",
        },
    )
    self_excluded_until = fields.Date(
        attribute="excluded_until_on",
        allow_none=True,
        validate=validate.Range(max=LAST_DAY_ON),
        metadata={
            "example": "2027-06-30",
            "description": "The last day on which I can't enter any drawing. It can be made "
            "later, never earlier. Tickets of drawings that still sell are taken out and their "
            "points given back.",
        },
    )


class PendingLimitSchema(Schema):
    """A raise that waits; null points mean that the limit ends."""

    monthly_limit_points = fields.Integer(
        required=True, allow_none=True, metadata={"example": 9000}
    )
    takes_effect_at = fields.AwareDateTime(required=True)


class PlayLimitsSchema(Schema):
    """What I allow myself, and what this month's tickets have cost so far."""

    monthly_limit_points = fields.Integer(
        required=True, allow_none=True, metadata={"example": 5000}
    )
    spent_this_month_points = fields.Integer(required=True, metadata={"example": 1200})
    pending = fields.Nested(PendingLimitSchema, required=True, allow_none=True)
    self_excluded_until = fields.Date(required=True, allow_none=True)
