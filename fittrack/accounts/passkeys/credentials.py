"""What browsers give of a passkey (WebAuthn), at the edge.

Fields in camel case are WebAuthn's, not ours: browsers give and take these objects as they are
(`PublicKeyCredential.toJSON`), so that what newer ones add is let through unread.
"""

from __future__ import annotations

from marshmallow import INCLUDE, Schema, fields, validate

BASE64URL = r"^[A-Za-z0-9_-]+=*\Z"
ID_CHARACTERS = 1400
CLIENT_DATA_CHARACTERS = 4_000
OBJECT_CHARACTERS = 64_000
SIGNATURE_CHARACTERS = 2_000
EXAMPLE_ID = "4nPpLMUdVQuW-zMwrRcEvw"
EXAMPLE_CHALLENGE = "u5sJJ9bGDzGv0bMgZqc1Rf6ZV0k9n0Vb8J0m7yT3qAY"


def binary(most: int, example: str = EXAMPLE_ID, *, required: bool = True) -> fields.String:
    """Return the field of bytes in base64url."""
    return fields.String(
        required=required,
        validate=[validate.Length(min=1, max=most), validate.Regexp(BASE64URL)],
        metadata={"example": example},
    )


class WebAuthnSchema(Schema):
    """An object of WebAuthn's, whose unknown members are not ours to refuse."""

    class Meta:
        """What marshmallow reads."""

        unknown = INCLUDE


class AttestationSchema(WebAuthnSchema):
    clientDataJSON = binary(CLIENT_DATA_CHARACTERS)
    attestationObject = binary(OBJECT_CHARACTERS)
    transports = fields.List(
        fields.String(validate=validate.Length(max=30), metadata={"example": "internal"}),
        validate=validate.Length(max=10),
    )


class AssertionSchema(WebAuthnSchema):
    clientDataJSON = binary(CLIENT_DATA_CHARACTERS)
    authenticatorData = binary(OBJECT_CHARACTERS)
    signature = binary(SIGNATURE_CHARACTERS)
    userHandle = fields.String(
        allow_none=True,
        validate=[validate.Length(max=100), validate.Regexp(r"^[A-Za-z0-9_-]*=*\Z")],
        metadata={"example": EXAMPLE_CHALLENGE},
    )


class CredentialSchema(WebAuthnSchema):
    id = binary(ID_CHARACTERS)
    rawId = binary(ID_CHARACTERS)
    type = fields.String(required=True, validate=validate.OneOf(["public-key"]))


class NewCredentialSchema(CredentialSchema):
    """What `navigator.credentials.create` gave, by its `toJSON`."""

    response = fields.Nested(AttestationSchema, required=True)


class ShownCredentialSchema(CredentialSchema):
    """What `navigator.credentials.get` gave, by its `toJSON`."""

    response = fields.Nested(AssertionSchema, required=True)
