"""Adjustments of points over HTTP: admins ask, confirm and decline; auditors read."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Response
from flask_smorest import Blueprint

from fittrack import idempotency
from fittrack.auth import current_account_id, require_step_up, roles_required
from fittrack.clock import utc_now
from fittrack.pagination import Cursor, Page
from fittrack.points.adjustments import service
from fittrack.points.adjustments.models import Adjustment, AdjustmentFilter
from fittrack.points.adjustments.schemas import (
    AdjustedSchema,
    AdjustmentPageSchema,
    AdjustmentSchema,
    AdjustmentsQuery,
    AdjustPointsSchema,
)

blp = Blueprint(
    "adjustments", __name__, url_prefix="/api/v1/admin", description="Adjusting members' points"
)


@blp.post("/users/<uuid:account_id>/adjust-points")
@roles_required("admin")
@blp.arguments(AdjustPointsSchema)
@blp.response(201, AdjustedSchema)
def adjust_points(body: dict[str, Any], account_id: UUID) -> Response:
    """Add points to a member or take some; much of it waits for a second admin."""
    now = utc_now()
    require_step_up(now=now)
    return idempotency.once(
        lambda reply: service.request_adjustment(
            account_id=str(account_id),
            amount_points=body["amount_points"],
            reason=body["reason"],
            actor_id=current_account_id(),
            now=now,
            reply=reply,
        ),
        schema=AdjustedSchema,
        required=True,
    )


@blp.get("/adjustments")
@roles_required("admin", "auditor")
@blp.arguments(AdjustmentsQuery, location="query")
@blp.response(200, AdjustmentPageSchema)
def list_adjustments(query: dict[str, Any]) -> Page[Adjustment]:
    """List adjustments, newest first: by state, or of one member."""
    account_id = query["account_id"]
    return service.list_adjustments(
        wanted=AdjustmentFilter(account_id and str(account_id), query["state"]),
        cursor=Cursor.parse(query["cursor"], scope="adjustments"),
        limit=query["limit"],
        now=utc_now(),
    )


@blp.get("/adjustments/<uuid:adjustment_id>")
@roles_required("admin", "auditor")
@blp.response(200, AdjustmentSchema)
def get_adjustment(adjustment_id: UUID) -> Adjustment:
    """Return an adjustment with its reason, who asked for it and who decided it."""
    return service.get_adjustment(adjustment_id=str(adjustment_id), now=utc_now())


@blp.post("/adjustments/<uuid:adjustment_id>/confirm")
@roles_required("admin")
@blp.response(200, AdjustedSchema)
def confirm_adjustment(adjustment_id: UUID) -> Response:
    """Post, as a second admin, an adjustment that waits."""
    now = utc_now()
    require_step_up(now=now)
    return idempotency.once(
        lambda reply: service.confirm_adjustment(
            adjustment_id=str(adjustment_id),
            actor_id=current_account_id(),
            now=now,
            reply=reply,
        ),
        schema=AdjustedSchema,
        status=200,
        required=True,
    )


@blp.post("/adjustments/<uuid:adjustment_id>/decline")
@roles_required("admin")
@blp.response(200, AdjustedSchema)
def decline_adjustment(adjustment_id: UUID) -> Response:
    """Let an adjustment that waits not happen; who asked for it can take it back so."""
    return idempotency.once(
        lambda reply: service.decline_adjustment(
            adjustment_id=str(adjustment_id),
            actor_id=current_account_id(),
            now=utc_now(),
            reply=reply,
        ),
        schema=AdjustedSchema,
        status=200,
    )
