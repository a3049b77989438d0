"""Privacy zones over HTTP."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Response
from flask_smorest import Blueprint

from fittrack import idempotency
from fittrack.activities.privacy import service
from fittrack.activities.privacy.models import Zone
from fittrack.activities.privacy.schemas import NewZoneSchema, ZoneSchema, ZonesSchema
from fittrack.auth import current_account_id, login_required
from fittrack.clock import utc_now

blp = Blueprint(
    "privacy_zones",
    __name__,
    url_prefix="/api/v1/users/me/privacy-zones",
    description="Places that nobody else sees on my tracks",
)


@blp.get("")
@login_required
@blp.response(200, ZonesSchema)
def list_zones() -> dict[str, list[Zone]]:
    """List my privacy zones, the oldest first."""
    return {"items": service.list_zones(account_id=current_account_id())}


@blp.post("")
@login_required
@blp.arguments(NewZoneSchema)
@blp.response(201, ZoneSchema)
def create_zone(body: dict[str, Any]) -> Response:
    """Hide a place on all my tracks from everybody else, on past ones too."""
    return idempotency.once(
        lambda reply: service.create_zone(
            account_id=current_account_id(), now=utc_now(), reply=reply, **body
        ),
        schema=ZoneSchema,
        status=201,
    )


@blp.delete("/<uuid:zone_id>")
@login_required
@blp.response(204)
def delete_zone(zone_id: UUID) -> None:
    """Show a place on my tracks again."""
    service.delete_zone(zone_id=str(zone_id), account_id=current_account_id())
