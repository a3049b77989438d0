"""Registration and the own account over HTTP."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from flask import Response
from flask_smorest import Blueprint

from fittrack import extensions, idempotency, limits
from fittrack.accounts import service
from fittrack.accounts.schemas import (
    AcceptedSchema,
    MemberSchema,
    RegisteredSchema,
    RegisterSchema,
    ResendVerificationSchema,
    VerifiedSchema,
    VerifyEmailSchema,
)
from fittrack.auth import current_account_id, login_required
from fittrack.clock import utc_now

registration = Blueprint(
    "registration", __name__, url_prefix="/api/v1/auth", description="Becoming a member"
)
users = Blueprint("users", __name__, url_prefix="/api/v1/users", description="Members")

# Besides the caller's own limit, not instead of it.
limited = extensions.limiter.limit(
    limits.of_credentials, key_func=limits.credential_caller, override_defaults=False
)


@registration.post("/register")
@limited
@registration.arguments(RegisterSchema)
@registration.response(201, RegisteredSchema)
def register(form: dict[str, Any]) -> Response:
    """Register; the address gets a mail, and counts once its token comes back."""
    return idempotency.once(
        lambda reply: service.register(form=form, now=utc_now(), reply=reply),
        schema=RegisteredSchema,
    )


@registration.post("/verify-email")
@limited
@registration.arguments(VerifyEmailSchema)
@registration.response(200, VerifiedSchema)
def verify_email(body: dict[str, str]) -> dict[str, str]:
    """Confirm an address by the token that was mailed to it."""
    service.verify_email(token=body["token"], now=utc_now())
    return {"status": "active"}


@registration.post("/resend-verification")
@limited
@registration.arguments(ResendVerificationSchema)
@registration.response(202, AcceptedSchema)
def resend_verification(body: dict[str, str]) -> dict[str, str]:
    """Mail the verification again; the answer is the same whether or not somebody waits for it."""
    service.resend_verification(email=body["email"], now=utc_now())
    return {"status": "accepted"}


@users.get("/me")
@login_required
@users.response(200, MemberSchema)
def get_me() -> dict[str, Any]:
    """Return the own account."""
    member = service.get_member(account_id=current_account_id())
    return {
        **asdict(member),
        "is_state_excluded": service.is_state_excluded(member.state_code),
    }
