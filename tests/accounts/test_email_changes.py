"""Changing the address: proved from the new one, prevented or undone from the old."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from fittrack import db
from fittrack.accounts import repository as accounts
from fittrack.accounts import tokens
from fittrack.accounts.email_changes import service
from fittrack.accounts.errors import EmailTaken, InvalidMailedToken
from fittrack.accounts.registration import service as registration
from fittrack.clock import utc_now
from fittrack.mail.tokens import mailed_token
from tests.accounts.steps import (
    bearer,
    events_of,
    log_in,
    mails_to,
    pointers,
    probe,
    register,
    run_jobs,
    token_in,
)
from tests.authenticator import Authenticator
from tests.factories_accounts import PASSWORD, login, make_account, make_totp

EMAIL = "/api/v1/users/me/email"
VERIFY = "/api/v1/auth/verify-email"
UNDO = "/api/v1/auth/undo-email-change"
RESET = "/api/v1/auth/reset-password"
ME = "/api/v1/users/me"
MFA = "/api/v1/auth/mfa"
FRESH = "quiet harbours drift past amber"
CHANGES = probe("SELECT COUNT(*) AS changes FROM email_changes WHERE new_email IS NOT NULL")


@pytest.fixture
def addresses():
    """Return addresses of this test's own, for the mailbox outlives it."""
    stamp = f"{utc_now():%H%M%S%f}"
    return [f"{name}-{stamp}@example.com" for name in ("ana", "anna", "annika", "ben")]


@pytest.fixture
def ana(client, addresses):
    return make_account(email=addresses[0])


def ask(client, headers, email, password=PASSWORD):
    return client.put(EMAIL, json={"email": email, "password": password}, headers=headers)


def verify(client, token):
    return client.post(VERIFY, json={"token": token})


def undo(client, token):
    return client.post(UNDO, json={"token": token})


def newest(address):
    return mails_to(address)[0]


def move(client, ana, to):
    """Change Ana's address all the way."""
    assert ask(client, login(client, ana), to).status_code == 202
    assert verify(client, token_in(newest(to))).status_code == 200


def add_passkey(client, account_id):
    headers, passkeys = login(client, account_id), "/api/v1/auth/passkeys"
    options = client.post(f"{passkeys}/options", headers=headers).json
    made = {"credential": Authenticator("http://127.0.0.1:8000").create(options)}
    assert client.post(passkeys, json=made, headers=headers).status_code == 201


def address_of(account_id):
    with db.reading("look") as tx:
        return accounts.get_member(tx, account_id).email


def test_an_address_changes_once_the_new_one_is_proved(client, ana, addresses):
    old, new, *_ = addresses
    headers = login(client, ana)

    asked = ask(client, headers, new)

    assert (asked.status_code, asked.json) == (202, {"status": "accepted"})
    assert address_of(ana) == old
    assert newest(new).subject == "Confirm your new e-mail address"
    assert newest(old).subject == "Another e-mail address was asked for"

    assert verify(client, token_in(newest(new))).status_code == 200

    assert client.get(ME, headers=headers).json["email"] == new
    assert log_in(client, new).status_code == 200
    assert log_in(client, old).status_code == 401
    assert newest(old).subject == "Your e-mail address was changed"
    assert events_of(ana)[:3] == ["logged_in", "email_change_asked", "email_changed"]


def test_the_password_or_a_recent_step_up_is_asked_for(client, ana, addresses):
    new = addresses[1]
    cold, warm = login(client, ana, is_stepped_up=False), login(client, ana)

    refused = client.put(EMAIL, json={"email": new}, headers=cold)
    wrong = ask(client, cold, new, "a wrong password of hers")
    allowed = client.put(EMAIL, json={"email": new}, headers=warm)

    assert (refused.status_code, refused.json["code"]) == (403, "step_up_required")
    assert (wrong.status_code, wrong.json["code"]) == (401, "invalid_credentials")
    assert allowed.status_code == 202


def test_wrong_passwords_count_with_those_of_log_ins(client, ana, addresses):
    headers = login(client, ana, is_stepped_up=False)
    for _ in range(5):
        ask(client, headers, addresses[1], "a wrong password of hers")

    assert ask(client, headers, addresses[1]).status_code == 401
    assert log_in(client, addresses[0]).status_code == 401


@pytest.mark.parametrize("email", ["no address", "ana@", "x" * 250 + "@example.com"])
def test_what_is_no_address_is_refused(client, ana, email):
    answer = ask(client, login(client, ana), email)

    assert (answer.status_code, pointers(answer)) == (422, ["/email"])


def test_the_own_address_is_no_other(client, ana, addresses):
    answer = ask(client, login(client, ana), addresses[0].upper())

    assert (answer.status_code, pointers(answer)) == (422, ["/email"])


def test_a_taken_address_is_answered_alike_and_its_owner_told(client, ana, addresses):
    *_, taken = addresses
    make_account(email=taken)

    answer = ask(client, login(client, ana), taken)

    assert (answer.status_code, answer.json) == (202, {"status": "accepted"})
    assert [mail.subject for mail in mails_to(taken)] == [
        "Somebody wanted to use your e-mail address"
    ]
    with db.reading("look") as tx:
        assert tx.value(CHANGES) == 0


def test_an_unfinished_registration_does_not_keep_an_address_from_who_proves_it(
    client, ana, addresses
):
    new = addresses[1]
    register(client, email=new)

    move(client, ana, new)

    assert address_of(ana) == new


def test_of_two_members_who_want_one_address_the_first_gets_it(client, ana, addresses):
    _, new, _, other = addresses
    ben = make_account(email=other)
    ask(client, login(client, ana), new)
    first = token_in(newest(new))
    ask(client, login(client, ben), new)
    second = token_in(newest(new))

    def attempt(token):
        try:
            registration.verify_email(token=token, now=utc_now())
        except EmailTaken:
            return "taken"
        return "given"

    with ThreadPoolExecutor(2) as pool:
        outcomes = sorted(pool.map(attempt, (first, second)))

    assert outcomes == ["given", "taken"]
    assert [address_of(ana), address_of(ben)].count(new) == 1


def test_a_taken_address_is_a_conflict_when_it_is_confirmed(client, ana, addresses):
    new = addresses[1]
    ask(client, login(client, ana), new)
    token = token_in(newest(new))
    make_account(email=new)

    answer = verify(client, token)

    assert (answer.status_code, answer.json["code"]) == (409, "email_taken")


def test_the_newest_request_counts(client, ana, addresses):
    _, new, other, _ = addresses
    headers = login(client, ana)
    ask(client, headers, new)
    stale = token_in(newest(new))
    ask(client, headers, other)

    assert verify(client, stale).status_code == 422
    assert verify(client, token_in(newest(other))).status_code == 200


def test_a_new_address_can_be_confirmed_for_a_day(client, ana, addresses):
    new = addresses[1]
    ask(client, login(client, ana), new)
    token, asked_at = token_in(newest(new)), utc_now()

    with pytest.raises(InvalidMailedToken):
        registration.verify_email(token=token, now=asked_at + timedelta(hours=24))
    registration.verify_email(token=token, now=asked_at + timedelta(hours=23))


def test_five_addresses_can_be_asked_for_a_day(client, ana, addresses):
    headers = login(client, ana)
    answers = [ask(client, headers, f"{n}{addresses[1]}") for n in range(6)]

    assert [answer.status_code for answer in answers] == [202] * 5 + [429]
    assert answers[5].json["code"] == "too_many_email_changes"
    assert int(answers[5].headers["Retry-After"]) > 0


def test_the_former_address_prevents_a_change_that_its_owner_did_not_ask_for(
    client, ana, addresses
):
    old, new, *_ = addresses
    thief = login(client, ana)
    ask(client, thief, new)
    stolen, alarm = token_in(newest(new)), token_in(newest(old))

    answer = undo(client, alarm)

    assert (answer.status_code, answer.json) == (200, {"status": "undone"})
    assert verify(client, stolen).status_code == 422
    assert client.get(ME, headers=thief).json["code"] == "session_ended"
    assert log_in(client, old, PASSWORD).status_code == 401
    body = {"token": token_in(newest(old)), "password": FRESH}
    assert client.post(RESET, json=body).status_code == 200
    assert client.get(ME, headers=bearer(log_in(client, old, FRESH).json)).json["email"] == old


def test_a_change_is_undone_from_the_former_address(client, ana, addresses):
    old, new, *_ = addresses
    move(client, ana, new)

    assert undo(client, token_in(newest(old))).status_code == 200

    assert address_of(ana) == old
    assert newest(old).subject == "Choose a new password"
    assert "email_change_undone" in events_of(ana)
    assert log_in(client, new).status_code == 401


def test_a_thief_who_moves_on_twice_loses_the_account_all_the_same(client, ana, addresses):
    old, new, further, _ = addresses
    move(client, ana, new)
    alarm = token_in(newest(old))
    move(client, ana, further)
    thiefs_alarm = token_in(newest(new))

    assert undo(client, thiefs_alarm).status_code == 200
    assert address_of(ana) == new
    assert undo(client, alarm).status_code == 200

    assert address_of(ana) == old


def test_once_the_owner_is_back_no_later_change_can_be_undone(client, ana, addresses):
    old, new, further, _ = addresses
    move(client, ana, new)
    alarm = token_in(newest(old))
    move(client, ana, further)
    thiefs_alarm = token_in(newest(new))

    assert undo(client, alarm).status_code == 200

    assert undo(client, thiefs_alarm).status_code == 422
    assert address_of(ana) == old


def test_a_thiefs_second_factor_goes_with_the_change_of_address(client, ana, addresses):
    old, new, *_ = addresses
    move(client, ana, new)
    thief = login(client, ana)
    add_passkey(client, ana)
    make_totp(ana)

    assert undo(client, token_in(newest(old))).status_code == 200

    body = {"token": token_in(newest(old)), "password": FRESH}
    assert client.post(RESET, json=body).status_code == 200
    assert client.get(ME, headers=thief).status_code == 401
    opened = log_in(client, old, FRESH).json
    assert opened["mfa_required"] is False
    assert client.get(MFA, headers=bearer(opened)).json == {
        "totp_confirmed_at": None,
        "recovery_codes_left": 0,
        "passkeys": 0,
    }


def test_a_second_factor_of_before_is_asked_for_after_the_change_is_undone(client, ana, addresses):
    old, new, *_ = addresses
    add_passkey(client, ana)
    move(client, ana, new)
    codes = client.post(f"{MFA}/recovery-codes", headers=login(client, ana)).json["recovery_codes"]

    assert undo(client, token_in(newest(old))).status_code == 200

    body = {"token": token_in(newest(old)), "password": FRESH}
    assert client.post(RESET, json=body).status_code == 200
    begun = log_in(client, old, FRESH).json
    assert begun["mfa_methods"] == ["passkey"]
    shown = {"mfa_token": begun["mfa_token"], "code": codes[0]}
    assert client.post("/api/v1/auth/login/mfa", json=shown).status_code == 401


def test_a_change_can_be_undone_for_72_hours_from_its_confirmation(client, ana, addresses):
    old, new, *_ = addresses
    ask(client, login(client, ana), new)
    asked_at = utc_now()
    token = token_in(newest(new))
    confirmed_at = asked_at + timedelta(hours=23, minutes=59)
    registration.verify_email(token=token, now=confirmed_at)
    alarm = token_in(newest(old))

    with pytest.raises(InvalidMailedToken):
        service.undo_email_change(token=alarm, now=asked_at + timedelta(hours=96, minutes=1))
    service.undo_email_change(token=alarm, now=confirmed_at + timedelta(hours=72))
    assert address_of(ana) == old


def test_an_address_that_may_be_taken_back_is_open_to_nobody_else(client, ana, addresses):
    old, new, _, other = addresses
    move(client, ana, new)

    form = register(client, email=old)
    ben = make_account(email=other)
    ask(client, login(client, ben), old)
    run_jobs()

    subjects = [mail.subject for mail in mails_to(old)]
    assert subjects[0] == "Your e-mail address was changed"
    assert log_in(client, old, form["password"]).status_code == 401
    assert undo(client, token_in(newest(old))).status_code == 200


def test_a_former_address_is_free_when_the_change_is_over(client, ana, addresses):
    old, new, *_ = addresses
    move(client, ana, new)
    service.delete_over(now=utc_now() + timedelta(hours=97))

    register(client, email=old)

    assert newest(old).subject == "Confirm your e-mail address"


def test_mails_to_the_old_address_can_not_reset_the_password_of_the_new(client, ana, addresses):
    old, new, *_ = addresses
    client.post("/api/v1/auth/forgot-password", json={"email": old})
    resetting = token_in(newest(old))
    move(client, ana, new)

    answer = client.post(RESET, json={"token": resetting, "password": FRESH})

    assert answer.status_code == 422


def test_no_address_stands_in_a_job(client, ana, addresses, database):
    old, new, *_ = addresses
    move(client, ana, new)

    rows = database.raw().execute("SELECT payload_json, job_key FROM outbox").fetchall()
    assert rows
    assert not any(address in str(rows) for address in (old, new))


def test_a_confirming_token_whose_change_is_gone_is_refused(client, ana):
    with db.transaction("issue") as tx:
        token_id = tokens.issue_token(
            tx, ana, tokens.CHANGE_EMAIL, life=timedelta(hours=1), now=utc_now()
        )

    assert verify(client, mailed_token(token_id)).status_code == 422
