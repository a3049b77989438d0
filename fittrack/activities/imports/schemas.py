"""Uploads as clients see them."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from fittrack.activities.files.errors import REASONS
from fittrack.activities.imports import rules
from fittrack.pagination import PageQuery, page_schema

STATES = ("pending", "done")
FILE_STATES = ("pending", "created", "duplicate", "refused")
REASON_CODES = sorted({*REASONS, *(refusal.reason_code for refusal in rules.REFUSALS)})


class ImportedFileSchema(Schema):
    """One file of an upload and what became of it."""

    file_no = fields.Integer(
        attribute="item.item_no",
        required=True,
        metadata={"description": "its number in the upload", "example": 1},
    )
    inside_no = fields.Integer(
        attribute="item.inside_no",
        required=True,
        metadata={
            "description": "number of the archive that holds it; 0 for what was uploaded itself",
            "example": 0,
        },
    )
    file_name = fields.String(
        attribute="item.file_name",
        required=True,
        metadata={
            "description": "of a file in an archive, with its folders",
            "example": "morning.gpx",
        },
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


def _of_upload(name: str, description: str) -> fields.Integer:
    return fields.Integer(
        attribute=f"upload.{name}", required=True, metadata={"description": description}
    )


class ImportSchema(Schema):
    """One upload; done when none of its files is pending."""

    import_id = fields.UUID(attribute="upload.import_id", required=True)
    state = fields.String(attribute="upload.state", required=True, validate=validate.OneOf(STATES))
    created_at = fields.AwareDateTime(attribute="upload.created_at", required=True)
    file_count = _of_upload(
        "file_count", "files known so far: an archive, once opened, adds those in it"
    )
    pending_count = _of_upload("pending_count", "files that wait or are being read")
    created_count = _of_upload("created_count", "files that became activities")
    duplicate_count = _of_upload("duplicate_count", "files that were there before")
    refused_count = _of_upload("refused_count", "files that did not come in")
    files = fields.List(
        fields.Nested(ImportedFileSchema),
        required=True,
        metadata={"description": f"the first {rules.SHOWN_FILES} files"},
    )
    has_more_files = fields.Boolean(
        required=True, metadata={"description": "whether /imports/{import_id}/files has more"}
    )


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


class ImportFilesQuery(PageQuery):
    """Which files of an upload, and which page of them."""

    state = fields.String(load_default=None, validate=validate.OneOf(FILE_STATES))


ImportedFilePageSchema = page_schema(ImportedFileSchema)
ImportSummaryPageSchema = page_schema(ImportSummarySchema)
