"""Invitations at the edge."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from fittrack.accounts.administration.schemas import instant_field, role_field, sponsor_field
from fittrack.accounts.rules import STATES
from fittrack.accounts.schemas import email_field


class InvitationSchema(Schema):
    """Whom to invite; those who play need a date of birth and a state."""

    email = email_field()
    display_name = fields.String(
        required=True, validate=validate.Length(max=100), metadata={"example": "Ana"}
    )
    role = role_field("auditor", required=True)
    premium_until_at = instant_field(
        load_default=None,
        allow_none=True,
        metadata={
            "description": "Until when a premium account is one; needed with it.",
            "example": None,
        },
    )
    sponsor_id = sponsor_field(load_default=None, allow_none=True)
    date_of_birth = fields.Date(
        load_default=None, allow_none=True, metadata={"example": "1990-05-17"}
    )
    state = fields.String(
        load_default=None,
        allow_none=True,
        validate=validate.OneOf(sorted(STATES)),
        metadata={"example": "CA"},
    )
