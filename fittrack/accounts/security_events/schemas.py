"""Security events at the edge."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from fittrack.accounts.security_events.models import WORDS, EventKind
from fittrack.pagination import page_schema

KINDS = "; ".join(f"`{kind.value}`: {WORDS[kind]}" for kind in EventKind)


class SecurityEventSchema(Schema):
    event_id = fields.UUID(required=True)
    kind = fields.String(
        required=True,
        validate=validate.OneOf([kind.value for kind in EventKind]),
        metadata={"example": "logged_in", "description": KINDS},
    )
    description = fields.String(
        required=True,
        metadata={"example": "A device logged in.", "description": "the kind in words"},
    )
    session_id = fields.UUID(
        required=True, allow_none=True, metadata={"description": "the session that it concerns"}
    )
    device_name = fields.String(required=True, allow_none=True, metadata={"example": "Ana's phone"})
    device_platform = fields.String(required=True, allow_none=True, metadata={"example": "ios"})
    remote_address = fields.String(
        required=True,
        allow_none=True,
        metadata={"example": "192.0.2.7", "description": "address that the request came from"},
    )
    happened_at = fields.AwareDateTime(required=True)


SecurityEventPageSchema = page_schema(SecurityEventSchema)
