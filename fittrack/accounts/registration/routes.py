"""Registration over HTTP."""

from __future__ import annotations

from typing import Any

from flask import Response, request
from flask_smorest import Blueprint

from fittrack import idempotency
from fittrack.accounts.credentials import requests
from fittrack.accounts.registration import service
from fittrack.accounts.registration.schemas import (
    AcceptedSchema,
    RegisteredSchema,
    RegisterSchema,
    ResendVerificationSchema,
    VerifiedSchema,
    VerifyEmailSchema,
)
from fittrack.accounts.tokens import VERIFY_EMAIL
from fittrack.clock import utc_now
from fittrack.extensions import limit_credentials

blp = Blueprint(
    "registration", __name__, url_prefix="/api/v1/auth", description="Becoming a member"
)


@blp.post("/register")
@limit_credentials
@blp.arguments(RegisterSchema)
@blp.response(201, RegisteredSchema)
def register(form: dict[str, Any]) -> Response:
    """Register; the address gets a mail, and counts once its token comes back."""
    return idempotency.once(
        lambda reply: service.register(form=form, now=utc_now(), reply=reply),
        schema=RegisteredSchema,
    )


@blp.post("/verify-email")
@limit_credentials
@blp.arguments(VerifyEmailSchema)
@blp.response(200, VerifiedSchema)
def verify_email(body: dict[str, str]) -> Response:
    """Confirm an address, a new member's or a changed one, by the token that was mailed to it."""
    return idempotency.once(
        lambda reply: service.verify_email(
            token=body["token"], remote_address=request.remote_addr, now=utc_now(), reply=reply
        ),
        schema=VerifiedSchema,
        status=200,
    )


@blp.post("/resend-verification")
@limit_credentials
@blp.arguments(ResendVerificationSchema)
@blp.response(202, AcceptedSchema)
def resend_verification(body: dict[str, str]) -> Response:
    """Mail the verification again; the answer is the same whether or not somebody waits for it."""
    return idempotency.once(
        lambda reply: requests.request_token(
            email=body["email"], purpose=VERIFY_EMAIL, now=utc_now(), reply=reply
        ),
        schema=AcceptedSchema,
        status=202,
    )
