"""Accounts at the edge: what goes out, and the fields that several forms have in common."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields, validate


class SuspensionSchema(Schema):
    """Why an account is kept out, and since when."""

    reason = fields.String(required=True, metadata={"example": "Activities recorded in a car."})
    suspended_at = fields.AwareDateTime(required=True)


VERSION = validate.Regexp(r"^[0-9A-Za-z._-]{1,20}\Z", error="1 to 20 letters, digits, . _ or -.")


class MemberSchema(Schema):
    account_id = fields.UUID(required=True)
    email = fields.String(required=True, metadata={"example": "ana@example.com"})
    display_name = fields.String(required=True, metadata={"example": "Ana"})
    role = fields.String(required=True, metadata={"example": "user"})
    status = fields.String(required=True, metadata={"example": "active"})
    date_of_birth = fields.Date(
        required=True,
        allow_none=True,
        attribute="date_of_birth_on",
        metadata={"example": "1990-05-17"},
    )
    state = fields.String(
        required=True, allow_none=True, attribute="state_code", metadata={"example": "CA"}
    )
    is_state_excluded = fields.Boolean(required=True)
    notices = fields.List(
        fields.String(),
        required=True,
        metadata={"description": "what to know about the state", "example": []},
    )
    accepted_terms_version = fields.String(
        required=True,
        allow_none=True,
        attribute="terms_version",
        metadata={"example": "2026-01"},
    )
    accepted_rules_version = fields.String(
        required=True,
        allow_none=True,
        attribute="rules_version",
        metadata={"example": "2026-01"},
    )
    tier = fields.String(required=True, attribute="tier_code", metadata={"example": "OPEN"})
    time_zone = fields.String(required=True, metadata={"example": "America/New_York"})
    has_second_factor = fields.Boolean(required=True, attribute="is_second_factor_confirmed")
    created_at = fields.AwareDateTime(required=True)
    email_verified_at = fields.AwareDateTime(required=True, allow_none=True)
    suspension = fields.Nested(
        SuspensionSchema,
        required=True,
        allow_none=True,
        metadata={"description": "Why the account is suspended, if it is."},
    )


class EditMemberSchema(Schema):
    """What a member changes of the account itself; what is absent stays as it is."""

    state = fields.String(validate=validate.Length(max=10), metadata={"example": "CA"})
    accepted_terms_version = fields.String(validate=VERSION, metadata={"example": "2026-07"})
    accepted_rules_version = fields.String(validate=VERSION, metadata={"example": "2026-07"})


def email_field() -> fields.String:
    """Return the field of an address that comes in; `rules` reads it."""
    return fields.String(
        required=True, validate=validate.Length(max=254), metadata={"example": "ana@example.com"}
    )


def password_field() -> fields.String:
    """Return the field of a password; it is measured in NFKC later, here only bounded."""
    return fields.String(
        required=True,
        validate=validate.Length(max=512),
        metadata={"example": "violet tram over quiet lakes", "format": "password"},
    )


class WordsField(fields.String):
    """Free text in lines; white space around it is dropped, and lines end in one way."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        text = super()._deserialize(value, attr, data, **kwargs)
        return text.replace("\r\n", "\n").strip()


def words_field(least: int, most: int, **more: Any) -> WordsField:
    """Return the field of somebody's own words, of `least` to `most` characters."""
    plain = validate.Regexp(
        r"\A[^\x00-\x08\x0b-\x1f\x7f]*\Z", error="Control characters are not allowed."
    )
    return WordsField(validate=[validate.Length(min=least, max=most), plain], **more)


def mailed_token_field() -> fields.String:
    """Return the field of a token that was mailed."""
    return fields.String(
        required=True,
        validate=validate.Length(min=1, max=100),
        metadata={"example": "q3Zf8mJX0t5oWbCq1y2VhE7nKsLdRgPuT9iAaUeYcM4"},
    )
