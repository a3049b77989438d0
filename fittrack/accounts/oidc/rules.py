"""What makes a visit to a provider ours, and an identity token a proof (OIDC Core, 3.1.3).

The client keeps one secret, the attempt token. The PKCE verifier and the nonce follow from it by
SHA-256, so that neither has to be stored, and nobody who reads the database can finish a visit.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import orjson
from authlib.oauth2 import ClientAuth
from authlib.oauth2.rfc6749.parameters import prepare_grant_uri, prepare_token_request
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from authlib.oidc.core import CodeIDToken
from joserfc.errors import ClaimError

from fittrack import crypto
from fittrack.accounts.oidc.models import Claims
from fittrack.accounts.oidc.providers import Provider
from fittrack.clock import epoch_s

ATTEMPT_LIFE = timedelta(minutes=10)
PROOF_LIFE = timedelta(minutes=10)
SKEW_S = 60
# A token is fetched at once; an older one was made for something else.
OLDEST_S = 600
LONGEST_SUBJECT = 255
LONGEST_EMAIL = 254
LONGEST_NAME = 60
ALGORITHMS = ("RS256", "ES256")


class NoProof(ValueError):
    """An identity token does not prove what it should; the words name the claim."""


def verifier_of(attempt_token: str) -> str:
    """Return the PKCE verifier of a visit, 43 characters (RFC 7636, 4.1)."""
    return _derived("code verifier", attempt_token)


def nonce_of(attempt_token: str) -> str:
    """Return the nonce of a visit, 43 characters."""
    return _derived("nonce", attempt_token)


def authorization_url(endpoint: str, provider: Provider, *, state: str, attempt_token: str) -> str:
    """Return the address of the provider's page on which somebody agrees to sign in."""
    url: str = prepare_grant_uri(
        endpoint,
        provider.client_id,
        "code",
        redirect_uri=provider.redirect_uri,
        scope=provider.scope,
        state=state,
        nonce=nonce_of(attempt_token),
        code_challenge=create_s256_code_challenge(verifier_of(attempt_token)),
        code_challenge_method="S256",
        **provider.extra,
    )
    return url


def token_request(provider: Provider, secret: str, *, code: str, attempt_token: str) -> str:
    """Return the form that exchanges a code, with the client's secret in it.

    In the body and not in a header, for Apple takes it in no other way (RFC 6749, 2.3.1 and 4.1.3).
    """
    form = prepare_token_request(
        "authorization_code",
        redirect_uri=provider.redirect_uri,
        code=code,
        code_verifier=verifier_of(attempt_token),
    )
    client = ClientAuth(provider.client_id, secret, "client_secret_post")
    signed: str = client.prepare("POST", "", {}, form)[2]
    return signed


def with_query(url: str, parameters: Mapping[str, str]) -> str:
    """Return an address of a client's with more parameters, and nothing else of it changed."""
    return f"{url}{'&' if '?' in url else '?'}{urlencode(parameters)}"


def check_claims(
    told: Mapping[str, Any],
    provider: Provider,
    *,
    algorithm: str,
    nonce: str,
    access_token: str | None,
    now: datetime,
) -> Claims:
    """Return what a token says whose signature is right. Raises: NoProof."""
    token = CodeIDToken(
        told,
        {"alg": algorithm},  # it says which hash `at_hash` is
        options=_wanted(provider),
        params={"client_id": provider.client_id, "nonce": nonce, "access_token": access_token},
    )
    try:
        token.validate(now=epoch_s(now), leeway=SKEW_S)
    except ClaimError as error:
        raise NoProof(error.claim) from error
    _check("iat", told["iat"] >= epoch_s(now) - OLDEST_S - SKEW_S)
    return Claims(provider.name, _subject_of(told), _email_of(told))


def name_of(user_text: str | None) -> str | None:
    """Return the name that Apple's page sends along the first time, unsigned: only a proposal."""
    try:
        user = orjson.loads(user_text or "null")
        parts = [user["name"].get(part) or "" for part in ("firstName", "lastName")]
        name = " ".join(part.strip() for part in parts).strip()
    except (orjson.JSONDecodeError, KeyError, TypeError, AttributeError):
        return None
    return name[:LONGEST_NAME] if name.isprintable() and name else None


def _wanted(provider: Provider) -> dict[str, dict[str, Any]]:
    """Return what claims have to be, beyond what any identity token's have to."""
    return {
        "iss": {"value": provider.issuer},
        "aud": {"value": provider.client_id},
        # Authlib passes over an `azp` and an `at_hash` that are empty; these two do not.
        "azp": {"value": provider.client_id},
        "at_hash": {"validate": _is_hash},
    }


def _is_hash(_told: Mapping[str, Any], value: Any) -> bool:
    return isinstance(value, str) and value != ""


def _subject_of(told: Mapping[str, Any]) -> str:
    """Raises: NoProof."""
    subject: str = told["sub"]
    _check("sub", 0 < len(subject) <= LONGEST_SUBJECT)
    _check("sub", subject.isascii() and subject.isprintable())
    return subject


def _email_of(told: Mapping[str, Any]) -> str | None:
    """Return a verified address, or None; Apple says in words that it is one."""
    email, verified = told.get("email"), told.get("email_verified")
    if not isinstance(email, str) or not 0 < len(email) <= LONGEST_EMAIL:
        return None
    return email if verified is True or verified == "true" else None


def _derived(use: str, attempt_token: str) -> str:
    message = f"fittrack oidc {use} {attempt_token}".encode()
    return crypto.base64url(hashlib.sha256(message).digest())


def _check(claim: str, holds: bool) -> None:
    """Raises: NoProof."""
    if not holds:
        raise NoProof(claim)
