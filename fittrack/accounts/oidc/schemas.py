"""Signing in elsewhere at the edge: what comes in and what goes out."""

from __future__ import annotations

from typing import Any

from marshmallow import EXCLUDE, Schema, ValidationError, fields, validate, validates_schema

from fittrack.accounts.factors.schemas import code_field
from fittrack.accounts.oidc.models import Intent
from fittrack.accounts.oidc.providers import PROVIDERS
from fittrack.accounts.schemas import VERSION, password_field
from fittrack.accounts.sessions.schemas import DeviceSchema, LoginAnswerSchema
from fittrack.pagination import page_schema

EXAMPLE_CODE = "4/0AX4XfWh"
ISSUER = "https://accounts.google.com"
EXAMPLE_TOKEN = "q3Zf8mJX0t5oWbCq1y2VhE7nKsLdRgPuT9iAaUeYcM4"  # noqa: S105
OUTCOMES = ("signed_in", "mfa_required", "registration_required", "linked", "stepped_up")


def token_field(description: str) -> fields.String:
    """Return the field of an opaque token of ours that comes in."""
    return fields.String(
        required=True,
        validate=[
            validate.Length(min=1, max=100),
            validate.Regexp(r"^[0-9A-Za-z_-]+\Z", error="Not one of our tokens."),
        ],
        metadata={"example": EXAMPLE_TOKEN, "description": description},
    )


class InitiateSchema(Schema):
    intent = fields.String(
        load_default=Intent.SIGN_IN.value,
        validate=validate.OneOf([intent.value for intent in Intent]),
        metadata={
            "description": "`link` adds the provider to my account, `step_up` stands for the "
            "password of an account that has none; both need a session.",
            "example": "sign_in",
        },
    )
    redirect_uri = fields.String(
        load_default=None,
        validate=validate.Length(min=1, max=400),
        metadata={
            "description": "Where the browser ends with `code` and `state`: one of the configured "
            "pages and app links. Without one it is shown both as JSON.",
            "example": None,
        },
    )


class BegunSchema(Schema):
    authorization_url = fields.String(
        required=True,
        metadata={
            "description": "Open it in a browser.",
            "example": "https://accounts.google.com/o/oauth2/v2/auth?response_type=code",
        },
    )
    state = fields.String(required=True, metadata={"example": EXAMPLE_TOKEN})
    attempt_token = fields.String(
        required=True,
        metadata={
            "description": "Keep it in the client; without it nobody can use the code.",
            "example": EXAMPLE_TOKEN,
        },
    )
    expires_in_s = fields.Integer(required=True, metadata={"example": 600})


class LandingSchema(Schema):
    """What a provider sends a browser back with; they add to it as they like."""

    class Meta:
        unknown = EXCLUDE

    state = token_field("As it was given to the provider.")
    code = fields.String(
        load_default=None,
        validate=validate.Length(min=1, max=2000),
        metadata={"description": "for the callback", "example": EXAMPLE_CODE},
    )
    error = fields.String(
        load_default=None,
        validate=[validate.Length(max=60), validate.Regexp(r"^[a-z_]+\Z")],
        metadata={"description": "why there is no code", "example": "access_denied"},
    )
    iss = fields.String(
        load_default=None,
        validate=validate.Length(max=200),
        metadata={"description": "who says so", "example": ISSUER},
    )
    user = fields.String(
        load_default=None,
        validate=validate.Length(max=2000),
        metadata={
            "description": "from Apple, once",
            "example": '{"name":{"firstName":"Ana","lastName":"Example"}}',
        },
    )

    @validates_schema
    def check_some(self, told: dict[str, Any], **_kwargs: Any) -> None:
        """Raises: ValidationError where there is neither a code nor an error."""
        if told.get("code") is None and told.get("error") is None:
            raise ValidationError("A code or an error is needed.", "code")


class LandedSchema(Schema):
    """What a browser brought back, for a client that gave no address to hand it on to."""

    state = fields.String(required=True, metadata={"example": EXAMPLE_TOKEN})
    code = fields.String(metadata={"description": "for the callback", "example": EXAMPLE_CODE})
    error = fields.String(metadata={"example": "access_denied"})
    iss = fields.String(metadata={"description": "who says so", "example": ISSUER})
    name = fields.String(metadata={"description": "from Apple, once", "example": "Ana Example"})


class CallbackSchema(DeviceSchema):
    state = token_field("As the browser brought it back.")
    attempt_token = token_field("What this client kept since `initiate`.")
    code = fields.String(
        required=True,
        validate=validate.Length(min=1, max=2000),
        metadata={"description": "As the browser brought it back.", "example": EXAMPLE_CODE},
    )
    iss = fields.String(
        load_default=None,
        validate=validate.Length(min=1, max=200),
        metadata={"description": "Where the browser brought it.", "example": ISSUER},
    )


class CallbackAnswerSchema(LoginAnswerSchema):
    """What came of it: tokens, or what to do next."""

    outcome = fields.String(
        required=True, validate=validate.OneOf(OUTCOMES), metadata={"example": "signed_in"}
    )
    provider = fields.String(
        required=True, validate=validate.OneOf(PROVIDERS), metadata={"example": "google"}
    )
    registration_token = fields.String(
        metadata={"description": "only where registration_required", "example": EXAMPLE_TOKEN}
    )
    registration_expires_in_s = fields.Integer(
        metadata={"description": "only where registration_required", "example": 600}
    )
    email = fields.String(
        metadata={
            "description": "only where registration_required: the account's address to be",
            "example": "ana@example.com",
        }
    )
    stepped_up_at = fields.AwareDateTime(metadata={"description": "only where stepped_up"})
    expires_at = fields.AwareDateTime(metadata={"description": "only where stepped_up"})


class CompleteSchema(DeviceSchema):
    registration_token = token_field("From the callback.")
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


class LinkSchema(DeviceSchema):
    link_token = token_field("From the callback's `link_required`.")
    password = password_field()
    code = code_field(load_default=None)


class IdentitySchema(Schema):
    provider = fields.String(
        required=True, validate=validate.OneOf(PROVIDERS), metadata={"example": "google"}
    )
    email = fields.String(
        required=True,
        allow_none=True,
        metadata={
            "description": "What the provider said last; it is not the account's address.",
            "example": "ana@example.com",
        },
    )
    linked_at = fields.AwareDateTime(required=True)
    last_used_at = fields.AwareDateTime(required=True)


IdentityPageSchema = page_schema(IdentitySchema)
