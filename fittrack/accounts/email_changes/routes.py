"""Changes of address over HTTP; `verify-email` confirms them."""

from __future__ import annotations

from typing import Any

from flask import Response, request
from flask_smorest import Blueprint

from fittrack import idempotency
from fittrack.accounts.email_changes import service
from fittrack.accounts.email_changes.schemas import (
    ChangeEmailSchema,
    EmailChangeAskedSchema,
    EmailChangeUndoneSchema,
    UndoEmailChangeSchema,
)
from fittrack.accounts.models import Outcome
from fittrack.auth import current_session, login_required
from fittrack.clock import utc_now
from fittrack.extensions import limit_credentials

blp = Blueprint(
    "email_changes", __name__, url_prefix="/api/v1", description="Changing the e-mail address"
)


@blp.put("/users/me/email")
@limit_credentials
@login_required
@blp.arguments(ChangeEmailSchema)
@blp.response(202, EmailChangeAskedSchema)
def ask_email_change(body: dict[str, Any]) -> Outcome:
    """Ask for another e-mail address; it counts once the token mailed to it comes back."""
    return service.ask_email_change(
        session=current_session(),
        email=body["email"],
        password=body["password"],
        remote_address=request.remote_addr,
        now=utc_now(),
    )


@blp.post("/auth/undo-email-change")
@limit_credentials
@blp.arguments(UndoEmailChangeSchema)
@blp.response(200, EmailChangeUndoneSchema)
def undo_email_change(body: dict[str, str]) -> Response:
    """Take a former e-mail address back by the token that was mailed to it."""
    return idempotency.once(
        lambda reply: service.undo_email_change(
            token=body["token"], remote_address=request.remote_addr, now=utc_now(), reply=reply
        ),
        schema=EmailChangeUndoneSchema,
        status=200,
    )
