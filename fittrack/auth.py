"""Who is asking: the verified token, the live session behind it, roles and step-up."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache, wraps
from typing import Any, TypeVar, cast

from cryptography.hazmat.primitives.asymmetric.ed25519 import (
    Ed25519PrivateKey,
    Ed25519PublicKey,
)
from flask import Flask, g, request
from flask_jwt_extended import JWTManager, create_access_token, verify_jwt_in_request
from flask_jwt_extended.exceptions import JWTExtendedException
from jwt.exceptions import ExpiredSignatureError, InvalidTokenError, PyJWTError

from fittrack import config, crypto, db
from fittrack.clock import utc_now
from fittrack.config import Config
from fittrack.db.loader import load_sql
from fittrack.errors import Forbidden, Unauthenticated
from fittrack.token_memo import Known, TokenMemo

SQL = load_sql("auth")
View = TypeVar("View", bound=Callable[..., Any])
ISSUER = "fittrack"
STEP_UP_S = 600
LONGEST_HEADER = 4096  # ours have some 400 characters; longer ones are not even read
BEARER = "Bearer"
APPEALS = "/api/v1/users/me/appeals"
PRIVILEGED = frozenset({"admin", "auditor"})
ACTIVE = frozenset({"active"})
# A suspended member may still log in, to read why, to appeal, and to take the data and go.
MAY_LOG_IN = frozenset({"active", "suspended"})


class TokenExpired(Unauthenticated):
    """This access token has expired."""

    code = "token_expired"


class InvalidToken(Unauthenticated):
    """This access token is not valid."""

    code = "invalid_token"


class SessionEnded(Unauthenticated):
    """This session has ended; log in again."""

    code = "session_ended"


class AccountNotActive(Forbidden):
    """This account is not active."""

    code = "account_not_active"


class SecondFactorRequired(Forbidden):
    """This role needs a second factor; enrol one first."""

    code = "second_factor_required"


class StepUpRequired(Forbidden):
    """This needs a second factor that is not older than 10 minutes."""

    code = "step_up_required"


@dataclass(frozen=True, slots=True)
class Identity:
    """What a verified token claims; the session behind it may have ended since."""

    account_id: str
    session_id: str
    role: str


@dataclass(frozen=True, slots=True)
class LiveSession:
    """A session as the database knows it now; `stamp` is that of what is kept for its account."""

    session_id: str
    account_id: str
    role: str
    status: str
    is_ended: bool
    has_second_factor: bool
    started_at: datetime
    stepped_up_at: datetime | None
    stamp: str | None = None


_memo: TokenMemo[Identity] = TokenMemo()


def issue_access_token(identity: Identity) -> str:
    """Return a signed access token for a session (EdDSA, RFC 8037, with the key's id)."""
    token: str = create_access_token(
        identity=identity.account_id,
        additional_claims={"sid": identity.session_id, "role": identity.role, "iss": ISSUER},
        additional_headers={"kid": key_id(signing_key().public_key())},
    )
    return token


def claimed() -> Identity | None:
    """Return what the request's token claims, or None without a valid token."""
    return cast("Identity | None", g.get("identity"))


def current_account_id() -> str:
    """Return the signed-in account's id, within a view that requires one."""
    return current_session().account_id


def current_session() -> LiveSession:
    """Return the signed-in session. Raises: Unauthenticated, AccountNotActive.

    It is an active account's, or within a view that is open to them also a suspended one's.
    """
    session = g.get("session")
    if session is None:
        session = g.session = _live_session()
        g.account_id = session.account_id
    if session.status not in g.get("admitted", ACTIVE):
        raise _not_active(session)
    return cast(LiveSession, session)


def login_required(view: View) -> View:
    """Let only signed-in, active accounts reach a view."""
    return _guarded(view, ())


def login_even_suspended(view: View) -> View:
    """Let signed-in accounts reach a view, suspended ones too: their own affairs, and appeals."""
    return _guarded(view, (), admitted=MAY_LOG_IN)


def admit_suspended() -> None:
    """Let the session of this request be a suspended member's, where a view asks for it itself."""
    g.admitted = MAY_LOG_IN


def roles_required(*roles: str) -> Callable[[View], View]:
    """Let only active accounts of some roles, with a second factor where it's due, reach a view."""
    return lambda view: _guarded(view, roles)


def require_step_up(*, now: datetime) -> None:
    """Raises: StepUpRequired unless this session showed a second factor within 10 minutes."""
    stepped_up_at = current_session().stepped_up_at
    if not is_recent(stepped_up_at, now=now):
        raise StepUpRequired


def require_recent_proof(*, now: datetime) -> None:
    """Raises: StepUpRequired unless this session was stepped up, or began, within 10 minutes.

    That it began counts for members without a second factor only: logging in asked them for all
    that stepping up would. It's for adding the first one (OWASP ASVS 4.0.3, 2.2.3 and 3.7.1).
    """
    session = current_session()
    if session.has_second_factor or not is_recent(session.started_at, now=now):
        require_step_up(now=now)


def is_recent(proved_at: datetime | None, *, now: datetime) -> bool:
    """Tell whether a secret was shown within the past 10 minutes."""
    return proved_at is not None and now - proved_at <= timedelta(seconds=STEP_UP_S)


def _guarded(view: View, roles: tuple[str, ...], *, admitted: frozenset[str] = ACTIVE) -> View:
    @wraps(view)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        g.admitted = admitted
        session = current_session()
        if roles and session.role not in roles:
            raise Forbidden
        if session.role in PRIVILEGED and not session.has_second_factor and roles:
            raise SecondFactorRequired
        return view(*args, **kwargs)

    guarded.access = roles or ("signed in",)  # type: ignore[attr-defined]
    guarded.admitted = admitted  # type: ignore[attr-defined]
    return cast(View, guarded)


def _not_active(session: LiveSession) -> AccountNotActive:
    """Return the refusal, for a suspended member with the reason and where to appeal."""
    if session.status != "suspended":
        return AccountNotActive(status_of_account=session.status)
    with db.reading("find_suspension_reason") as tx:
        reason = tx.value(SQL["find_suspension_reason"], account_id=session.account_id)
    return AccountNotActive(
        "This account is suspended; the reason is given, and an appeal is possible.",
        status_of_account=session.status,
        reason=reason,
        appeal_to=APPEALS,
    )


def _live_session() -> LiveSession:
    identity = claimed()
    if identity is None:
        raise g.get("token_problem") or Unauthenticated()
    with db.reading("find_live_session", single=True) as tx:
        session = tx.one(
            LiveSession, SQL["find_live_session"], session_id=identity.session_id, now_at=utc_now()
        )
    if session is None or session.is_ended or session.account_id != identity.account_id:
        raise SessionEnded
    return session


def _read_token() -> None:
    """Verify the request's token, if it has one, before limits and views ask who is there."""
    header = request.headers.get("Authorization")
    if header is None:
        return
    try:
        if len(header) > LONGEST_HEADER:
            raise InvalidTokenError
        header = _in_one_spelling(header)
        known = _memo.find(header, keys=_verifying_keys(), now_s=time.time())
        g.identity = known or _verified(header)
    except ExpiredSignatureError:
        g.token_problem = TokenExpired()
    except (PyJWTError, JWTExtendedException, KeyError):
        g.token_problem = InvalidToken()


def _in_one_spelling(header: str) -> str:
    """Return the header as the library knows it: it takes `bearer` in any case (RFC 9110, 11.1)."""
    scheme, _, token = header.partition(" ")
    if scheme == BEARER or scheme.lower() != BEARER.lower():
        return header
    spelt = request.environ["HTTP_AUTHORIZATION"] = f"{BEARER} {token}"
    return spelt


def _verified(header: str) -> Identity | None:
    """Return what a request's token claims, None where it has none.

    Raises: PyJWTError, JWTExtendedException, KeyError.
    """
    found = verify_jwt_in_request(optional=True)
    if found is None:
        return None
    head, claims = found
    named = [claims[name] for name in ("sub", "sid", "role")]
    if not all(isinstance(text, str) for text in named):
        raise InvalidTokenError
    identity = Identity(*named)
    _memo.keep(header, Known(identity, head["kid"], claims["exp"]))
    return identity


def init_app(app: Flask, manager: JWTManager, settings: Config) -> None:
    """Bind token signing, and read each request's token first of all."""
    app.config.update(
        JWT_ALGORITHM="EdDSA",
        JWT_DECODE_ISSUER=ISSUER,
        JWT_ENCODE_AUDIENCE=ISSUER,
        JWT_DECODE_AUDIENCE=ISSUER,
        JWT_ACCESS_TOKEN_EXPIRES=timedelta(seconds=settings.access_token_s),
        JWT_TOKEN_LOCATION=["headers"],
    )
    manager.init_app(app)
    manager.encode_key_loader(lambda _account_id: signing_key())
    manager.decode_key_loader(_key_of)
    app.before_request(_read_token)


def public_keys() -> list[dict[str, str]]:
    """Return the keys that access tokens are verified with, as a JWK set's members (RFC 8037)."""
    kind = {"kty": "OKP", "crv": "Ed25519", "use": "sig", "alg": "EdDSA"}
    return [
        {**kind, "x": crypto.base64url(key.public_bytes_raw()), "kid": kid}
        for kid, key in _verifying_keys().items()
    ]


def key_id(key: Ed25519PublicKey) -> str:
    """Return a short name of a key, from the hash of its public half."""
    return crypto.digest(key.public_bytes_raw().hex())[:16]


def _verifying_keys() -> dict[str, Ed25519PublicKey]:
    """Return the present key and former ones by id, so that a new one logs nobody out."""
    settings = config.current()
    return _public_keys_of(settings.jwt_signing_key, settings.former_keys)


@cache
def _public_keys_of(signing_secret: str, former: tuple[str, ...]) -> dict[str, Ed25519PublicKey]:
    signing = Ed25519PrivateKey.from_private_bytes(config.secret_bytes(signing_secret))
    others = (Ed25519PublicKey.from_public_bytes(config.secret_bytes(text)) for text in former)
    return {key_id(key): key for key in (signing.public_key(), *others)}


def _key_of(header: dict[str, Any], _claims: dict[str, Any]) -> Ed25519PublicKey:
    """Return the key that a token names. Raises: KeyError."""
    return _verifying_keys()[header["kid"]]


def signing_key() -> Ed25519PrivateKey:
    """Return the key that access tokens are signed with now."""
    secret = config.secret_bytes(config.current().jwt_signing_key)
    return Ed25519PrivateKey.from_private_bytes(secret)
