"""Forgotten and changed passwords over HTTP."""

from __future__ import annotations

from typing import Any

from flask import Response, request
from flask_smorest import Blueprint

from fittrack import idempotency
from fittrack.accounts import tokens
from fittrack.accounts.credentials import requests, service
from fittrack.accounts.credentials.schemas import (
    ChangePasswordSchema,
    ForgotPasswordSchema,
    PasswordSetSchema,
    RequestedSchema,
    ResetPasswordSchema,
)
from fittrack.auth import current_session, login_even_suspended
from fittrack.clock import utc_now
from fittrack.extensions import limit_credentials

blp = Blueprint(
    "credentials", __name__, url_prefix="/api/v1", description="Passwords: forgotten and changed"
)


@blp.post("/auth/forgot-password")
@limit_credentials
@blp.arguments(ForgotPasswordSchema)
@blp.response(202, RequestedSchema)
def forgot_password(body: dict[str, str]) -> Response:
    """Mail a token for a new password; the answer is the same whether or not anybody gets it."""
    return idempotency.once(
        lambda reply: requests.request_token(
            email=body["email"], purpose=tokens.RESET_PASSWORD, now=utc_now(), reply=reply
        ),
        schema=RequestedSchema,
        status=202,
    )


@blp.post("/auth/reset-password")
@limit_credentials
@blp.arguments(ResetPasswordSchema)
@blp.response(200, PasswordSetSchema)
def reset_password(body: dict[str, str]) -> Response:
    """Set a new password by a mailed token or invitation; all devices are logged out.

    Raises: InvalidMailedToken, Invalid, TooManyLogins.
    """
    return idempotency.once(
        lambda reply: service.reset_password(
            token=body["token"],
            password=body["password"],
            remote_address=request.remote_addr,
            now=utc_now(),
            reply=reply,
        ),
        schema=PasswordSetSchema,
        status=200,
    )


@blp.put("/users/me/password")
@limit_credentials
@login_even_suspended
@blp.arguments(ChangePasswordSchema)
@blp.response(204)
def change_password(body: dict[str, Any]) -> None:
    """Change my password by showing the present one; all other devices are logged out.

    Raises: Invalid, InvalidCredentials, StepUpRequired, TooManyLogins.
    """
    service.change_password(
        session=current_session(),
        current_password=body["current_password"],
        new_password=body["new_password"],
        remote_address=request.remote_addr,
        now=utc_now(),
    )
