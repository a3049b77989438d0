from __future__ import annotations

import re
from pathlib import Path

import pytest

from fittrack import db, worker
from fittrack.clock import utc_now
from fittrack.db.errors import Immutable, Unique
from fittrack.fulfilment import notices, repository, rules, telling
from fittrack.fulfilment.models import Award
from tests.factories_accounts import login, make_account
from tests.factories_activities import select
from tests.factories_fulfilment import make_awards, open_awards, open_deliveries
from tests.kernel.statements import statement

LIST = "/api/v1/fulfillments"


@pytest.fixture
def ana(client):
    account_id = make_account()
    return account_id, login(client, account_id)


def test_each_prize_unit_is_a_delivery_whose_winner_was_told(client, ana):
    account_id, headers = ana
    drawing_id = open_deliveries((account_id, "Shoes"), (make_account(), "Shoes"))
    (won,) = client.get(LIST, headers=headers).json["items"]
    assert (won["drawing_id"], won["state"]) == (drawing_id, "winner_notified")
    assert (won["delivery"], won["prize_name"], won["position"]) == ("digital", "Shoes", 0)
    one = client.get(f"{LIST}/{won['fulfilment_id']}", headers=headers).json
    more = {"events": one["events"], "address_readings": [], "affirmed_at": None}
    assert won | more == one
    assert [event["state"] for event in one["events"]] == ["pending", "winner_notified"]


def test_a_winner_of_several_prizes_is_told_once(client, ana):
    account_id, headers = ana
    open_deliveries((account_id, "Shoes"), (account_id, "Watch"))
    notices = client.get("/api/v1/notifications", headers=headers).json
    assert notices["unread_count"] == 1
    assert notices["items"][0]["title"] == "You won: Shoes and 1 more"
    assert "Shoes, Watch" in notices["items"][0]["body"]
    assert len(client.get(LIST, headers=headers).json["items"]) == 2


def test_a_winner_is_mailed(client, ana, settings):
    account_id, _ = ana
    open_deliveries((account_id, "Shoes"))
    with db.reading("find_mail") as tx:
        job = tx.value(
            statement("SELECT outbox_id FROM outbox WHERE job_key LIKE :job_key"),
            job_key="prize_won%",
        )
    worker.run_outbox(job)
    folder = Path(settings.mail_url.removeprefix("folder:"))
    texts = [file.read_text() for file in folder.glob("*.eml")]
    assert any(re.search(r"Subject: You won: Shoes", text) for text in texts)


def test_a_drawings_deliveries_open_once(client, ana):
    account_id, headers = ana
    drawing_id, awards = make_awards((account_id, "Shoes"))
    open_awards(drawing_id, awards)
    with pytest.raises(Unique):
        open_awards(drawing_id, awards)
    assert len(client.get(LIST, headers=headers).json["items"]) == 1
    assert client.get("/api/v1/notifications", headers=headers).json["unread_count"] == 1


def test_a_stranger_sees_nothing_of_a_delivery(client, ana):
    account_id, headers = ana
    open_deliveries((account_id, "Shoes"))
    (won,) = client.get(LIST, headers=headers).json["items"]
    cem = login(client, make_account())
    assert client.get(LIST, headers=cem).json["items"] == []
    answer = client.get(f"{LIST}/{won['fulfilment_id']}", headers=cem)
    assert (answer.status_code, answer.json["code"]) == (404, "fulfilment_not_found")


@pytest.mark.parametrize("role", ["admin", "auditor"])
def test_operators_see_everybodys(client, ana, role):
    open_deliveries((ana[0], "Shoes"), (make_account(), "Shoes"))
    headers = login(client, make_account(role=role))
    items = client.get(LIST, headers=headers).json["items"]
    assert len(items) == 2
    one = client.get(f"{LIST}/{items[0]['fulfilment_id']}", headers=headers)
    assert one.status_code == 200


def test_deliveries_can_be_filtered_and_paged(client, ana):
    account_id, headers = ana
    first = open_deliveries((account_id, "Shoes"), (account_id, "Watch"))
    open_deliveries((account_id, "Shoes"))

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


def test_the_steps_of_a_delivery_can_not_be_changed(ana):
    open_deliveries((ana[0], "Shoes"))
    for text in ("UPDATE fulfilment_events SET state = 'x'", "DELETE FROM fulfilment_events"):
        with pytest.raises(Immutable), db.transaction("tamper") as tx:
            tx.run(statement(text))


def test_deliveries_need_a_login(client):
    assert client.get(LIST).status_code == 401


def test_a_notice_fits_however_long_the_names_are():
    award = Award("p", "e", "a", 0, "n" * 200)
    won = [rules.opened("f", "d", award, None, now=utc_now()) for _ in range(9)]
    assert len(notices.won_title(won)) == 200
    assert len(notices.won_body(won, until="28 September 2026")) <= 1000
    for kind in notices.WORDS:
        words = notices.filled_in(
            kind, "n" * 200, day="28 September 2026", carrier="c" * 60, payer="p" * 200
        )
        assert len(words.title) <= 200
        assert len(words.body) <= 1000


@pytest.mark.parametrize("kind", notices.WORDS)
def test_every_step_is_mailed(client, ana, settings, kind):
    account_id, headers = ana
    open_deliveries((account_id, "Shoes"))
    (won,) = client.get(LIST, headers=headers).json["items"]
    with db.transaction("tell_for_test") as tx:
        fulfilment = repository.get_fulfilment(tx, won["fulfilment_id"], account_id=None)
        for _ in range(2):
            telling.tell_step(tx, fulfilment, kind, now=utc_now())
    jobs = {"job_name": "send_mail", "job_key": "prize_step%"}
    [outbox_id] = select(
        "SELECT outbox_id FROM outbox WHERE job_name = :job_name AND job_key LIKE :job_key",
        "outbox_id",
        **jobs,
    )[0]
    worker.run_outbox(outbox_id)
    folder = Path(settings.mail_url.removeprefix("folder:"))
    [text] = [file.read_text() for file in folder.glob("*.eml")]
    title = notices.filled_in(kind, "Shoes", day="", carrier="").title.split(":")[0]
    assert f"Subject: {title[:12]}" in text
    assert "/api/v1/fulfillments" in text
