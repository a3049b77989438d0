"""Connections at the edge: what comes in and what goes out."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from fittrack.pagination import page_schema
from fittrack.trackers.providers.base import RECOVERY, SLEEP, STEPS, WORKOUTS

EXAMPLE_STATE = "q3Zf8mJX0t5oWbCq1y2VhE7nKsLdRgPuT9iAaUeYcM4"
STATUSES = ("active", "reauth_required", "parked", "disconnected")


class ProviderSchema(Schema):
    provider = fields.String(required=True, metadata={"example": "strava"})
    title = fields.String(required=True, metadata={"example": "Strava"})
    kind = fields.String(
        required=True,
        validate=validate.OneOf(["tracker", "music"]),
        metadata={"example": "tracker"},
    )
    streams = fields.List(
        fields.String(validate=validate.OneOf([WORKOUTS, STEPS, SLEEP, RECOVERY])),
        required=True,
        metadata={"description": "What comes in from it.", "example": ["workouts"]},
    )
    is_available = fields.Boolean(
        required=True, metadata={"description": "Whether members can connect.", "example": True}
    )
    is_shown_to_others = fields.Boolean(
        required=True,
        metadata={
            "description": "Whether its terms let others see what came from it, as privacy allows.",
            "example": False,
        },
    )
    note = fields.String(
        required=True,
        allow_none=True,
        metadata={"description": "What works instead.", "example": None},
    )


class ConnectionSchema(Schema):
    connection_id = fields.UUID(required=True)
    provider = fields.String(required=True, metadata={"example": "strava"})
    status = fields.String(
        required=True,
        validate=validate.OneOf(STATUSES),
        metadata={
            "description": "`reauth_required`: connect again. `parked`: it has failed "
            "for long, and is tried once a day.",
            "example": "active",
        },
    )
    status_reason = fields.String(
        required=True, allow_none=True, metadata={"description": "A stable word.", "example": None}
    )
    is_primary = fields.Boolean(
        required=True,
        metadata={"description": "Whether its records are preferred.", "example": False},
    )
    connected_at = fields.AwareDateTime(required=True)
    last_synced_at = fields.AwareDateTime(required=True, allow_none=True)
    due_at = fields.AwareDateTime(
        required=True, allow_none=True, metadata={"description": "When it is synced next."}
    )


class InitiateConnectionSchema(Schema):
    redirect_uri = fields.String(
        load_default=None,
        validate=validate.Length(min=1, max=400),
        metadata={
            "description": "Where the browser ends: one of the configured pages and app links. "
            "Without one it is the page that the operator has set.",
            "example": None,
        },
    )


class BegunConnectionSchema(Schema):
    authorization_url = fields.String(
        required=True,
        metadata={
            "description": "Open it in a browser.",
            "example": "https://www.strava.com/oauth/authorize?response_type=code",
        },
    )
    expires_in_s = fields.Integer(required=True, metadata={"example": 600})


class ReturnedSchema(Schema):
    """What a provider sends back with a browser."""

    state = fields.String(
        required=True,
        validate=validate.Length(min=1, max=200),
        metadata={"description": "As it was sent there.", "example": EXAMPLE_STATE},
    )
    code = fields.String(
        load_default=None,
        validate=validate.Length(min=1, max=2000),
        metadata={"description": "What we exchange for a grant.", "example": "8f3c2a"},
    )
    error = fields.String(
        load_default=None,
        validate=validate.Length(min=1, max=200),
        metadata={"description": "Why there is no code.", "example": None},
    )
    scope = fields.String(
        load_default=None,
        validate=validate.Length(max=2000),
        metadata={"description": "What was allowed, where it says so.", "example": None},
    )

    iss = fields.String(
        load_default=None,
        validate=validate.Length(max=500),
        metadata={"description": "Who the provider says that it is (RFC 9207).", "example": None},
    )

    @validates_schema(skip_on_field_errors=True)
    def check_end(self, told: dict[str, Any], **_context: Any) -> None:
        """Raises: ValidationError where the visit has neither succeeded nor failed."""
        if told["code"] is None and told["error"] is None:
            raise ValidationError("Missing, and so is `error`.", "code")


class DisconnectQuery(Schema):
    data = fields.String(
        required=True,
        validate=validate.OneOf(["keep", "delete"]),
        metadata={
            "description": "What becomes of what it brought: points of what is deleted go too.",
            "example": "keep",
        },
    )


class ProviderListSchema(Schema):
    items = fields.List(fields.Nested(ProviderSchema), required=True)


class SyncSchema(Schema):
    sync_id = fields.UUID(required=True)
    cause = fields.String(required=True, metadata={"example": "due"})
    started_at = fields.AwareDateTime(required=True)
    finished_at = fields.AwareDateTime(required=True, allow_none=True)
    outcome = fields.String(
        required=True,
        validate=validate.OneOf(["running", "done", "delayed", "failed", "interrupted"]),
        metadata={"example": "done"},
    )
    error_code = fields.String(required=True, allow_none=True, metadata={"example": None})
    page_count = fields.Integer(required=True, metadata={"example": 2})
    call_count = fields.Integer(required=True, metadata={"example": 5})
    created_count = fields.Integer(required=True, metadata={"example": 3})
    updated_count = fields.Integer(required=True, metadata={"example": 0})
    skipped_count = fields.Integer(required=True, metadata={"example": 1})
    deleted_count = fields.Integer(required=True, metadata={"example": 0})


ConnectionPageSchema = page_schema(ConnectionSchema)
SyncPageSchema = page_schema(SyncSchema)
