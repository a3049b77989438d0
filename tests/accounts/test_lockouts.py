"""Guessing at passwords and second factors, and what it leads to."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from fittrack import config, db
from fittrack.accounts.errors import InvalidMailedToken
from fittrack.accounts.lockouts import rules
from fittrack.accounts.lockouts import service as lockouts
from fittrack.accounts.sessions import proofs, service
from fittrack.accounts.sessions.errors import InvalidCredentials
from fittrack.accounts.sessions.models import Device, OpenSession
from fittrack.clock import utc_now
from tests.accounts.steps import bearer, log_in, mails_to, probe, register, token_in
from tests.factories_accounts import PASSWORD, login, make_account, make_totp

UNLOCK = "/api/v1/auth/unlock"
STEP_UP = "/api/v1/auth/step-up"
MFA = "/api/v1/auth/login/mfa"
ME = "/api/v1/users/me"
EVENTS = "/api/v1/users/me/security-events"
WRONG = "a wrong password of hers"
NOON = datetime(2026, 6, 15, 12, tzinfo=UTC)
PHONE = Device("Ana's phone", "ios", "192.0.2.7")
ROWS = probe(
    "SELECT (SELECT COUNT(*) FROM login_guards) AS guards,"
    " (SELECT COUNT(*) FROM login_decoys) AS decoys FROM dual"
)


@dataclass(frozen=True, slots=True)
class Rows:
    """How many rows guessing left."""

    guards: int
    decoys: int


@pytest.fixture
def ana(client):
    return make_account(email="ana@example.com")


def guess(password=WRONG, now=NOON, email="ana@example.com"):
    """Return the session that a password opens, or None."""
    try:
        return service.log_in(email=email, password=password, device=PHONE, now=now)
    except InvalidCredentials:
        return None


def lock(now=NOON):
    for _ in range(5):
        guess(now=now)


def kinds(client, headers):
    items = client.get(f"{EVENTS}?limit=100", headers=headers).json["items"]
    return [item["kind"] for item in items]


def test_five_wrong_passwords_in_a_row_lock_for_15_minutes(ana):
    lock()

    assert guess(PASSWORD) is None
    assert guess(PASSWORD, NOON + timedelta(minutes=15, seconds=-1)) is None
    assert isinstance(guess(PASSWORD, NOON + timedelta(minutes=15)), OpenSession)


def test_four_wrong_passwords_lock_nothing_and_success_begins_anew(ana):
    for _ in range(3):
        for _ in range(4):
            guess()
        assert isinstance(guess(PASSWORD), OpenSession)


def test_each_further_run_of_failures_locks_twice_as_long_up_to_a_day(ana):
    now, lengths = NOON, []
    for _ in range(9):
        lock(now)
        until_at = guard_of(now).locked_until_at
        lengths.append((until_at - now) / timedelta(minutes=1))
        now = until_at
    assert lengths == [15, 30, 60, 120, 240, 480, 960, 1440, 1440]


def guard_of(now):
    with db.transaction("look") as tx:
        account_id = tx.value(probe("SELECT account_id FROM accounts"))
        return lockouts.guard_of(tx, account_id, rules.PASSWORD, now=now)


def test_attempts_while_locked_do_not_make_it_longer(ana):
    lock()
    for minute in range(14):
        guess(now=NOON + timedelta(minutes=minute))

    assert isinstance(guess(PASSWORD, NOON + timedelta(minutes=15)), OpenSession)


def test_locked_wrong_and_unknown_answer_alike(client, ana):
    unknown = log_in(client, "nobody@example.com", WRONG)
    wrong = [log_in(client, "ana@example.com", WRONG) for _ in range(5)]
    locked = log_in(client, "ana@example.com", PASSWORD)

    bodies = {str(answer.json | {"request_id": "any"}) for answer in (unknown, *wrong, locked)}
    assert len(bodies) == 1
    assert {answer.status_code for answer in (unknown, *wrong, locked)} == {401}
    assert set(unknown.headers.keys()) == set(locked.headers.keys())


def test_of_50_guesses_at_once_5_count(ana):
    """A right password among them is let in only before the lock, as if they came in turn."""
    passwords = [WRONG] * 49 + [PASSWORD]
    with ThreadPoolExecutor(16) as pool:
        list(pool.map(guess, passwords))

    guard = guard_of(NOON)
    assert guard.lock_count == 1
    assert rules.is_locked(guard, now=NOON)
    assert guess(PASSWORD) is None


def test_a_right_password_weighed_before_the_lock_is_refused_after_it(ana):
    proof = proofs.weigh_password(ana, PASSWORD)
    lock()
    with db.transaction("settle") as tx:
        assert proofs.settle_password(tx, proof, remote_address=None, now=NOON) is None


def test_signed_in_sessions_go_on_while_locked(client, ana):
    headers = login(client, ana)
    lock(utc_now())

    assert client.get(ME, headers=headers).status_code == 200


def test_the_lock_is_mailed_and_its_token_unlocks_at_once(client, ana):
    lock(utc_now())
    mails = mails_to("ana@example.com")
    assert [mail.subject for mail in mails] == ["Logging in was locked for a while"]
    assert log_in(client, "ana@example.com").status_code == 401

    answer = client.post(UNLOCK, json={"token": token_in(mails[0])})

    assert (answer.status_code, answer.json) == (200, {"status": "unlocked"})
    tokens = log_in(client, "ana@example.com")
    assert tokens.status_code == 200
    assert kinds(client, bearer(tokens.json)) == ["logged_in", "login_unlocked", "login_locked"]


def test_an_unlocking_token_serves_once_and_for_a_day(client, ana):
    lock(NOON)
    late = token_in(mails_to("ana@example.com")[0])
    with pytest.raises(InvalidMailedToken):
        lockouts.unlock_login(token=late, now=NOON + timedelta(hours=24))
    lockouts.unlock_login(token=late, now=NOON + timedelta(hours=23))
    with pytest.raises(InvalidMailedToken):
        lockouts.unlock_login(token=late, now=NOON + timedelta(hours=23))


def test_a_lock_after_unlocking_is_longer_all_the_same(ana):
    lock(NOON)
    lockouts.unlock_login(token=token_in(mails_to("ana@example.com")[0]), now=NOON)
    lock(NOON)

    assert guess(PASSWORD, NOON + timedelta(minutes=29)) is None
    assert isinstance(guess(PASSWORD, NOON + timedelta(minutes=30)), OpenSession)


def test_an_address_that_nobody_proved_gets_no_mail_of_locks(client):
    form = register(client)
    mails_to(form["email"])
    for _ in range(6):
        guess(email=form["email"], now=utc_now())

    assert [mail.subject for mail in mails_to(form["email"])] == ["Confirm your e-mail address"]


def test_guesses_at_unknown_addresses_leave_few_rows(ana):
    for number in range(600):
        guess(email=f"nobody{number}@example.com")

    with db.reading("look") as tx:
        rows = tx.one(Rows, ROWS)
    assert rows.guards == 0
    assert 100 < rows.decoys <= lockouts.DECOYS


def test_wrong_passwords_in_step_up_count_with_those_of_log_ins(client, ana):
    """Who stole a session can't guess on, and the lock holds for the right password too."""
    headers = login(client, ana, is_stepped_up=False)
    for _ in range(5):
        answer = client.post(STEP_UP, json={"password": WRONG}, headers=headers)
        assert (answer.status_code, answer.json["code"]) == (401, "invalid_credentials")

    assert client.post(STEP_UP, json={"password": PASSWORD}, headers=headers).status_code == 401
    assert log_in(client, "ana@example.com").status_code == 401


def test_wrong_codes_lock_the_second_factor_across_log_ins(client, ana):
    totp = make_totp(ana)
    for _ in range(2):
        begun = log_in(client, "ana@example.com").json["mfa_token"]
        for _ in range(5):
            code = f"{(int(totp.now()) + 500_000) % 1_000_000:06}"
            answer = client.post(MFA, json={"mfa_token": begun, "code": code})
            assert answer.json["code"] == "invalid_code"

    begun = log_in(client, "ana@example.com").json["mfa_token"]
    answer = client.post(MFA, json={"mfa_token": begun, "code": totp.now()})

    assert (answer.status_code, answer.json["code"]) == (401, "invalid_code")
    assert mails_to("ana@example.com")[0].subject == "Somebody may know your password"


def test_a_code_given_while_locked_is_not_used_up(client, ana):
    totp = make_totp(ana)
    now = utc_now()
    with db.transaction("lock") as tx:
        guard = lockouts.guard_of(tx, ana, rules.SECOND_FACTOR, now=now)
        guard = replace(guard, failures=9, attempted_at=now)
        lockouts.record_attempt(tx, guard, is_right=False, remote_address=None, now=now)
    begun = log_in(client, "ana@example.com").json["mfa_token"]
    body = {"mfa_token": begun, "code": totp.now()}
    assert client.post(MFA, json=body).status_code == 401

    with db.transaction("unlock") as tx:
        tx.run(probe("DELETE FROM login_guards WHERE account_id = :account_id"), account_id=ana)
    assert client.post(MFA, json=body).status_code == 200


def test_guesses_from_500_forged_addresses_count_as_those_of_one(client, ana, settings):
    """No proxy is trusted, so that nobody is whom X-Forwarded-For says."""
    config.use(replace(settings, limit_credentials="5 per minute"))
    codes = []
    for number in range(500):
        forged = {"X-Forwarded-For": f"198.51.{number // 250}.{number % 250}"}
        body = {"email": "ana@example.com", "password": WRONG}
        codes.append(client.post("/api/v1/auth/login", json=body, headers=forged).status_code)

    assert codes == [401] * 5 + [429] * 495


def test_the_lock_bites_where_limits_are_far(client, ana):
    for number in range(500):
        forged = {"X-Forwarded-For": f"198.51.{number // 250}.{number % 250}"}
        body = {"email": "ana@example.com", "password": WRONG}
        client.post("/api/v1/auth/login", json=body, headers=forged)

    assert log_in(client, "ana@example.com").status_code == 401
    assert kinds(client, login(client, ana)).count("login_locked") == 1


attempts = st.lists(st.tuples(st.booleans(), st.integers(0, 3 * 86_400)), max_size=60)


@hypothesis_settings(deadline=None)
@given(attempts)
def test_no_more_than_five_wrong_guesses_count_between_locks(steps):
    guard, now = rules.fresh("a", rules.PASSWORD, now=NOON), NOON
    wrong_in_a_row = 0
    for is_right, pause_s in steps:
        now += timedelta(seconds=pause_s)
        was_locked = rules.is_locked(guard, now=now)
        after = rules.after_attempt(guard, is_right=is_right, now=now)
        if not was_locked:
            wrong_in_a_row = 0 if is_right else wrong_in_a_row + 1
        assert 0 <= after.failures < 5
        assert rules.is_locked(after, now=now) == (
            was_locked or (not is_right and wrong_in_a_row % 5 == 0)
        )
        guard = after


@hypothesis_settings(deadline=None)
@given(st.integers(1, 10**9))
def test_a_lock_lasts_15_minutes_to_24_hours(lock_count):
    length = rules.lock_length(lock_count)
    assert rules.FIRST_LOCK <= length <= rules.LONGEST_LOCK
    assert rules.lock_length(lock_count + 1) in {length * 2, rules.LONGEST_LOCK}
