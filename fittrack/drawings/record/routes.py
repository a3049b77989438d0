"""The published record over HTTP; all of it is public."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Response, request
from flask_smorest import Blueprint

from fittrack.drawings.record import publication
from fittrack.drawings.record.models import Checkpoint, LogRecord, Results, Verification
from fittrack.drawings.record.schemas import (
    CheckpointSchema,
    LogRecordPageSchema,
    ResultsSchema,
    VerificationSchema,
)
from fittrack.extensions import limit_public_reads
from fittrack.pagination import Cursor, Page, PageQuery

blp = Blueprint(
    "verification",
    __name__,
    url_prefix="/api/v1/drawings",
    description="Results, and everything needed to verify them",
)


@blp.get("/<uuid:drawing_id>/results")
@limit_public_reads
@blp.response(200, ResultsSchema)
def get_results(drawing_id: UUID) -> Results:
    """Return who won what, once a drawing is drawn."""
    return publication.get_results(drawing_id=str(drawing_id))


@blp.get("/<uuid:drawing_id>/verification")
@limit_public_reads
@blp.response(200, VerificationSchema)
def get_verification(drawing_id: UUID) -> Verification:
    """Return everything that a drawing has published so far."""
    return publication.get_verification(drawing_id=str(drawing_id))


@blp.get("/<uuid:drawing_id>/verification/bundle.json")
@limit_public_reads
@blp.response(200, content_type="application/json")
def get_bundle(drawing_id: UUID) -> Response:
    """Return the file from which anyone can verify a drawing offline (FTD1, section 8)."""
    parts = publication.get_bundle(drawing_id=str(drawing_id))
    # A streamed body is made only for a reader who does not have it yet.
    response = Response(publication.bundle_text(parts), content_type="application/json")
    response.headers["Content-Disposition"] = f'attachment; filename="drawing-{drawing_id}.json"'
    response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    response.set_etag(parts.result.body_hash)
    response.make_conditional(request)
    return response


@blp.get("/log")
@limit_public_reads
@blp.arguments(PageQuery, location="query")
@blp.response(200, LogRecordPageSchema)
def list_log(query: dict[str, Any]) -> Page[LogRecord]:
    """List the hash-chained public log of all drawings, from its first record on."""
    cursor = Cursor.parse(query["cursor"], scope="drawing-log")
    return publication.list_log(cursor=cursor, limit=query["limit"])


@blp.get("/log/checkpoint")
@limit_public_reads
@blp.response(200, CheckpointSchema)
def get_checkpoint() -> Checkpoint:
    """Return the signed statement of where the public log stands."""
    return publication.get_checkpoint()
