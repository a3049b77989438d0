"""Accounts at the edge: what comes in and what goes out."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

VERSION = validate.Regexp(r"^[0-9A-Za-z._-]{1,20}\Z", error="1 to 20 letters, digits, . _ or -.")


class RegisterSchema(Schema):
    email = fields.String(
        required=True, validate=validate.Length(max=254), metadata={"example": "ana@example.com"}
    )
    # Measured in NFKC later; this only bounds what is looked at.
    password = fields.String(
        required=True,
        validate=validate.Length(max=512),
        metadata={"example": "violet tram over quiet lakes", "format": "password"},
    )
    display_name = fields.String(
        required=True, validate=validate.Length(max=120), metadata={"example": "Ana"}
    )
    date_of_birth = fields.Date(required=True, metadata={"example": "1990-05-17"})
    state = fields.String(
        required=True, validate=validate.Length(max=10), metadata={"example": "CA"}
    )
    accepted_terms_version = fields.String(
        required=True, validate=VERSION, metadata={"example": "2026-01"}
    )
    accepted_rules_version = fields.String(
        required=True, validate=VERSION, metadata={"example": "2026-01"}
    )


class RegisteredSchema(Schema):
    status = fields.String(required=True, metadata={"example": "pending"})
    state = fields.String(required=True, attribute="state_code", metadata={"example": "NY"})
    is_state_excluded = fields.Boolean(required=True)
    notices = fields.List(fields.String(), required=True)


class VerifyEmailSchema(Schema):
    token = fields.String(required=True, validate=validate.Length(min=1, max=100))


class VerifiedSchema(Schema):
    status = fields.String(required=True, metadata={"example": "active"})


class ResendVerificationSchema(Schema):
    email = fields.String(
        required=True, validate=validate.Length(max=254), metadata={"example": "ana@example.com"}
    )


class AcceptedSchema(Schema):
    status = fields.String(required=True, metadata={"example": "accepted"})


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
