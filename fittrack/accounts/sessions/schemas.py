"""Sessions at the edge: what comes in and what goes out."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from fittrack.accounts.factors.schemas import code_field
from fittrack.accounts.passkeys.credentials import ShownCredentialSchema
from fittrack.accounts.schemas import email_field, password_field
from fittrack.pagination import page_schema
from fittrack.rendering import QuickSchema

TOKEN = validate.Length(min=1, max=200)
PRINTABLE = validate.Predicate("isprintable", error="Only printable characters.")


class DeviceSchema(Schema):
    """What a client tells of the device that it runs on."""

    device_name = fields.String(
        load_default=None,
        validate=[validate.Length(max=60), PRINTABLE],
        metadata={"example": "Ana's phone"},
    )
    device_platform = fields.String(
        load_default=None,
        validate=[validate.Length(max=30), PRINTABLE],
        metadata={"example": "ios"},
    )


class LoginSchema(DeviceSchema):
    email = email_field()
    password = password_field()


class SecondFactorSchema(Schema):
    """A second factor: a code, or what a passkey answers to a challenge."""

    code = code_field(load_default=None)
    passkey = fields.Nested(ShownCredentialSchema, load_default=None, metadata={"example": None})

    @validates_schema
    def check_one(self, body: dict[str, Any], **_kwargs: Any) -> None:
        """Raises: ValidationError where both are given."""
        if body.get("code") is not None and body.get("passkey") is not None:
            raise ValidationError("Give a code or a passkey, not both.", "passkey")


class MfaLoginSchema(SecondFactorSchema):
    mfa_token = fields.String(required=True, validate=TOKEN)

    @validates_schema
    def check_some(self, body: dict[str, Any], **_kwargs: Any) -> None:
        """Raises: ValidationError where neither is given."""
        if body.get("code") is None and body.get("passkey") is None:
            raise ValidationError("A code or a passkey is needed.", "code")


class RefreshSchema(Schema):
    refresh_token = fields.String(required=True, validate=TOKEN)


class TokensSchema(Schema):
    access_token = fields.String(required=True)
    token_type = fields.String(required=True, metadata={"example": "Bearer"})
    expires_in_s = fields.Integer(required=True, metadata={"example": 900})
    refresh_token = fields.String(required=True)
    refresh_expires_in_s = fields.Integer(required=True, metadata={"example": 604800})
    session_id = fields.UUID(required=True)


class LoginAnswerSchema(Schema):
    """Tokens; or for an account with a second factor, `mfa_required` and a token to go on."""

    mfa_required = fields.Boolean(required=True)
    mfa_token = fields.String(metadata={"description": "only where mfa_required"})
    mfa_expires_in_s = fields.Integer(metadata={"description": "only where mfa_required"})
    mfa_methods = fields.List(
        fields.String(validate=validate.OneOf(["totp", "passkey", "recovery_code"])),
        metadata={"description": "what can be shown; only where mfa_required"},
    )
    access_token = fields.String()
    token_type = fields.String(metadata={"example": "Bearer"})
    expires_in_s = fields.Integer(metadata={"example": 900})
    refresh_token = fields.String()
    refresh_expires_in_s = fields.Integer(metadata={"example": 604800})
    session_id = fields.UUID()


class SessionSchema(Schema):
    session_id = fields.UUID(required=True)
    device_name = fields.String(required=True, allow_none=True)
    device_platform = fields.String(required=True, allow_none=True)
    remote_address = fields.String(required=True, allow_none=True)
    started_at = fields.AwareDateTime(required=True)
    last_seen_at = fields.AwareDateTime(required=True)
    is_current = fields.Boolean(required=True)


SessionPageSchema = page_schema(SessionSchema)


class LogoutAllQuery(Schema):
    keep_current = fields.Boolean(load_default=False)


class StepUpSchema(SecondFactorSchema):
    password = fields.String(
        load_default=None, validate=validate.Length(max=512), metadata={"format": "password"}
    )


class SteppedUpSchema(Schema):
    stepped_up_at = fields.AwareDateTime(required=True)
    expires_at = fields.AwareDateTime(required=True)


class KeySchema(Schema):
    """A public key of access tokens (RFC 8037)."""

    kty = fields.String(required=True, metadata={"example": "OKP"})
    crv = fields.String(required=True, metadata={"example": "Ed25519"})
    x = fields.String(required=True)
    kid = fields.String(required=True)
    use = fields.String(required=True, metadata={"example": "sig"})
    alg = fields.String(required=True, metadata={"example": "EdDSA"})


class KeySetSchema(QuickSchema):
    keys = fields.List(fields.Nested(KeySchema), required=True)
