"""Apple's sign-in, simulated: a signed client secret, answers by form, names said only once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson
from flask import Blueprint

from fittrack.clock import epoch_s
from fittrack.simulator import signing
from fittrack.simulator.issuer import Agreement, Issuer
from fittrack.simulator.pages import Manner, blueprint_of
from fittrack.simulator.world import Client

SERVICE = "apple"
RELAY = "privaterelay.appleid.test"
METADATA = {
    "response_modes_supported": ["query", "fragment", "form_post"],
    "scopes_supported": ["openid", "email", "name"],
    "token_endpoint_auth_methods_supported": ["client_secret_post"],
}
LONGEST_SECRET_S = 15_777_000  # six months


def blueprint(issuer: Issuer) -> Blueprint:
    """Return the endpoints of Apple."""
    manner = Manner(
        title="Apple",
        authorize_path="/auth/authorize",
        token_path="/auth/token",  # noqa: S106 - a path
        keys_path="/auth/keys",
        metadata=lambda _issuer: METADATA,
        claims=claims_of,
        knows=_knows,
        problem=_problem,
        companions=_companions,
    )
    return blueprint_of(issuer, manner)


def claims_of(issuer: Issuer, agreement: Agreement) -> dict[str, Any]:
    """Return what a token says of somebody; truths are words, as Apple has them."""
    subject = f"{int(issuer.subject_of(agreement.email)) % 10**6:06}.{_hex(issuer, agreement)}.0815"
    told: dict[str, Any] = {
        "sub": subject,
        "auth_time": epoch_s(issuer.world.now()),
        "nonce_supported": True,
    }
    if "email" in agreement.scope.split():
        told["email"] = _address(issuer, agreement)
        told["email_verified"] = "true" if agreement.is_email_verified else "false"
        if agreement.is_email_hidden:
            told["is_private_email"] = "true"
    return told


def _hex(issuer: Issuer, agreement: Agreement) -> str:
    return f"{issuer.world.number_of(SERVICE, agreement.email.casefold()):032x}"


def _address(issuer: Issuer, agreement: Agreement) -> str:
    if not agreement.is_email_hidden:
        return agreement.email
    return f"{_hex(issuer, agreement)[:10]}@{RELAY}"


def _problem(asked: Mapping[str, str]) -> str | None:
    """With a name or an address in the scope Apple answers by form only."""
    wants_more = {"name", "email"} & set(asked["scope"].split())
    if wants_more and asked.get("response_mode") != "form_post":
        return "invalid_request"
    return None


def _companions(issuer: Issuer, agreement: Agreement) -> dict[str, str]:
    """Return the name and address that the page sends along the first time, and never again."""
    is_asked = "name" in agreement.scope.split()
    if not is_asked or not issuer.is_first_time(agreement.email):
        return {}
    first, _, last = agreement.name.partition(" ")
    user = {
        "name": {"firstName": first, "lastName": last},
        "email": _address(issuer, agreement),
    }
    return {"user": orjson.dumps(user).decode()}


def _knows(issuer: Issuer, client: Client, form: Mapping[str, str]) -> bool:
    """Tell whether a client secret is a token that the client's own key has signed for us."""
    if client.public_key is None or form.get("client_id") != client.client_id:
        return False
    try:
        header, claims = signing.read_es256(form.get("client_secret", ""), client.public_key)
    except ValueError:
        return False
    now_s = epoch_s(issuer.world.now())
    return (
        header.get("alg") == "ES256"
        and header.get("kid") == client.key_id
        and claims.get("iss") == client.team_id
        and claims.get("aud") == issuer.url
        and claims.get("sub") == client.client_id
        and claims["iat"] - 60 <= now_s < claims["exp"] <= now_s + LONGEST_SECRET_S
    )
