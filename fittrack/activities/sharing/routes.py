"""Other members' activities over HTTP."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask_smorest import Blueprint

from fittrack.activities.models import Activity
from fittrack.activities.schemas import ActivityPageSchema
from fittrack.activities.sharing import service
from fittrack.auth import current_account_id, login_required
from fittrack.pagination import Cursor, Page, PageQuery

blp = Blueprint(
    "shared_activities",
    __name__,
    url_prefix="/api/v1/users",
    description="What other members show of their activities",
)


@blp.get("/<uuid:account_id>/activities")
@login_required
@blp.arguments(PageQuery, location="query")
@blp.response(200, ActivityPageSchema)
def list_shared_activities(query: dict[str, Any], account_id: UUID) -> Page[Activity]:
    """List the activities of a member that others may see, as others see them."""
    return service.list_shared_activities(
        account_id=str(account_id),
        viewer_id=current_account_id(),
        cursor=Cursor.parse(query["cursor"], scope=f"shared {account_id}"),
        limit=query["limit"],
    )
