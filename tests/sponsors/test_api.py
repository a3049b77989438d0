"""Sponsors over HTTP: admins keep them, a sponsor's people see their own."""

from __future__ import annotations

from uuid import uuid4

import pytest

from fittrack import db
from tests import factories_drawings as make
from tests.factories_accounts import login, make_account
from tests.kernel.statements import statement

BASE = "/api/v1/sponsors"


@pytest.fixture
def admin(client):
    return login(client, make_account(role="admin"))


def test_an_admin_adds_changes_and_deactivates_a_sponsor(client, admin):
    added = client.post(BASE, headers=admin, json={"name": "Acme Shoes"})
    assert added.status_code == 201
    assert (added.json["is_active"], added.json["is_revealing_by_itself"]) == (True, False)
    url = f"{BASE}/{added.json['sponsor_id']}"
    edited = client.put(
        url, headers=admin, json={"name": "Acme", "website": "https://acme.example"}
    )
    assert (edited.json["name"], edited.json["website"]) == ("Acme", "https://acme.example")
    assert client.delete(url, headers=admin).json["is_active"] is False
    assert client.get(url, headers=admin).json["name"] == "Acme"


def test_a_name_is_given_once(client, admin):
    first, second = (
        client.post(BASE, headers=admin, json={"name": name}).json["sponsor_id"]
        for name in ("Acme", "Other")
    )
    again = client.post(BASE, headers=admin, json={"name": "Acme"})
    assert (again.status_code, again.json["code"]) == (409, "sponsor_name_taken")
    renamed = client.put(f"{BASE}/{second}", headers=admin, json={"name": "Acme"})
    assert renamed.json["code"] == "sponsor_name_taken"
    assert client.put(f"{BASE}/{first}", headers=admin, json={"name": "Acme"}).status_code == 200


def test_a_sponsors_people_see_only_their_own(client):
    own, other = make.make_sponsor(), make.make_sponsor()
    headers = login(client, make.make_sponsor_account(own))
    assert client.get(f"{BASE}/{own}", headers=headers).json["sponsor_id"] == own
    hidden = client.get(f"{BASE}/{other}", headers=headers)
    assert (hidden.status_code, hidden.json["code"]) == (404, "sponsor_not_found")
    assert client.get(BASE, headers=headers).status_code == 403


def test_members_and_strangers_see_no_sponsor(client):
    url, headers = f"{BASE}/{make.make_sponsor()}", login(client, make_account())
    for path in (BASE, url):
        assert client.get(path).status_code == 401
        assert client.get(path, headers=headers).status_code == 403
    assert client.post(BASE, headers=headers, json={"name": "x"}).status_code == 403


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({}, "/name"),
        ({"name": ""}, "/name"),
        ({"name": "x" * 101}, "/name"),
        ({"name": "x\n11. NOTHING IS PROMISED."}, "/name"),
        ({"name": "x", "website": "ftp:"}, "/website"),
        ({"name": "x", "contact_email": "nobody"}, "/contact_email"),
        ({"name": "x", "barred_at": None}, "/barred_at"),
    ],
)
def test_a_bad_sponsor_names_the_field(client, admin, body, pointer):
    answer = client.post(BASE, headers=admin, json=body)
    assert (answer.status_code, answer.json["errors"][0]["pointer"]) == (422, pointer)


def test_an_unknown_sponsor_is_not_found(client, admin):
    assert client.get(f"{BASE}/{uuid4()}", headers=admin).json["code"] == "sponsor_not_found"
    put = client.put(f"{BASE}/{uuid4()}", headers=admin, json={"name": "x"})
    assert put.status_code == 404


def test_sponsors_are_listed_newest_first_in_pages(client, admin):
    made = [make.make_sponsor() for _ in range(3)]
    page = client.get(BASE, headers=admin, query_string={"limit": 2}).json
    rest = client.get(BASE, headers=admin, query_string={"cursor": page["next_cursor"]}).json
    seen = [item["sponsor_id"] for item in page["items"] + rest["items"]]
    assert seen == sorted(made, reverse=True)


def test_an_inactive_sponsor_witnesses_nothing(client, admin):
    sponsor_id = make.make_sponsor()
    client.delete(f"{BASE}/{sponsor_id}", headers=admin)
    draft = make.make_draft(make.start(), sponsor_id=sponsor_id)
    refused = client.post(f"/api/v1/drawings/{draft.drawing_id}/schedule", headers=admin)
    assert (refused.status_code, refused.json["code"]) == (422, "sponsor_not_active")


def test_a_sponsors_people_change_their_own_sponsor_but_for_what_is_the_staffs(client, admin):
    own, other = make.make_sponsor(), make.make_sponsor()
    headers = login(client, make.make_sponsor_account(own))
    kept = {"name": "Acme", "notes": "Pays late.", "is_revealing_by_itself": True}
    assert client.put(f"{BASE}/{own}", headers=admin, json=kept).json["notes"] == "Pays late."
    body = {"name": "Acme Shoes", "contact_name": "Ben", "contact_phone": "+1 503 555 0100"}
    edited = client.put(f"{BASE}/{own}", headers=headers, json=body)
    assert edited.status_code == 200
    assert {**edited.json, **body} == edited.json
    assert edited.json["notes"] is None
    assert client.get(f"{BASE}/{own}", headers=headers).json["notes"] is None
    assert client.get(f"{BASE}/{own}", headers=admin).json["notes"] == "Pays late."
    for field, value in (("notes", "Pays well."), ("is_active", True)):
        refused = client.put(f"{BASE}/{own}", headers=headers, json=body | {field: value})
        assert (refused.status_code, refused.json["errors"][0]["pointer"]) == (422, f"/{field}")
    hidden = client.put(f"{BASE}/{other}", headers=headers, json=body)
    assert (hidden.status_code, hidden.json["code"]) == (404, "sponsor_not_found")
    assert client.delete(f"{BASE}/{own}", headers=headers).status_code == 403


def test_who_edits_what_somebody_else_has_changed_is_told(client, admin):
    url = f"{BASE}/{make.make_sponsor()}"
    tag = {"If-Match": client.get(url, headers=admin).headers["ETag"]}
    assert client.put(url, headers=admin | tag, json={"name": "One"}).status_code == 200
    stale = client.put(url, headers=admin | tag, json={"name": "Two"})
    assert (stale.status_code, stale.json["code"]) == (412, "stale_sponsor")


def test_an_inactive_sponsor_can_be_active_again(client, admin):
    url = f"{BASE}/{make.make_sponsor()}"
    assert client.delete(url, headers=admin).json["is_active"] is False
    assert client.put(url, headers=admin, json={"name": "A"}).json["is_active"] is False
    back = client.put(url, headers=admin, json={"name": "A", "is_active": True})
    assert back.json["is_active"] is True


def test_an_invited_account_is_one_of_its_sponsors_people(client, admin):
    own = make.make_sponsor()
    invitation = {
        "email": "ben@acme.example",
        "display_name": "BenOfAcme",
        "role": "sponsor",
        "sponsor_id": own,
    }
    invited = client.post("/api/v1/users", headers=admin, json=invitation)
    assert invited.status_code == 201
    headers = login(client, invited.json["account_id"])
    # Nobody comes in before the invitation is accepted.
    assert client.get(f"{BASE}/{own}", headers=headers).status_code == 403
    with db.transaction("accept_for_test") as tx:
        tx.run(
            statement("UPDATE accounts SET status = 'active' WHERE account_id = :id"),
            id=invited.json["account_id"],
        )
    assert client.get(f"{BASE}/{own}", headers=headers).json["sponsor_id"] == own
