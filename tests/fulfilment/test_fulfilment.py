from __future__ import annotations

import re
from pathlib import Path

import pytest

from fittrack import db, worker
from fittrack.clock import utc_now
from fittrack.db.errors import Immutable, Unique
from fittrack.fulfilment import rules, service
from fittrack.fulfilment.models import Award
from fittrack.ids import new_id
from tests.factories_accounts import login, make_account
from tests.kernel.statements import statement

LIST = "/api/v1/fulfillments"


@pytest.fixture
def draw(client):
    """Return a function that opens deliveries as a draw would; drawings have tests of their own."""
    db.engine().raw().execute("PRAGMA foreign_keys = OFF")

    def open_for(*winners, drawing_id=None, names=None):
        drawing_id = drawing_id or new_id()
        awards = [
            Award(new_id(), new_id(), account_id, position, name, is_digital=position == 0)
            for position, (account_id, name) in enumerate(
                zip(winners, names or ["Shoes"] * len(winners), strict=True)
            )
        ]
        with db.transaction("draw") as tx:
            service.open_for_winners(tx, drawing_id, awards, now=utc_now())
        return drawing_id

    return open_for


@pytest.fixture
def ana(client):
    account_id = make_account()
    return account_id, login(client, account_id)


def test_each_prize_unit_is_a_delivery_whose_winner_was_told(client, draw, ana):
    account_id, headers = ana
    drawing_id = draw(account_id, make_account())
    (won,) = client.get(LIST, headers=headers).json["items"]
    assert (won["drawing_id"], won["state"]) == (drawing_id, "winner_notified")
    assert (won["delivery"], won["prize_name"], won["position"]) == ("digital", "Shoes", 0)
    one = client.get(f"{LIST}/{won['fulfilment_id']}", headers=headers).json
    assert {**won, "events": one["events"]} == one
    assert [event["state"] for event in one["events"]] == ["pending", "winner_notified"]


def test_a_winner_of_several_prizes_is_told_once(client, draw, ana):
    account_id, headers = ana
    draw(account_id, account_id, names=["Shoes", "Watch"])
    notices = client.get("/api/v1/notifications", headers=headers).json
    assert notices["unread_count"] == 1
    assert notices["items"][0]["title"] == "You won: Shoes and 1 more"
    assert "Shoes, Watch" in notices["items"][0]["body"]
    assert len(client.get(LIST, headers=headers).json["items"]) == 2


def test_a_winner_is_mailed(client, draw, ana, settings):
    account_id, _ = ana
    draw(account_id, names=["Shoes"])
    with db.reading("find_mail") as tx:
        job = tx.value(
            statement("SELECT outbox_id FROM outbox WHERE job_key LIKE :job_key"),
            job_key="prize_won%",
        )
    worker.run_outbox(job)
    folder = Path(settings.mail_url.removeprefix("folder:"))
    texts = [file.read_text() for file in folder.glob("*.eml")]
    assert any(re.search(r"Subject: You won: Shoes", text) for text in texts)


def test_a_drawings_deliveries_open_once(client, draw, ana):
    account_id, headers = ana
    drawing_id = draw(account_id)
    with pytest.raises(Unique):
        draw(account_id, drawing_id=drawing_id)
    assert len(client.get(LIST, headers=headers).json["items"]) == 1
    assert client.get("/api/v1/notifications", headers=headers).json["unread_count"] == 1


def test_a_stranger_sees_nothing_of_a_delivery(client, draw, ana):
    account_id, headers = ana
    draw(account_id)
    (won,) = client.get(LIST, headers=headers).json["items"]
    cem = login(client, make_account())
    assert client.get(LIST, headers=cem).json["items"] == []
    answer = client.get(f"{LIST}/{won['fulfilment_id']}", headers=cem)
    assert (answer.status_code, answer.json["code"]) == (404, "fulfilment_not_found")


@pytest.mark.parametrize("role", ["admin", "auditor"])
def test_operators_see_everybodys(client, draw, ana, role):
    draw(ana[0], make_account())
    headers = login(client, make_account(role=role))
    items = client.get(LIST, headers=headers).json["items"]
    assert len(items) == 2
    one = client.get(f"{LIST}/{items[0]['fulfilment_id']}", headers=headers)
    assert one.status_code == 200


def test_deliveries_can_be_filtered_and_paged(client, draw, ana):
    account_id, headers = ana
    first = draw(account_id, account_id)
    draw(account_id)

    def listed(**query):
        return client.get(LIST, headers=headers, query_string=query).json

    assert len(listed(drawing_id=first)["items"]) == 2
    assert listed(state="forfeited")["items"] == []
    assert client.get(f"{LIST}?state=lost", headers=headers).status_code == 422
    page = listed(limit=2)
    rest = listed(limit=2, cursor=page["next_cursor"])
    ids = [item["fulfilment_id"] for item in page["items"] + rest["items"]]
    assert len(set(ids)) == 3
    assert rest["next_cursor"] is None


def test_the_steps_of_a_delivery_can_not_be_changed(draw, ana):
    draw(ana[0])
    for text in ("UPDATE fulfilment_events SET state = 'x'", "DELETE FROM fulfilment_events"):
        with pytest.raises(Immutable), db.transaction("tamper") as tx:
            tx.run(statement(text))


def test_deliveries_need_a_login(client):
    assert client.get(LIST).status_code == 401


def test_a_notice_fits_however_long_the_names_are():
    award = Award("p", "e", "a", 0, "n" * 200)
    won = [rules.opened("f", "d", award, now=utc_now()) for _ in range(9)]
    assert len(rules.notice_title(won)) == 200
    assert len(rules.notice_body(won)) <= 1000
