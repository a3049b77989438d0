"""Sponsors as clients see them."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from fittrack.pagination import page_schema


class NewSponsorSchema(Schema):
    """What an admin tells about a sponsor."""

    name = fields.String(
        required=True,
        validate=[
            validate.Length(min=1, max=100),
            # It goes into official rules, where a line of its own could say anything.
            validate.Regexp(r"\A[^\x00-\x1f\x7f]+\Z", error="Must be one line of text."),
        ],
        metadata={"example": "Acme Shoes"},
    )
    contact_name = fields.String(
        load_default=None,
        allow_none=True,
        validate=[
            validate.Length(min=1, max=100),
            validate.Regexp(r"\A[^\x00-\x1f\x7f]+\Z", error="Must be one line of text."),
        ],
        metadata={"example": "Ben Miller"},
    )
    contact_email = fields.Email(
        load_default=None, allow_none=True, validate=validate.Length(max=254)
    )
    contact_phone = fields.String(
        load_default=None,
        allow_none=True,
        validate=validate.Regexp(r"\A\+?[0-9 ().-]{5,29}\Z", error="Must be a phone number."),
        metadata={"example": "+1 503 555 0100", "maxLength": 30},
    )
    website = fields.URL(load_default=None, allow_none=True, validate=validate.Length(max=500))
    logo_url = fields.URL(load_default=None, allow_none=True, validate=validate.Length(max=500))
    notes = fields.String(load_default=None, allow_none=True, validate=validate.Length(max=1000))
    is_revealing_by_itself = fields.Boolean(
        load_default=False,
        metadata={"description": "Standing order: values kept for it are revealed when due."},
    )


class EditSponsorSchema(NewSponsorSchema):
    """A sponsor as it shall be; its own people leave out notes and whether it is active."""

    is_active = fields.Boolean(
        metadata={"description": "Left as it is unless given; only admins change it."}
    )


class SponsorSchema(Schema):
    """A sponsor."""

    sponsor_id = fields.UUID(required=True)
    name = fields.String(required=True)
    contact_name = fields.String(required=True, allow_none=True)
    contact_email = fields.String(required=True, allow_none=True)
    contact_phone = fields.String(required=True, allow_none=True)
    website = fields.String(required=True, allow_none=True)
    logo_url = fields.String(required=True, allow_none=True)
    notes = fields.String(
        required=True,
        allow_none=True,
        metadata={"description": "The staff's own; null for the sponsor's people."},
    )
    is_active = fields.Boolean(required=True)
    is_revealing_by_itself = fields.Boolean(required=True)
    barred_at = fields.AwareDateTime(
        required=True,
        allow_none=True,
        metadata={"description": "Since when it is not accepted as a witness."},
    )
    created_at = fields.AwareDateTime(required=True)
    updated_at = fields.AwareDateTime(required=True)


SponsorPageSchema = page_schema(SponsorSchema)
