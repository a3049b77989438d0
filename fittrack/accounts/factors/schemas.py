"""Second factors at the edge."""

from __future__ import annotations

from marshmallow import Schema, fields, validate


class EnrolmentSchema(Schema):
    secret = fields.String(required=True, metadata={"example": "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"})
    otpauth_uri = fields.String(required=True)


class CodeSchema(Schema):
    code = fields.String(
        required=True,
        validate=validate.Regexp(r"^[0-9]{6}\Z", error="A code has six digits."),
        metadata={"example": "492039"},
    )


class ConfirmationSchema(Schema):
    confirmed_at = fields.AwareDateTime(required=True)
