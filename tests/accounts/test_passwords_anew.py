"""Forgotten and changed passwords: who may set one, and what ends with the old one."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from fittrack import db, queues
from fittrack.accounts import repository, tokens
from fittrack.accounts.credentials import requests, service
from fittrack.accounts.errors import InvalidMailedToken
from fittrack.clock import utc_now
from fittrack.mail.tokens import mailed_token
from tests.accounts.steps import (
    bearer,
    events_of,
    log_in,
    mails_to,
    pointers,
    probe,
    refresh,
    register,
    run_jobs,
    token_in,
)
from tests.factories_accounts import PASSWORD, login, make_account, make_totp

FORGOT = "/api/v1/auth/forgot-password"
RESET = "/api/v1/auth/reset-password"
CHANGE = "/api/v1/users/me/password"
ME = "/api/v1/users/me"
FRESH = "quiet harbours drift past amber"
WRONG = "a wrong password of hers"
STATUS = probe("SELECT status FROM accounts WHERE account_id = :account_id")
SUSPEND = probe("UPDATE accounts SET status = 'suspended' WHERE account_id = :account_id")
NO_PASSWORD = probe("UPDATE accounts SET password_hash = NULL WHERE account_id = :account_id")
JOBS = probe("SELECT COUNT(*) AS jobs FROM outbox WHERE job_name = 'mail_requested_token'")


@pytest.fixture
def email():
    """Return an address of this test's own, for the mailbox outlives it."""
    return f"ana-{utc_now():%H%M%S%f}@example.com"


@pytest.fixture
def ana(client, email):
    return make_account(email=email)


def forgot(client, email):
    return client.post(FORGOT, json={"email": email})


def reset(client, token, password=FRESH):
    return client.post(RESET, json={"token": token, "password": password})


def reset_token(client, email):
    assert forgot(client, email).status_code == 202
    return token_in(mails_to(email)[0])


def change(client, headers, new=FRESH, **over):
    body = {"current_password": PASSWORD, "new_password": new} | over
    return client.put(CHANGE, json=body, headers=headers)


def value(statement, **binds):
    with db.reading("look") as tx:
        return tx.value(statement, **binds)


def write(statement, **binds):
    with db.transaction("write") as tx:
        tx.run(statement, **binds)


def test_a_forgotten_password_is_reset_by_the_mailed_token(client, ana, email):
    answer = reset(client, reset_token(client, email))

    assert (answer.status_code, answer.json) == (200, {"status": "changed"})
    assert log_in(client, email, PASSWORD).status_code == 401
    assert log_in(client, email, FRESH).status_code == 200
    assert mails_to(email)[0].subject == "Your password was changed"
    assert "password_reset" in events_of(ana)


def test_a_known_an_unknown_and_no_address_are_answered_and_noted_alike(client, ana, email):
    answers = [forgot(client, who) for who in (email, "nobody@example.com", "no address")]

    assert {(answer.status_code, str(answer.json)) for answer in answers} == {
        (202, "{'status': 'accepted'}")
    }
    assert value(JOBS) == 3
    run_jobs()
    assert queues.list_due(now=utc_now()) == []


def test_a_reset_ends_every_session_and_its_tokens(client, ana, email):
    phone = log_in(client, email).json
    other = login(client, ana)

    reset(client, reset_token(client, email))

    assert client.get(ME, headers=bearer(phone)).json["code"] == "session_ended"
    assert client.get(ME, headers=other).json["code"] == "session_ended"
    assert refresh(client, phone["refresh_token"]).status_code == 401


def test_a_reset_ends_log_ins_that_await_their_second_factor(client, ana, email):
    totp = make_totp(ana)
    begun = log_in(client, email).json["mfa_token"]

    reset(client, reset_token(client, email))

    body = {"mfa_token": begun, "code": totp.now()}
    answer = client.post("/api/v1/auth/login/mfa", json=body)
    assert (answer.status_code, answer.json["code"]) == (401, "invalid_mfa_token")


def test_a_reset_leaves_the_second_factor_in_force(client, ana, email):
    make_totp(ana)

    reset(client, reset_token(client, email))

    assert log_in(client, email, FRESH).json["mfa_required"] is True


def test_a_reset_lifts_the_lock_and_its_mail(client, ana, email):
    for _ in range(5):
        log_in(client, email, WRONG)
    unlocking = token_in(mails_to(email)[0])

    reset(client, reset_token(client, email))

    assert log_in(client, email, FRESH).status_code == 200
    assert client.post("/api/v1/auth/unlock", json={"token": unlocking}).status_code == 422


def test_a_reset_token_serves_once(client, ana, email):
    token = reset_token(client, email)

    answers = [reset(client, token), reset(client, token, "another amber tram past lakes")]

    assert [answer.status_code for answer in answers] == [200, 422]
    assert answers[1].json["code"] == "invalid_mailed_token"
    assert pointers(answers[1]) == ["/token"]
    assert log_in(client, email, FRESH).status_code == 200


def test_a_used_token_is_refused_before_anything_is_hashed(client, ana, email):
    token = reset_token(client, email)
    reset(client, token)

    assert pointers(reset(client, token, "too short")) == ["/token"]


def test_a_token_is_taken_by_one_only_even_where_both_saw_it_free(client, ana):
    """As two transactions may on Oracle; the update decides."""
    now = utc_now()
    with db.transaction("take") as tx:
        life = timedelta(hours=1)
        token_id = tokens.issue_token(tx, ana, tokens.RESET_PASSWORD, life=life, now=now)
        late = repository.use_mailed_token(tx, token_id, used_at=now + life)
        takes = [repository.use_mailed_token(tx, token_id, used_at=now) for _ in range(2)]

    assert (late, takes) == (False, [True, False])


def test_of_two_resets_at_once_one_wins(client, ana, email):
    token = reset_token(client, email)

    def attempt(number):
        words = {"remote_address": None, "now": utc_now()}
        try:
            service.reset_password(token=token, password=f"{FRESH} {number}", **words)
        except InvalidMailedToken:
            return None
        return number

    with ThreadPoolExecutor(6) as pool:
        winners = [number for number in pool.map(attempt, range(6)) if number is not None]

    assert len(winners) == 1
    assert log_in(client, email, f"{FRESH} {winners[0]}").status_code == 200


def test_a_newer_token_withdraws_the_older(client, ana, email):
    older = reset_token(client, email)
    newer = reset_token(client, email)

    assert reset(client, older).status_code == 422
    assert reset(client, newer).status_code == 200


def test_a_reset_token_lives_for_an_hour(client, ana, email):
    token = reset_token(client, email)
    late = utc_now() + timedelta(hours=1, seconds=5)

    with pytest.raises(InvalidMailedToken):
        service.reset_password(token=token, password=FRESH, remote_address=None, now=late)
    early = late - timedelta(minutes=1)
    service.reset_password(token=token, password=FRESH, remote_address=None, now=early)


def test_an_address_gets_10_resetting_mails_a_day(client, ana, email):
    for _ in range(12):
        forgot(client, email)
        run_jobs()

    assert len(mails_to(email)) == 10


def test_a_weak_password_is_refused_and_the_token_stays_good(client, ana, email):
    token = reset_token(client, email)

    answer = reset(client, token, email)

    assert (answer.status_code, pointers(answer)) == (422, ["/password"])
    assert reset(client, token).status_code == 200


def test_a_verification_token_resets_no_password(client):
    form = register(client)
    token = token_in(mails_to(form["email"])[0])

    assert reset(client, token).status_code == 422


def test_a_reset_proves_the_address_of_who_registered(client):
    form = register(client)
    verifying = token_in(mails_to(form["email"])[0])

    assert reset(client, reset_token(client, form["email"])).status_code == 200

    assert log_in(client, form["email"], FRESH).status_code == 200
    again = client.post("/api/v1/auth/verify-email", json={"token": verifying})
    assert again.status_code == 422


def test_an_invitation_sets_the_first_password_and_lets_in(client):
    form = register(client)
    with db.transaction("invite") as tx:
        account_id = tx.value(probe("SELECT account_id FROM accounts"))
        life = timedelta(days=7)
        token_id = tokens.issue_token(tx, account_id, tokens.INVITATION, life=life, now=utc_now())
    assert reset(client, mailed_token(token_id)).status_code == 200
    assert value(STATUS, account_id=account_id) == "active"
    assert log_in(client, form["email"], FRESH).status_code == 200


def test_a_suspended_member_stays_suspended_after_a_reset(client, ana, email):
    write(SUSPEND, account_id=ana)

    assert reset(client, reset_token(client, email)).status_code == 200

    assert value(STATUS, account_id=ana) == "suspended"


def test_a_password_is_changed_by_showing_the_present_one(client, ana, email):
    headers, other = login(client, ana), login(client, ana)

    answer = change(client, headers)

    assert answer.status_code == 204
    assert client.get(ME, headers=headers).status_code == 200
    assert client.get(ME, headers=other).json["code"] == "session_ended"
    assert log_in(client, email, PASSWORD).status_code == 401
    assert log_in(client, email, FRESH).status_code == 200
    assert mails_to(email)[0].subject == "Your password was changed"
    assert "password_changed" in events_of(ana)


def test_a_changed_password_makes_a_mailed_reset_worthless(client, ana, email):
    token = reset_token(client, email)

    change(client, login(client, ana))

    assert reset(client, token).status_code == 422


def test_a_wrong_present_password_changes_nothing_and_counts(client, ana, email):
    headers = login(client, ana)

    for _ in range(5):
        answer = change(client, headers, current_password=WRONG)
        assert (answer.status_code, answer.json["code"]) == (401, "invalid_credentials")

    assert change(client, headers).status_code == 401
    assert log_in(client, email).status_code == 401
    assert client.get(ME, headers=headers).status_code == 200


def test_the_present_password_is_asked_for(client, ana):
    answer = change(client, login(client, ana), current_password=None)
    assert answer.status_code == 422
    body = {"new_password": FRESH}
    answer = client.put(CHANGE, json=body, headers=login(client, ana))
    assert (answer.status_code, pointers(answer)) == (422, ["/current_password"])


def test_a_new_password_is_measured_like_the_first(client, ana):
    answer = change(client, login(client, ana), new="password1234")

    assert (answer.status_code, pointers(answer)) == (422, ["/new_password"])


def test_who_has_no_password_sets_one_after_a_step_up(client, ana, email):
    write(NO_PASSWORD, account_id=ana)
    body = {"new_password": FRESH}

    refused = client.put(CHANGE, json=body, headers=login(client, ana, is_stepped_up=False))
    done = client.put(CHANGE, json=body, headers=login(client, ana))

    assert (refused.status_code, refused.json["code"]) == (403, "step_up_required")
    assert done.status_code == 204
    assert log_in(client, email, FRESH).status_code == 200


def test_of_two_changes_by_the_same_password_one_wins(client, ana, email):
    headers = [login(client, ana) for _ in range(4)]

    def attempt(number):
        app_client = client.application.test_client()
        return change(app_client, headers[number], f"{FRESH} {number}").status_code

    with ThreadPoolExecutor(4) as pool:
        codes = list(pool.map(attempt, range(4)))

    assert codes.count(204) == 1
    assert log_in(client, email, f"{FRESH} {codes.index(204)}").status_code == 200


def test_a_mail_is_decided_once_however_often_its_job_runs(client, ana, email):
    forgot(client, email)
    (job,) = queues.list_due(now=utc_now())
    lease = queues.claim(job.outbox_id, now=utc_now())
    requests.mail_requested_token(lease, **lease.payload, now=utc_now())
    with pytest.raises(queues.LeaseLost):
        requests.mail_requested_token(lease, **lease.payload, now=utc_now())

    assert len(mails_to(email)) == 1
