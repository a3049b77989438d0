"""Registration at the edge: what comes in and what goes out."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from fittrack.accounts.schemas import (
    VERSION,
    email_field,
    mailed_token_field,
    password_field,
)


class RegisterSchema(Schema):
    email = email_field()
    password = password_field()
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
    token = mailed_token_field()


class VerifiedSchema(Schema):
    status = fields.String(required=True, metadata={"example": "active"})


class ResendVerificationSchema(Schema):
    email = email_field()


class AcceptedSchema(Schema):
    status = fields.String(required=True, metadata={"example": "accepted"})
