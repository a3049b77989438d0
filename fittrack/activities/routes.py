"""Activities over HTTP."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote
from uuid import UUID

import orjson
from flask import Response
from flask_smorest import Blueprint

from fittrack import idempotency
from fittrack.activities import service
from fittrack.activities.models import Activity, ActivityDetail
from fittrack.activities.schemas import (
    ActivityDetailSchema,
    ActivityPageSchema,
    ActivityQuery,
    ExportQuery,
    StreamsQuery,
    StreamsSchema,
    plain_streams,
)
from fittrack.auth import current_account_id, login_required
from fittrack.cache import kept
from fittrack.clock import utc_now
from fittrack.pagination import Cursor, Page

blp = Blueprint(
    "activities",
    __name__,
    url_prefix="/api/v1/activities",
    description="What members do, with all that was recorded",
)


@blp.get("")
@login_required
@kept("cache_activities_s")
@blp.arguments(ActivityQuery, location="query")
@blp.response(200, ActivityPageSchema)
def list_activities(query: dict[str, Any]) -> Page[Activity]:
    """List my activities, newest first."""
    return service.list_activities(
        account_id=current_account_id(),
        from_on=query["from_on"],
        to_on=query["to_on"],
        filters={
            "type": query["type"],
            "sport": query["sport"],
            "source_kind": query["source"],
        },
        cursor=Cursor.parse(query["cursor"], scope="activities"),
        limit=query["limit"],
    )


@blp.get("/<uuid:activity_id>")
@login_required
@blp.response(200, ActivityDetailSchema)
def get_activity(activity_id: UUID) -> ActivityDetail:
    """Return one of my activities with its laps."""
    return service.get_activity(activity_id=str(activity_id), account_id=current_account_id())


@blp.delete("/<uuid:activity_id>")
@login_required
@blp.response(204)
def delete_activity(activity_id: UUID) -> None:
    """Delete one of my activities with all it recorded; its points are taken back."""
    service.delete_activity(
        activity_id=str(activity_id), account_id=current_account_id(), now=utc_now()
    )


@blp.get("/<uuid:activity_id>/streams")
@login_required
@blp.arguments(StreamsQuery, location="query")
@blp.response(200, StreamsSchema)
def get_streams(query: dict[str, Any], activity_id: UUID) -> Response:
    """Return the samples of one of my activities, all or evenly chosen ones."""
    streams = service.get_streams(
        activity_id=str(activity_id), account_id=current_account_id(), points=query["points"]
    )
    return idempotency.answer(orjson.dumps(plain_streams(streams)), 200)


@blp.get("/<uuid:activity_id>/export")
@login_required
@blp.arguments(ExportQuery, location="query")
@blp.response(200, {"type": "string", "format": "binary"}, content_type="application/octet-stream")
def export_activity(_query: dict[str, Any], activity_id: UUID) -> Response:
    """Return the file that one of my activities came from, byte for byte."""
    original = service.get_original_file(
        activity_id=str(activity_id), account_id=current_account_id()
    )
    response = Response(original.content_bytes, content_type="application/octet-stream")
    name = quote(original.file_name, safe="")
    response.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{name}"  # RFC 8187
    return response
