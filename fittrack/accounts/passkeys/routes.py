"""Passkeys over HTTP (WebAuthn)."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any
from uuid import UUID

from flask import request
from flask_smorest import Blueprint

from fittrack import crypto
from fittrack.accounts.passkeys import service
from fittrack.accounts.passkeys.models import Passkey
from fittrack.accounts.passkeys.schemas import (
    AddedSchema,
    AddPasskeySchema,
    BeginCompletionSchema,
    BeginLoginSchema,
    CreationOptionsSchema,
    PasskeyLoginSchema,
    PasskeyPageSchema,
    RequestOptionsSchema,
)
from fittrack.accounts.sessions.models import Device
from fittrack.accounts.sessions.routes import NO_STORE, Answer, tokens_of
from fittrack.accounts.sessions.schemas import TokensSchema
from fittrack.auth import (
    current_account_id,
    current_session,
    login_even_suspended,
    login_required,
    require_recent_proof,
    require_step_up,
)
from fittrack.clock import utc_now
from fittrack.extensions import limit_credentials

blp = Blueprint("passkeys", __name__, url_prefix="/api/v1/auth", description="Passkeys")


@blp.post("/passkeys/options")
@login_required
@blp.response(200, CreationOptionsSchema)
def begin_registration() -> Answer:
    """Get what a browser needs to make a passkey for my account, within 5 minutes."""
    require_recent_proof(now=utc_now())
    session = current_session()
    options = service.begin_registration(
        account_id=session.account_id, session_id=session.session_id, now=utc_now()
    )
    return options, NO_STORE


@blp.post("/passkeys")
@login_required
@blp.arguments(AddPasskeySchema)
@blp.response(201, AddedSchema)
def add_passkey(body: dict[str, Any]) -> Answer:
    """Add the passkey that a browser has made; the first factor brings recovery codes."""
    session = current_session()
    added = service.add_passkey(
        account_id=session.account_id,
        session_id=session.session_id,
        credential=body["credential"],
        name=body["name"],
        now=utc_now(),
    )
    return {"passkey": _passkey(added.passkey), "recovery_codes": added.recovery_codes}, NO_STORE


@blp.get("/passkeys")
@login_required
@blp.response(200, PasskeyPageSchema)
def list_passkeys() -> dict[str, Any]:
    """List my passkeys, oldest first; there are at most 20, on one page."""
    passkeys = service.list_passkeys(account_id=current_account_id())
    return {"items": [_passkey(passkey) for passkey in passkeys], "next_cursor": None}


@blp.delete("/passkeys/<uuid:passkey_id>")
@login_required
@blp.response(204)
def remove_passkey(passkey_id: UUID) -> None:
    """Remove one of my passkeys."""
    require_step_up(now=utc_now())
    session = current_session()
    service.remove_passkey(
        passkey_id=str(passkey_id),
        account_id=session.account_id,
        session_id=session.session_id,
        now=utc_now(),
    )


@blp.post("/passkeys/login/options")
@limit_credentials
@blp.arguments(BeginLoginSchema)
@blp.response(200, RequestOptionsSchema)
def begin_log_in(_body: dict[str, Any]) -> Answer:
    """Get what a browser needs to log in with a passkey, whoever's it may be."""
    return service.begin_log_in(now=utc_now()), NO_STORE


@blp.post("/passkeys/login")
@limit_credentials
@blp.arguments(PasskeyLoginSchema)
@blp.response(200, TokensSchema)
def log_in(body: dict[str, Any]) -> Answer:
    """Log in with a passkey, which counts as both factors."""
    device = Device(body["device_name"], body["device_platform"], request.remote_addr)
    opened = service.log_in(credential=body["credential"], device=device, now=utc_now())
    return tokens_of(opened), NO_STORE


@blp.post("/login/mfa/options")
@limit_credentials
@blp.arguments(BeginCompletionSchema)
@blp.response(200, RequestOptionsSchema)
def begin_completion(body: dict[str, str]) -> Answer:
    """Get what a browser needs to complete a log-in with a passkey as second factor."""
    return service.begin_completion(mfa_token=body["mfa_token"], now=utc_now()), NO_STORE


@blp.post("/step-up/options")
@login_even_suspended
@blp.response(200, RequestOptionsSchema)
def begin_step_up() -> Answer:
    """Get what a browser needs to step this session up with a passkey."""
    session = current_session()
    options = service.begin_step_up(
        account_id=session.account_id, session_id=session.session_id, now=utc_now()
    )
    return options, NO_STORE


def _passkey(passkey: Passkey) -> dict[str, Any]:
    return {**asdict(passkey), "credential_id": crypto.base64url(passkey.credential_bytes)}
