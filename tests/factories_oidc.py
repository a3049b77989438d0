"""Visits to the simulated providers for tests, with a browser that goes where it is sent."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import requests
from flask.testing import FlaskClient

from fittrack import db
from fittrack.config import Config
from fittrack.simulator.beside import new_apple_key
from fittrack.simulator.world import World
from tests.accounts.steps import probe

RETURN_URL = "fittrack://signed-in"
EMAIL = "ana@gmail.test"


@dataclass(frozen=True)
class Brought:
    """What a client has when the browser is back: its own secrets, and what the address said."""

    provider: str
    begun: dict[str, Any]
    told: dict[str, str]

    @property
    def body(self) -> dict[str, Any]:
        """Return what the client sends to the callback."""
        kept = {name: self.told[name] for name in ("state", "code", "iss") if name in self.told}
        return kept | {"attempt_token": self.begun["attempt_token"], "device_name": "Ana's phone"}


def oidc_settings(settings: Config, base_url: str) -> Config:
    """Return settings whose providers are the simulator at an address."""
    return replace(
        settings,
        oidc_google_issuer=f"{base_url}/google",
        oidc_google_client_id="fittrack.apps.test",
        oidc_google_client_secret="the-secret-of-fittrack-at-google",
        oidc_apple_issuer=f"{base_url}/apple",
        oidc_apple_client_id="test.fittrack.signin",
        oidc_apple_team_id="TEAM123456",
        oidc_apple_key_id="KEY1234567",
        oidc_apple_private_key=settings.oidc_apple_private_key or new_apple_key(),
        oidc_return_urls=RETURN_URL,
    )


def order(world: World, provider: str, kind: str, **more: Any) -> None:
    """Let a provider misbehave."""
    answer = requests.post(
        f"{world.base_url}/control/{provider}/faults", json=[{"kind": kind, **more}], timeout=60
    )
    assert answer.status_code == 204


def behave(world: World) -> None:
    """Let all providers behave well from now on."""
    for provider in ("google", "apple"):
        requests.delete(f"{world.base_url}/control/{provider}/faults", timeout=60)


def rotate(world: World, provider: str) -> None:
    """Let a provider sign with another key."""
    answer = requests.post(f"{world.base_url}/control/{provider}/rotate", timeout=60)
    assert answer.status_code == 204


def begin(client: FlaskClient, provider: str = "google", headers: Any = None, **body: Any) -> Any:
    """Return the answer of `initiate`."""
    path = f"/api/v1/auth/oidc/{provider}/initiate"
    return client.post(path, json={"redirect_uri": RETURN_URL} | body, headers=headers)


def agree(client: FlaskClient, url: str, *, email: str = EMAIL, **form: str) -> dict[str, str]:
    """Let somebody agree on a provider's page; return what ends up at the client's address."""
    page = requests.get(url, timeout=60)
    assert page.status_code == 200, page.text
    fields = hidden_fields(page.text) | {"email": email} | form
    answer = requests.post(url.partition("?")[0], data=fields, timeout=60, allow_redirects=False)
    if answer.status_code == 302:
        landed = client.get(_own_path(answer.headers["Location"]))
    else:
        action = re.search(r'action="([^"]+)"', answer.text)
        assert action, answer.text
        landed = client.post(_own_path(action[1]), data=hidden_fields(answer.text))
    assert landed.status_code == 303, landed.text
    location = landed.headers["Location"]
    assert location.startswith(RETURN_URL)
    return dict(parse_qsl(urlsplit(location).query))


def visit(
    client: FlaskClient,
    provider: str = "google",
    *,
    email: str = EMAIL,
    headers: Any = None,
    intent: str = "sign_in",
    **form: str,
) -> Brought:
    """Go to a provider and come back with a code."""
    begun = begin(client, provider, headers, intent=intent)
    assert begun.status_code == 200, begun.json
    told = agree(client, begun.json["authorization_url"], email=email, **form)
    return Brought(provider, begun.json, told)


def come_back(client: FlaskClient, brought: Brought, headers: Any = None, **over: Any) -> Any:
    """Return the answer of the callback."""
    path = f"/api/v1/auth/oidc/{brought.provider}/callback"
    return client.post(path, json=brought.body | over, headers=headers)


def sign_in(client: FlaskClient, provider: str = "google", **over: Any) -> Any:
    """Return the answer of a whole visit."""
    return come_back(client, visit(client, provider, **over))


def membership(token: str, **over: Any) -> dict[str, Any]:
    """Return the form that completes a registration."""
    form = {
        "registration_token": token,
        "display_name": "AnaGoogle",
        "date_of_birth": "1990-05-17",
        "state": "CA",
        "accepted_terms_version": "1",
        "accepted_rules_version": "1",
    }
    return form | over


def join(client: FlaskClient, provider: str = "google", *, email: str = EMAIL, **over: Any) -> Any:
    """Return the answer to becoming a member through a provider."""
    found = sign_in(client, provider, email=email)
    assert found.json["outcome"] == "registration_required", found.json
    form = membership(found.json["registration_token"], **over)
    return client.post("/api/v1/auth/oidc/complete", json=form)


def me(client: FlaskClient, tokens: Any) -> Any:
    """Return the account of a session that was just opened."""
    return client.get("/api/v1/users/me", headers=bearer(tokens)).json


def code_of(answer: Any) -> tuple[int, str]:
    """Return the status and the code of a refusal."""
    return answer.status_code, answer.json["code"]


def count_rows(table: str) -> int:
    """Return how many rows a table has."""
    with db.reading("count_rows") as tx:
        return int(tx.value(probe(f"SELECT COUNT(*) AS found FROM {table}")))


def bearer(tokens: Any) -> dict[str, str]:
    """Return the headers of a session that was just opened."""
    return {"Authorization": f"Bearer {tokens.json['access_token']}"}


def hidden_fields(page: str) -> dict[str, str]:
    """Return the hidden fields of a page's form."""
    found = re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', page)
    return {name: html.unescape(value) for name, value in found}


def _own_path(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path
