"""The endpoints that every OpenID provider has; what differs is its `Manner`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, abort, jsonify, redirect, render_template, request

from fittrack.simulator import faults
from fittrack.simulator.issuer import Agreement, Issuer, Refused
from fittrack.simulator.world import PEOPLE, Client

ASKED = (
    "client_id",
    "redirect_uri",
    "response_type",
    "response_mode",
    "scope",
    "state",
    "nonce",
    "code_challenge",
    "code_challenge_method",
)


@dataclass(frozen=True, slots=True)
class Manner:
    """How one provider differs: its paths, its claims, and what it asks of clients."""

    title: str
    authorize_path: str
    token_path: str
    keys_path: str
    metadata: Callable[[Issuer], dict[str, Any]]
    claims: Callable[[Issuer, Agreement], dict[str, Any]]
    knows: Callable[[Issuer, Client, Mapping[str, str]], bool]
    problem: Callable[[Mapping[str, str]], str | None]
    companions: Callable[[Issuer, Agreement], dict[str, str]]


def blueprint_of(issuer: Issuer, manner: Manner) -> Blueprint:
    """Return a provider's endpoints."""
    blp = Blueprint(issuer.service, __name__, url_prefix=f"/{issuer.service}")
    metadata_path = "/.well-known/openid-configuration"
    blp.get(metadata_path)(_metadata_view(issuer, manner))
    blp.get(manner.keys_path)(_keys_view(issuer))
    blp.get(manner.authorize_path)(_ask_view(issuer, manner))
    blp.post(manner.authorize_path)(_agree_view(issuer, manner))
    blp.post(manner.token_path)(_token_view(issuer, manner))
    return blp


def _metadata_view(issuer: Issuer, manner: Manner) -> Callable[[], Response]:
    def tell_metadata() -> Response:
        if kind := issuer.faults.take(faults.METADATA, faults.ANSWERS):
            return faults.answer_of(kind)
        told = {
            "issuer": issuer.url,
            "authorization_endpoint": issuer.url + manner.authorize_path,
            "token_endpoint": issuer.url + manner.token_path,
            "jwks_uri": issuer.url + manner.keys_path,
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
            **manner.metadata(issuer),
        }
        if issuer.faults.take(faults.METADATA, ("other_provider",)):
            told["issuer"] = "https://issuer.test"
        return jsonify(told)

    return tell_metadata


def _keys_view(issuer: Issuer) -> Callable[[], Response]:
    def tell_keys() -> Response:
        if kind := issuer.faults.take(faults.KEYS, faults.ANSWERS):
            return faults.answer_of(kind)
        return jsonify({"keys": [key.jwk for key in issuer.keys]})

    return tell_keys


def _ask_view(issuer: Issuer, manner: Manner) -> Callable[[], Any]:
    def ask_for_consent() -> Any:
        asked = request.args.to_dict()
        if problem := _problem(issuer, manner, asked):
            return _back(asked, {"error": problem})
        return render_template(
            "simulator/consent.html",
            title=manner.title,
            asked={name: asked[name] for name in ASKED if name in asked},
            people=PEOPLE,
            hint=asked.get("login_hint", ""),
            may_hide=issuer.service == "apple",
        )

    return ask_for_consent


def _agree_view(issuer: Issuer, manner: Manner) -> Callable[[], Any]:
    def agree() -> Any:
        asked = request.form.to_dict()
        if problem := _problem(issuer, manner, asked):
            return _back(asked, {"error": problem})
        if asked.get("decision") == "deny":
            return _back(asked, {"error": "access_denied"})
        agreement = _agreement(issuer, asked)
        companions = manner.companions(issuer, agreement)
        return _back(asked, {"code": issuer.agree(agreement), **companions})

    return agree


def _token_view(issuer: Issuer, manner: Manner) -> Callable[[], Any]:
    def give_tokens() -> Any:
        if kind := issuer.faults.take(faults.TOKEN, faults.ANSWERS):
            return faults.answer_of(kind)
        form = request.form.to_dict()
        client = issuer.client
        if client is None or not manner.knows(issuer, client, form):
            return jsonify({"error": "invalid_client"}), 401
        if form.get("grant_type") != "authorization_code":
            return jsonify({"error": "unsupported_grant_type"}), 400
        try:
            agreement = issuer.redeem(form)
        except Refused as refused:
            return jsonify({"error": str(refused)}), 400
        return jsonify(issuer.tokens_of(agreement, manner.claims(issuer, agreement)))

    return give_tokens


def _problem(issuer: Issuer, manner: Manner, asked: Mapping[str, str]) -> str | None:
    """Return what is wrong with a request, to be told to the client.

    Where the client or the address is unknown nobody is sent anywhere: 400.
    """
    client = issuer.client
    if client is None or asked.get("client_id") != client.client_id:
        abort(400, "This client is unknown.")
    if asked.get("redirect_uri") != client.redirect_uri:
        abort(400, "This redirect_uri is not registered.")
    if asked.get("response_type") != "code":
        return "unsupported_response_type"
    if "openid" not in asked.get("scope", "").split():
        return "invalid_scope"
    if "code_challenge" in asked and asked.get("code_challenge_method") != "S256":
        return "invalid_request"
    return manner.problem(asked)


def _agreement(issuer: Issuer, asked: Mapping[str, str]) -> Agreement:
    email = asked.get("other_email", "").strip() or asked.get("email", "").strip()
    if not email:
        abort(400, "Somebody must be chosen.")
    name = next((person.name for person in PEOPLE if person.email == email), "Somebody Else")
    return Agreement(
        client_id=asked["client_id"],
        redirect_uri=asked["redirect_uri"],
        scope=asked["scope"],
        nonce=asked.get("nonce"),
        code_challenge=asked.get("code_challenge"),
        email=email,
        name=name,
        is_email_verified="unverified" not in asked,
        is_email_hidden="hide_email" in asked,
        agreed_at=issuer.world.now(),
    )


def _back(asked: Mapping[str, str], told: dict[str, str]) -> Any:
    """Send the browser back to the client, by an address or by a form, as it was asked."""
    fields = {**told, **({"state": asked["state"]} if "state" in asked else {})}
    uri = asked["redirect_uri"]
    if asked.get("response_mode") == "form_post":
        return render_template("simulator/form_post.html", uri=uri, fields=fields)
    return redirect(f"{uri}{'&' if '?' in uri else '?'}{urlencode(fields)}", 302)
