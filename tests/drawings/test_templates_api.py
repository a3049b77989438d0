"""Templates over HTTP: an admin adds, reads, changes, pauses and deletes them."""

from __future__ import annotations

from uuid import UUID, uuid4

import pytest

from tests import factories_drawings as make
from tests import factories_templates as templates
from tests.factories_accounts import login, make_account

BASE = "/api/v1/drawing-templates"
SOMEBODY = str(uuid4())
NEW = {
    "type": "weekly",
    "name": "Sunday draw of {date}",
    "prizes": [{"name": "Running shoes", "value_cents": 4_000}],
}


@pytest.fixture
def admin(client):
    return login(client, make_account(role="admin"))


@pytest.fixture
def made(client, admin):
    return client.post(BASE, headers=admin, json=NEW).json


def test_an_admin_adds_a_template_and_sees_what_it_says(client, admin):
    answer = client.post(BASE, headers=admin, json=NEW)
    assert answer.status_code == 201, answer.json
    body = answer.json
    assert UUID(body["template_id"]).version == 7
    assert (body["ticket_price_points"], body["close_lead_s"]) == (500, 300)
    assert (body["sale_days"], body["made_ahead_days"], body["is_paused"]) == (None, 7, False)
    assert body["prizes"][0]["name"] == "Running shoes"
    assert client.get(f"{BASE}/{body['template_id']}", headers=admin).json == body
    listed = client.get(BASE, headers=admin, query_string={"type": "weekly"}).json
    assert listed["items"] == [body]
    assert client.get(BASE, headers=admin, query_string={"type": "daily"}).json["items"] == []


def test_a_repeated_request_adds_one_template(client, admin):
    headers = {**admin, "Idempotency-Key": "one"}
    first = client.post(BASE, headers=headers, json=NEW)
    second = client.post(BASE, headers=headers, json=NEW)
    assert first.json == second.json
    assert len(client.get(BASE, headers=admin).json["items"]) == 1


def test_an_edit_is_held_to_the_revision_that_was_read(client, admin, made):
    url = f"{BASE}/{made['template_id']}"
    tag = client.get(url, headers=admin).headers["ETag"]
    with_tag = {**admin, "If-Match": tag}
    edited = client.patch(url, headers=with_tag, json={"is_paused": True, "sale_days": 3})
    assert (edited.status_code, edited.json["is_paused"], edited.json["sale_days"]) == (
        200,
        True,
        3,
    )
    assert edited.headers["ETag"] == client.get(url, headers=admin).headers["ETag"] != tag
    stale = client.patch(url, headers=with_tag, json={"is_paused": False})
    assert (stale.status_code, stale.json["code"]) == (412, "stale_template")
    assert client.delete(url, headers=with_tag).status_code == 412
    assert client.delete(url, headers=admin).status_code == 204
    assert client.get(url, headers=admin).json["code"] == "template_not_found"


def test_the_list_of_what_it_made_says_why_something_is_a_draft(client, admin):
    template = templates.make_template(
        make.utc_now(), made_ahead_days=3, prizes=[make.prize(value_cents=90_000)]
    )
    templates.run(make.utc_now())
    url = f"{BASE}/{template.template_id}/drawings"
    seen, cursor = [], None
    while cursor is not None or not seen:
        query = {"limit": 2, "cursor": cursor} if cursor else {"limit": 2}
        page = client.get(url, headers=admin, query_string=query).json
        seen, cursor = [*seen, *page["items"]], page["next_cursor"]
    days = [row["draw_on"] for row in seen]
    assert days == sorted(set(days), reverse=True)
    assert len(days) in {3, 4}
    assert {(row["status"], row["refusal_code"]) for row in seen} == {("draft", "witness_required")}


@pytest.mark.parametrize(
    ("over", "pointer"),
    [
        ({"type": "hourly"}, "/type"),
        ({"name": "two\nlines"}, "/name"),
        ({"sale_days": 0}, "/sale_days"),
        ({"sale_days": 1.5}, "/sale_days"),
        ({"made_ahead_days": 367}, "/made_ahead_days"),
        ({"close_lead_s": 43_201}, "/close_lead_s"),
        ({"needs_commitment": True}, "/needs_commitment"),
        ({"sponsor_id": str(uuid4())}, "/sponsor_id"),
        ({"prizes": []}, "/prizes"),
        (
            {"prizes": [{"name": "x", "value_cents": 1, "sponsor_id": SOMEBODY}]},
            "/prizes/0/sponsor_id",
        ),
        ({"tiers": ["F-17-ADV"]}, "/tiers/0"),
        ({"opens_at": "2027-01-01T00:00:00Z"}, "/opens_at"),
    ],
)
def test_a_bad_template_names_the_field(client, admin, over, pointer):
    answer = client.post(BASE, headers=admin, json={**NEW, **over})
    assert answer.status_code == 422
    assert answer.json["errors"][0]["pointer"] == pointer


def test_a_template_takes_a_fresh_second_factor_for_its_drawings_sign_themselves(client, made):
    tired = login(client, make_account(role="admin"), is_stepped_up=False)
    url = f"{BASE}/{made['template_id']}"
    for answer in (
        client.post(BASE, headers=tired, json=NEW),
        client.patch(url, headers=tired, json={"is_paused": True}),
    ):
        assert (answer.status_code, answer.json["code"]) == (403, "step_up_required")
