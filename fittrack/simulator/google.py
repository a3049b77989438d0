"""Google's sign-in, simulated: a client secret in the form, claims as Google gives them."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response, jsonify, request

from fittrack.simulator.issuer import Agreement, Issuer
from fittrack.simulator.pages import Manner, blueprint_of
from fittrack.simulator.world import Client

SERVICE = "google"
SCOPES = ["openid", "email", "profile"]


def blueprint(issuer: Issuer) -> Blueprint:
    """Return the endpoints of Google."""
    manner = Manner(
        title="Google",
        authorize_path="/o/oauth2/v2/auth",
        token_path="/token",  # noqa: S106 - a path
        keys_path="/oauth2/v3/certs",
        metadata=_metadata,
        claims=claims_of,
        knows=_knows,
        problem=lambda _asked: None,
        companions=lambda issuer, agreement: {"iss": issuer.url, "scope": agreement.scope},
    )
    blp = blueprint_of(issuer, manner)

    @blp.get("/userinfo")
    def tell_user() -> Response:
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        agreement = issuer.access_tokens.get(token) if scheme == "Bearer" else None
        if agreement is None:
            return Response(status=401, headers={"WWW-Authenticate": "Bearer"})
        return jsonify(_person_of(issuer, agreement))

    return blp


def claims_of(issuer: Issuer, agreement: Agreement) -> dict[str, Any]:
    """Return what a token says of somebody."""
    return {"azp": agreement.client_id, **_person_of(issuer, agreement)}


def _metadata(issuer: Issuer) -> dict[str, Any]:
    return {
        "userinfo_endpoint": f"{issuer.url}/userinfo",
        "scopes_supported": SCOPES,
        "code_challenge_methods_supported": ["S256"],
        "token_endpoint_auth_methods_supported": ["client_secret_post"],
        "authorization_response_iss_parameter_supported": True,
    }


def _person_of(issuer: Issuer, agreement: Agreement) -> dict[str, Any]:
    scopes = agreement.scope.split()
    told: dict[str, Any] = {"sub": issuer.subject_of(agreement.email)}
    if "email" in scopes:
        told |= {"email": agreement.email, "email_verified": agreement.is_email_verified}
    if "profile" in scopes:
        told |= {"name": agreement.name, "given_name": agreement.name.split()[0]}
    return told


def _knows(_issuer: Issuer, client: Client, form: Mapping[str, str]) -> bool:
    given = form.get("client_secret", "").encode()
    is_secret = secrets.compare_digest(given, (client.secret or "").encode())
    return form.get("client_id") == client.client_id and is_secret
