"""Passkeys at the edge; fields in camel case are WebAuthn's, as browsers give and take them."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from fittrack.accounts.passkeys.credentials import (
    EXAMPLE_CHALLENGE,
    EXAMPLE_ID,
    NewCredentialSchema,
    ShownCredentialSchema,
)
from fittrack.accounts.sessions.schemas import PRINTABLE, TOKEN, DeviceSchema
from fittrack.pagination import page_schema


class AddPasskeySchema(Schema):
    name = fields.String(
        load_default="Passkey",
        validate=[
            validate.Length(min=1, max=60),
            PRINTABLE,
            validate.Regexp(r".*\S", error="Not only spaces."),
        ],
        metadata={"example": "Ana's phone"},
    )
    credential = fields.Nested(NewCredentialSchema, required=True)


class PasskeyLoginSchema(DeviceSchema):
    credential = fields.Nested(ShownCredentialSchema, required=True)


class BeginLoginSchema(Schema):
    email = fields.String(
        load_default=None,
        validate=validate.Length(max=254),
        metadata={
            "description": "Not needed, and not looked up: the answer tells nothing about it.",
            "example": "ana@example.com",
        },
    )


class BeginCompletionSchema(Schema):
    mfa_token = fields.String(required=True, validate=TOKEN)


class CreationOptionsSchema(Schema):
    """What `PublicKeyCredential.parseCreationOptionsFromJSON` takes."""

    rp = fields.Dict(required=True, metadata={"example": {"id": "localhost", "name": "FitTrack"}})
    user = fields.Dict(
        required=True,
        metadata={
            "example": {
                "id": EXAMPLE_CHALLENGE,
                "name": "ana@example.com",
                "displayName": "Ana",
            }
        },
    )
    challenge = fields.String(required=True, metadata={"example": EXAMPLE_CHALLENGE})
    pubKeyCredParams = fields.List(
        fields.Dict(metadata={"example": {"type": "public-key", "alg": -7}}), required=True
    )
    timeout = fields.Integer(required=True, metadata={"example": 300_000})
    excludeCredentials = fields.List(
        fields.Dict(metadata={"example": {"type": "public-key", "id": EXAMPLE_ID}})
    )
    authenticatorSelection = fields.Dict(
        required=True,
        metadata={"example": {"residentKey": "required", "userVerification": "required"}},
    )
    attestation = fields.String(required=True, metadata={"example": "none"})


class RequestOptionsSchema(Schema):
    """What `PublicKeyCredential.parseRequestOptionsFromJSON` takes."""

    challenge = fields.String(required=True, metadata={"example": EXAMPLE_CHALLENGE})
    timeout = fields.Integer(required=True, metadata={"example": 300_000})
    rpId = fields.String(required=True, metadata={"example": "localhost"})
    allowCredentials = fields.List(
        fields.Dict(metadata={"example": {"type": "public-key", "id": EXAMPLE_ID}})
    )
    userVerification = fields.String(required=True, metadata={"example": "required"})


class PasskeySchema(Schema):
    passkey_id = fields.UUID(required=True)
    credential_id = fields.String(required=True, metadata={"example": EXAMPLE_ID})
    name = fields.String(required=True, metadata={"example": "Ana's phone"})
    is_backed_up = fields.Boolean(
        required=True, metadata={"description": "Whether it is kept in step across devices."}
    )
    created_at = fields.AwareDateTime(required=True)
    last_used_at = fields.AwareDateTime(required=True, allow_none=True)


PasskeyPageSchema = page_schema(PasskeySchema)


class AddedSchema(Schema):
    passkey = fields.Nested(PasskeySchema, required=True)
    recovery_codes = fields.List(
        fields.String(metadata={"example": "7Q2M-9XKD-0HTV-4RBE-81ZC-WN5G"}),
        required=True,
        metadata={"description": "Shown only now, and only with the first second factor."},
    )
