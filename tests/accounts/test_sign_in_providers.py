"""Signing in with Google and Apple, over real HTTP with the simulated providers."""

from __future__ import annotations

from datetime import timedelta

import pytest

from fittrack import config, db
from fittrack.accounts.oidc import discovery, service
from fittrack.accounts.oidc.models import Attempt
from fittrack.clock import utc_now
from tests.accounts.steps import probe
from tests.factories_accounts import PASSWORD, login, make_account, make_totp, registration
from tests.factories_oidc import (
    EMAIL,
    RETURN_URL,
    agree,
    bearer,
    begin,
    code_of,
    come_back,
    count_rows,
    join,
    me,
    membership,
    rotate,
    sign_in,
    visit,
)

pytestmark = pytest.mark.usefixtures("world")
COMPLETE = "/api/v1/auth/oidc/complete"
OIDC = "/api/v1/auth/oidc"


@pytest.mark.parametrize("provider", ["google", "apple"])
def test_a_new_face_becomes_a_member_and_signs_in_again(client, provider):
    joined = join(client, provider)
    assert joined.status_code == 201, joined.json
    member = me(client, joined)
    assert (member["email"], member["status"]) == (EMAIL, "active")
    assert (member["display_name"], member["accepted_terms_version"]) == ("AnaGoogle", "1")
    assert member["email_verified_at"] is not None
    again = sign_in(client, provider)
    assert (again.status_code, again.json["outcome"]) == (200, "signed_in")
    assert again.headers["Cache-Control"] == "no-store"
    assert me(client, again)["account_id"] == member["account_id"]


def test_a_provider_asks_for_no_more_than_an_address(client):
    url = begin(client).json["authorization_url"]
    assert "scope=openid+email&" in url
    assert "code_challenge_method=S256" in url
    assert "nonce=" in url


def test_apple_may_hide_the_address_and_tells_the_name_once(client):
    first = visit(client, "apple", email="cem@gmail.test", hide_email="1")
    found = come_back(client, first)
    assert found.json["email"].endswith("@privaterelay.appleid.test")
    second = visit(client, "apple", email="cem@gmail.test", hide_email="1")
    assert first.told["name"] == "Cem Example"
    assert "name" not in second.told


def test_who_is_known_is_known_by_the_id_whatever_the_address_says(client):
    joined = join(client, "apple", email=EMAIL)
    hidden = sign_in(client, "apple", hide_email="1")
    assert me(client, hidden)["account_id"] == me(client, joined)["account_id"]
    unverified = sign_in(client, "apple", unverified="1")
    assert me(client, unverified)["account_id"] == me(client, joined)["account_id"]
    linked = client.get(OIDC, headers=bearer(hidden)).json["items"]
    assert [each["email"].partition("@")[2] for each in linked] == ["privaterelay.appleid.test"]
    assert me(client, hidden)["email"] == EMAIL


def test_without_an_address_to_return_to_the_code_is_shown(client):
    begun = begin(client, redirect_uri=None).json
    landed = client.get(f"{OIDC}/google/landing?state={begun['state']}&code=abc&authuser=0")
    assert (landed.status_code, landed.json) == (200, {"state": begun["state"], "code": "abc"})
    assert landed.headers["Cache-Control"] == "no-store"


def test_who_does_not_agree_comes_back_with_an_error(client):
    begun = begin(client).json
    told = agree(client, begun["authorization_url"], decision="deny")
    assert told == {"state": begun["state"], "error": "access_denied"}


def test_a_provider_that_is_not_set_up_is_not_there(client, settings):
    config.use(settings)
    for path in ("google/initiate", "apple/initiate", "facebook/initiate"):
        answer = client.post(f"{OIDC}/{path}", json={})
        assert code_of(answer) == (404, "provider_not_configured")
    landed = client.get(f"{OIDC}/google/landing?state=abc&code=abc")
    assert code_of(landed) == (404, "provider_not_configured")


def test_an_address_that_the_provider_has_not_verified_makes_no_member(client):
    answer = sign_in(client, unverified="1")
    assert code_of(answer) == (409, "provider_email_unverified")
    assert count_rows("oidc_proofs") == 0


@pytest.mark.parametrize(
    ("wrong", "status", "code"),
    [
        ({"date_of_birth": f"{utc_now() - timedelta(days=1):%Y-%m-%d}"}, 422, "underage"),
        ({"date_of_birth": "1850-01-01"}, 422, "invalid"),
        ({"state": "ZZ"}, 422, "invalid"),
        ({"display_name": "admin"}, 422, "invalid"),
        ({"display_name": "Ben"}, 409, "display_name_taken"),
        ({"role": "admin"}, 422, "invalid"),
        ({"registration_token": "unknown"}, 401, "invalid_proof_token"),
    ],
)
def test_the_rules_of_any_registration_hold(client, wrong, status, code):
    make_account(display_name="Ben")
    token = sign_in(client).json["registration_token"]
    refused = client.post(COMPLETE, json=membership(token) | wrong)
    assert code_of(refused) == (status, code)
    assert count_rows("accounts") == 1
    assert client.post(COMPLETE, json=membership(token)).status_code == 201


def test_a_registration_token_serves_once(client):
    token = sign_in(client).json["registration_token"]
    assert client.post(COMPLETE, json=membership(token)).status_code == 201
    again = client.post(COMPLETE, json=membership(token, display_name="AnaAgain"))
    assert code_of(again) == (401, "invalid_proof_token")


def test_one_person_of_a_provider_becomes_one_member(client):
    tokens = [sign_in(client).json["registration_token"] for _ in range(2)]
    assert client.post(COMPLETE, json=membership(tokens[0])).status_code == 201
    late = client.post(COMPLETE, json=membership(tokens[1], display_name="Ana2"))
    assert code_of(late) == (409, "email_taken")
    assert count_rows("accounts") == 1


def test_a_member_made_by_a_provider_logs_in_by_no_password(client):
    join(client)
    for password in ("", PASSWORD):
        body = {"email": EMAIL, "password": password}
        answer = client.post("/api/v1/auth/login", json=body)
        assert code_of(answer) == (401, "invalid_credentials")


def test_a_registration_that_nobody_verified_does_not_stand_in_the_way(client):
    """Who registers with somebody else's address gets nothing when its owner comes."""
    form = registration(email=EMAIL)
    assert client.post("/api/v1/auth/register", json=form).status_code == 201
    found = sign_in(client)
    assert found.json["outcome"] == "registration_required"
    name = {"display_name": form["display_name"]}
    joined = client.post(COMPLETE, json=membership(found.json["registration_token"], **name))
    assert joined.status_code == 201
    body = {"email": EMAIL, "password": form["password"]}
    assert client.post("/api/v1/auth/login", json=body).status_code == 401
    assert count_rows("accounts") == 1


def test_an_invitation_is_not_taken_by_a_provider(client):
    admin = login(client, make_account(role="admin"))
    body = {"email": EMAIL, "display_name": "Anna", "role": "auditor"}
    assert client.post("/api/v1/users", json=body, headers=admin).status_code == 201
    assert code_of(sign_in(client)) == (409, "email_taken")


def test_the_second_factor_is_asked_for_all_the_same(client):
    joined = join(client)
    totp = make_totp(me(client, joined)["account_id"])
    found = sign_in(client)
    assert (found.json["outcome"], found.json["mfa_methods"]) == ("mfa_required", ["totp"])
    assert "access_token" not in found.json
    body = {"mfa_token": found.json["mfa_token"], "code": totp.now()}
    assert client.post("/api/v1/auth/login/mfa", json=body).status_code == 200


def test_visits_and_proofs_that_nobody_finishes_are_forgotten(client):
    begin(client)
    sign_in(client)
    assert service.delete_expired(now=utc_now()) == 0
    assert service.delete_expired(now=utc_now() + timedelta(minutes=11)) == 2
    assert (count_rows("oidc_attempts"), count_rows("oidc_proofs")) == (0, 0)


def test_a_changed_key_of_the_provider_is_fetched(client, world, monkeypatch):
    join(client)
    rotate(world, "google")
    assert code_of(sign_in(client)) == (401, "invalid_provider_answer")
    monkeypatch.setattr(discovery, "LOOK_AGAIN_S", 0.0)
    assert sign_in(client).json["outcome"] == "signed_in"


def test_nothing_of_a_visit_is_stored_that_would_finish_it(client):
    brought = visit(client)
    secrets = [brought.begun["attempt_token"], brought.begun["state"], brought.told["code"]]
    columns = ", ".join(Attempt.__dataclass_fields__)
    with db.reading("look_at_attempts") as tx:
        rows = tx.all(Attempt, probe(f"SELECT {columns} FROM oidc_attempts"))
    text = str(rows)
    assert not any(secret in text for secret in secrets)
    assert RETURN_URL in text
