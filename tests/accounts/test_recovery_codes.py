"""Recovery codes: shown once, each good once, also where 20 present one at the same moment."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fittrack import db
from fittrack.accounts.factors import recovery
from tests.accounts.steps import bearer, log_in, mails_to, probe
from tests.factories_accounts import login, make_account, make_totp

MFA = "/api/v1/auth/mfa"
RENEW = f"{MFA}/recovery-codes"
LOGIN = "/api/v1/auth/login/mfa"
STEP_UP = "/api/v1/auth/step-up"
HASHES = probe("SELECT code_hash FROM recovery_codes WHERE account_id = :account_id")


@pytest.fixture
def ana(client):
    account_id = make_account(email="ana@example.com")
    make_totp(account_id)
    return account_id


@pytest.fixture
def codes(client, ana):
    return client.post(RENEW, headers=login(client, ana)).json["recovery_codes"]


def left(client, account_id):
    return client.get(MFA, headers=login(client, account_id)).json["recovery_codes_left"]


def use(client, code):
    token = log_in(client, "ana@example.com").json["mfa_token"]
    return client.post(LOGIN, json={"mfa_token": token, "code": code})


def test_ten_codes_are_shown_once_and_no_cache_keeps_them(client, ana):
    answer = client.post(RENEW, headers=login(client, ana))

    shown = answer.json["recovery_codes"]
    assert (answer.status_code, len(set(shown)), left(client, ana)) == (200, 10, 10)
    assert all(recovery.normal_form(code) for code in shown)
    assert answer.headers["Cache-Control"] == "no-store"


def test_only_hashes_of_codes_are_stored(client, ana, codes):
    with db.reading("look") as tx:
        stored = tx.value(HASHES, account_id=ana)

    assert len(stored) == 64
    assert all(code.replace("-", "") not in stored for code in codes)


def test_a_code_opens_a_session_in_place_of_the_app_and_is_used_up(client, ana, codes):
    first = use(client, codes[0])
    again = use(client, codes[0])

    assert first.status_code == 200
    assert (again.status_code, again.json["code"]) == (401, "invalid_code")
    assert client.get(MFA, headers=bearer(first.json)).json["recovery_codes_left"] == 9


def test_a_code_may_be_typed_in_any_case_and_without_dashes(client, ana, codes):
    spellings = (codes[0].lower(), codes[1].replace("-", ""), codes[2].replace("-", " "))

    assert [use(client, code).status_code for code in spellings] == [200, 200, 200]


def test_a_code_steps_a_session_up(client, ana, codes):
    headers = login(client, ana, is_stepped_up=False)

    assert client.post(RENEW, headers=headers).json["code"] == "step_up_required"
    assert client.post(STEP_UP, json={"code": codes[0]}, headers=headers).status_code == 200
    assert client.post(RENEW, headers=headers).status_code == 200


def test_new_codes_void_the_old_ones(client, ana, codes):
    fresh = client.post(RENEW, headers=login(client, ana)).json["recovery_codes"]

    assert use(client, codes[0]).json["code"] == "invalid_code"
    assert use(client, fresh[0]).status_code == 200


def test_a_code_of_somebody_else_is_worthless(client, ana, codes):
    ben = make_account(email="ben@example.com")
    make_totp(ben)
    token = log_in(client, "ben@example.com").json["mfa_token"]

    answer = client.post(LOGIN, json={"mfa_token": token, "code": codes[0]})

    assert answer.json["code"] == "invalid_code"
    assert left(client, ana) == 10


@pytest.mark.parametrize("code", ["", "12345", "AAAA-AAAA-AAAA", "AAAA-AAAA-AAAA-AAAA-AAAA", 7])
def test_what_can_be_no_code_is_422(client, ana, code):
    answer = use(client, code)

    assert (answer.status_code, answer.json["errors"][0]["pointer"]) == (422, "/code")


@pytest.mark.parametrize("code", ["-".join(["AAAA"] * 6), "-".join(["UUUU"] * 6), "0" * 24])
def test_a_wrong_code_is_wrong(client, ana, code):
    assert use(client, code).json["code"] == "invalid_code"


def test_codes_need_a_step_up_and_a_factor_to_stand_in_for(client, ana):
    cem = make_account()

    shy = client.post(RENEW, headers=login(client, ana, is_stepped_up=False))
    bare = client.post(RENEW, headers=login(client, cem))

    assert (shy.status_code, shy.json["code"]) == (403, "step_up_required")
    assert (bare.status_code, bare.json["code"]) == (409, "no_second_factor")


def test_the_owner_is_told_of_a_used_code_by_event_and_mail(client, ana, codes):
    mails_before = len(mails_to("ana@example.com"))
    use(client, codes[0])

    events = client.get("/api/v1/users/me/security-events", headers=login(client, ana)).json
    used = [event for event in events["items"] if event["kind"] == "recovery_code_used"]
    assert [event["remote_address"] for event in used] == ["127.0.0.1"]
    mails = mails_to("ana@example.com")
    assert len(mails) == mails_before + 1
    assert mails[0].subject == "A recovery code of your account was used"


def test_of_20_who_present_one_code_at_the_same_moment_one_gets_in(app, client, ana, codes):
    tokens = [log_in(client, "ana@example.com").json["mfa_token"] for _ in range(20)]

    def present(token):
        body = {"mfa_token": token, "code": codes[0]}
        return app.test_client().post(LOGIN, json=body).status_code

    with ThreadPoolExecutor(20) as threads:
        statuses = list(threads.map(present, tokens))

    assert sorted(statuses) == [200] + 19 * [401]
    assert left(client, ana) == 9


def test_of_two_renewals_at_the_same_moment_one_set_counts(app, client, ana):
    headers = login(client, ana)

    def renew(_):
        return app.test_client().post(RENEW, headers=headers).json["recovery_codes"]

    with ThreadPoolExecutor(4) as threads:
        sets = list(threads.map(renew, range(4)))

    assert left(client, ana) == 10
    assert sum(use(client, codes[0]).status_code == 200 for codes in sets) == 1


def test_a_code_is_stored_in_another_form_for_each_account():
    hashes = {
        recovery.hash_of(account_id, "0" * recovery.CODE_LETTERS) for account_id in ("a1", "b1")
    }

    assert len(hashes) == 2


@given(st.binary(min_size=recovery.CODE_BYTES, max_size=recovery.CODE_BYTES))
def test_every_code_is_read_back_in_whatever_way_it_is_typed(raw):
    written = recovery.written(raw)
    normal = written.replace("-", "")

    assert int.from_bytes(raw, "big") == sum(
        recovery.ALPHABET.index(letter) << 5 * place for place, letter in enumerate(normal[::-1])
    )
    typed = written.replace("0", "o").replace("1", "l").lower()
    assert recovery.normal_form(typed) == normal


@given(st.text(max_size=30))
def test_nothing_typed_is_more_than_a_wrong_code(text):
    normal = recovery.normal_form(text)

    assert normal is None or (
        len(normal) == recovery.CODE_LETTERS and set(normal) <= set(recovery.ALPHABET)
    )
