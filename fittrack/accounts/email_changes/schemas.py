"""Changes of address at the edge."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from fittrack.accounts.schemas import email_field, mailed_token_field


class ChangeEmailSchema(Schema):
    email = email_field()
    password = fields.String(
        load_default=None,
        validate=validate.Length(max=512),
        metadata={
            "example": "violet tram over quiet lakes",
            "format": "password",
            "description": "may be left out after a step-up",
        },
    )


class EmailChangeAskedSchema(Schema):
    status = fields.String(required=True, metadata={"example": "accepted"})


class UndoEmailChangeSchema(Schema):
    token = mailed_token_field()


class EmailChangeUndoneSchema(Schema):
    status = fields.String(required=True, metadata={"example": "undone"})
