"""Deleting an account: what goes, what stays, and what is answered to whom."""

from __future__ import annotations

from datetime import timedelta

import pytest

from fittrack import db, queues
from fittrack.accounts.erasure import service
from fittrack.accounts.errors import AccountNotFound
from fittrack.clock import utc_now
from tests.accounts.steps import (
    bearer,
    log_in,
    mails_to,
    probe,
    refresh,
    register,
    register_verified,
    run_jobs,
    token_in,
)
from tests.factories_accounts import PASSWORD, login, make_account
from tests.factories_activities import Member, count, select

ME = "/api/v1/users/me"
HOLDERS = probe("SELECT COUNT(*) AS holds FROM display_name_holds WHERE email_key LIKE :like")


def delete(client, headers, **body):
    """Return the answer to the deletion of the own account."""
    return client.delete(ME, headers=headers, json=body)


def test_the_password_deletes_an_account(client):
    ana = make_account()
    answer = delete(client, login(client, ana, is_stepped_up=False), password=PASSWORD)
    assert answer.status_code == 202
    assert answer.json["status"] == "erased"
    assert answer.json["display_name"].startswith("member-")
    assert answer.json["pending_prizes"] == []


def test_a_stepped_up_session_needs_no_password(client):
    headers = login(client, make_account())
    assert client.delete(ME, headers=headers).status_code == 202


def test_without_either_nothing_is_deleted(client):
    headers = login(client, make_account(), is_stepped_up=False)
    answer = client.delete(ME, headers=headers)
    assert (answer.status_code, answer.json["code"]) == (403, "step_up_required")
    assert client.get(ME, headers=headers).status_code == 200


def test_a_wrong_password_deletes_nothing_even_when_stepped_up(client):
    headers = login(client, make_account())
    answer = delete(client, headers, password="another tram over lakes")
    assert (answer.status_code, answer.json["code"]) == (401, "invalid_credentials")
    assert client.get(ME, headers=headers).status_code == 200


def test_deleting_without_a_login_is_401(client):
    assert client.delete(ME, json={"password": PASSWORD}).status_code == 401


@pytest.mark.parametrize(
    "body",
    [{"password": PASSWORD, "role": "admin"}, {"password": ""}, {"withdraw_tickets": "perhaps"}],
)
def test_a_body_that_says_anything_else_is_refused(client, body):
    headers = login(client, make_account())
    assert delete(client, headers, **body).status_code == 422
    assert client.get(ME, headers=headers).status_code == 200


def test_nobody_gets_in_with_what_was_the_account(client):
    form = register_verified(client)
    tokens = log_in(client, form["email"]).json
    other = log_in(client, form["email"]).json
    assert delete(client, bearer(tokens), password=PASSWORD).status_code == 202
    for held in (tokens, other):
        answer = client.get(ME, headers=bearer(held))
        assert (answer.status_code, answer.json["code"]) == (401, "session_ended")
        assert refresh(client, held["refresh_token"]).status_code == 401
    answer = log_in(client, form["email"])
    assert (answer.status_code, answer.json["code"]) == (401, "invalid_credentials")


def test_the_address_and_the_name_are_free_at_once_for_a_fresh_account(client):
    form = register_verified(client)
    tokens = log_in(client, form["email"]).json
    delete(client, bearer(tokens), password=PASSWORD)
    again = register_verified(client, email=form["email"], display_name=form["display_name"])
    member = client.get(ME, headers=bearer(log_in(client, again["email"]).json)).json
    assert member["display_name"] == form["display_name"]
    assert member["account_id"] != client.get(ME, headers=bearer(tokens)).json.get("account_id")
    assert count("accounts") == 2


def test_a_name_asked_for_with_a_former_address_goes_too(client):
    ana = make_account(email="ana@example.com")
    body = {"email": "anna@example.com", "password": PASSWORD}
    assert client.put(f"{ME}/email", headers=login(client, ana), json=body).status_code == 202
    token = token_in(mails_to("anna@example.com")[0])
    assert client.post("/api/v1/auth/verify-email", json={"token": token}).status_code == 200
    for address in ("ana@example.com", "ben@example.com", "ben@example.com"):
        register(client, email=address)

    assert delete(client, login(client, ana)).status_code == 202

    with db.reading("look") as tx:
        assert tx.value(HOLDERS, like="ana%") == 0
        assert tx.value(HOLDERS, like="ben%") == 1


def test_the_row_that_stays_says_nothing_of_the_person(client):
    ana = make_account(email="ana@example.com", display_name="Ana")
    erased = service.erase_account(account_id=ana, actor_id=ana, now=utc_now())
    columns = ("email", "password_hash", "date_of_birth_on", "state_code", "display_name", "status")
    ((*blank, display_name, status),) = select(
        f"SELECT {', '.join(columns)} FROM accounts WHERE account_id = :account_id",
        *columns,
        account_id=ana,
    )
    assert blank == [None] * 4
    assert (display_name, status) == (erased.display_name, "erased")
    assert "ana" not in display_name.lower()


def test_an_account_is_erased_once(database):
    ana = make_account()
    service.erase_account(account_id=ana, actor_id=ana, now=utc_now())
    for account_id in (ana, "01935d2a-7c00-7000-8000-5f3c1f0b2a10"):
        with pytest.raises(AccountNotFound):
            service.erase_account(account_id=account_id, actor_id=ana, now=utc_now())


def test_a_job_of_an_erased_member_does_nothing_and_a_mail_is_not_sent(client):
    form = register_verified(client)
    headers = bearer(log_in(client, form["email"]).json)
    before = count("outbox")
    assert before
    delete(client, headers, password=PASSWORD)
    run_jobs()
    names = [name for (name,) in select("SELECT job_name FROM outbox", "job_name")]
    assert set(names) == {"finish_erasure"}


def test_the_job_forgets_what_was_done_and_brought_in(client):
    ana, ben = Member(client), Member(client)
    for member in (ana, ben):
        member.run(duration_s=600)
    tables = (
        "activities",
        "activity_minutes",
        "activity_samples",
        "imports",
        "import_items",
        "original_files",
    )
    kept = {table: count(table) // 2 for table in tables}
    assert ana.delete("users/me").status_code == 202
    run_jobs()
    assert {table: count(table) for table in tables} == kept
    assert ben.get("activities").json["items"]


def test_the_erasure_looks_again_after_an_hour(client):
    ana = Member(client)
    ana.delete("users/me")
    run_jobs()
    later = utc_now() + timedelta(hours=1, minutes=1)
    with db.reading("due") as tx:
        due = tx.all(queues.DueJob, queues.SQL["list_due_jobs"], now_at=later, row_limit=10)
    assert [job.job_name for job in due] == ["finish_erasure"]
