"""Activities over HTTP."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Response
from flask_smorest import Blueprint

from fittrack import idempotency, tags
from fittrack.activities import service
from fittrack.activities.models import Activity, ActivityDetail
from fittrack.activities.rules import folded
from fittrack.activities.schemas import (
    ActivityDetailSchema,
    ActivityPageSchema,
    ActivityQuery,
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
            "is_once": True if query["duplicates"] == "hidden" else None,
            "words": folded(query["q"]) if query["q"] else None,
        },
        cursor=Cursor.parse(query["cursor"], scope="activities"),
        limit=query["limit"],
    )


@blp.get("/<uuid:activity_id>")
@login_required
@blp.response(200, ActivityDetailSchema)
def get_activity(activity_id: UUID) -> Response:
    """Return an activity: one of mine with its laps, another member's as far as they show it."""
    detail = service.get_activity(activity_id=str(activity_id), account_id=current_account_id())
    return tagged_activity(detail)


def tagged_activity(detail: ActivityDetail) -> Response:
    """Return an activity with the tag that If-Match is held to, and of what else it shows."""
    body = idempotency.render(ActivityDetailSchema, detail)
    response = idempotency.answer(body, 200)
    return tags.set_version(response, detail.activity.revision, tags.of_bytes(body))


@blp.delete("/<uuid:activity_id>")
@login_required
@blp.response(204)
def delete_activity(activity_id: UUID) -> None:
    """Delete one of my activities with all it recorded; its points are taken back."""
    service.delete_activity(
        activity_id=str(activity_id), account_id=current_account_id(), now=utc_now()
    )
