"""A sponsor's work as a witness over HTTP; revealing stands beside the drawings."""

from __future__ import annotations

from typing import Any

from flask import Response
from flask_smorest import Blueprint

from fittrack import idempotency
from fittrack.auth import current_account_id, roles_required
from fittrack.clock import utc_now
from fittrack.drawings.witnesses import service
from fittrack.drawings.witnesses.models import Duty
from fittrack.drawings.witnesses.schemas import (
    CommitmentListSchema,
    DutyPageSchema,
    NewCommitmentsSchema,
)
from fittrack.pagination import Cursor, Page, PageQuery

blp = Blueprint(
    "witnesses",
    __name__,
    url_prefix="/api/v1/witness",
    description="What sponsors commit to and reveal as witnesses of draws",
)


@blp.get("/drawings")
@roles_required("sponsor")
@blp.arguments(PageQuery, location="query")
@blp.response(200, DutyPageSchema)
def list_duties(query: dict[str, Any]) -> Page[Duty]:
    """List the drawings that my sponsor witnesses and that are not over, the next draw first."""
    return service.list_duties(
        account_id=current_account_id(),
        cursor=Cursor.parse(query["cursor"], scope="duties"),
        limit=query["limit"],
    )


@blp.post("/commitments")
@roles_required("sponsor")
@blp.arguments(NewCommitmentsSchema)
@blp.response(200, CommitmentListSchema)
def commit_values(body: dict[str, Any]) -> Response:
    """Register commitments to values that my sponsor keeps itself, all of them or none."""
    return idempotency.once(
        lambda reply: service.commit_values(
            account_id=current_account_id(),
            commitments=body["commitments"],
            now=utc_now(),
            reply=reply,
        ),
        schema=CommitmentListSchema,
        status=200,
    )
