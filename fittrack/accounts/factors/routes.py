"""Second factors over HTTP."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from flask_smorest import Blueprint

from fittrack.accounts.factors import service
from fittrack.accounts.factors.models import Factors
from fittrack.accounts.factors.schemas import (
    CodeSchema,
    ConfirmationSchema,
    EnrolmentSchema,
    FactorsSchema,
    RecoveryCodesSchema,
)
from fittrack.auth import (
    current_account_id,
    current_session,
    login_required,
    require_recent_proof,
    require_step_up,
)
from fittrack.clock import utc_now
from fittrack.extensions import limit_credentials

blp = Blueprint("factors", __name__, url_prefix="/api/v1/auth/mfa", description="Second factors")

NO_STORE = {"Cache-Control": "no-store"}
Answer = tuple[dict[str, Any], dict[str, str]]


@blp.get("")
@login_required
@blp.response(200, FactorsSchema)
def get_factors() -> Factors:
    """Return which second factors I have."""
    return service.get_factors(account_id=current_account_id())


@blp.post("/totp/enrol")
@login_required
@blp.response(200, EnrolmentSchema)
def enrol_totp() -> Answer:
    """Get a secret for an authenticator app; it counts once it is confirmed within an hour."""
    require_recent_proof(now=utc_now())
    enrolment = service.enrol_totp(account_id=current_account_id(), now=utc_now())
    return asdict(enrolment), NO_STORE


@blp.post("/totp/confirm")
@limit_credentials
@login_required
@blp.arguments(CodeSchema)
@blp.response(200, ConfirmationSchema)
def confirm_totp(body: dict[str, str]) -> Answer:
    """Confirm an authenticator app by one of its codes, and get 10 recovery codes."""
    session = current_session()
    confirmation = service.confirm_totp(
        account_id=session.account_id,
        session_id=session.session_id,
        code=body["code"],
        now=utc_now(),
    )
    return asdict(confirmation), NO_STORE


@blp.delete("/totp")
@login_required
@blp.response(204)
def remove_totp() -> None:
    """Remove my authenticator app."""
    require_step_up(now=utc_now())
    session = current_session()
    service.remove_totp(account_id=session.account_id, session_id=session.session_id, now=utc_now())


@blp.post("/recovery-codes")
@login_required
@blp.response(200, RecoveryCodesSchema)
def renew_recovery_codes() -> Answer:
    """Get 10 fresh recovery codes; the old ones are void."""
    require_step_up(now=utc_now())
    session = current_session()
    codes = service.renew_recovery_codes(
        account_id=session.account_id, session_id=session.session_id, now=utc_now()
    )
    return {"recovery_codes": codes}, NO_STORE
