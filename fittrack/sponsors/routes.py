"""Sponsors over HTTP."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Response
from flask_smorest import Blueprint

from fittrack import idempotency
from fittrack.auth import current_session, roles_required
from fittrack.clock import utc_now
from fittrack.pagination import Cursor, Page, PageQuery
from fittrack.sponsors import service
from fittrack.sponsors.models import Sponsor
from fittrack.sponsors.schemas import NewSponsorSchema, SponsorPageSchema, SponsorSchema

blp = Blueprint(
    "sponsors",
    __name__,
    url_prefix="/api/v1/sponsors",
    description="Who supplies prizes and witnesses draws",
)


@blp.get("")
@roles_required("admin", "auditor")
@blp.arguments(PageQuery, location="query")
@blp.response(200, SponsorPageSchema)
def list_sponsors(query: dict[str, Any]) -> Page[Sponsor]:
    """List sponsors, newest first."""
    return service.list_sponsors(
        cursor=Cursor.parse(query["cursor"], scope="sponsors"), limit=query["limit"]
    )


@blp.post("")
@roles_required("admin")
@blp.arguments(NewSponsorSchema)
@blp.response(201, SponsorSchema)
def create_sponsor(body: dict[str, Any]) -> Response:
    """Add a sponsor."""
    return idempotency.once(
        lambda reply: service.create_sponsor(fields=body, now=utc_now(), reply=reply),
        schema=SponsorSchema,
    )


@blp.get("/<uuid:sponsor_id>")
@roles_required("admin", "auditor", "sponsor")
@blp.response(200, SponsorSchema)
def get_sponsor(sponsor_id: UUID) -> Sponsor:
    """Return a sponsor; a sponsor's own people see only theirs."""
    session = current_session()
    account_id = session.account_id if session.role == "sponsor" else None
    return service.get_sponsor(sponsor_id=str(sponsor_id), account_id=account_id)


@blp.put("/<uuid:sponsor_id>")
@roles_required("admin")
@blp.arguments(NewSponsorSchema)
@blp.response(200, SponsorSchema)
def edit_sponsor(body: dict[str, Any], sponsor_id: UUID) -> Sponsor:
    """Change a sponsor."""
    return service.edit_sponsor(sponsor_id=str(sponsor_id), fields=body, now=utc_now())


@blp.delete("/<uuid:sponsor_id>")
@roles_required("admin")
@blp.response(200, SponsorSchema)
def deactivate_sponsor(sponsor_id: UUID) -> Sponsor:
    """Deactivate a sponsor; its drawings go on."""
    return service.edit_sponsor(
        sponsor_id=str(sponsor_id), fields={"is_active": False}, now=utc_now()
    )
