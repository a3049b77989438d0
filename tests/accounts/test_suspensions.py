"""What a suspended member still reaches, and how an appeal goes."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from fittrack.accounts.suspensions import service
from fittrack.accounts.suspensions.errors import AppealOpen
from fittrack.clock import utc_now
from tests.accounts.steps import bearer, log_in, mails_to, pointers, refresh
from tests.factories_accounts import login, make_account

USERS = "/api/v1/users"
MINE = "/api/v1/notifications"
OWN = "/api/v1/users/me/appeals"
QUEUE = "/api/v1/appeals"
REASON = "Rode a car on 3 June."
WORDS = "It was a bus, and I have deleted the ride. Sorry."


@pytest.fixture
def boss(client):
    return make_account(role="admin")


@pytest.fixture
def admin(client, boss):
    return login(client, boss)


@pytest.fixture
def other(client):
    return login(client, make_account(role="admin"))


@pytest.fixture
def ana(client):
    return make_account(email="ana@example.com", display_name="Ana")


@pytest.fixture
def suspended(client, admin, ana):
    """Suspend Ana, who had logged in before, and return her headers."""
    headers = login(client, ana)
    assert suspend(client, admin, ana).status_code == 200
    return headers


def suspend(client, headers, account_id, reason=REASON):
    body = {"status": "suspended", "suspension_reason": reason}
    return client.patch(f"{USERS}/{account_id}", json=body, headers=headers)


def lift(client, headers, account_id):
    return client.patch(f"{USERS}/{account_id}", json={"status": "active"}, headers=headers)


def appeal(client, headers, text=WORDS):
    return client.post(OWN, json={"text": text}, headers=headers)


def decide(client, headers, appeal_id, decision="accepted", reason="Thank you."):
    body = {"decision": decision, "reason": reason}
    return client.post(f"{QUEUE}/{appeal_id}/decision", json=body, headers=headers)


def test_a_suspension_in_the_middle_of_a_session_shows_its_reason(client, suspended, boss, ana):
    refused = client.get(MINE, headers=suspended)
    assert (refused.status_code, refused.json["code"]) == (403, "account_not_active")
    assert refused.json["status_of_account"] == "suspended"
    assert (refused.json["reason"], refused.json["appeal_to"]) == (REASON, OWN)
    me = client.get(f"{USERS}/me", headers=suspended).json
    assert (me["status"], me["suspension"]["reason"]) == ("suspended", REASON)
    assert REASON in mails_to("ana@example.com")[0].text


def test_a_suspended_member_may_log_in_refresh_and_log_out(client, suspended):
    tokens = log_in(client, "ana@example.com").json
    fresh = refresh(client, tokens["refresh_token"]).json
    assert client.get("/api/v1/auth/sessions", headers=bearer(fresh)).status_code == 200
    events = client.get(f"{USERS}/me/security-events", headers=bearer(fresh)).json["items"]
    assert "account_suspended" in [event["kind"] for event in events]
    assert client.post("/api/v1/auth/logout", headers=bearer(fresh)).status_code == 204


def test_a_suspended_admin_does_nothing_more(client, admin, ana):
    make_account(role="admin")
    fallen = make_account(role="admin")
    headers = login(client, fallen)
    suspend(client, admin, fallen)
    answer = suspend(client, headers, ana)
    assert (answer.status_code, answer.json["code"]) == (403, "account_not_active")


def test_the_detail_shows_who_suspended_why(client, admin, boss, suspended, ana):
    shown = client.get(f"{USERS}/{ana}", headers=admin).json["suspension"]
    assert (shown["reason"], shown["suspended_by_id"]) == (REASON, boss)


def test_a_lifted_suspension_opens_everything_again(client, admin, suspended, ana):
    assert lift(client, admin, ana).json["suspension"] is None
    assert client.get(MINE, headers=suspended).status_code == 200
    assert client.get(f"{USERS}/me", headers=suspended).json["suspension"] is None
    assert "lifted" in mails_to("ana@example.com")[0].subject
    events = client.get(f"{USERS}/me/security-events", headers=suspended).json["items"]
    assert "account_restored" in [event["kind"] for event in events]


def test_a_suspended_account_is_not_suspended_again(client, admin, suspended, ana):
    answer = suspend(client, admin, ana, "Another reason.")
    assert (answer.status_code, answer.json["code"]) == (409, "status_not_changeable")


def test_a_pending_account_is_not_let_in_by_its_status(client, admin, ana, database):
    database.raw().execute("UPDATE accounts SET status = 'pending' WHERE display_name = 'Ana'")
    for answer in (suspend(client, admin, ana), lift(client, admin, ana)):
        assert (answer.status_code, answer.json["code"]) == (409, "status_not_changeable")


def test_to_keep_the_status_is_no_change(client, admin, ana):
    assert lift(client, admin, ana).json["status"] == "active"
    assert client.get(f"{USERS}/{ana}/history", headers=admin).json["items"] == []


# -- appeals


def test_an_accepted_appeal_lifts_the_suspension_and_is_told(client, suspended, other, ana):
    made = appeal(client, suspended, f"  {WORDS}\r\nAna ")
    assert (made.status_code, made.json["state"]) == (201, "open")
    assert made.json["text"] == f"{WORDS}\nAna"
    assert "decided_by_id" not in made.json
    [queued] = client.get(QUEUE, headers=other).json["items"]
    assert (queued["account_id"], queued["text"]) == (ana, made.json["text"])

    decided = decide(client, other, made.json["appeal_id"])
    assert (decided.status_code, decided.json["state"]) == (200, "accepted")
    assert client.get(MINE, headers=suspended).status_code == 200
    [own] = client.get(OWN, headers=suspended).json["items"]
    assert (own["state"], own["decision_reason"]) == ("accepted", "Thank you.")
    assert client.get(QUEUE, headers=other).json["items"] == []
    told = {delivered.subject for delivered in mails_to("ana@example.com")}
    assert {"Your appeal was accepted", "Your suspension is lifted"} <= told
    kinds = [item["kind"] for item in history(client, other, ana)]
    assert kinds[-1] == "suspended"
    assert sorted(kinds[:-1]) == ["appeal_accepted", "suspension_lifted"]


def history(client, headers, account_id):
    return client.get(f"{USERS}/{account_id}/history", headers=headers).json["items"]


def test_a_rejected_appeal_changes_nothing_and_three_are_all(client, suspended, other):
    for _ in range(3):
        made = appeal(client, suspended)
        assert made.status_code == 201
        assert decide(client, other, made.json["appeal_id"], "rejected").status_code == 200
        assert client.get(MINE, headers=suspended).status_code == 403
    fourth = appeal(client, suspended)
    assert (fourth.status_code, fourth.json["code"]) == (409, "too_many_appeals")


def test_a_new_suspension_brings_new_appeals(client, admin, suspended, other, ana):
    for _ in range(3):
        decide(client, other, appeal(client, suspended).json["appeal_id"], "rejected")
    lift(client, admin, ana)
    suspend(client, admin, ana)
    assert appeal(client, suspended).status_code == 201


def test_one_appeal_is_open_at_a_time(client, suspended):
    assert appeal(client, suspended).status_code == 201
    second = appeal(client, suspended)
    assert (second.status_code, second.json["code"]) == (409, "appeal_open")


def test_of_parallel_appeals_one_is_taken(client, suspended, ana):
    def try_once(_):
        try:
            service.appeal(account_id=ana, text=WORDS, now=utc_now())
        except AppealOpen:
            return 0
        return 1

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(try_once, range(8))) == 1


def test_an_appeal_repeated_with_its_key_is_one(client, suspended):
    headers = suspended | {"Idempotency-Key": "appeal-1"}
    first, again = appeal(client, headers), appeal(client, headers)
    assert (again.status_code, again.json) == (201, first.json)
    assert again.headers["Idempotent-Replayed"] == "true"


def test_who_is_not_suspended_has_nothing_to_appeal_against(client, ana):
    answer = appeal(client, login(client, ana))
    assert (answer.status_code, answer.json["code"]) == (409, "not_suspended")


@pytest.mark.parametrize("text", ["too short", " " * 30, "x" * 4001, "x" * 30 + "\u0000", 5, None])
def test_an_appeal_has_20_to_4000_characters(client, suspended, text):
    answer = appeal(client, suspended, text)
    assert (answer.status_code, pointers(answer)) == (422, ["/text"])


def test_the_longest_appeal_is_taken_whole(client, suspended):
    text = "ä" * 4000
    assert appeal(client, suspended, text).json["text"] == text


def test_an_appeal_is_settled_when_the_suspension_ends_otherwise(
    client, admin, suspended, other, ana
):
    appeal_id = appeal(client, suspended).json["appeal_id"]
    lift(client, admin, ana)
    [own] = client.get(OWN, headers=suspended).json["items"]
    assert own["state"] == "settled"
    answer = decide(client, other, appeal_id)
    assert (answer.status_code, answer.json["code"]) == (409, "appeal_closed")
    [settled] = client.get(f"{QUEUE}?state=settled", headers=other).json["items"]
    assert settled["appeal_id"] == appeal_id


def test_an_appeal_is_decided_once(client, suspended, other):
    appeal_id = appeal(client, suspended).json["appeal_id"]
    assert decide(client, other, appeal_id, "rejected").status_code == 200
    answer = decide(client, other, appeal_id)
    assert (answer.status_code, answer.json["code"]) == (409, "appeal_closed")
    assert client.get(MINE, headers=suspended).status_code == 403


def test_who_suspended_decides_only_where_nobody_else_could(client, admin, suspended, database):
    second = make_account(role="admin", display_name="Second")
    appeal_id = appeal(client, suspended).json["appeal_id"]
    answer = decide(client, admin, appeal_id)
    assert (answer.status_code, answer.json["code"]) == (409, "another_admin_decides")

    database.raw().execute("DELETE FROM totp_factors WHERE account_id = ?", (second,))
    assert decide(client, admin, appeal_id).status_code == 200


def test_an_unknown_appeal_is_404(client, admin):
    answer = decide(client, admin, "01935d2a-7c00-7000-8000-5f3c1f0b2a10")
    assert (answer.status_code, answer.json["code"]) == (404, "appeal_not_found")


@pytest.mark.parametrize(
    "body", [{"decision": "maybe", "reason": "Why?"}, {"decision": "accepted"}]
)
def test_a_decision_needs_its_word_and_a_reason(client, suspended, other, body):
    appeal_id = appeal(client, suspended).json["appeal_id"]
    answer = client.post(f"{QUEUE}/{appeal_id}/decision", json=body, headers=other)
    assert answer.status_code == 422


def test_a_member_sees_only_own_appeals_and_not_the_queue(client, suspended):
    appeal(client, suspended)
    cem = login(client, make_account())
    assert client.get(OWN, headers=cem).json["items"] == []
    assert client.get(QUEUE, headers=cem).status_code == 403
    auditor = login(client, make_account(role="auditor"))
    [queued] = client.get(QUEUE, headers=auditor).json["items"]
    assert decide(client, auditor, queued["appeal_id"]).status_code == 403


def test_the_queue_is_oldest_first_and_pages(client, admin):
    made = []
    for number in range(3):
        account_id = make_account()
        headers = login(client, account_id)
        suspend(client, admin, account_id)
        made.append(appeal(client, headers, f"{WORDS} {number}").json["appeal_id"])
    first = client.get(f"{QUEUE}?limit=2", headers=admin).json
    rest = client.get(f"{QUEUE}?limit=2&cursor={first['next_cursor']}", headers=admin).json
    assert [item["appeal_id"] for item in first["items"] + rest["items"]] == made
    assert rest["next_cursor"] is None
