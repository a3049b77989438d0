"""Manual entries and changes of activities over HTTP."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Response
from flask_smorest import Blueprint

from fittrack import idempotency, tags
from fittrack.activities.editing import rules, service
from fittrack.activities.editing.schemas import ActivityPatchSchema, ManualActivitySchema
from fittrack.activities.routes import tagged_activity
from fittrack.activities.schemas import ActivityDetailSchema
from fittrack.auth import current_account_id, login_required
from fittrack.clock import utc_now

blp = Blueprint(
    "activity_editing",
    __name__,
    url_prefix="/api/v1/activities",
    description="What members type in and change",
)


@blp.post("")
@login_required
@blp.arguments(ManualActivitySchema)
@blp.response(201, ActivityDetailSchema)
def create_entry(body: dict[str, Any]) -> Response:
    """Type in what no device recorded; manual entries earn at most 100 points a day, no streak."""
    return idempotency.once(
        lambda reply: service.create_entry(
            account_id=current_account_id(),
            entry=rules.entry_of(body),
            now=utc_now(),
            reply=reply,
        ),
        schema=ActivityDetailSchema,
        status=201,
        required=False,
    )


@blp.patch("/<uuid:activity_id>")
@login_required
@blp.arguments(ActivityPatchSchema)
@blp.response(200, ActivityDetailSchema)
def edit_activity(body: dict[str, Any], activity_id: UUID) -> Response:
    """Change one of my activities; points, records and duplicates follow at once."""
    detail = service.edit_activity(
        activity_id=str(activity_id),
        account_id=current_account_id(),
        changes=body,
        revisions=tags.expected_versions(),
        now=utc_now(),
    )
    return tagged_activity(detail)
