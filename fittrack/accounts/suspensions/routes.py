"""Appeals over HTTP: the suspended member's own, and the admins' queue."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Response
from flask_smorest import Blueprint

from fittrack import idempotency
from fittrack.accounts.suspensions import service
from fittrack.accounts.suspensions.models import Appeal
from fittrack.accounts.suspensions.schemas import (
    AppealPageSchema,
    AppealSchema,
    AppealsQuery,
    DecidedAppealSchema,
    DecisionSchema,
    MemberAppealPageSchema,
    NewAppealSchema,
)
from fittrack.auth import current_account_id, login_even_suspended, roles_required
from fittrack.clock import utc_now
from fittrack.pagination import Cursor, Page, PageQuery

own = Blueprint(
    "own_appeals",
    __name__,
    url_prefix="/api/v1/users/me/appeals",
    description="Appeals against the own suspension",
)
blp = Blueprint(
    "appeals", __name__, url_prefix="/api/v1/appeals", description="The queue of appeals"
)


@own.post("")
@login_even_suspended
@own.arguments(NewAppealSchema)
@own.response(201, AppealSchema)
def appeal(body: dict[str, str]) -> Response:
    """Appeal against my suspension."""
    return idempotency.once(
        lambda reply: service.appeal(
            account_id=current_account_id(), text=body["text"], now=utc_now(), reply=reply
        ),
        schema=AppealSchema,
    )


@own.get("")
@login_even_suspended
@own.arguments(PageQuery, location="query")
@own.response(200, AppealPageSchema)
def list_own_appeals(query: dict[str, Any]) -> Page[Appeal]:
    """List my appeals, newest first."""
    return service.list_own_appeals(
        account_id=current_account_id(),
        cursor=Cursor.parse(query["cursor"], scope="own_appeals"),
        limit=query["limit"],
    )


@blp.get("")
@roles_required("admin", "auditor")
@blp.arguments(AppealsQuery, location="query")
@blp.response(200, MemberAppealPageSchema)
def list_appeals(query: dict[str, Any]) -> Page[Appeal]:
    """List members' appeals of one state, oldest first."""
    return service.list_appeals(
        state=query["state"],
        cursor=Cursor.parse(query["cursor"], scope="appeals"),
        limit=query["limit"],
    )


@blp.post("/<uuid:appeal_id>/decision")
@roles_required("admin")
@blp.arguments(DecisionSchema)
@blp.response(200, DecidedAppealSchema)
def decide_appeal(body: dict[str, str], appeal_id: UUID) -> Response:
    """Accept an appeal, which lifts the suspension, or reject it."""
    return idempotency.once(
        lambda reply: service.decide_appeal(
            appeal_id=str(appeal_id),
            decision=body["decision"],
            reason=body["reason"],
            actor_id=current_account_id(),
            now=utc_now(),
            reply=reply,
        ),
        schema=DecidedAppealSchema,
        status=200,
    )
