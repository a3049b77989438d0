"""Deliveries over HTTP: winners see their own, operators everybody's."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask_smorest import Blueprint

from fittrack.auth import PRIVILEGED, current_session, login_required
from fittrack.fulfilment import service
from fittrack.fulfilment.models import Fulfilment, FulfilmentHistory
from fittrack.fulfilment.schemas import (
    FulfilmentHistorySchema,
    FulfilmentPageSchema,
    FulfilmentQuery,
)
from fittrack.pagination import Cursor, Page

blp = Blueprint(
    "fulfillments",
    __name__,
    url_prefix="/api/v1/fulfillments",
    description="Delivery of prizes to winners",
)


@blp.get("")
@login_required
@blp.arguments(FulfilmentQuery, location="query")
@blp.response(200, FulfilmentPageSchema)
def list_fulfilments(query: dict[str, Any]) -> Page[Fulfilment]:
    """List the deliveries of my prizes, newest first; operators list everybody's."""
    return service.list_fulfilments(
        account_id=_whose(),
        state=query["state"],
        drawing_id=str(query["drawing_id"]) if query["drawing_id"] else None,
        cursor=Cursor.parse(query["cursor"], scope="fulfillments"),
        limit=query["limit"],
    )


@blp.get("/<uuid:fulfilment_id>")
@login_required
@blp.response(200, FulfilmentHistorySchema)
def get_fulfilment(fulfilment_id: UUID) -> FulfilmentHistory:
    """Return one delivery with its steps."""
    return service.get_fulfilment(fulfilment_id=str(fulfilment_id), account_id=_whose())


def _whose() -> str | None:
    """Return the account whose deliveries the caller may see, None for everybody's."""
    session = current_session()
    sees_all = session.role in PRIVILEGED and session.has_second_factor
    return None if sees_all else session.account_id
