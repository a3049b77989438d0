"""Resets of second factors at the edge."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from fittrack.accounts.schemas import words_field


class OpenResetSchema(Schema):
    reason = words_field(
        3, 500, required=True, metadata={"example": "Phone lost; identity checked in a call."}
    )


class KeepFactorsSchema(Schema):
    token = fields.String(
        required=True,
        validate=validate.Length(min=1, max=200),
        metadata={"description": "From the mail that announces the reset."},
    )


class ChangedResetSchema(Schema):
    """A reset without its reason, which may name people: its answer may be kept for a day."""

    reset_id = fields.UUID(required=True)
    account_id = fields.UUID(required=True)
    state = fields.String(
        required=True,
        validate=validate.OneOf(["open", "refused", "completed", "expired"]),
        metadata={"example": "open"},
    )
    opened_by_id = fields.UUID(required=True)
    opened_at = fields.AwareDateTime(required=True)
    completable_at = fields.AwareDateTime(
        required=True, metadata={"description": "72 hours after it was opened."}
    )
    expires_at = fields.AwareDateTime(required=True)
    closed_by_id = fields.UUID(required=True, allow_none=True)
    closed_at = fields.AwareDateTime(required=True, allow_none=True)


class FactorResetSchema(ChangedResetSchema):
    """A reset as admins and auditors look it up."""

    reason = fields.String(required=True, metadata={"example": "Phone lost."})


class KeptSchema(Schema):
    status = fields.String(required=True, metadata={"example": "kept"})
