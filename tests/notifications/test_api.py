from __future__ import annotations

from datetime import timedelta

import pytest

from fittrack import db
from fittrack.clock import utc_now
from fittrack.notifications import service
from tests.factories_accounts import login, make_account

LIST = "/api/v1/notifications"


def tell(account_id, kind="drawing_opened", key="k1", *, now=None, **over):
    words = {"title": "A drawing opened", "body": "Have a look.", "data": {"drawing_id": "d1"}}
    with db.transaction("tell") as tx:
        service.notify(tx, account_id, kind, key=key, now=now or utc_now(), **words | over)


@pytest.fixture
def ana(client):
    account_id = make_account()
    return account_id, login(client, account_id)


def test_a_notice_reaches_its_member_unread(client, ana):
    account_id, headers = ana
    tell(account_id)
    answer = client.get(LIST, headers=headers).json
    assert answer["unread_count"] == 1
    (notice,) = answer["items"]
    assert notice["title"] == "A drawing opened"
    assert notice["data"] == {"drawing_id": "d1"}
    assert notice["read_at"] is None
    assert notice["created_at"].endswith("Z")


def test_telling_twice_is_telling_once(client, ana):
    account_id, headers = ana
    for _ in range(2):
        tell(account_id)
    tell(account_id, key="k2")
    tell(account_id, kind="drawing_closed")
    assert client.get(LIST, headers=headers).json["unread_count"] == 3


def test_a_unit_that_told_twice_goes_on(client, ana):
    account_id, _ = ana
    with db.transaction("tell") as tx:
        for _ in range(2):
            words = {"title": "t", "body": "b", "data": {}}
            service.notify(tx, account_id, "k", key="same", now=utc_now(), **words)
        service.notify(tx, account_id, "k", key="other", now=utc_now(), **words)


def test_notices_come_newest_first_page_by_page(client, ana):
    account_id, headers = ana
    for number in range(5):
        tell(account_id, key=f"k{number}", title=f"t{number}")
    seen, cursor = [], None
    while True:
        query = {"limit": 2} | ({"cursor": cursor} if cursor else {})
        page = client.get(LIST, headers=headers, query_string=query).json
        assert page["unread_count"] == 5
        seen += [notice["notification_id"] for notice in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert seen == sorted(set(seen), reverse=True)
    assert len(seen) == 5


def test_reading_counts_the_first_time(client, ana):
    account_id, headers = ana
    tell(account_id)
    (notice,) = client.get(LIST, headers=headers).json["items"]
    path = f"{LIST}/{notice['notification_id']}/read"
    first = client.post(path, headers=headers)
    again = client.post(path, headers=headers)
    assert first.status_code == again.status_code == 200
    assert first.json["read_at"] == again.json["read_at"] is not None
    assert client.get(LIST, headers=headers).json["unread_count"] == 0
    assert client.get(f"{LIST}?unread_only=true", headers=headers).json["items"] == []


def test_reading_is_safe_to_retry_under_a_key(client, ana):
    account_id, headers = ana
    tell(account_id)
    (notice,) = client.get(LIST, headers=headers).json["items"]
    path = f"{LIST}/{notice['notification_id']}/read"
    answers = [client.post(path, headers={**headers, "Idempotency-Key": "r1"}) for _ in range(2)]
    assert answers[0].data == answers[1].data
    assert answers[1].headers["Idempotent-Replayed"] == "true"


def test_anothers_notice_is_not_there(client, ana):
    account_id, headers = ana
    tell(account_id)
    (notice,) = client.get(LIST, headers=headers).json["items"]
    cem = login(client, make_account())
    answer = client.post(f"{LIST}/{notice['notification_id']}/read", headers=cem)
    assert (answer.status_code, answer.json["code"]) == (404, "notification_not_found")
    assert client.get(LIST, headers=cem).json == {
        "items": [],
        "next_cursor": None,
        "unread_count": 0,
    }
    assert client.get(LIST, headers=headers).json["unread_count"] == 1


def test_notices_need_a_login(client):
    assert client.get(LIST).status_code == 401


def test_a_winner_is_mailed_once(client, ana):
    account_id, _ = ana
    data = {"drawing_id": "d1", "fulfilment_id": "f1"}
    for _ in range(2):
        tell(account_id, "prize_won", title="You won: Shoes", data=data)
    rows = db.engine().raw().execute("SELECT payload_json FROM outbox WHERE job_name = 'send_mail'")
    payloads = [payload for (payload,) in rows if "prize_won" in payload]
    assert len(payloads) == 1
    assert account_id in payloads[0]
    assert "@" not in payloads[0]


def test_the_count_of_unread_reads_only_unread_ones(client, ana):
    account_id, _ = ana
    tell(account_id, now=utc_now() - timedelta(days=1))
    plan = (
        db.engine()
        .raw()
        .execute(
            "EXPLAIN QUERY PLAN " + service.repository.SQL["get_unread_count"].sqlite,
            {"account_id": account_id},
        )
    )
    assert "notifications_unread_ix" in str(plan.fetchall())
