"""A member's notices over HTTP."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Response
from flask_smorest import Blueprint

from fittrack import idempotency
from fittrack.auth import current_account_id, login_required
from fittrack.clock import utc_now
from fittrack.notifications import service
from fittrack.notifications.models import NotificationList
from fittrack.notifications.schemas import (
    NotificationPageSchema,
    NotificationQuery,
    NotificationSchema,
)
from fittrack.pagination import Cursor

blp = Blueprint(
    "notifications",
    __name__,
    url_prefix="/api/v1/notifications",
    description="What happened, told to the member",
)


@blp.get("")
@login_required
@blp.arguments(NotificationQuery, location="query")
@blp.response(200, NotificationPageSchema)
def list_notifications(query: dict[str, Any]) -> NotificationList:
    """List my notifications, newest first, with the number of unread ones."""
    return service.list_notifications(
        account_id=current_account_id(),
        unread_only=query["unread_only"],
        cursor=Cursor.parse(query["cursor"], scope="notifications"),
        limit=query["limit"],
    )


@blp.post("/<uuid:notification_id>/read")
@login_required
@blp.response(200, NotificationSchema)
def read_notification(notification_id: UUID) -> Response:
    """Mark one of my notifications as read."""
    return idempotency.once(
        lambda reply: service.read_notification(
            notification_id=str(notification_id),
            account_id=current_account_id(),
            now=utc_now(),
            reply=reply,
        ),
        schema=NotificationSchema,
        status=200,
    )
