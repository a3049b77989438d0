"""Leaderboards at the edge."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from fittrack.accounts.tiers.rules import TIERS
from fittrack.leaderboards.calendar import KINDS
from fittrack.leaderboards.service import NEIGHBOURS, TOP
from fittrack.rendering import QuickSchema

# `friends`, or a kind and an id, such as `group:<id>`.
SCOPE = r"^[a-z]{1,20}(:[A-Za-z0-9-]{1,40})?$"


class BoardQuery(Schema):
    """Which board of which period."""

    tier = fields.String(
        load_default=None,
        validate=validate.OneOf([tier.code for tier in TIERS]),
        metadata={
            "description": "a tier, or `OPEN`; without it the tier that I had in the period",
            "example": "F-30-39-INT",
        },
    )
    date = fields.Date(
        load_default=None,
        metadata={
            "description": "any points day of the period; today without it",
            "example": "2026-11-20",
        },
    )
    scope = fields.String(
        load_default=None,
        validate=validate.Regexp(SCOPE, error="Must be like friends or group:<id>."),
        metadata={
            "description": "rank within a circle, such as `friends` or `group:<id>`, of all tiers",
            "example": "friends",
            "pattern": SCOPE,
        },
    )


class BoardPeriodSchema(QuickSchema):
    """A period of points days in the platform's time zone; all time has neither end."""

    period = fields.String(
        required=True,
        attribute="kind",
        validate=validate.OneOf(KINDS),
        metadata={"example": "weekly"},
    )
    starts_on = fields.Date(required=True, allow_none=True, metadata={"example": "2026-11-16"})
    ends_on = fields.Date(
        required=True,
        allow_none=True,
        metadata={"description": "its last day", "example": "2026-11-22"},
    )
    final_at = fields.AwareDateTime(
        required=True,
        allow_none=True,
        metadata={"description": "from when on late awards no longer count for it"},
    )
    is_final = fields.Boolean(required=True, metadata={"example": False})


class PlaceSchema(QuickSchema):
    """A place on a board; what its member does not show me is null, the name then initials."""

    rank = fields.Integer(required=True, metadata={"example": 1})
    account_id = fields.UUID(required=True, allow_none=True)
    display_name = fields.String(required=True, metadata={"example": "Ana"})
    is_me = fields.Boolean(required=True, metadata={"example": False})
    points = fields.Integer(
        required=True, metadata={"description": "earned in the period", "example": 2140}
    )
    active_days = fields.Integer(
        required=True,
        metadata={"description": "days of the period that earned points", "example": 5},
    )
    tier = fields.String(
        required=True,
        allow_none=True,
        attribute="tier_code",
        metadata={"example": "F-30-39-INT"},
    )


class BoardSchema(QuickSchema):
    """Which board this is of, and how many have a place on it."""

    period = fields.Nested(BoardPeriodSchema, required=True, attribute="span")
    tier = fields.String(
        required=True,
        allow_none=True,
        attribute="tier_code",
        metadata={"description": "null within a circle", "example": "F-30-39-INT"},
    )
    scope = fields.String(required=True, allow_none=True, metadata={"example": None})
    member_count = fields.Integer(required=True, metadata={"example": 1204})


class LeaderboardSchema(BoardSchema):
    """The top of a board."""

    items = fields.List(
        fields.Nested(PlaceSchema), required=True, metadata={"description": f"at most {TOP}"}
    )


class OwnPlaceSchema(BoardSchema):
    """Where I stand; who has earned nothing in the period has no rank."""

    rank = fields.Integer(required=True, allow_none=True, metadata={"example": 42})
    percentile = fields.Float(
        required=True,
        allow_none=True,
        metadata={
            "description": "which percentage of the others ranks lower than I; 100 is the first",
            "example": 96.59,
        },
    )
    points = fields.Integer(required=True, metadata={"example": 1480})
    active_days = fields.Integer(required=True, metadata={"example": 4})
    points_to_next_rank = fields.Integer(
        required=True,
        allow_none=True,
        metadata={"description": "what would bring me past the one above", "example": 12},
    )
    above = fields.List(
        fields.Nested(PlaceSchema),
        required=True,
        metadata={"description": f"the places before mine, best first, at most {NEIGHBOURS}"},
    )
    below = fields.List(
        fields.Nested(PlaceSchema),
        required=True,
        metadata={"description": f"the places after mine, best first, at most {NEIGHBOURS}"},
    )
