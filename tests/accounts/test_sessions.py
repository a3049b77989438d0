"""Logging in, staying logged in and logging out, over HTTP."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import timedelta

import jwt
import pytest

from fittrack import auth, config, db
from fittrack.accounts import passwords
from fittrack.accounts.errors import AccountNotFound
from fittrack.accounts.service import get_member
from fittrack.accounts.sessions import clean_up, repository, service
from fittrack.accounts.sessions.errors import (
    InvalidRefreshToken,
    RefreshTokenReused,
)
from fittrack.accounts.sessions.models import Device
from fittrack.accounts.sessions.proofs import PasswordProof, settle_password
from fittrack.auth import AccountNotActive, SessionEnded
from fittrack.clock import utc_now
from fittrack.db.errors import Busy
from tests.accounts.steps import bearer, log_in, probe, refresh, register
from tests.factories_accounts import PASSWORD, login, make_account

EVENTS = probe("SELECT kind, session_id FROM security_events WHERE account_id = :account_id")
SUSPEND = probe("UPDATE accounts SET status = 'suspended' WHERE account_id = :account_id")
ERASE = probe("UPDATE accounts SET status = 'erased' WHERE account_id = :account_id")
DAY_S = 86_400
LIVE_TOKENS = probe("SELECT COUNT(*) AS live FROM refresh_tokens WHERE used_at IS NULL")
TOKEN_HASHES = probe("SELECT token_hash FROM refresh_tokens")
SESSIONS = "/api/v1/auth/sessions"
ME = "/api/v1/users/me"
PHONE = Device("Ana's phone", "ios", "192.0.2.7")


@dataclass(frozen=True, slots=True)
class Event:
    """What the owner can look up later."""

    kind: str
    session_id: str | None


@dataclass(frozen=True, slots=True)
class TokenHash:
    """What is stored of a refresh token."""

    token_hash: str


def events_of(account_id):
    with db.reading("look") as tx:
        return [event.kind for event in tx.all(Event, EVENTS, account_id=account_id)]


def suspend(account_id):
    with db.transaction("suspend") as tx:
        tx.run(SUSPEND, account_id=account_id)


def erase(account_id):
    with db.transaction("erase") as tx:
        tx.run(ERASE, account_id=account_id)


@pytest.fixture
def ana(client):
    return make_account(email="ana@example.com")


def open_session(email="ana@example.com", **over):
    given = {"email": email, "password": PASSWORD, "device": PHONE, "now": utc_now()}
    return service.log_in(**given | over)


def refreshed(token, **over):
    given = {"refresh_token": token, "remote_address": None, "now": utc_now()}
    return service.refresh_session(**given | over)


def test_a_log_in_gives_tokens_that_no_cache_keeps(client, ana):
    answer = log_in(client, "Ana@Example.com", device_name="Ana's phone", device_platform="ios")

    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.json["mfa_required"] is False
    assert (answer.json["token_type"], answer.json["expires_in_s"]) == ("Bearer", 900)
    assert client.get(ME, headers=bearer(answer.json)).json["account_id"] == ana


def test_unknown_wrong_and_unverified_log_ins_answer_alike(client, ana):
    pending = register(client)

    answers = [
        log_in(client, "ana@example.com", "a wrong password of hers"),
        log_in(client, "nobody@example.com"),
        log_in(client, "no address at all"),
        log_in(client, pending["email"], pending["password"]),
    ]

    bodies = [answer.json | {"request_id": "any"} for answer in answers]
    assert {answer.status_code for answer in answers} == {401}
    assert all(body == bodies[0] for body in bodies)
    assert bodies[0]["code"] == "invalid_credentials"


def test_an_unknown_address_takes_as_long_as_a_wrong_password(client, settings):
    config.use(replace(settings, argon2_memory_kib=16_384, argon2_iterations=3))
    pending = register(client)

    def seconds(email):
        # Of the processor, which what else the machine does hardly moves.
        started_s = time.process_time()
        log_in(client, email, "a wrong password of hers")
        return time.process_time() - started_s

    seconds("warm-up@example.com")
    rounds = [(seconds(pending["email"]), seconds("nobody@example.com")) for _ in range(5)]
    known_s, unknown_s = map(min, zip(*rounds, strict=True))

    assert 0.5 < unknown_s / known_s < 2


def test_a_suspended_member_logs_in_with_the_right_password_and_sees_the_own_affairs(client, ana):
    suspend(ana)

    assert log_in(client, "ana@example.com", "a wrong password").json["code"] == (
        "invalid_credentials"
    )
    headers = bearer(log_in(client, "ana@example.com").json)
    assert client.get(ME, headers=headers).json["status"] == "suspended"
    refused = client.get("/api/v1/notifications", headers=headers)
    assert (refused.status_code, refused.json["code"]) == (403, "account_not_active")


def test_a_suspension_bites_an_open_session_at_the_next_request(client, ana):
    opened = open_session()
    headers = login(client, ana)
    assert client.get("/api/v1/notifications", headers=headers).status_code == 200
    suspend(ana)

    refused = client.get("/api/v1/notifications", headers=headers)
    assert (refused.status_code, refused.json["code"]) == (403, "account_not_active")
    assert refreshed(opened.refresh_token).account_id == ana


def test_an_erased_account_can_neither_refresh_nor_see_anything(client, ana):
    opened = open_session()
    headers = login(client, ana)
    erase(ana)

    assert client.get(ME, headers=headers).json["code"] == "account_not_active"
    with pytest.raises(AccountNotActive):
        refreshed(opened.refresh_token)


@pytest.mark.parametrize(
    ("setting", "value", "mark"),
    [
        ("argon2_iterations", 2, "t=2"),
        ("argon2_memory_kib", 128, "m=128"),
        ("argon2_parallelism", 2, "p=2"),
    ],
)
def test_a_hash_is_renewed_when_a_parameter_rises(client, ana, settings, setting, value, mark):
    config.use(replace(settings, **{setting: value}))

    assert log_in(client, "ana@example.com").status_code == 200

    with db.reading("look") as tx:
        assert mark in repository.get_login(tx, ana).password_hash
    assert log_in(client, "ana@example.com").status_code == 200


def test_a_hash_is_not_weakened_when_the_parameters_fall(client, settings):
    strong = passwords.hash_password(PASSWORD)
    config.use(replace(settings, argon2_memory_kib=32))

    assert not passwords.is_outdated(strong)


def test_a_log_in_is_weighed_again_whose_password_changed_meanwhile(client, ana):
    with db.reading("look") as tx:
        seen = replace(repository.get_login(tx, ana), password_hash="$argon2id$former")

    proof = PasswordProof(seen, is_right=True)
    with pytest.raises(Busy), db.transaction("log_in") as tx:
        settle_password(tx, proof, remote_address=None, now=utc_now())


def test_log_ins_at_once_are_all_let_in_though_one_strengthens_the_hash(client, ana, settings):
    config.use(replace(settings, argon2_memory_kib=256, argon2_iterations=8))

    def attempt(_):
        return log_in(client.application.test_client(), "ana@example.com").status_code

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(attempt, range(8))) == {200}


def test_only_so_many_hashes_are_computed_at_a_time(client, settings):
    config.use(replace(settings, login_concurrency=3, argon2_memory_kib=4096))
    inside, most, lock, three = 0, 0, threading.Lock(), threading.Barrier(3)

    def work(_):
        nonlocal inside, most
        with passwords.gate():
            with lock:
                inside += 1
                most = max(most, inside)
            three.wait(60)
            time.sleep(0.01)
            with lock:
                inside -= 1

    with ThreadPoolExecutor(12) as pool:
        list(pool.map(work, range(24)))

    assert most == 3


def test_access_tokens_can_be_verified_with_the_published_keys(client, ana):
    token = log_in(client, "ana@example.com").json["access_token"]
    published = client.get("/.well-known/jwks.json")

    keys = jwt.PyJWKSet.from_dict(published.json)
    key = keys[jwt.get_unverified_header(token)["kid"]]
    claims = jwt.decode(token, key, algorithms=["EdDSA"], audience="fittrack")

    assert claims["sub"] == ana
    assert "public" in published.headers["Cache-Control"]
    assert set(published.json["keys"][0]) == {"kty", "crv", "x", "kid", "use", "alg"}


def test_a_new_signing_key_logs_nobody_out(client, ana, settings):
    former = log_in(client, "ana@example.com").json
    (published,) = client.get("/.well-known/jwks.json").json["keys"]
    renewed = replace(settings, jwt_signing_key=config.new_secret())

    config.use(renewed)
    dropped = client.get(ME, headers=bearer(former))
    config.use(replace(renewed, jwt_former_keys=published["x"]))
    kept = client.get(ME, headers=bearer(former))
    fresh = client.get(ME, headers=bearer(refresh(client, former["refresh_token"]).json))
    keys = client.get("/.well-known/jwks.json").json["keys"]

    assert (dropped.status_code, dropped.json["code"]) == (401, "invalid_token")
    assert (kept.status_code, fresh.status_code) == (200, 200)
    assert published in keys
    assert len(keys) == 2


def test_nothing_starts_with_a_former_key_that_is_none(settings):
    for text in ("x", f"{'A' * 43},x"):
        (problem,) = config.problems(replace(settings, jwt_former_keys=text))
        assert problem.startswith("JWT_FORMER_KEYS")


def test_a_forged_token_is_no_token(client, ana):
    token = log_in(client, "ana@example.com").json["access_token"]
    head, body, _ = token.split(".")

    for forged in (f"{head}.{body}.AAAA", f"{head}.{body}.", "x.y.z"):
        answer = client.get(ME, headers={"Authorization": f"Bearer {forged}"})
        assert (answer.status_code, answer.json["code"]) == (401, "invalid_token")


def test_a_refresh_rotates_the_token_and_keeps_the_session(client, ana):
    first = log_in(client, "ana@example.com").json

    second = refresh(client, first["refresh_token"])

    assert second.status_code == 200
    assert second.headers["Cache-Control"] == "no-store"
    assert second.json["session_id"] == first["session_id"]
    assert second.json["refresh_token"] != first["refresh_token"]
    assert client.get(ME, headers=bearer(second.json)).status_code == 200


def test_a_lost_answer_is_given_again_for_10_seconds(client, ana):
    opened, now = open_session(), utc_now()

    first = refreshed(opened.refresh_token, now=now)
    again = refreshed(opened.refresh_token, now=now + timedelta(seconds=10))

    left_s = first.refresh_expires_in_s - 10
    assert again == replace(first, refresh_expires_in_s=left_s)
    assert refreshed(first.refresh_token, now=now + timedelta(seconds=11)).session_id


def test_a_used_token_after_the_grace_ends_the_session(client, ana):
    opened, now = open_session(), utc_now()
    successor = refreshed(opened.refresh_token, now=now)

    with pytest.raises(RefreshTokenReused):
        refreshed(opened.refresh_token, now=now + timedelta(seconds=10, microseconds=1))

    with pytest.raises(SessionEnded):
        refreshed(successor.refresh_token, now=now + timedelta(seconds=11))
    assert "refresh_token_reused" in events_of(ana)


def test_a_used_token_whose_successor_was_used_ends_the_session_at_once(client, ana):
    first = log_in(client, "ana@example.com").json
    second = refresh(client, first["refresh_token"]).json
    third = refresh(client, second["refresh_token"]).json

    thief = refresh(client, first["refresh_token"])

    assert (thief.status_code, thief.json["code"]) == (401, "refresh_token_reused")
    assert refresh(client, third["refresh_token"]).json["code"] == "session_ended"
    assert client.get(ME, headers=bearer(third)).json["code"] == "session_ended"


def test_a_revoked_family_leaves_other_sessions_alone(client, ana):
    stolen, other, now = open_session(), open_session(), utc_now()
    refreshed(stolen.refresh_token, now=now)

    with pytest.raises(RefreshTokenReused):
        refreshed(stolen.refresh_token, now=now + timedelta(minutes=1))

    assert refreshed(other.refresh_token).session_id == other.session_id


@pytest.mark.parametrize("token", ["x", "A" * 43, "\u00e4"])
def test_an_unknown_refresh_token_is_refused(client, token):
    answer = refresh(client, token)

    assert (answer.status_code, answer.json["code"]) == (401, "invalid_refresh_token")


def test_an_unused_refresh_token_expires_after_7_days(client, ana):
    opened, now = open_session(), utc_now()

    with pytest.raises(InvalidRefreshToken):
        refreshed(opened.refresh_token, now=now + timedelta(days=7, seconds=1))
    later = refreshed(opened.refresh_token, now=now + timedelta(days=6))
    assert refreshed(later.refresh_token, now=now + timedelta(days=12)).session_id


def test_a_session_ends_after_90_days_however_often_it_is_refreshed(client, ana):
    began_at = utc_now()
    opened = open_session(now=began_at)
    assert opened.refresh_expires_in_s == 7 * DAY_S

    for day in range(6, 90, 6):
        opened = refreshed(opened.refresh_token, now=began_at + timedelta(days=day))
    again = refreshed(opened.refresh_token, now=began_at + timedelta(days=89))

    assert (opened.refresh_expires_in_s, again.refresh_expires_in_s) == (6 * DAY_S, DAY_S)
    with pytest.raises(InvalidRefreshToken):
        refreshed(again.refresh_token, now=began_at + timedelta(days=90))


def test_a_session_that_was_allowed_more_ends_with_what_is_allowed_now(client, ana, settings):
    opened = open_session(now=utc_now() - timedelta(days=2))

    config.use(replace(settings, session_max_s=DAY_S))

    assert refresh(client, opened.refresh_token).json["code"] == "invalid_refresh_token"


def test_tokens_past_their_life_are_forgotten(client, ana):
    opened, now = open_session(), utc_now()
    successor = refreshed(opened.refresh_token, now=now + timedelta(days=2))

    assert clean_up.delete_expired(now=now + timedelta(days=8)) == 1
    assert refreshed(successor.refresh_token, now=now + timedelta(days=8)).session_id


def test_many_tokens_are_forgotten_in_small_transactions(client, ana, monkeypatch):
    monkeypatch.setattr(clean_up, "BATCH_ROWS", 2)
    monkeypatch.setattr(clean_up, "BATCHES", 2)
    later = utc_now() + timedelta(days=8)
    for _ in range(5):
        open_session()

    assert [clean_up.delete_expired(now=later) for _ in range(3)] == [4, 1, 0]


def test_50_parallel_refreshes_have_one_live_successor(client, ana):
    opened, now = open_session(), utc_now()
    start = threading.Barrier(50)

    def attempt(_):
        start.wait()
        return refreshed(opened.refresh_token, now=now)

    with ThreadPoolExecutor(50) as pool:
        answers = list(pool.map(attempt, range(50)))

    assert len(set(answers)) == 1
    with db.reading("look") as tx:
        assert tx.value(LIVE_TOKENS) == 1
    assert refreshed(answers[0].refresh_token).session_id == opened.session_id


def test_parallel_refreshes_over_http_all_succeed(app, client, ana):
    token = log_in(client, "ana@example.com").json["refresh_token"]

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: refresh(app.test_client(), token), range(16)))

    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.json["refresh_token"] for answer in answers}) == 1


def test_refresh_tokens_are_stored_as_hashes_only(client, ana):
    opened = open_session()
    successor = refreshed(opened.refresh_token)

    with db.reading("look") as tx:
        stored = str(tx.all(TokenHash, TOKEN_HASHES))
    assert opened.refresh_token not in stored
    assert successor.refresh_token not in stored


def test_logging_out_ends_this_session_only(client, ana):
    phone, laptop = (log_in(client, "ana@example.com").json for _ in range(2))

    assert client.post("/api/v1/auth/logout", headers=bearer(phone)).status_code == 204

    assert client.get(ME, headers=bearer(phone)).json["code"] == "session_ended"
    assert refresh(client, phone["refresh_token"]).status_code == 401
    assert client.get(ME, headers=bearer(laptop)).status_code == 200


def test_logging_out_everywhere_ends_all_sessions(client, ana):
    phone, laptop = (log_in(client, "ana@example.com").json for _ in range(2))

    assert client.post("/api/v1/auth/logout-all", headers=bearer(phone)).status_code == 204

    for tokens in (phone, laptop):
        assert client.get(ME, headers=bearer(tokens)).status_code == 401
    assert "sessions_revoked" in events_of(ana)


def test_logging_out_all_others_keeps_this_session(client, ana):
    ben = login(client, make_account())
    phone, laptop = (log_in(client, "ana@example.com").json for _ in range(2))

    answer = client.post("/api/v1/auth/logout-all?keep_current=true", headers=bearer(phone))

    assert answer.status_code == 204
    assert client.get(ME, headers=bearer(phone)).status_code == 200
    assert client.get(ME, headers=bearer(laptop)).status_code == 401
    assert client.get(ME, headers=ben).status_code == 200


def test_a_member_lists_live_devices_newest_first(client, ana):
    old = log_in(client, "ana@example.com", device_name="Old phone", device_platform="android")
    new = log_in(client, "ana@example.com", device_name="New phone").json
    gone = log_in(client, "ana@example.com").json
    client.post("/api/v1/auth/logout", headers=bearer(gone))
    login(client, make_account())

    listed = client.get(SESSIONS, headers=bearer(new)).json["items"]

    assert [item["device_name"] for item in listed] == ["New phone", "Old phone"]
    assert [item["is_current"] for item in listed] == [True, False]
    assert listed[1]["session_id"] == old.json["session_id"]
    assert listed[1]["device_platform"] == "android"
    assert listed[1]["remote_address"] == "127.0.0.1"


def test_the_list_of_devices_is_paged_without_loss(client, ana):
    opened = [open_session().session_id for _ in range(5)]
    headers, seen, cursor = login(client, ana), [], ""
    while cursor is not None:
        query = f"?limit=2&cursor={cursor}" if cursor else "?limit=2"
        page = client.get(SESSIONS + query, headers=headers).json
        seen += [item["session_id"] for item in page["items"]]
        cursor = page["next_cursor"]

    assert len(seen) == 6
    assert set(opened) < set(seen)
    assert seen == sorted(seen, reverse=True)


def test_a_member_ends_another_device(client, ana):
    lost, kept = (log_in(client, "ana@example.com").json for _ in range(2))
    address = f"{SESSIONS}/{lost['session_id']}"

    assert client.delete(address, headers=bearer(kept)).status_code == 204

    assert client.get(ME, headers=bearer(lost)).status_code == 401
    again = client.delete(address, headers=bearer(kept))
    assert (again.status_code, again.json["code"]) == (404, "session_not_found")


def test_nobody_ends_or_finds_the_session_of_another(client, ana):
    opened = open_session()
    cem = login(client, make_account())

    answer = client.delete(f"{SESSIONS}/{opened.session_id}", headers=cem)

    assert (answer.status_code, answer.json["code"]) == (404, "session_not_found")
    assert refreshed(opened.refresh_token).session_id == opened.session_id


@pytest.mark.parametrize("malformed", ["1", "not-an-id", "019a0000-0000-7000-8000-00000000000"])
def test_a_malformed_session_id_is_not_found(client, ana, malformed):
    assert client.delete(f"{SESSIONS}/{malformed}", headers=login(client, ana)).status_code == 404


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/api/v1/auth/logout"),
        ("POST", "/api/v1/auth/logout-all"),
        ("GET", SESSIONS),
        ("DELETE", f"{SESSIONS}/019a0000-0000-7000-8000-000000000000"),
        ("POST", "/api/v1/auth/step-up"),
        ("POST", "/api/v1/auth/mfa/totp/enrol"),
        ("POST", "/api/v1/auth/mfa/totp/confirm"),
    ],
)
def test_sessions_and_factors_need_a_session(client, method, path):
    answer = client.open(path, method=method, json={})

    assert (answer.status_code, answer.json["code"]) == (401, "unauthenticated")


def test_an_account_that_is_not_there_has_a_name_for_it(client):
    with pytest.raises(AccountNotFound) as caught:
        get_member(account_id="019a0000-0000-7000-8000-000000000000")

    assert caught.value.code == "account_not_found"


def test_a_log_in_counts_against_the_callers_own_limit_too(client, settings):
    config.use(replace(settings, limit_anonymous="2 per minute"))

    statuses = [log_in(client, f"ana{n}@example.com").status_code for n in range(3)]

    assert statuses == [401, 401, 429]


def test_a_device_name_holds_no_control_characters(client, ana):
    answer = log_in(client, "ana@example.com", device_name="Ana\u0007")

    assert answer.json["errors"][0]["pointer"] == "/device_name"


def test_an_expired_session_is_neither_listed_nor_live(client, ana):
    login(client, ana, now=utc_now() - timedelta(days=8))
    headers = login(client, ana)

    assert len(client.get(SESSIONS, headers=headers).json["items"]) == 1


def test_an_access_token_expires(client, ana):
    issued = log_in(client, "ana@example.com").json["access_token"]
    claims = jwt.decode(issued, options={"verify_signature": False})
    token = jwt.encode(
        claims | {"exp": int(time.time()) - 1},
        auth.signing_key(),
        algorithm="EdDSA",
        headers={"kid": jwt.get_unverified_header(issued)["kid"]},
    )

    answer = client.get(ME, headers={"Authorization": f"Bearer {token}"})

    assert (answer.status_code, answer.json["code"]) == (401, "token_expired")
