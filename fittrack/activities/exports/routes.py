"""Samples and files of activities over HTTP."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import orjson
from flask import Response
from flask_smorest import Blueprint

from fittrack import idempotency
from fittrack.activities.exports import rules, service
from fittrack.activities.exports.schemas import (
    ExportQuery,
    StreamsQuery,
    StreamsSchema,
    plain_streams,
)
from fittrack.auth import current_account_id, login_required

blp = Blueprint(
    "activity_exports",
    __name__,
    url_prefix="/api/v1/activities",
    description="What activities recorded, as streams and as files",
)
BINARY = {"schema": {"type": "string", "format": "binary"}}
KINDS = ("application/octet-stream", rules.GPX, rules.TCX, rules.GEOJSON)
FILE = {"description": "The file", "content": dict.fromkeys(KINDS, BINARY)}


@blp.get("/<uuid:activity_id>/streams")
@login_required
@blp.arguments(StreamsQuery, location="query")
@blp.response(200, StreamsSchema)
def get_streams(query: dict[str, Any], activity_id: UUID) -> Response:
    """Return the samples of an activity, all or evenly chosen ones."""
    streams = service.get_streams(
        activity_id=str(activity_id), viewer_id=current_account_id(), points=query["points"]
    )
    return idempotency.answer(orjson.dumps(plain_streams(streams, query["keys"])), 200)


@blp.get("/<uuid:activity_id>/export")
@login_required
@blp.arguments(ExportQuery, location="query")
@blp.doc(responses={200: FILE})
def export_activity(query: dict[str, Any], activity_id: UUID) -> Response:
    """Return an activity as GPX, TCX or GeoJSON, or the file that it came from, byte for byte."""
    file = service.export_activity(
        activity_id=str(activity_id), viewer_id=current_account_id(), file_format=query["format"]
    )
    response = Response(file.pieces, content_type=file.content_type)
    response.headers["Content-Disposition"] = file.disposition
    response.headers["Cache-Control"] = "private, no-cache"
    return response
