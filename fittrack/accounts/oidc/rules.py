"""What makes a visit to a provider ours, and an identity token a proof (OIDC Core, 3.1.3).

The client keeps one secret, the attempt token. The PKCE verifier and the nonce follow from it by
SHA-256, so that neither has to be stored, and nobody who reads the database can finish a visit.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import orjson

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


def challenge_of(verifier: str) -> str:
    """Return the S256 challenge of a verifier (RFC 7636, 4.2)."""
    return crypto.base64url(hashlib.sha256(verifier.encode()).digest())


def authorization_url(endpoint: str, provider: Provider, *, state: str, attempt_token: str) -> str:
    """Return the address of the provider's page on which somebody agrees to sign in."""
    parameters = {
        "response_type": "code",
        "client_id": provider.client_id,
        "redirect_uri": provider.redirect_uri,
        "scope": provider.scope,
        "state": state,
        "nonce": nonce_of(attempt_token),
        "code_challenge": challenge_of(verifier_of(attempt_token)),
        "code_challenge_method": "S256",
        **provider.extra,
    }
    return with_query(endpoint, parameters)


def with_query(url: str, parameters: Mapping[str, str]) -> str:
    """Return an address with more parameters."""
    return f"{url}{'&' if '?' in url else '?'}{urlencode(parameters)}"


def check_claims(
    told: Mapping[str, Any],
    provider: Provider,
    *,
    nonce: str,
    access_token: str | None,
    now: datetime,
) -> Claims:
    """Return what a token says whose signature is right. Raises: NoProof."""
    _check("iss", told.get("iss") == provider.issuer)
    _check_audience(told, provider.client_id)
    _check_times(told, epoch_s(now))
    given = told.get("nonce")
    _check("nonce", isinstance(given, str) and _same(given, nonce))
    if "at_hash" in told and access_token is not None:
        _check("at_hash", _same(str(told["at_hash"]), access_token_hash(access_token)))
    subject = told.get("sub")
    if not isinstance(subject, str) or not 0 < len(subject) <= LONGEST_SUBJECT:
        raise NoProof("sub")
    _check("sub", subject.isascii() and subject.isprintable())
    return Claims(provider.name, subject, _email_of(told))


def access_token_hash(access_token: str) -> str:
    """Return the left half of a token's SHA-256, in base64url (OpenID Connect Core, 3.1.3.6)."""
    return crypto.base64url(hashlib.sha256(access_token.encode()).digest()[:16])


def name_of(user_text: str | None) -> str | None:
    """Return the name that Apple's page sends along the first time, unsigned: only a proposal."""
    try:
        user = orjson.loads(user_text or "null")
        parts = [user["name"].get(part) or "" for part in ("firstName", "lastName")]
        name = " ".join(part.strip() for part in parts).strip()
    except (orjson.JSONDecodeError, KeyError, TypeError, AttributeError):
        return None
    return name[:LONGEST_NAME] if name.isprintable() and name else None


def _check_audience(told: Mapping[str, Any], client_id: str) -> None:
    audience = told.get("aud")
    listed = audience if isinstance(audience, list) else [audience]
    _check("aud", client_id in listed)
    if len(listed) > 1 or "azp" in told:
        _check("azp", told.get("azp") == client_id)


def _check_times(told: Mapping[str, Any], now_s: int) -> None:
    expires_s, issued_s = (_number(told, claim) for claim in ("exp", "iat"))
    _check("exp", expires_s > now_s - SKEW_S)
    _check("iat", now_s - OLDEST_S - SKEW_S <= issued_s <= now_s + SKEW_S)


def _email_of(told: Mapping[str, Any]) -> str | None:
    """Return a verified address, or None; Apple says in words that it is one."""
    email, verified = told.get("email"), told.get("email_verified")
    if not isinstance(email, str) or not 0 < len(email) <= LONGEST_EMAIL:
        return None
    return email if verified is True or verified == "true" else None


def _derived(use: str, attempt_token: str) -> str:
    message = f"fittrack oidc {use} {attempt_token}".encode()
    return crypto.base64url(hashlib.sha256(message).digest())


def _number(told: Mapping[str, Any], claim: str) -> float:
    """Raises: NoProof."""
    value = told.get(claim)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise NoProof(claim)
    return value


def _same(given: str, wanted: str) -> bool:
    return hmac.compare_digest(given.encode(), wanted.encode())


def _check(claim: str, holds: bool) -> None:
    """Raises: NoProof."""
    if not holds:
        raise NoProof(claim)
