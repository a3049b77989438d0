"""Unlocking over HTTP."""

from __future__ import annotations

from flask import Response, request
from flask_smorest import Blueprint

from fittrack import idempotency
from fittrack.accounts.lockouts import service
from fittrack.accounts.lockouts.schemas import UnlockedSchema, UnlockSchema
from fittrack.clock import utc_now
from fittrack.extensions import limit_credentials

blp = Blueprint(
    "lockouts", __name__, url_prefix="/api/v1/auth", description="Too many wrong passwords"
)


@blp.post("/unlock")
@limit_credentials
@blp.arguments(UnlockSchema)
@blp.response(200, UnlockedSchema)
def unlock_login(body: dict[str, str]) -> Response:
    """Unlock logging in at once by the token that was mailed when it was locked."""
    return idempotency.once(
        lambda reply: service.unlock_login(
            token=body["token"], remote_address=request.remote_addr, now=utc_now(), reply=reply
        ),
        schema=UnlockedSchema,
        status=200,
    )
