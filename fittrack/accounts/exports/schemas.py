"""Exports at the edge."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

STATES = ("queued", "running", "ready", "failed", "expired")


class ExportSchema(Schema):
    """An archive of everything about a member, and how it stands."""

    export_id = fields.UUID(required=True)
    state = fields.String(required=True, validate=validate.OneOf(STATES))
    progress_percent = fields.Integer(required=True, metadata={"example": 60})
    byte_count = fields.Integer(
        required=True, allow_none=True, metadata={"description": "Null until it is ready."}
    )
    content_sha256 = fields.String(
        required=True,
        allow_none=True,
        metadata={"description": "Of the whole archive, in hex; null until it is ready."},
    )
    asked_at = fields.AwareDateTime(required=True)
    finished_at = fields.AwareDateTime(required=True, allow_none=True)
    expires_at = fields.AwareDateTime(
        required=True, metadata={"description": "When the archive is forgotten."}
    )
    download_url = fields.String(
        required=True,
        allow_none=True,
        metadata={
            "description": "Fetches the archive without a login, for an hour; each look gives a "
            "fresh one. Null while there is nothing to fetch.",
        },
    )
    download_expires_at = fields.AwareDateTime(required=True, allow_none=True)


class LinkQuery(Schema):
    """What a link proves itself by."""

    expires = fields.Integer(
        load_default=0,
        validate=validate.Range(min=0, max=253_402_300_799),
        metadata={"description": "Until when the link is good, in Unix seconds."},
    )
    signature = fields.String(
        load_default=None,
        validate=validate.Regexp(r"^[A-Za-z0-9_-]{43}\Z", error="This is no signature of ours."),
        metadata={"example": "GQ3fKz0w0mXkq1nJ8h2P1gk1wV5bXJ7d3m8nY2rT4sA"},
    )
