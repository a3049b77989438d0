"""Tiers at the edge."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields

from fittrack.accounts.tiers.models import CountedTier


class TierSchema(Schema):
    """A group in which members compete; what `OPEN` does not ask for is null."""

    code = fields.String(required=True, metadata={"example": "F-40-49-ADV"})
    sex = fields.String(required=True, allow_none=True, metadata={"example": "female"})
    least_age_years = fields.Integer(required=True, allow_none=True, metadata={"example": 40})
    greatest_age_years = fields.Integer(
        required=True,
        allow_none=True,
        metadata={"description": "null: no upper end", "example": 49},
    )
    fitness_level = fields.String(required=True, allow_none=True, metadata={"example": "advanced"})
    member_count = fields.Integer(
        required=True,
        metadata={
            "description": "active members; OPEN counts those who compete in it besides",
            "example": 1204,
        },
    )


class TierListSchema(Schema):
    """All 31 tiers."""

    items = fields.List(fields.Nested(TierSchema), required=True)


def plain_tier(counted: CountedTier) -> dict[str, Any]:
    """Return a tier as `TierSchema` dumps it."""
    tier = counted.tier
    return {
        "code": tier.code,
        "sex": tier.sex,
        "least_age_years": tier.least_age_years,
        "greatest_age_years": tier.greatest_age_years,
        "fitness_level": tier.fitness_level,
        "member_count": counted.member_count,
    }
