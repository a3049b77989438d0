"""Members' profiles at the edge, for admins and auditors."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields, validate

from fittrack.accounts.profiles.schemas import ProfilePatchSchema
from fittrack.accounts.tiers.rules import TIERS
from fittrack.pagination import PageQuery, page_schema


class ProfilesQuery(PageQuery):
    """Whose profiles to list."""

    tier = fields.String(
        load_default=None,
        validate=validate.OneOf([tier.code for tier in TIERS]),
        metadata={"description": "Only of this tier.", "example": "F-30-39-INT"},
    )


class ListedProfileSchema(Schema):
    """One member's profile, in a list."""

    account_id = fields.UUID(required=True)
    display_name = fields.String(required=True, metadata={"example": "Ana"})
    status = fields.String(required=True, metadata={"example": "active"})
    sex = fields.String(required=True, allow_none=True, metadata={"example": "female"})
    fitness_level = fields.String(
        required=True, allow_none=True, metadata={"example": "intermediate"}
    )
    tier = fields.String(required=True, attribute="tier_code", metadata={"example": "F-30-39-INT"})
    time_zone = fields.String(required=True, metadata={"example": "America/Los_Angeles"})
    updated_at = fields.AwareDateTime(required=True)


ProfilePageSchema = page_schema(ListedProfileSchema)


class WholeProfileSchema(ProfilePatchSchema):
    """A whole profile: what is absent is cleared."""

    display_name = fields.String(
        required=True, validate=validate.Length(max=120), metadata={"example": "Ana"}
    )
    time_zone = fields.String(
        required=True, validate=validate.Length(max=64), metadata={"example": "America/New_York"}
    )


class NewProfileSchema(WholeProfileSchema):
    """A whole profile for an account that has none."""

    account_id = fields.UUID(required=True)


class MadeProfileSchema(Schema):
    """A profile that was just made, without what it tells: its answer may be kept for a day."""

    account_id = fields.UUID(required=True, attribute="stored.account_id")
    updated_at = fields.AwareDateTime(required=True, attribute="stored.updated_at")


def whole(body: dict[str, Any]) -> dict[str, Any]:
    """Return a whole profile with None for what is absent."""
    return {name: body.get(name) for name in WholeProfileSchema().fields}
