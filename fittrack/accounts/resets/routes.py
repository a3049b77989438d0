"""The removal of lost second factors over HTTP."""

from __future__ import annotations

from uuid import UUID

from flask import Response
from flask_smorest import Blueprint

from fittrack import idempotency
from fittrack.accounts.resets import service
from fittrack.accounts.resets.models import FactorReset
from fittrack.accounts.resets.schemas import (
    ChangedResetSchema,
    FactorResetSchema,
    KeepFactorsSchema,
    KeptSchema,
    OpenResetSchema,
)
from fittrack.auth import current_account_id, require_step_up, roles_required
from fittrack.clock import utc_now
from fittrack.extensions import limit_credentials

blp = Blueprint("factor_resets", __name__, url_prefix="/api/v1", description="Lost second factors")


@blp.get("/users/<uuid:account_id>/second-factor-reset")
@roles_required("admin", "auditor")
@blp.response(200, FactorResetSchema)
def get_reset(account_id: UUID) -> FactorReset:
    """Return the newest reset of a member's second factors."""
    return service.get_reset(account_id=str(account_id), now=utc_now())


@blp.post("/users/<uuid:account_id>/second-factor-reset")
@roles_required("admin")
@blp.arguments(OpenResetSchema)
@blp.response(201, ChangedResetSchema)
def open_reset(body: dict[str, str], account_id: UUID) -> Response:
    """Begin to reset a member's lost second factors; the owner has 72 hours to refuse."""
    require_step_up(now=utc_now())
    return idempotency.once(
        lambda reply: service.open_reset(
            account_id=str(account_id),
            admin_id=current_account_id(),
            reason=body["reason"],
            now=utc_now(),
            reply=reply,
        ),
        schema=ChangedResetSchema,
    )


@blp.post("/users/<uuid:account_id>/second-factor-reset/complete")
@roles_required("admin")
@blp.response(200, ChangedResetSchema)
def complete_reset(account_id: UUID) -> Response:
    """Remove a member's second factors, 72 hours after it was asked for, and end all sessions."""
    require_step_up(now=utc_now())
    return idempotency.once(
        lambda reply: service.complete_reset(
            account_id=str(account_id), admin_id=current_account_id(), now=utc_now(), reply=reply
        ),
        schema=ChangedResetSchema,
        status=200,
    )


@blp.post("/auth/keep-factors")
@limit_credentials
@blp.arguments(KeepFactorsSchema)
@blp.response(200, KeptSchema)
def keep_factors(body: dict[str, str]) -> Response:
    """Refuse the removal of my second factors, by the token of the mail that announced it."""
    return idempotency.once(
        lambda reply: service.keep_factors(token=body["token"], now=utc_now(), reply=reply),
        schema=KeptSchema,
        status=200,
    )
