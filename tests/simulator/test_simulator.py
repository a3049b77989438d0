"""The simulated providers keep to OpenID Connect, so that what works with them means something."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from urllib.parse import parse_qsl, urlsplit

import pytest
from joserfc import jws, jwt
from joserfc.jwk import ECKey, RSAKey

from fittrack import config
from fittrack.check_oidc import apple_key
from fittrack.clock import epoch_s, utc_now
from fittrack.config import Config
from fittrack.simulator import cli, signing
from fittrack.simulator.app import create_simulator
from fittrack.simulator.beside import address_of, new_apple_key, settings_beside
from fittrack.simulator.world import World, clients_of
from tests.factories_oidc import hidden_fields, oidc_settings

BASE_URL = "http://127.0.0.1:8190"
VERIFIER = "v" * 43
CHALLENGE = signing.base64url(hashlib.sha256(VERIFIER.encode()).digest())


@pytest.fixture(scope="module")
def known():
    """Return the settings of the simulator's one client."""
    return oidc_settings(Config(), BASE_URL)


@pytest.fixture(scope="module")
def simulator(known):
    return create_simulator(World(clients_of(known), base_url=BASE_URL)).test_client()


def asked(known, provider, **over):
    """Return the parameters of a good authorization request."""
    extra = {"scope": "openid name email", "response_mode": "form_post"}
    return {
        "client_id": getattr(known, f"oidc_{provider}_client_id"),
        "redirect_uri": f"{known.base_url}/api/v1/auth/oidc/{provider}/landing",
        "response_type": "code",
        "scope": "openid email profile",
        "state": "S",
        "nonce": "N",
        "code_challenge": CHALLENGE,
        "code_challenge_method": "S256",
        **(extra if provider == "apple" else {}),
        **over,
    }


def page_of(simulator, provider):
    told = simulator.get(f"/{provider}/.well-known/openid-configuration").json
    return urlsplit(told["authorization_endpoint"]).path


def agree(simulator, known, provider="google", **over):
    """Return what a browser brings back when Ana agrees."""
    form = asked(known, provider, **over) | {"email": over.get("email", "ana@gmail.test")}
    answer = simulator.post(page_of(simulator, provider), data=form)
    if answer.status_code == 302:
        return dict(parse_qsl(urlsplit(answer.headers["Location"]).query))
    return hidden_fields(answer.text)


def apple_secret(known, *, key=None, header=None, **over):
    now_s = epoch_s(utc_now())
    claims = {
        "iss": known.oidc_apple_team_id,
        "iat": now_s,
        "exp": now_s + 300,
        "aud": known.oidc_apple_issuer,
        "sub": known.oidc_apple_client_id,
    }
    private = ECKey.import_key(apple_key(key or known.oidc_apple_private_key))
    head = {"alg": "ES256", "kid": known.oidc_apple_key_id} | (header or {})
    return jwt.encode(head, claims | over, private)


def redeem(simulator, known, code, provider="google", **over):
    secret = known.oidc_google_client_secret if provider == "google" else apple_secret(known)
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "client_id": getattr(known, f"oidc_{provider}_client_id"),
        "client_secret": secret,
        "redirect_uri": f"{known.base_url}/api/v1/auth/oidc/{provider}/landing",
        "code_verifier": VERIFIER,
    }
    path = "/google/token" if provider == "google" else "/apple/auth/token"
    return simulator.post(path, data=form | over)


@pytest.mark.parametrize("provider", ["google", "apple"])
def test_an_issuer_says_who_it_is_and_signs_with_its_published_key(simulator, known, provider):
    told = simulator.get(f"/{provider}/.well-known/openid-configuration").json
    assert told["issuer"] == f"{BASE_URL}/{provider}"
    keys = simulator.get(urlsplit(told["jwks_uri"]).path).json["keys"]
    answer = redeem(simulator, known, agree(simulator, known, provider)["code"], provider)
    token = jws.deserialize_compact(answer.json["id_token"], RSAKey.import_key(keys[0]))
    assert token.headers()["kid"] == keys[0]["kid"]
    claims = jwt.decode(answer.json["id_token"], RSAKey.import_key(keys[0])).claims
    assert (claims["iss"], claims["nonce"]) == (told["issuer"], "N")
    assert claims["aud"] == getattr(known, f"oidc_{provider}_client_id")
    assert claims["email_verified"] in (True, "true")


def test_a_code_serves_once(simulator, known):
    code = agree(simulator, known)["code"]
    assert redeem(simulator, known, code).status_code == 200
    again = redeem(simulator, known, code)
    assert (again.status_code, again.json) == (400, {"error": "invalid_grant"})


@pytest.mark.parametrize(
    ("over", "status", "error"),
    [
        ({"code_verifier": "w" * 43}, 400, "invalid_grant"),
        ({"redirect_uri": "https://evil.example"}, 400, "invalid_grant"),
        ({"client_secret": "guessed"}, 401, "invalid_client"),
        ({"client_id": "other"}, 401, "invalid_client"),
        ({"grant_type": "password"}, 400, "unsupported_grant_type"),
    ],
)
def test_a_code_is_given_only_to_whom_it_was_made_for(simulator, known, over, status, error):
    answer = redeem(simulator, known, agree(simulator, known)["code"], **over)
    assert (answer.status_code, answer.json) == (status, {"error": error})


def test_a_code_expires_by_the_world_s_own_clock(simulator, known):
    code = agree(simulator, known)["code"]
    simulator.put("/control/clock", json={"ahead_s": 301})
    try:
        assert redeem(simulator, known, code).json == {"error": "invalid_grant"}
    finally:
        simulator.put("/control/clock", json={"ahead_s": 0})


@pytest.mark.parametrize(
    "over",
    [
        {"iss": "OTHERTEAM0"},
        {"aud": "https://appleid.apple.com"},
        {"sub": "other"},
        {"exp": 1},
        {"exp": 99_999_999_999},
        {"iat": 99_999_999_999},
        {"header": {"kid": "OTHERKEY00"}},
        {"key": new_apple_key()},
    ],
)
def test_apple_takes_only_a_fresh_secret_that_our_key_has_signed(simulator, known, over):
    code = agree(simulator, known, "apple")["code"]
    secret = apple_secret(known, **over)
    refused = redeem(simulator, known, code, "apple", client_secret=secret)
    assert (refused.status_code, refused.json) == (401, {"error": "invalid_client"})
    for garbage in ("", "a.b.c", "..", secret[:-4]):
        refused = redeem(simulator, known, code, "apple", client_secret=garbage)
        assert refused.status_code == 401
    assert redeem(simulator, known, code, "apple").status_code == 200


@pytest.mark.parametrize(
    ("over", "error"),
    [
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"scope": "email"}, "invalid_scope"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
    ],
)
def test_a_request_without_sense_goes_back_with_an_error(simulator, known, over, error):
    told = simulator.get("/google/o/oauth2/v2/auth", query_string=asked(known, "google", **over))
    assert f"error={error}" in told.headers["Location"]


def test_apple_wants_a_form_where_a_name_is_asked_for(simulator, known):
    query = asked(known, "apple", response_mode="query")
    answer = simulator.get("/apple/auth/authorize", query_string=query)
    assert "error=invalid_request" in answer.headers["Location"]


@pytest.mark.parametrize("over", [{"client_id": "x"}, {"redirect_uri": "https://evil.example"}])
def test_nobody_is_sent_to_an_address_that_is_not_registered(simulator, known, over):
    query = asked(known, "google", **over)
    assert simulator.get("/google/o/oauth2/v2/auth", query_string=query).status_code == 400


def test_the_page_shows_what_it_was_given_as_text(simulator, known):
    query = asked(known, "google", state='"><script>alert(1)</script>')
    page = simulator.get("/google/o/oauth2/v2/auth", query_string=query).text
    assert "<script>" not in page


def test_google_tells_who_an_access_token_is(simulator, known):
    tokens = redeem(simulator, known, agree(simulator, known)["code"]).json
    headers = {"Authorization": f"Bearer {tokens['access_token']}"}
    told = simulator.get("/google/userinfo", headers=headers).json
    assert (told["email"], told["given_name"]) == ("ana@gmail.test", "Ana")
    assert simulator.get("/google/userinfo").status_code == 401


def test_people_have_the_same_ids_in_every_run_of_a_seed(known):
    def subject(seed):
        app = create_simulator(World(clients_of(known), seed=seed, base_url=BASE_URL))
        return app.extensions["simulator"]["google"].subject_of("ana@gmail.test")

    assert subject(1) == subject(1)
    assert subject(1) != subject(2)
    assert subject(1).isdigit()


@pytest.mark.parametrize("order", [{"kind": "dance"}, {"kind": "slow", "at": "home"}])
def test_an_order_that_it_does_not_know_is_refused(simulator, order):
    assert simulator.post("/control/google/faults", json=[order]).status_code == 422
    assert simulator.post("/control/facebook/faults", json=[]).status_code == 404


@pytest.mark.parametrize(
    ("over", "said"),
    [
        ({"fittrack_env": "production"}, "never runs in production"),
        ({"oidc_google_client_id": "", "oidc_apple_client_id": ""}, "has a client id"),
    ],
)
def test_the_command_refuses_where_it_makes_no_sense(known, app, settings, over, said):
    config.use(replace(known, **over))
    try:
        answer = app.test_cli_runner().invoke(cli.simulator, ["--port", "8191"])
    finally:
        config.use(settings)
    assert answer.exit_code == 1
    assert said in answer.output


def test_what_nobody_has_set_up_is_simulated():
    found = settings_beside({}, port=8190)
    assert found["OIDC_GOOGLE_ISSUER"] == f"{BASE_URL}/google"
    assert found["SIMULATOR_PORT"] == "8190"
    own = settings_beside({"OIDC_GOOGLE_CLIENT_ID": "own"}, port=8190)
    assert "OIDC_GOOGLE_ISSUER" not in own
    assert own["OIDC_APPLE_ISSUER"] == f"{BASE_URL}/apple"
    both = {"OIDC_GOOGLE_CLIENT_ID": "own", "OIDC_APPLE_CLIENT_ID": "own"}
    trackers = settings_beside(both, port=8190)
    assert (trackers["TRACKERS_URL"], trackers["STRAVA_CLIENT_ID"]) == (BASE_URL, "fittrack.strava")
    assert trackers["STRAVA_WEBHOOK_SECRET"] != trackers["STRAVA_CLIENT_SECRET"]
    assert settings_beside(both | {"STRAVA_CLIENT_ID": "own"}, port=8190) == {}


def test_the_simulator_s_address_is_told_only_where_it_is_used(known):
    assert address_of(known) == BASE_URL
    assert address_of(Config()) is None
    real = replace(known, oidc_google_issuer="https://accounts.google.com")
    assert address_of(replace(real, oidc_apple_client_id="")) is None
