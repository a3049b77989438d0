"""Second factors at the edge."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields, validate

RECOVERY_CODE = "7Q2M-9XKD-0HTV-4RBE-81ZC-WN5G"
_APP = r"[0-9]{6}"
_RECOVERY = r"(?:[0-9A-Za-z]{4}[ -]?){5}[0-9A-Za-z]{4}"


def code_field(**over: Any) -> fields.String:
    """Return the field of a code: one of the authenticator app, or a recovery code."""
    return fields.String(
        validate=validate.Regexp(
            rf"^(?:{_APP}|{_RECOVERY})\Z",
            error="A code has six digits, a recovery code 24 letters and digits.",
        ),
        metadata={
            "description": "Six digits of the authenticator app, or a recovery code.",
            "example": "492039",
        },
        **over,
    )


class FactorsSchema(Schema):
    totp_confirmed_at = fields.AwareDateTime(
        required=True,
        allow_none=True,
        metadata={"description": "Since when an authenticator app counts; null without one."},
    )
    recovery_codes_left = fields.Integer(required=True, metadata={"example": 10})
    passkeys = fields.Integer(required=True, metadata={"example": 1})


class EnrolmentSchema(Schema):
    secret = fields.String(required=True, metadata={"example": "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"})
    otpauth_uri = fields.String(required=True)


class CodeSchema(Schema):
    code = fields.String(
        required=True,
        validate=validate.Regexp(r"^[0-9]{6}\Z", error="A code has six digits."),
        metadata={"example": "492039"},
    )


class RecoveryCodesSchema(Schema):
    recovery_codes = fields.List(
        fields.String(metadata={"example": RECOVERY_CODE}),
        required=True,
        metadata={"description": "Each stands in for a second factor once; shown only now."},
    )


class ConfirmationSchema(RecoveryCodesSchema):
    confirmed_at = fields.AwareDateTime(required=True)
