"""Sponsors over HTTP."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Response
from flask_smorest import Blueprint

from fittrack import idempotency, tags
from fittrack.auth import current_session, roles_required
from fittrack.clock import utc_now
from fittrack.pagination import Cursor, Page, PageQuery
from fittrack.sponsors import service
from fittrack.sponsors.models import Sponsor
from fittrack.sponsors.reports import service as reports
from fittrack.sponsors.reports.models import Report
from fittrack.sponsors.reports.schemas import SponsorReportSchema
from fittrack.sponsors.schemas import (
    EditSponsorSchema,
    NewSponsorSchema,
    SponsorPageSchema,
    SponsorSchema,
)

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
def get_sponsor(sponsor_id: UUID) -> Response:
    """Return a sponsor; a sponsor's own people see only theirs."""
    return _tagged(service.get_sponsor(sponsor_id=str(sponsor_id), account_id=_own_account_id()))


@blp.put("/<uuid:sponsor_id>")
@roles_required("admin", "sponsor")
@blp.arguments(EditSponsorSchema)
@blp.response(200, SponsorSchema)
def edit_sponsor(body: dict[str, Any], sponsor_id: UUID) -> Response:
    """Change a sponsor; its own people all but notes and whether it is active."""
    sponsor = service.edit_sponsor(
        sponsor_id=str(sponsor_id),
        fields=body,
        now=utc_now(),
        account_id=_own_account_id(),
        revisions=tags.expected_versions(),
    )
    return _tagged(sponsor)


@blp.delete("/<uuid:sponsor_id>")
@roles_required("admin")
@blp.response(200, SponsorSchema)
def deactivate_sponsor(sponsor_id: UUID) -> Sponsor:
    """Deactivate a sponsor; its drawings go on."""
    return service.edit_sponsor(
        sponsor_id=str(sponsor_id),
        fields={"is_active": False},
        now=utc_now(),
        revisions=tags.expected_versions(),
    )


@blp.get("/<uuid:sponsor_id>/report")
@roles_required("admin", "auditor", "sponsor")
@blp.response(200, SponsorReportSchema)
def get_report(sponsor_id: UUID) -> Report:
    """Return a sponsor's entries, reach and winners' states in numbers, small ones left out."""
    return reports.get_report(sponsor_id=str(sponsor_id), account_id=_own_account_id())


def _own_account_id() -> str | None:
    """Return the caller's account where it sees one sponsor only, None for the staff."""
    session = current_session()
    return session.account_id if session.role == "sponsor" else None


def _tagged(sponsor: Sponsor) -> Response:
    """Return a sponsor with a tag of the revision that If-Match is held to."""
    response = idempotency.answer(idempotency.render(SponsorSchema, sponsor), 200)
    return tags.set_version(response, sponsor.revision, current_session().role)
