"""Accounts at the edge: what goes out, and the fields that several forms have in common."""

from __future__ import annotations

from marshmallow import Schema, fields, validate


class MemberSchema(Schema):
    account_id = fields.UUID(required=True)
    email = fields.String(required=True, metadata={"example": "ana@example.com"})
    display_name = fields.String(required=True, metadata={"example": "Ana"})
    role = fields.String(required=True, metadata={"example": "user"})
    status = fields.String(required=True, metadata={"example": "active"})
    date_of_birth = fields.Date(
        required=True,
        allow_none=True,
        attribute="date_of_birth_on",
        metadata={"example": "1990-05-17"},
    )
    state = fields.String(
        required=True, allow_none=True, attribute="state_code", metadata={"example": "CA"}
    )
    is_state_excluded = fields.Boolean(required=True)
    tier = fields.String(required=True, attribute="tier_code", metadata={"example": "OPEN"})
    time_zone = fields.String(required=True, metadata={"example": "America/New_York"})
    has_second_factor = fields.Boolean(required=True, attribute="is_second_factor_confirmed")
    created_at = fields.AwareDateTime(required=True)
    email_verified_at = fields.AwareDateTime(required=True, allow_none=True)


def email_field() -> fields.String:
    """Return the field of an address that comes in; `rules` reads it."""
    return fields.String(
        required=True, validate=validate.Length(max=254), metadata={"example": "ana@example.com"}
    )


def password_field() -> fields.String:
    """Return the field of a password; it is measured in NFKC later, here only bounded."""
    return fields.String(
        required=True,
        validate=validate.Length(max=512),
        metadata={"example": "violet tram over quiet lakes", "format": "password"},
    )
