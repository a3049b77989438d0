"""Signing in with Google and Apple over HTTP."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from flask import Response, jsonify, redirect, request
from flask_smorest import Blueprint

from fittrack.accounts.oidc import completions, rules, service
from fittrack.accounts.oidc.errors import LinkRequired
from fittrack.accounts.oidc.models import (
    Intent,
    Linked,
    LinkOffer,
    Outcome,
    RegistrationRequired,
)
from fittrack.accounts.oidc.providers import PROVIDERS
from fittrack.accounts.oidc.schemas import (
    BegunSchema,
    CallbackAnswerSchema,
    CallbackSchema,
    CompleteSchema,
    IdentityPageSchema,
    InitiateSchema,
    LandedSchema,
    LandingSchema,
    LinkSchema,
)
from fittrack.accounts.sessions.models import Device, MfaRequired, OpenSession
from fittrack.accounts.sessions.routes import NO_STORE, Answer, challenge_of, tokens_of
from fittrack.accounts.sessions.schemas import TokensSchema
from fittrack.auth import (
    admit_suspended,
    current_account_id,
    current_session,
    login_required,
    require_step_up,
)
from fittrack.clock import utc_now
from fittrack.extensions import limit_credentials, limit_public_reads

blp = Blueprint(
    "sign_in_providers",
    __name__,
    url_prefix="/api/v1/auth/oidc",
    description="Signing in with Google and Apple",
)

PROVIDER = "/<provider>"
# Where nothing follows, other words are other addresses.
ONE_OF_THEM = f"/<any({', '.join(PROVIDERS)}):provider>"
NAMED: list[dict[str, Any]] = [
    {
        "in": "path",
        "name": "provider",
        "required": True,
        "schema": {"type": "string", "enum": list(PROVIDERS)},
        "example": "google",
    }
]


@blp.get("")
@login_required
@blp.response(200, IdentityPageSchema)
def list_identities() -> dict[str, Any]:
    """List the providers that I sign in with, on one page."""
    linked = service.list_identities(account_id=current_account_id())
    return {"items": linked, "next_cursor": None}


@blp.post(f"{PROVIDER}/initiate", parameters=NAMED)
@limit_credentials
@blp.arguments(InitiateSchema)
@blp.response(200, BegunSchema)
def begin_visit(body: dict[str, Any], provider: str) -> Answer:
    """Begin to sign in with a provider, to link it, or to step up with it; within 10 minutes.

    Raises: ProviderNotConfigured, ProviderUnavailable, Invalid, OtherProofNeeded,
    ProviderNotLinked, Unauthenticated, StepUpRequired.
    """
    now, intent = utc_now(), Intent(body["intent"])
    if intent is Intent.STEP_UP:  # for whoever wants to take the data and go
        admit_suspended()
    session = None if intent is Intent.SIGN_IN else current_session()
    if intent is Intent.LINK:
        require_step_up(now=now)
    begun = service.begin_visit(
        provider_name=provider,
        intent=intent,
        session=session,
        return_to=body["redirect_uri"],
        now=now,
    )
    return asdict(begun), NO_STORE


@blp.get(f"{PROVIDER}/landing", parameters=NAMED)
@limit_public_reads
@blp.arguments(LandingSchema, location="query", unknown="exclude")
@blp.response(200, LandedSchema)
def land(told: dict[str, Any], provider: str) -> Response:
    """Take a browser back from a provider, and hand it on to the client's page or app.

    Raises: InvalidAttempt, Invalid, ProviderNotConfigured.
    """
    return _hand_on(told, provider)


@blp.post(f"{PROVIDER}/landing", parameters=NAMED)
@limit_public_reads
@blp.arguments(LandingSchema, location="form", unknown="exclude")
@blp.response(200, LandedSchema)
def land_by_form(told: dict[str, Any], provider: str) -> Response:
    """Take a browser back from Apple, which posts a form, and hand it on.

    Raises: InvalidAttempt, Invalid, ProviderNotConfigured.
    """
    return _hand_on(told, provider)


@blp.post(f"{PROVIDER}/callback", parameters=NAMED)
@limit_credentials
@blp.arguments(CallbackSchema)
@blp.response(200, CallbackAnswerSchema)
def finish_visit(body: dict[str, Any], provider: str) -> Answer:
    """Finish a visit with the code that the browser brought back, once.

    Raises: InvalidAttempt, InvalidProviderAnswer, ProviderUnavailable, ProviderNotConfigured,
    ProviderEmailUnverified, LinkRequired, EmailTaken, AccountNotActive, IdentityTaken,
    ProviderLinkedAlready, OtherProofNeeded, Unauthenticated.
    """
    admit_suspended()
    outcome = service.finish_visit(
        provider_name=provider,
        state=body["state"],
        attempt_token=body["attempt_token"],
        code=body["code"],
        issuer=body["iss"],
        find_session=current_session,
        device=_device(body),
        now=utc_now(),
    )
    return {"provider": provider, **_told(outcome)}, NO_STORE


@blp.post("/complete")
@limit_credentials
@blp.arguments(CompleteSchema)
@blp.response(201, TokensSchema)
def register(body: dict[str, Any]) -> Answer:
    """Become a member with the address that a provider has just proved, without a password.

    Raises: InvalidProofToken, Underage, Invalid, DisplayNameTaken, EmailTaken, IdentityTaken.
    """
    opened = completions.register(
        registration_token=body["registration_token"],
        form=body,
        device=_device(body),
        now=utc_now(),
    )
    return tokens_of(opened), NO_STORE


@blp.post("/link")
@limit_credentials
@blp.arguments(LinkSchema)
@blp.response(200, TokensSchema)
def link(body: dict[str, Any]) -> Answer:
    """Link a provider to the account of its address, by the account's own password.

    Raises: InvalidProofToken, InvalidCredentials, InvalidCode, Invalid, AccountNotActive,
    IdentityTaken, ProviderLinkedAlready, TooManyLogins.
    """
    opened = completions.link(
        link_token=body["link_token"],
        password=body["password"],
        code=body["code"],
        device=_device(body),
        now=utc_now(),
    )
    return tokens_of(opened), NO_STORE


@blp.delete(ONE_OF_THEM, parameters=NAMED)
@login_required
@blp.response(204)
def unlink(provider: str) -> None:
    """Let a provider no longer sign me in.

    Raises: ProviderNotLinked, LastWayIn, StepUpRequired.
    """
    now = utc_now()
    require_step_up(now=now)
    service.unlink(
        session=current_session(),
        provider_name=provider,
        remote_address=request.remote_addr,
        now=now,
    )


def _hand_on(told: dict[str, Any], provider: str) -> Response:
    given = {name: told[name] for name in ("state", "code", "error", "iss") if told[name]}
    if name := rules.name_of(told["user"]):
        given["name"] = name
    landed = service.land(provider_name=provider, fields=given, now=utc_now())
    if landed.return_to is None:
        answer = jsonify(landed.fields)
    else:
        answer = redirect(rules.with_query(landed.return_to, landed.fields), 303)  # type: ignore[assignment]
    answer.headers.update(NO_STORE)
    return answer


def _device(body: dict[str, Any]) -> Device:
    return Device(body["device_name"], body["device_platform"], request.remote_addr)


def _told(outcome: Outcome) -> dict[str, Any]:
    """Return what came of a visit in words. Raises: LinkRequired."""
    match outcome:
        case OpenSession():
            return {"outcome": "signed_in", "mfa_required": False, **tokens_of(outcome)}
        case MfaRequired():
            return {"outcome": "mfa_required", **challenge_of(outcome)}
        case RegistrationRequired():
            return _registration(outcome)
        case LinkOffer():
            raise LinkRequired(**asdict(outcome), link_expires_in_s=_life_s())
        case Linked():
            return {"outcome": "linked", "mfa_required": False}
    return {"outcome": "stepped_up", "mfa_required": False, **asdict(outcome)}


def _registration(outcome: RegistrationRequired) -> dict[str, Any]:
    return {
        "outcome": "registration_required",
        "mfa_required": False,
        "registration_token": outcome.registration_token,
        "registration_expires_in_s": _life_s(),
        "email": outcome.email,
    }


def _life_s() -> int:
    return int(rules.PROOF_LIFE.total_seconds())
