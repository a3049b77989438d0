"""Passwords and addresses at the edge: what changes them."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from fittrack.accounts.schemas import email_field, mailed_token_field, password_field


class ForgotPasswordSchema(Schema):
    email = email_field()


class RequestedSchema(Schema):
    status = fields.String(required=True, metadata={"example": "accepted"})


class ResetPasswordSchema(Schema):
    token = mailed_token_field()
    password = password_field()


class PasswordSetSchema(Schema):
    status = fields.String(required=True, metadata={"example": "changed"})


class ChangePasswordSchema(Schema):
    current_password = fields.String(
        load_default=None,
        validate=validate.Length(max=512),
        metadata={
            "example": "violet tram over quiet lakes",
            "format": "password",
            "description": "left out only by who has no password yet, after a step-up",
        },
    )
    new_password = password_field()
