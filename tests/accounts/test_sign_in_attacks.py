"""Providers that say something wrong, and people who want to be somebody else."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace

import pytest

from fittrack import config, db
from fittrack.accounts.oidc import discovery, service, wire
from fittrack.accounts.oidc.errors import InvalidAttempt
from fittrack.accounts.sessions.models import Device
from fittrack.clock import utc_now
from fittrack.simulator import faults
from tests.accounts.steps import probe
from tests.factories_accounts import login, make_account
from tests.factories_oidc import (
    EMAIL,
    agree,
    bearer,
    begin,
    code_of,
    come_back,
    count_rows,
    join,
    order,
    sign_in,
    visit,
)

pytestmark = pytest.mark.usefixtures("world")
OIDC = "/api/v1/auth/oidc"
BEN = "ben@gmail.test"
REFUSED = (401, "invalid_provider_answer")
EXPIRE = probe("UPDATE oidc_attempts SET expires_at = :at WHERE provider = 'google'")


@pytest.fixture
def impatient(monkeypatch):
    monkeypatch.setattr(wire, "DEADLINE_S", 0.5)


@pytest.mark.parametrize("provider", ["google", "apple"])
@pytest.mark.parametrize("kind", [*faults.CLAIMS, *faults.SIGNATURES])
def test_a_token_that_proves_nothing_opens_nothing(client, world, provider, kind):
    join(client, provider)
    order(world, provider, kind)
    assert code_of(sign_in(client, provider)) == REFUSED
    assert count_rows("sessions") == 1
    assert sign_in(client, provider).json["outcome"] == "signed_in"


@pytest.mark.parametrize("kind", faults.ANSWERS)
@pytest.mark.parametrize("at", [faults.TOKEN, faults.KEYS])
def test_a_provider_that_is_away_is_503_and_says_when_to_come_again(
    client, world, impatient, kind, at
):
    brought = visit(client)
    order(world, "google", kind, at=at)
    began_s = time.monotonic()
    answer = come_back(client, brought)
    assert code_of(answer) == (503, "identity_provider_unavailable")
    assert int(answer.headers["Retry-After"]) > 0
    assert time.monotonic() - began_s < 10


@pytest.mark.parametrize("kind", [*faults.ANSWERS, "other_provider"])
def test_a_provider_that_does_not_say_who_it_is_is_not_asked(client, world, impatient, kind):
    order(world, "google", kind, at=faults.METADATA)
    assert code_of(begin(client)) == (503, "identity_provider_unavailable")
    assert begin(client).status_code == 200


def test_an_address_that_nobody_listens_on_is_503(client, simulator):
    config.use(replace(simulator[1], oidc_google_issuer="http://127.0.0.1:9/google"))
    assert code_of(begin(client)) == (503, "identity_provider_unavailable")


def test_a_wrong_secret_of_ours_is_no_fault_of_the_member(client, simulator):
    brought = visit(client)
    config.use(replace(simulator[1], oidc_google_client_secret="another"))
    assert code_of(come_back(client, brought)) == (503, "identity_provider_unavailable")


def test_a_slow_provider_does_not_hold_every_thread(client, world, impatient, monkeypatch):
    monkeypatch.setattr(wire, "WAIT_S", 0.05)
    order(world, "google", "slow", at=faults.METADATA, times=9)
    held = [threading.Thread(target=_try, args=(client.application,)) for _ in range(2)]
    for thread in held:
        thread.start()
    while wire._places._value:
        threading.Event().wait(0.01)
    assert code_of(begin(client)) == (503, "identity_provider_unavailable")
    for thread in held:
        thread.join()


def _try(app):
    begin(app.test_client())


def test_a_code_brings_in_one_session_however_often_it_is_shown(client):
    join(client)
    brought = visit(client)
    with ThreadPoolExecutor(10) as pool:
        clients = [client.application.test_client() for _ in range(10)]
        answers = list(pool.map(lambda each: come_back(each, brought), clients))
    assert sorted(answer.status_code for answer in answers) == [200] + [401] * 9
    codes = {answer.json["code"] for answer in answers if answer.status_code == 401}
    assert codes == {"invalid_oidc_attempt"}
    assert count_rows("sessions") == 2


def test_who_comes_second_within_one_moment_has_no_visit(client):
    """The second one has found the visit already when the first one uses it up."""
    headers = login(client, make_account())
    brought = visit(client, headers=headers, intent="link")
    body = {name: brought.body[name] for name in ("state", "attempt_token", "code")}

    def be_overtaken():
        assert come_back(client, brought, headers).json["outcome"] == "linked"
        with db.reading("find") as tx:
            session_id = tx.value(probe("SELECT session_id FROM sessions"))
        return SimpleNamespace(session_id=session_id)

    with pytest.raises(InvalidAttempt):
        service.finish_visit(
            **body,
            provider_name="google",
            issuer=None,
            find_session=be_overtaken,
            device=Device(None, None, None),
            now=utc_now(),
        )


def test_a_used_visit_is_over_even_where_the_provider_takes_its_code_again(client, world):
    join(client)
    brought = visit(client)
    order(world, "google", "accept_replay", times=5)
    assert come_back(client, brought).status_code == 200
    assert code_of(come_back(client, brought)) == (401, "invalid_oidc_attempt")


def test_a_refused_code_uses_the_visit_up(client):
    brought = visit(client)
    assert code_of(come_back(client, brought, code="guessed")) == REFUSED
    assert code_of(come_back(client, brought)) == (401, "invalid_oidc_attempt")


def test_only_the_client_that_began_can_finish(client):
    """Who lures somebody to his own visit's end, or sees an address, lacks the attempt token."""
    mine, others = visit(client), visit(client, email=BEN)
    swapped = come_back(client, mine, attempt_token=others.begun["attempt_token"])
    assert code_of(swapped) == (401, "invalid_oidc_attempt")
    unknown = come_back(client, mine, state=others.begun["attempt_token"])
    assert code_of(unknown) == (401, "invalid_oidc_attempt")
    assert come_back(client, mine).json["outcome"] == "registration_required"


def test_a_code_of_another_visit_is_worth_nothing(client):
    """Whoever slips somebody else's code into an own visit fails by PKCE."""
    stolen, own = visit(client), visit(client, email=BEN)
    assert code_of(come_back(client, own, code=stolen.told["code"])) == REFUSED


def test_providers_are_not_mixed_up(client):
    google = visit(client)
    body = {"provider": "apple"}
    assert code_of(come_back(client, replace(google, **body))) == REFUSED
    del google.told["iss"]
    assert code_of(come_back(client, replace(google, **body))) == (401, "invalid_oidc_attempt")
    assert come_back(client, google).status_code == 200
    apple = visit(client, "apple")
    assert code_of(come_back(client, apple, iss="http://issuer.test")) == REFUSED


def test_a_visit_ends_after_10_minutes(client):
    brought = visit(client)
    with db.transaction("expire") as tx:
        tx.run(EXPIRE, at=utc_now() - timedelta(seconds=1))
    assert code_of(come_back(client, brought)) == (401, "invalid_oidc_attempt")


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example",
        "fittrack://signed-in/..",
        "fittrack://signed-in?x=1",
        "FITTRACK://signed-in",
        "//evil.example",
        "javascript:alert(1)",
        "http://127.0.0.1:8000",
    ],
)
def test_nobody_is_sent_to_an_address_that_is_not_listed(client, target):
    answer = begin(client, redirect_uri=target)
    assert (*code_of(answer), answer.json["errors"][0]["pointer"]) == (
        422,
        "invalid",
        "/redirect_uri",
    )


def test_a_browser_with_an_unknown_state_is_sent_nowhere(client):
    for provider in ("google", "apple"):
        landed = client.get(f"{OIDC}/{provider}/landing?state=unknown&code=abc")
        assert code_of(landed) == (401, "invalid_oidc_attempt")
        assert "Location" not in landed.headers
    state = begin(client).json["state"]
    other = client.get(f"{OIDC}/apple/landing?state={state}&code=abc")
    assert code_of(other) == (401, "invalid_oidc_attempt")


@pytest.mark.parametrize(
    ("told", "pointer"),
    [
        ({}, "/state"),
        ({"state": "S"}, "/code"),
        ({"state": "S", "code": "x" * 2001}, "/code"),
        ({"state": "S", "error": "<script>"}, "/error"),
    ],
)
def test_a_landing_without_sense_is_422(client, told, pointer):
    for answer in (
        client.get(f"{OIDC}/google/landing", query_string=told),
        client.post(f"{OIDC}/apple/landing", data=told),
    ):
        assert answer.status_code == 422
        assert pointer in {error["pointer"] for error in answer.json["errors"]}


def test_what_a_browser_brings_can_add_nothing_to_the_address(client):
    state = begin(client).json["state"]
    code = "a&state=b#c\r\nSet-Cookie: d=e"
    landed = client.get(f"{OIDC}/google/landing", query_string={"state": state, "code": code})
    assert landed.status_code == 303
    assert landed.headers["Location"] == (
        f"fittrack://signed-in?state={state}&code=a%26state%3Db%23c%0D%0ASet-Cookie%3A+d%3De"
    )
    assert "Set-Cookie" not in landed.headers


@pytest.mark.parametrize(
    "user", ["no json", "[]", '{"name": 1}', '{"name": {"firstName": 7}}', '{"name": {}}', "null"]
)
def test_a_name_that_is_none_is_left_out(client, user):
    state = begin(client, "apple").json["state"]
    form = {"state": state, "code": "abc", "user": user}
    landed = client.post(f"{OIDC}/apple/landing", data=form)
    assert landed.headers["Location"] == f"fittrack://signed-in?state={state}&code=abc"


def test_a_suspended_member_signs_in_as_with_a_password(client):
    joined = join(client)
    account_id = client.get("/api/v1/users/me", headers=bearer(joined)).json["account_id"]
    admin = login(client, make_account(role="admin"))
    body = {"status": "suspended", "suspension_reason": "Rode a car."}
    changed = client.patch(f"/api/v1/users/{account_id}", json=body, headers=admin)
    assert changed.status_code == 200, changed.json
    found = sign_in(client)
    assert found.json["outcome"] == "signed_in"
    me = client.get("/api/v1/users/me", headers=bearer(found))
    assert me.json["status"] == "suspended"
    assert client.get(OIDC, headers=bearer(found)).status_code == 403


def test_keys_are_not_fetched_for_every_unknown_name(client, world):
    join(client)
    kept = discovery._kept["keys", f"{world.base_url}/google"]
    order(world, "google", "unknown_kid", times=3)
    for _ in range(3):
        assert code_of(sign_in(client)) == REFUSED
    assert discovery._kept["keys", f"{world.base_url}/google"] is kept


def test_the_landing_of_somebody_elses_visit_does_not_sign_in(client):
    """An attacker's visit, agreed to by its victim, ends at the victim's own application."""
    attackers = begin(client).json
    told = agree(client, attackers["authorization_url"], email=EMAIL)
    victims = begin(client).json
    body = {"state": told["state"], "code": told["code"], "attempt_token": victims["attempt_token"]}
    answer = client.post(f"{OIDC}/google/callback", json=body)
    assert code_of(answer) == (401, "invalid_oidc_attempt")
