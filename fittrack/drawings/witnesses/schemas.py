"""A sponsor's duties and commitments as clients see them."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields, post_load, validate

from fittrack.drawings.schemas import IdField
from fittrack.drawings.witnesses.models import Commitment
from fittrack.pagination import page_schema

MOST_COMMITMENTS = 400
HEX64 = validate.Regexp(r"\A[0-9a-f]{64}\Z")


class DutySchema(Schema):
    """A drawing that my sponsor witnesses: what it committed to, and when to reveal it."""

    drawing_id = fields.UUID(required=True)
    name = fields.String(required=True)
    status = fields.String(required=True)
    template_id = fields.UUID(required=True, allow_none=True)
    opens_at = fields.AwareDateTime(required=True)
    draws_at = fields.AwareDateTime(required=True)
    commitment = fields.String(
        required=True,
        allow_none=True,
        metadata={"description": "Null where a value will be made and kept for the sponsor."},
    )
    value_kept_by = fields.String(
        required=True,
        allow_none=True,
        attribute="custody",
        validate=validate.OneOf(["operator", "sponsor"]),
        metadata={"description": "Null until the terms are signed."},
    )
    reveals_from = fields.AwareDateTime(required=True)
    reveals_until = fields.AwareDateTime(required=True, allow_none=True)
    revealed_at = fields.AwareDateTime(required=True, allow_none=True)


DutyPageSchema = page_schema(DutySchema)


class DrawingCommitmentSchema(Schema):
    """The commitment to a value that the sponsor keeps for one drawing (FTD1, section 2)."""

    drawing_id = IdField(required=True)
    commitment = fields.String(required=True, validate=HEX64, metadata={"example": "ab" * 32})

    @post_load
    def _made(self, data: dict[str, Any], **_kwargs: Any) -> Commitment:
        return Commitment(**data)


class NewCommitmentsSchema(Schema):
    """Commitments for drafts that templates have made, each drawing once."""

    commitments = fields.List(
        fields.Nested(DrawingCommitmentSchema),
        required=True,
        validate=validate.Length(min=1, max=MOST_COMMITMENTS),
    )


class CommitmentListSchema(Schema):
    """What was registered."""

    items = fields.List(fields.Nested(DrawingCommitmentSchema), required=True)
