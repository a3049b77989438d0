"""Resets of second factors at the edge."""

from __future__ import annotations

from marshmallow import Schema, fields, validate


class OpenResetSchema(Schema):
    reason = fields.String(
        required=True,
        validate=validate.Length(min=3, max=500),
        metadata={"example": "Phone lost; identity checked in a call."},
    )


class KeepFactorsSchema(Schema):
    token = fields.String(
        required=True,
        validate=validate.Length(min=1, max=200),
        metadata={"description": "From the mail that announces the reset."},
    )


class FactorResetSchema(Schema):
    reset_id = fields.UUID(required=True)
    account_id = fields.UUID(required=True)
    state = fields.String(
        required=True,
        validate=validate.OneOf(["open", "refused", "completed", "expired"]),
        metadata={"example": "open"},
    )
    reason = fields.String(required=True, metadata={"example": "Phone lost."})
    opened_by_id = fields.UUID(required=True)
    opened_at = fields.AwareDateTime(required=True)
    completable_at = fields.AwareDateTime(
        required=True, metadata={"description": "72 hours after it was opened."}
    )
    expires_at = fields.AwareDateTime(required=True)
    closed_by_id = fields.UUID(required=True, allow_none=True)
    closed_at = fields.AwareDateTime(required=True, allow_none=True)


class KeptSchema(Schema):
    status = fields.String(required=True, metadata={"example": "kept"})
