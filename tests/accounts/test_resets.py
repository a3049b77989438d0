"""Lost second factors: 72 h of notices, a refusal by any of the mails, and then an admin's word."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from fittrack import db, queues
from fittrack.accounts.resets import rules, service
from fittrack.accounts.resets.errors import FactorResetClosed, FactorResetTooEarly
from fittrack.clock import utc_now
from tests.accounts.steps import events_of, log_in, mails_to, probe, token_in
from tests.authenticator import Authenticator
from tests.factories_accounts import login, make_account, make_totp

KEEP = "/api/v1/auth/keep-factors"
BODY = {"reason": "Phone lost; identity checked in a call."}
NOON = datetime(2026, 6, 15, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
ERASE = probe("UPDATE accounts SET status = 'erased' WHERE account_id = :account_id")


@pytest.fixture
def ana(client):
    account_id = make_account()
    make_totp(account_id)
    return account_id


@pytest.fixture
def admin(client):
    return make_account(role="admin")


def reset_of(account_id):
    return f"/api/v1/users/{account_id}/second-factor-reset"


def address_of(client, account_id):
    return client.get("/api/v1/users/me", headers=login(client, account_id)).json["email"]


def open_reset(client, account_id, admin, **over):
    return client.post(reset_of(account_id), json=BODY | over, headers=login(client, admin))


def complete(account_id, admin, now):
    return service.complete_reset(account_id=account_id, admin_id=admin, now=now)


def open_in_the_past(account_id, admin, ago):
    service.open_reset(
        account_id=account_id, admin_id=admin, reason="Phone lost.", now=utc_now() - ago
    )


def test_a_reset_can_be_completed_after_72_hours_only(client, ana, admin):
    opened = open_reset(client, ana, admin)
    early = client.post(f"{reset_of(ana)}/complete", headers=login(client, admin))

    assert (opened.status_code, opened.json["state"]) == (201, "open")
    since, until = (datetime.fromisoformat(opened.json[k]) for k in ("opened_at", "completable_at"))
    assert until - since == 72 * HOUR
    assert (early.status_code, early.json["code"]) == (409, "factor_reset_too_early")
    with pytest.raises(FactorResetTooEarly):
        complete(ana, admin, until - timedelta(seconds=1))
    assert complete(ana, admin, until).state == "completed"


def test_a_completed_reset_leaves_no_factor_and_no_session(client, ana, admin):
    headers = login(client, ana)
    codes = client.post("/api/v1/auth/mfa/recovery-codes", headers=headers)
    assert codes.status_code == 200
    phone = Authenticator("http://localhost:8000")
    options = client.post("/api/v1/auth/passkeys/options", headers=headers).json
    body = {"credential": phone.create(options)}
    assert client.post("/api/v1/auth/passkeys", json=body, headers=headers).status_code == 201
    begun = log_in(client, address_of(client, ana)).json["mfa_token"]
    open_in_the_past(ana, admin, 72 * HOUR)

    done = client.post(f"{reset_of(ana)}/complete", headers=login(client, admin))

    assert (done.status_code, done.json["state"]) == (200, "completed")
    assert client.get("/api/v1/users/me", headers=headers).json["code"] == "session_ended"
    body = {"mfa_token": begun, "code": codes.json["recovery_codes"][0]}
    assert client.post("/api/v1/auth/login/mfa", json=body).json["code"] == "invalid_mfa_token"
    fresh = login(client, ana)
    assert client.get("/api/v1/auth/mfa", headers=fresh).json == {
        "totp_confirmed_at": None,
        "recovery_codes_left": 0,
        "passkeys": 0,
    }
    assert log_in(client, address_of(client, ana)).json["mfa_required"] is False
    assert events_of(ana).count("factor_reset_completed") == 1
    history = client.get(f"/api/v1/users/{ana}/history", headers=login(client, admin)).json
    assert [(action["kind"], action["actor_id"]) for action in history["items"]] == [
        ("factor_reset_completed", admin),
        ("factor_reset_opened", admin),
    ]
    subject = mails_to(address_of(client, ana))[0].subject
    assert subject == "The second factors of your account were removed"


def test_the_owner_is_mailed_at_once_and_after_one_and_two_days(client, ana, admin):
    opened = open_reset(client, ana, admin).json

    mailed = mails_to(address_of(client, ana))[0]
    assert mailed.subject == "Somebody asked us to remove your second factors"
    assert BODY["reason"] not in mailed.text
    assert "factor_reset_asked" in events_of(ana)
    since = datetime.fromisoformat(opened["opened_at"])
    due = [len(queues.list_due(now=since + hours * HOUR)) for hours in (23, 24, 47, 48, 72)]
    assert due == [0, 1, 1, 2, 2]


def test_every_mail_carries_the_same_token(client, ana, admin):
    address = address_of(client, ana)
    open_in_the_past(ana, admin, 24 * HOUR)

    first, second = (token_in(mail) for mail in mails_to(address)[:2])

    assert first == second


def test_no_mail_follows_a_refusal(client, ana, admin):
    address = address_of(client, ana)
    open_in_the_past(ana, admin, 24 * HOUR - timedelta(seconds=1))
    client.post(KEEP, json={"token": token_in(mails_to(address)[0])})
    told = len(mails_to(address))
    later = utc_now() + 24 * HOUR

    for job in [row for row in queues.list_due(now=later) if row.job_name == "remind_owner"]:
        lease = queues.claim(job.outbox_id, now=later)
        service.remind_owner(lease, reset_id=lease.payload["reset_id"], now=later)

    assert [row.job_name for row in queues.list_due(now=later)] == []
    assert len(mails_to(address)) == told == 2


def test_the_owner_refuses_by_the_mailed_token_once(client, ana, admin):
    open_reset(client, ana, admin)
    token = token_in(mails_to(address_of(client, ana))[0])

    refused = client.post(KEEP, json={"token": token})
    again = client.post(KEEP, json={"token": token})

    assert (refused.status_code, refused.json) == (200, {"status": "kept"})
    assert (again.status_code, again.json["code"]) == (422, "invalid_mailed_token")
    assert client.get(reset_of(ana), headers=login(client, admin)).json["state"] == "refused"
    with pytest.raises(FactorResetClosed):
        complete(ana, admin, utc_now() + 72 * HOUR)
    assert client.get("/api/v1/users/me", headers=login(client, ana)).json["has_second_factor"]
    assert "factor_reset_refused" in events_of(ana)


def test_a_completed_reset_can_not_be_refused_any_more(client, ana, admin):
    open_reset(client, ana, admin)
    token = token_in(mails_to(address_of(client, ana))[0])
    complete(ana, admin, utc_now() + 72 * HOUR)

    assert client.post(KEEP, json={"token": token}).json["code"] == "invalid_mailed_token"


def test_one_reset_is_open_at_a_time(app, client, ana, admin):
    headers = login(client, admin)

    def ask(_):
        return app.test_client().post(reset_of(ana), json=BODY, headers=headers)

    with ThreadPoolExecutor(4) as threads:
        answers = list(threads.map(ask, range(4)))

    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409]
    assert {a.json["code"] for a in answers if a.status_code == 409} == {"factor_reset_open"}


def test_a_reset_that_is_left_for_two_weeks_makes_room_for_another(client, ana, admin):
    open_in_the_past(ana, admin, timedelta(days=14))

    seen = client.get(reset_of(ana), headers=login(client, admin)).json
    late = client.post(f"{reset_of(ana)}/complete", headers=login(client, admin))
    again = open_reset(client, ana, admin)

    assert seen["state"] == "expired"
    assert (late.status_code, late.json["code"]) == (409, "factor_reset_closed")
    assert (again.status_code, again.json["state"]) == (201, "open")


def test_only_a_stepped_up_admin_resets_and_never_the_own_factors(client, ana, admin):
    ben, auditor = make_account(), make_account(role="auditor")
    shy = login(client, admin, is_stepped_up=False)
    complete_path = f"{reset_of(ana)}/complete"

    for headers, code in (
        (login(client, ben), "forbidden"),
        (login(client, auditor), "forbidden"),
        (shy, "step_up_required"),
    ):
        for path, body in ((reset_of(ana), BODY), (complete_path, None)):
            answer = client.post(path, json=body, headers=headers)
            assert (answer.status_code, answer.json["code"]) == (403, code)
    own = open_reset(client, admin, admin)
    assert (own.status_code, own.json["code"]) == (409, "own_factor_reset")
    assert client.get(reset_of(ana), headers=login(client, auditor)).status_code == 404


def test_who_has_no_second_factor_has_none_to_lose(client, admin):
    cem = make_account()

    answer = open_reset(client, cem, admin)

    assert (answer.status_code, answer.json["code"]) == (409, "no_second_factor")
    missing = client.post(f"{reset_of(cem)}/complete", headers=login(client, admin))
    assert (missing.status_code, missing.json["code"]) == (404, "factor_reset_not_found")


def test_an_erased_account_has_nothing_to_reset(client, ana, admin):
    open_in_the_past(ana, admin, 72 * HOUR)
    with db.transaction("erase") as tx:
        tx.run(ERASE, account_id=ana)

    for answer in (
        open_reset(client, ana, admin),
        client.post(f"{reset_of(ana)}/complete", headers=login(client, admin)),
    ):
        assert (answer.status_code, answer.json["code"]) == (404, "account_not_found")


@pytest.mark.parametrize("reason", ["", "ab", "  a  ", "x" * 501, "phone\x07", None, 7])
def test_a_reset_needs_a_reason(client, ana, admin, reason):
    answer = open_reset(client, ana, admin, reason=reason)

    assert (answer.status_code, answer.json["errors"][0]["pointer"]) == (422, "/reason")


def test_the_reason_is_looked_up_and_not_kept_with_an_answer(client, ana, admin):
    headers = login(client, admin)
    keyed = headers | {"Idempotency-Key": "once"}

    opened = client.post(reset_of(ana), json=BODY, headers=keyed)

    again = client.post(reset_of(ana), json=BODY, headers=keyed)
    assert (again.headers["Idempotent-Replayed"], again.data) == ("true", opened.data)
    assert "reason" not in opened.json
    assert client.get(reset_of(ana), headers=headers).json["reason"] == BODY["reason"]


def test_a_refusal_and_a_completion_at_the_same_moment_are_one_or_the_other(client, ana, admin):
    open_reset(client, ana, admin)
    token = token_in(mails_to(address_of(client, ana))[0])
    now = utc_now() + 72 * HOUR

    with ThreadPoolExecutor(2) as threads:
        work = (
            threads.submit(service.keep_factors, token=token, now=now),
            threads.submit(complete, ana, admin, now),
        )
        failed = [job.exception() is not None for job in work]

    assert sorted(failed) == [False, True]
    has_factor = client.get("/api/v1/users/me", headers=login(client, ana)).json
    assert has_factor["has_second_factor"] is failed[1]


def test_a_reset_that_is_overdue_counts_as_expired():
    reset = rules.new_reset("r1", "a1", "t1", admin_id="b1", reason="lost", now=NOON)

    assert rules.as_of(reset, NOON + rules.LIFE - timedelta(seconds=1)).state == "open"
    assert rules.as_of(reset, NOON + rules.LIFE).state == "expired"
