"""Passkeys with a real authenticator in software: made, shown, refused, removed."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import cbor2
import pytest

from fittrack import db
from fittrack.accounts.passkeys import rules, service
from fittrack.accounts.passkeys.errors import InvalidPasskey
from fittrack.accounts.sessions.errors import InvalidMfaToken
from fittrack.accounts.sessions.models import Device
from fittrack.clock import utc_now
from tests.accounts.steps import bearer, events_of, log_in, mails_to, probe
from tests.authenticator import UP, Authenticator, decoded, encoded
from tests.factories_accounts import login, make_account, make_totp

ORIGIN = "http://localhost:8000"
PASSKEYS = "/api/v1/auth/passkeys"
OPTIONS = f"{PASSKEYS}/options"
LOGIN = f"{PASSKEYS}/login"
LOGIN_OPTIONS = f"{PASSKEYS}/login/options"
MFA = "/api/v1/auth/login/mfa"
STEP_UP = "/api/v1/auth/step-up"
ME = "/api/v1/users/me"
ERASE = probe("UPDATE accounts SET status = 'erased' WHERE account_id = :account_id")


@pytest.fixture
def ana(client):
    return make_account(email="ana@example.com")


@pytest.fixture
def phone():
    return Authenticator(ORIGIN)


@pytest.fixture
def registered(client, ana, phone):
    """Give Ana's account the phone's passkey."""
    assert register(client, ana, phone).status_code == 201
    return phone


def register(client, account_id, device, *, name="Ana's phone", headers=None, **lies):
    headers = headers or login(client, account_id)
    options = client.post(OPTIONS, headers=headers).json
    body = {"name": name, "credential": device.create(options, **lies)}
    return client.post(PASSKEYS, json=body, headers=headers)


def log_in_with(client, device, options=None, **lies):
    options = options or client.post(LOGIN_OPTIONS, json={}).json
    return client.post(LOGIN, json={"credential": device.get(options, **lies)})


def listed(client, account_id):
    return client.get(PASSKEYS, headers=login(client, account_id)).json["items"]


def assert_refused(answer):
    assert (answer.status_code, answer.json["code"]) == (401, "invalid_passkey")


@pytest.mark.parametrize("algorithm", ["ES256", "EdDSA"])
def test_a_passkey_is_made_and_logs_in_without_a_password(client, ana, algorithm):
    device = Authenticator(ORIGIN, algorithm)

    made = register(client, ana, device)
    opened = log_in_with(client, device)

    assert (made.status_code, made.json["passkey"]["name"]) == (201, "Ana's phone")
    assert made.json["passkey"]["credential_id"] == encoded(device.credential_id)
    assert opened.status_code == 200
    assert opened.headers["Cache-Control"] == made.headers["Cache-Control"] == "no-store"
    me = client.get(ME, headers=bearer(opened.json)).json
    assert (me["account_id"], me["has_second_factor"]) == (ana, True)
    assert listed(client, ana)[0]["last_used_at"] is not None


def test_a_log_in_with_a_passkey_is_stepped_up(client, ana, registered):
    headers = bearer(log_in_with(client, registered).json)

    assert client.post("/api/v1/auth/mfa/recovery-codes", headers=headers).status_code == 200


def test_the_first_factor_brings_recovery_codes_and_the_second_none(client, ana, phone):
    first = register(client, ana, phone).json["recovery_codes"]
    second = register(client, ana, Authenticator(ORIGIN)).json["recovery_codes"]

    assert (len(set(first)), second) == (10, [])


def test_the_owner_is_told_of_a_new_and_of_a_removed_passkey(client, ana, registered):
    assert mails_to("ana@example.com")[0].subject == "A passkey was added to your account"
    [passkey] = listed(client, ana)

    client.delete(f"{PASSKEYS}/{passkey['passkey_id']}", headers=login(client, ana))

    assert mails_to("ana@example.com")[0].subject == "A passkey of your account was removed"
    kinds = events_of(ana)
    assert "passkey_added" in kinds
    assert "passkey_removed" in kinds


def test_options_ask_for_a_discoverable_passkey_that_knows_its_user(client, ana, registered):
    options = client.post(OPTIONS, headers=login(client, ana)).json

    assert options["rp"] == {"id": "localhost", "name": "FitTrack"}
    assert options["authenticatorSelection"]["residentKey"] == "required"
    assert options["authenticatorSelection"]["userVerification"] == "required"
    assert {each["alg"] for each in options["pubKeyCredParams"]} == {-7, -8, -257}
    assert [each["id"] for each in options["excludeCredentials"]] == [
        encoded(registered.credential_id)
    ]


def test_a_user_handle_is_random_and_stays(client, ana):
    ben = make_account()
    handles = [
        client.post(OPTIONS, headers=login(client, account_id)).json["user"]["id"]
        for account_id in (ana, ana, ben)
    ]

    assert handles[0] == handles[1] != handles[2]
    assert len(decoded(handles[0])) == 32
    assert ana.replace("-", "") not in decoded(handles[0]).hex()


def test_login_options_tell_nothing_about_any_account(client, ana, registered):
    bodies = ({}, {"email": "ana@example.com"}, {"email": "nobody@example.com"}, {"email": "x"})
    answers = [client.post(LOGIN_OPTIONS, json=body) for body in bodies]

    assert [answer.status_code for answer in answers] == [200] * 4
    shapes = [{**answer.json, "challenge": len(answer.json["challenge"])} for answer in answers]
    assert shapes == [shapes[0]] * 4
    assert shapes[0]["allowCredentials"] == []


def test_a_passkey_is_needed_beside_the_password_and_suffices_as_second_factor(
    client, ana, registered
):
    asked = log_in(client, "ana@example.com").json
    assert asked["mfa_methods"] == ["passkey", "recovery_code"]
    token = {"mfa_token": asked["mfa_token"]}
    options = client.post(f"{MFA}/options", json=token).json
    assert [each["id"] for each in options["allowCredentials"]] == [
        encoded(registered.credential_id)
    ]

    opened = client.post(MFA, json=token | {"passkey": registered.get(options)})

    assert opened.status_code == 200
    assert client.get(ME, headers=bearer(opened.json)).json["account_id"] == ana


def test_a_passkey_steps_a_session_up(client, ana, registered):
    headers = login(client, ana, is_stepped_up=False)
    options = client.post(f"{STEP_UP}/options", headers=headers).json

    with_password = client.post(STEP_UP, json={"password": "x"}, headers=headers)
    answer = client.post(STEP_UP, json={"passkey": registered.get(options)}, headers=headers)

    assert with_password.status_code == 422
    assert answer.status_code == 200
    assert client.post(OPTIONS, headers=headers).status_code == 200


def test_an_admin_with_a_passkey_has_a_second_factor(client):
    admin = make_account(role="admin")
    headers = login(client, admin)
    register(client, admin, Authenticator(ORIGIN), headers=headers)

    assert client.delete("/api/v1/auth/mfa/totp", headers=headers).status_code == 204
    assert client.get("/api/v1/users", headers=headers).status_code == 200
    [passkey] = listed(client, admin)
    last = client.delete(f"{PASSKEYS}/{passkey['passkey_id']}", headers=headers)
    assert (last.status_code, last.json["code"]) == (409, "last_second_factor")


@pytest.mark.parametrize(
    "lies",
    [
        {"origin": "https://evil.example"},
        {"origin": "http://localhost:8000.evil.example"},
        {"rp_id": "evil.example"},
        {"type": "webauthn.create"},
        {"cross_origin": True},
        {"flags": UP},
        {"flags": 0},
        {"signature": b"\x30\x06\x02\x01\x01\x02\x01\x01"},
        {"signature": b"x"},
        {"challenge": encoded(b"x" * 32)},
        {"challenge": 7},
        {"challenge": "\ud800" * 43},
        {"challenge": ["x"]},
        {"replaced_data": b"short"},
        {"replaced_client_data": b"{}"},
        {"replaced_client_data": b"[" * 2000},
        {"replaced_client_data": b"\xff\xfe"},
        {"user_handle": encoded(b"somebody else's handle")},
        {"user_handle": None},
    ],
    ids=str,
)
def test_an_answer_that_does_not_hold_is_refused_and_uses_its_challenge_up(
    client, ana, registered, lies
):
    options = client.post(LOGIN_OPTIONS, json={}).json

    assert_refused(log_in_with(client, registered, options, **lies))

    names_it = "challenge" not in lies and "replaced_client_data" not in lies
    again = log_in_with(client, registered, options)
    assert again.status_code == (401 if names_it else 200)
    assert log_in_with(client, registered).status_code == 200


def test_client_data_can_not_be_changed_after_signing(client, ana, registered):
    options = client.post(LOGIN_OPTIONS, json={}).json
    told = {
        "type": "webauthn.get",
        "challenge": options["challenge"],
        "origin": ORIGIN,
        "crossOrigin": False,
    }
    forged = json.dumps({**told, "extra": 1}).encode()

    assert_refused(log_in_with(client, registered, options, replaced_client_data=forged))


def test_an_answer_is_good_once(client, ana, registered):
    options = client.post(LOGIN_OPTIONS, json={}).json
    body = {"credential": registered.get(options)}

    first, again = (client.post(LOGIN, json=body) for _ in range(2))

    assert first.status_code == 200
    assert_refused(again)


def test_a_challenge_lasts_5_minutes(client, ana, registered):
    now = utc_now()
    device = Device(None, None, None)
    answers = [registered.get(service.begin_log_in(now=now)) for _ in range(2)]

    service.log_in(credential=answers[0], device=device, now=now + timedelta(minutes=4, seconds=59))
    with pytest.raises(InvalidPasskey):
        service.log_in(credential=answers[1], device=device, now=now + timedelta(minutes=5))
    assert service.delete_expired(now=now + timedelta(minutes=5)) == 1


def test_a_challenge_serves_the_purpose_and_the_session_it_was_made_for(client, ana, registered):
    here, there = (login(client, ana, is_stepped_up=False) for _ in range(2))
    token = {"mfa_token": log_in(client, "ana@example.com").json["mfa_token"]}
    for_login = client.post(LOGIN_OPTIONS, json={}).json
    for_step_up = client.post(f"{STEP_UP}/options", headers=here).json
    for_completion = client.post(f"{MFA}/options", json=token).json

    def step_up(options, headers):
        return client.post(STEP_UP, json={"passkey": registered.get(options)}, headers=headers)

    def complete(options):
        return client.post(MFA, json=token | {"passkey": registered.get(options)})

    assert_refused(step_up(for_login, here))
    assert_refused(step_up(for_completion, here))
    assert_refused(step_up(for_step_up, there))
    assert_refused(complete(for_login))
    assert_refused(complete(for_step_up))
    assert_refused(log_in_with(client, registered, for_step_up))
    assert_refused(log_in_with(client, registered, for_completion))
    assert step_up(for_step_up, here).status_code == 200
    assert complete(for_completion).status_code == 200
    assert log_in_with(client, registered, for_login).status_code == 200


def test_the_passkey_of_somebody_else_is_refused(client, ana, registered):
    ben = make_account(email="ben@example.com")
    bens = Authenticator(ORIGIN)
    register(client, ben, bens)
    headers = login(client, ana, is_stepped_up=False)
    options = client.post(f"{STEP_UP}/options", headers=headers).json
    token = {"mfa_token": log_in(client, "ana@example.com").json["mfa_token"]}
    completion = client.post(f"{MFA}/options", json=token).json

    assert_refused(client.post(STEP_UP, json={"passkey": bens.get(options)}, headers=headers))
    assert_refused(client.post(MFA, json=token | {"passkey": bens.get(completion)}))
    for handle in (None, encoded(registered.user_handle)):
        options = client.post(f"{STEP_UP}/options", headers=headers).json
        answer = bens.get(options, user_handle=handle)
        assert_refused(client.post(STEP_UP, json={"passkey": answer}, headers=headers))


def test_an_unknown_passkey_is_refused_like_a_wrong_signature(client, ana, registered):
    stranger = Authenticator(ORIGIN, rp_id="localhost", user_handle=b"x" * 32)

    options = client.post(LOGIN_OPTIONS, json={}).json
    unknown = log_in_with(client, stranger, options)
    assert_refused(log_in_with(client, registered, options))
    wrong = log_in_with(client, registered, signature=b"x")

    differing = {"request_id"}
    assert {k: v for k, v in unknown.json.items() if k not in differing} == {
        k: v for k, v in wrong.json.items() if k not in differing
    }


def test_a_counter_that_goes_back_is_refused_and_told(client, ana, registered):
    log_in_with(client, registered)
    log_in_with(client, registered)

    for count in (2, 1, 0):
        assert_refused(log_in_with(client, registered, sign_count=count))

    assert events_of(ana).count("passkey_counter_regressed") == 3
    assert mails_to("ana@example.com")[0].subject == "A passkey that may be a copy was refused"
    assert log_in_with(client, registered, sign_count=99).status_code == 200


def test_nobody_without_the_key_can_make_a_passkey_look_copied(client, ana, registered):
    log_in_with(client, registered)

    assert_refused(log_in_with(client, registered, sign_count=1, signature=b"x"))

    assert "passkey_counter_regressed" not in events_of(ana)


def test_a_passkey_that_is_kept_in_step_has_no_counter(client, ana):
    synced = Authenticator(ORIGIN, is_synced=True)
    made = register(client, ana, synced)

    assert made.json["passkey"]["is_backed_up"] is True
    assert [log_in_with(client, synced).status_code for _ in range(2)] == [200, 200]


def test_of_20_who_answer_one_challenge_at_the_same_moment_one_gets_in(
    app, client, ana, registered
):
    options = client.post(LOGIN_OPTIONS, json={}).json
    answers = [{"credential": registered.get(options)} for _ in range(20)]

    with ThreadPoolExecutor(20) as threads:
        statuses = threads.map(
            lambda body: app.test_client().post(LOGIN, json=body).status_code, answers
        )

    assert sorted(statuses) == [200] + 19 * [401]


@pytest.mark.parametrize(
    "lies",
    [
        {"origin": "https://evil.example"},
        {"rp_id": "evil.example"},
        {"type": "webauthn.get"},
        {"cross_origin": True},
        {"flags": UP},
        {"challenge": encoded(b"x" * 32)},
        {"fmt": "unheard-of"},
        {"fmt": "packed", "statement": {"alg": -7, "sig": b"x"}},
        {"fmt": "packed", "statement": {"alg": -7, "sig": b"x", "x5c": [b"no certificate"]}},
        {"fmt": "tpm", "statement": {"ver": "2.0"}},
        {"fmt": "android-safetynet", "statement": {"ver": "1", "response": b"a.b.c"}},
        {"fmt": "apple", "statement": {"x5c": []}},
        {"fmt": "fido-u2f", "statement": {}},
        {"statement": {"sig": b"unexpected"}},
        {"public_key": b"\xa0"},
        {"public_key": b"\xff\xff"},
        {"public_key": b"\xa5\x01\x02\x03\x26\x20\x01\x21\x41\x00\x22\x41\x00"},
        {"public_key": cbor2.dumps({1: 2, 3: -7, -1: 1, -2: b"\x01" * 32, -3: b"\x01" * 32})},
        {"public_key": cbor2.dumps({1: 3, 3: -257, -1: b"\xff" * 64, -2: b"\x01\x00\x01"})},
        {"public_key": cbor2.dumps({1: 3, 3: -257, -1: b"\xff" * 9000, -2: b"\x01\x00\x01"})},
    ],
    ids=str,
)
def test_a_registration_that_does_not_hold_is_refused(client, ana, phone, lies):
    refused = register(client, ana, phone, **lies)

    assert (refused.status_code, refused.json["code"]) == (422, "invalid_passkey_registration")
    assert listed(client, ana) == []


def test_a_registration_s_challenge_is_good_once_and_in_its_session_only(client, ana, phone):
    here, there = (login(client, ana) for _ in range(2))
    options = client.post(OPTIONS, headers=here).json
    body = {"credential": phone.create(options)}
    other = {"credential": Authenticator(ORIGIN).create(options)}

    elsewhere = client.post(PASSKEYS, json=body, headers=there)
    first = client.post(PASSKEYS, json=body, headers=here)
    again = client.post(PASSKEYS, json=other, headers=here)

    assert [a.status_code for a in (elsewhere, first, again)] == [422, 201, 422]


def test_a_login_s_challenge_registers_nothing(client, ana, phone):
    headers = login(client, ana)
    options = client.post(OPTIONS, headers=headers).json
    options["challenge"] = client.post(LOGIN_OPTIONS, json={}).json["challenge"]

    refused = client.post(PASSKEYS, json={"credential": phone.create(options)}, headers=headers)

    assert refused.json["code"] == "invalid_passkey_registration"


def test_a_credential_belongs_to_one_account_once(client, ana, registered):
    ben = make_account()

    for account_id in (ana, ben):
        twice = register(client, account_id, registered)
        assert (twice.status_code, twice.json["code"]) == (409, "passkey_taken")


def test_an_account_has_at_most_20_passkeys(client, ana):
    headers = login(client, ana)
    pending = client.post(OPTIONS, headers=headers).json
    for _ in range(rules.MOST_PASSKEYS):
        assert register(client, ana, Authenticator(ORIGIN), headers=headers).status_code == 201

    asked = client.post(OPTIONS, headers=headers)
    body = {"credential": Authenticator(ORIGIN).create(pending)}
    added = client.post(PASSKEYS, json=body, headers=headers)

    assert (asked.status_code, asked.json["code"]) == (409, "too_many_passkeys")
    assert (added.status_code, added.json["code"]) == (409, "too_many_passkeys")


def test_a_first_passkey_needs_a_recent_log_in_and_a_further_one_a_step_up(client, ana, phone):
    old = login(client, ana, is_stepped_up=False, now=utc_now() - timedelta(minutes=11))
    fresh = login(client, ana, is_stepped_up=False)

    assert client.post(OPTIONS, headers=old).json["code"] == "step_up_required"
    assert register(client, ana, phone, headers=fresh).status_code == 201
    later = login(client, ana, is_stepped_up=False)
    assert client.post(OPTIONS, headers=later).json["code"] == "step_up_required"


def test_a_removed_passkey_opens_nothing(client, ana, registered):
    headers = login(client, ana)
    [passkey] = listed(client, ana)
    path = f"{PASSKEYS}/{passkey['passkey_id']}"

    shy = client.delete(path, headers=login(client, ana, is_stepped_up=False))
    removed = client.delete(path, headers=headers)

    assert shy.json["code"] == "step_up_required"
    assert removed.status_code == 204
    assert client.delete(path, headers=headers).json["code"] == "passkey_not_found"
    assert_refused(log_in_with(client, registered))
    assert log_in(client, "ana@example.com").json["mfa_required"] is False
    assert client.get("/api/v1/auth/mfa", headers=headers).json["recovery_codes_left"] == 0


def test_recovery_codes_stay_while_another_factor_does(client, ana, registered):
    make_totp(ana)
    [passkey] = listed(client, ana)

    client.delete(f"{PASSKEYS}/{passkey['passkey_id']}", headers=login(client, ana))

    shown = client.get("/api/v1/auth/mfa", headers=login(client, ana)).json
    assert (shown["passkeys"], shown["recovery_codes_left"]) == (0, 10)


@pytest.mark.parametrize("name", ["Anas Schlüssel 🔑", "アナの電話", "x" * 60])
def test_a_passkey_may_be_called_anything_printable(client, ana, phone, name):
    assert register(client, ana, phone, name=name).json["passkey"]["name"] == name


@pytest.mark.parametrize("name", ["", " ", "x" * 61, "a\nb", "\x00", 7, None])
def test_a_name_has_bounds(client, ana, phone, name):
    answer = register(client, ana, phone, name=name)

    assert (answer.status_code, answer.json["errors"][0]["pointer"]) == (422, "/name")


@pytest.mark.parametrize(
    "credential",
    [
        None,
        "x",
        [],
        {},
        {"id": "a", "rawId": "a", "type": "password", "response": {}},
        {"id": "a", "rawId": "ä", "type": "public-key", "response": {}},
        {"id": "a", "rawId": "a", "type": "public-key", "response": {"userHandle": "ü"}},
        {"id": "a" * 2000, "rawId": "a", "type": "public-key", "response": {"signature": 7}},
    ],
    ids=str,
)
@pytest.mark.parametrize("path", [LOGIN, PASSKEYS])
def test_what_can_be_no_answer_is_422(client, ana, path, credential):
    answer = client.post(path, json={"credential": credential}, headers=login(client, ana))

    assert answer.status_code == 422
    assert answer.json["errors"][0]["pointer"].startswith("/credential")


def test_what_newer_browsers_add_is_let_through(client, ana, registered):
    options = client.post(LOGIN_OPTIONS, json={}).json
    credential = registered.get(options)
    credential["newMember"] = {"a": 1}
    credential["authenticatorAttachment"] = "implanted"
    credential["response"]["another"] = "b"

    assert client.post(LOGIN, json={"credential": credential}).status_code == 200


@pytest.mark.parametrize("path", [MFA, STEP_UP])
def test_a_second_factor_is_a_code_or_a_passkey_not_both(client, ana, registered, path):
    headers = login(client, ana)
    options = client.post(f"{STEP_UP}/options", headers=headers).json
    body = {"code": "123456", "passkey": registered.get(options)}
    token = {"mfa_token": "x"} if path == MFA else {}

    both = client.post(path, json=body | token, headers=headers)
    neither = client.post(path, json=token, headers=headers)

    assert (both.status_code, both.json["errors"][0]["pointer"]) == (422, "/passkey")
    assert (neither.status_code, neither.json["errors"][0]["pointer"]) == (422, "/code")


def test_options_for_a_completion_need_a_begun_log_in(client, ana, registered):
    answer = client.post(f"{MFA}/options", json={"mfa_token": "made up"})
    begun = log_in(client, "ana@example.com").json["mfa_token"]

    assert (answer.status_code, answer.json["code"]) == (401, "invalid_mfa_token")
    with pytest.raises(InvalidMfaToken):
        service.begin_completion(mfa_token=begun, now=utc_now() + timedelta(minutes=5))


def test_an_erased_account_is_not_let_in_by_a_passkey_that_is_left(client, ana, registered):
    with db.transaction("erase") as tx:
        tx.run(ERASE, account_id=ana)

    answer = log_in_with(client, registered)

    assert (answer.status_code, answer.json["code"]) == (403, "account_not_active")


def test_a_credential_s_id_has_a_longest_length(client, ana):
    device = Authenticator(ORIGIN, credential_id=b"i" * 1023)
    assert register(client, ana, device).status_code == 201
    assert log_in_with(client, device).status_code == 200
    longer = Authenticator(ORIGIN, credential_id=b"i" * 1024)
    assert register(client, ana, longer).json["code"] == "invalid_passkey_registration"
