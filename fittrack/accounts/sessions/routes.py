"""Logging in and out over HTTP, and the public keys of access tokens."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any
from uuid import UUID

from flask import Response, request
from flask_smorest import Blueprint

from fittrack import auth, config, idempotency
from fittrack.accounts.sessions import service
from fittrack.accounts.sessions.models import Device, MfaRequired, OpenSession, Session, Shown
from fittrack.accounts.sessions.rules import MFA_LIFE
from fittrack.accounts.sessions.schemas import (
    KeySetSchema,
    LoginAnswerSchema,
    LoginSchema,
    LogoutAllQuery,
    MfaLoginSchema,
    RefreshSchema,
    SessionPageSchema,
    SteppedUpSchema,
    StepUpSchema,
    TokensSchema,
)
from fittrack.auth import Identity, current_account_id, current_session, login_even_suspended
from fittrack.clock import utc_now
from fittrack.extensions import limit_credentials, limit_public_reads
from fittrack.pagination import Cursor, PageQuery

blp = Blueprint("sessions", __name__, url_prefix="/api/v1/auth", description="Logging in and out")
keys = Blueprint("keys", __name__, url_prefix="/.well-known", description="Public keys")

NO_STORE = {"Cache-Control": "no-store"}
Answer = tuple[dict[str, Any], dict[str, str]]


@blp.post("/login")
@limit_credentials
@blp.arguments(LoginSchema)
@blp.response(200, LoginAnswerSchema)
def log_in(body: dict[str, Any]) -> Answer:
    """Log in with a password; accounts with a second factor get a token to go on with."""
    device = Device(body["device_name"], body["device_platform"], request.remote_addr)
    outcome = service.log_in(
        email=body["email"], password=body["password"], device=device, now=utc_now()
    )
    if isinstance(outcome, MfaRequired):
        return challenge_of(outcome), NO_STORE
    return {"mfa_required": False, **tokens_of(outcome)}, NO_STORE


@blp.post("/login/mfa")
@limit_credentials
@blp.arguments(MfaLoginSchema)
@blp.response(200, TokensSchema)
def complete_log_in(body: dict[str, Any]) -> Answer:
    """Complete a log-in with a code of the authenticator app, a recovery code or a passkey."""
    opened = service.complete_log_in(
        mfa_token=body["mfa_token"],
        shown=Shown(body["code"], body["passkey"]),
        remote_address=request.remote_addr,
        now=utc_now(),
    )
    return tokens_of(opened), NO_STORE


@blp.post("/refresh")
@blp.arguments(RefreshSchema)
@blp.response(200, TokensSchema)
def refresh(body: dict[str, str]) -> Answer:
    """Exchange a refresh token for the next one and a fresh access token."""
    opened = service.refresh_session(
        refresh_token=body["refresh_token"], remote_address=request.remote_addr, now=utc_now()
    )
    return tokens_of(opened), NO_STORE


@blp.post("/logout")
@login_even_suspended
@blp.response(204)
def log_out() -> Response:
    """End this session; with the session gone, a repetition is 401."""
    session = current_session()
    return idempotency.once(
        lambda reply: service.end_session(
            account_id=session.account_id,
            session_id=session.session_id,
            reason="logged_out",
            now=utc_now(),
            reply=reply,
        ),
        schema=None,
        status=204,
    )


@blp.post("/logout-all")
@login_even_suspended
@blp.arguments(LogoutAllQuery, location="query")
@blp.response(204)
def log_out_everywhere(query: dict[str, bool]) -> Response:
    """End all sessions, or with `keep_current` all but this one."""
    session = current_session()
    kept = session.session_id if query["keep_current"] else None
    return idempotency.once(
        lambda reply: service.end_sessions(
            account_id=session.account_id, kept_session_id=kept, now=utc_now(), reply=reply
        ),
        schema=None,
        status=204,
    )


@blp.get("/sessions")
@login_even_suspended
@blp.arguments(PageQuery, location="query")
@blp.response(200, SessionPageSchema)
def list_sessions(query: dict[str, Any]) -> dict[str, Any]:
    """List the devices that are logged in, newest first."""
    page = service.list_sessions(
        account_id=current_account_id(),
        cursor=Cursor.parse(query["cursor"], scope="sessions"),
        limit=query["limit"],
        now=utc_now(),
    )
    items = [_session(item, current_session().session_id) for item in page.items]
    return {"items": items, "next_cursor": page.next_cursor}


@blp.delete("/sessions/<uuid:session_id>")
@login_even_suspended
@blp.response(204)
def end_session(session_id: UUID) -> None:
    """Log one device out."""
    service.end_session(
        account_id=current_account_id(),
        session_id=str(session_id),
        reason="revoked",
        now=utc_now(),
    )


@blp.post("/step-up")
@limit_credentials
@login_even_suspended
@blp.arguments(StepUpSchema)
@blp.response(200, SteppedUpSchema)
def step_up(body: dict[str, Any]) -> Response:
    """Show the second factor, or without one the password, for what asks for it again."""
    session = current_session()
    return idempotency.once(
        lambda reply: service.step_up(
            account_id=session.account_id,
            session_id=session.session_id,
            shown=Shown(body["code"], body["passkey"]),
            password=body["password"],
            remote_address=request.remote_addr,
            now=utc_now(),
            reply=reply,
        ),
        schema=SteppedUpSchema,
        status=200,
    )


@keys.get("/jwks.json")
@limit_public_reads
@keys.response(200, KeySetSchema)
def list_keys() -> Answer:
    """Return the public keys that access tokens are verified with."""
    return {"keys": auth.public_keys()}, {"Cache-Control": "public, max-age=300"}


def challenge_of(outcome: MfaRequired) -> dict[str, Any]:
    """Return how to go on with a second factor, as every way to log in answers."""
    return {
        "mfa_required": True,
        "mfa_token": outcome.mfa_token,
        "mfa_expires_in_s": int(MFA_LIFE.total_seconds()),
        "mfa_methods": outcome.methods,
    }


def tokens_of(opened: OpenSession) -> dict[str, Any]:
    """Return a session's tokens as every way to log in answers with them."""
    settings = config.current()
    identity = Identity(opened.account_id, opened.session_id, opened.role)
    return {
        "access_token": auth.issue_access_token(identity),
        "token_type": "Bearer",
        "expires_in_s": settings.access_token_s,
        "refresh_token": opened.refresh_token,
        "refresh_expires_in_s": opened.refresh_expires_in_s,
        "session_id": opened.session_id,
    }


def _session(session: Session, current_id: str) -> dict[str, Any]:
    return {**asdict(session), "is_current": session.session_id == current_id}
