"""Inviting somebody over HTTP.

Answers may be kept for a day under the admin's Idempotency-Key, so that they name nobody.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Response
from flask_smorest import Blueprint

from fittrack import idempotency
from fittrack.accounts.administration.schemas import InvitedSchema
from fittrack.accounts.invitations import service
from fittrack.accounts.invitations.schemas import InvitationSchema
from fittrack.auth import current_account_id, require_step_up, roles_required
from fittrack.clock import utc_now

blp = Blueprint(
    "invitations",
    __name__,
    url_prefix="/api/v1/users",
    description="Accounts that admins make for others",
)


@blp.post("")
@roles_required("admin")
@blp.arguments(InvitationSchema)
@blp.response(201, InvitedSchema)
def invite_user(body: dict[str, Any]) -> Response:
    """Make an account of any role; its owner is mailed a token to set a password with."""
    require_step_up(now=utc_now())
    sponsor_id = body["sponsor_id"]
    form = body | {"sponsor_id": str(sponsor_id) if sponsor_id else None}
    return idempotency.once(
        lambda reply: service.invite_user(
            form=form, actor_id=current_account_id(), now=utc_now(), reply=reply
        ),
        schema=InvitedSchema,
    )


@blp.post("/<uuid:account_id>/invitation")
@roles_required("admin")
@blp.response(200, InvitedSchema)
def renew_invitation(account_id: UUID) -> Response:
    """Mail a fresh token to who was invited and has not come."""
    require_step_up(now=utc_now())
    return idempotency.once(
        lambda reply: service.renew_invitation(
            account_id=str(account_id), actor_id=current_account_id(), now=utc_now(), reply=reply
        ),
        schema=InvitedSchema,
        status=200,
    )
