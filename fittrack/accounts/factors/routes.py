"""Second factors over HTTP."""

from __future__ import annotations

from dataclasses import asdict

from flask import Response
from flask_smorest import Blueprint

from fittrack import idempotency
from fittrack.accounts.factors import service
from fittrack.accounts.factors.schemas import CodeSchema, ConfirmationSchema, EnrolmentSchema
from fittrack.auth import current_account_id, current_session, login_required
from fittrack.clock import utc_now
from fittrack.extensions import limit_credentials

blp = Blueprint("factors", __name__, url_prefix="/api/v1/auth/mfa", description="Second factors")


@blp.post("/totp/enrol")
@login_required
@blp.response(200, EnrolmentSchema)
def enrol_totp() -> tuple[dict[str, str], dict[str, str]]:
    """Get a secret for an authenticator app; it counts once it is confirmed."""
    enrolment = service.enrol_totp(account_id=current_account_id(), now=utc_now())
    return asdict(enrolment), {"Cache-Control": "no-store"}


@blp.post("/totp/confirm")
@limit_credentials
@login_required
@blp.arguments(CodeSchema)
@blp.response(200, ConfirmationSchema)
def confirm_totp(body: dict[str, str]) -> Response:
    """Confirm an authenticator app by one of its codes."""
    session = current_session()
    return idempotency.once(
        lambda reply: service.confirm_totp(
            account_id=session.account_id,
            session_id=session.session_id,
            code=body["code"],
            now=utc_now(),
            reply=reply,
        ),
        schema=ConfirmationSchema,
        status=200,
    )
