"""Uploads as clients see them."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from fittrack.activities.files.errors import REASONS
from fittrack.activities.imports import rules
from fittrack.pagination import page_schema

STATES = ("pending", "done")
FILE_STATES = ("pending", "created", "duplicate", "refused")
REASON_CODES = sorted({*REASONS, *(refusal.reason_code for refusal in rules.REFUSALS)})


class ImportedFileSchema(Schema):
    """One file of an upload and what became of it."""

    file_name = fields.String(
        attribute="item.file_name", required=True, metadata={"example": "morning.gpx"}
    )
    size_bytes = fields.Integer(
        attribute="item.byte_count", required=True, metadata={"example": 778_000}
    )
    state = fields.String(
        attribute="item.state", required=True, validate=validate.OneOf(FILE_STATES)
    )
    activity_ids = fields.List(
        fields.UUID(),
        required=True,
        metadata={"description": "what was created, or what a duplicate is a duplicate of"},
    )
    reason_code = fields.String(
        attribute="item.reason_code",
        required=True,
        allow_none=True,
        metadata={
            "description": f"why the file was refused: {', '.join(REASON_CODES)}",
            "example": None,
        },
    )
    reason = fields.String(
        attribute="item.reason", required=True, allow_none=True, metadata={"example": None}
    )
    finished_at = fields.AwareDateTime(attribute="item.finished_at", required=True, allow_none=True)


class ImportSchema(Schema):
    """One upload; done when none of its files is pending."""

    import_id = fields.UUID(attribute="upload.import_id", required=True)
    state = fields.String(required=True, validate=validate.OneOf(STATES))
    created_at = fields.AwareDateTime(attribute="upload.created_at", required=True)
    files = fields.List(fields.Nested(ImportedFileSchema), required=True)


class ImportSummarySchema(Schema):
    """One upload with how many of its files came to which end."""

    import_id = fields.UUID(required=True)
    state = fields.String(required=True, validate=validate.OneOf(STATES))
    created_at = fields.AwareDateTime(required=True)
    file_count = fields.Integer(required=True)
    pending_count = fields.Integer(required=True)
    created_count = fields.Integer(required=True)
    duplicate_count = fields.Integer(required=True)
    refused_count = fields.Integer(required=True)


ImportSummaryPageSchema = page_schema(ImportSummarySchema)
