"""Drawings over HTTP: an admin drafts and schedules, members buy, everybody verifies."""

from __future__ import annotations

import hashlib
import json
from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from fittrack.clock import rfc3339
from fittrack.drawings import verifier
from fittrack.drawings.inclusion import proof_holds
from fittrack.drawings.protocol import holder_tag
from fittrack.drawings.verifier import commitment, signature_holds
from tests import factories_drawings as make
from tests.factories_accounts import login, make_account

BASE = "/api/v1/drawings"


@pytest.fixture
def admin(client):
    return login(client, make_account(role="admin"))


@pytest.fixture
def ana(client):
    return make.make_player(1_000, display_name="Ana")


def body(now, **over):
    fields = {
        "type": "daily",
        "name": "Friday's shoes",
        "ticket_price_points": 100,
        "opens_at": rfc3339(now + timedelta(hours=1)),
        "draws_at": rfc3339(now + timedelta(hours=2)),
        "prizes": [{"name": "Running shoes", "value_cents": 4_000}],
    }
    return fields | over


def keyed(headers):
    return headers | {"Idempotency-Key": str(uuid4())}


def buy(client, drawing, headers, ticket_count=1):
    url = f"{BASE}/{drawing.drawing_id}/tickets"
    return client.post(url, headers=headers, json={"ticket_count": ticket_count})


def open_now(**over):
    """Return a drawing that is open at the real present moment, for views read the real clock."""
    now = make.start() - timedelta(hours=1, minutes=1)
    return make.make_open(now, **over)


def test_an_admin_drafts_edits_and_schedules_a_drawing(client, admin):
    now = make.start()
    created = client.post(BASE, headers=admin, json=body(now))
    assert created.status_code == 201, created.json
    assert UUID(created.json["drawing_id"]).version == 7
    assert created.json["status"] == "draft"
    assert created.json["closes_at"] == rfc3339(now + timedelta(minutes=115))
    assert created.json["excluded_states"] == ["NY", "FL", "RI"]
    assert created.json["min_age_by_state"] == {"AL": 19, "MS": 21, "NE": 19}
    assert (created.json["tiers"], created.json["unclaimed_to"]) == (None, "alternate")

    url = f"{BASE}/{created.json['drawing_id']}"
    edited = client.patch(url, headers=admin, json={"name": "Saturday's shoes"})
    assert (edited.status_code, edited.json["name"]) == (200, "Saturday's shoes")

    scheduled = client.post(f"{url}/schedule", headers=admin)
    assert scheduled.status_code == 200, scheduled.json
    assert (scheduled.json["status"], scheduled.json["sequence"]) == ("scheduled", 1)
    assert scheduled.json["rules_version"] == "2026-12"
    published = client.get(f"{url}/rules").data
    assert scheduled.json["rules_sha256"] == hashlib.sha256(published).hexdigest()


def test_scheduling_needs_a_fresh_second_factor(client):
    tired = login(client, make_account(role="admin"), is_stepped_up=False)
    draft = make.make_draft(make.start())
    for step in ("schedule", "execute"):
        answer = client.post(f"{BASE}/{draft.drawing_id}/{step}", headers=tired)
        assert (answer.status_code, answer.json["code"]) == (403, "step_up_required")
    answer = client.post(f"{BASE}/{draft.drawing_id}/cancel", headers=tired, json={"reason": "x"})
    assert answer.json["code"] == "step_up_required"


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("post", ""),
        ("patch", "/{id}"),
        ("delete", "/{id}"),
        ("post", "/{id}/schedule"),
        ("post", "/{id}/open"),
        ("post", "/{id}/close"),
        ("post", "/{id}/execute"),
        ("post", "/{id}/cancel"),
        ("post", "/{id}/commitments"),
        ("post", "/{id}/reveals"),
    ],
)
def test_a_member_can_conduct_nothing(client, ana, method, path):
    draft = make.make_draft(make.start())
    url = BASE + path.format(id=draft.drawing_id)
    assert getattr(client, method)(url, json={}).status_code == 401
    answer = getattr(client, method)(url, json={}, headers=login(client, ana))
    assert (answer.status_code, answer.json["code"]) == (403, "forbidden")


def test_a_draft_is_seen_by_admins_only(client, admin, ana):
    draft = make.make_draft(make.start())
    url = f"{BASE}/{draft.drawing_id}"
    assert client.get(url, headers=admin).status_code == 200
    for headers in ({}, login(client, ana)):
        assert client.get(url, headers=headers).json["code"] == "drawing_not_found"
        assert client.get(BASE, headers=headers).json["items"] == []
    assert len(client.get(BASE, headers=admin).json["items"]) == 1
    for part in ("rules", "verification", "verification/bundle.json", "results", "history"):
        assert client.get(f"{url}/{part}").status_code == 404


def test_a_sponsor_sees_its_draft_and_commits_to_a_value_of_its_own(client):
    own = make.make_sponsor()
    draft = make.make_draft(make.start(), sponsor_id=own)
    url = f"{BASE}/{draft.drawing_id}"
    headers = login(client, make.make_sponsor_account(own))
    stranger = login(client, make.make_sponsor_account(make.make_sponsor()))
    assert client.get(url, headers=headers).json["sponsor_id"] == own
    assert client.get(url, headers=stranger).status_code == 404
    wrong = client.post(f"{url}/commitments", headers=headers, json={"commitment": "AB"})
    assert wrong.json["errors"][0]["pointer"] == "/commitment"
    made = commitment(draft.drawing_id, f"sponsor-{own}", bytes(range(32))).hex()
    assert (
        client.post(f"{url}/commitments", headers=headers, json={"commitment": made}).status_code
        == 200
    )
    make.schedule(draft.drawing_id, now=make.start())
    sources = client.get(f"{url}/verification").json["sources"]
    assert sources[1] == {
        "id": f"sponsor-{own}",
        "kind": "commit",
        "commitment": made,
        "value_kept_by": "sponsor",
    }
    early = client.post(f"{url}/reveals", headers=headers, json={"value": bytes(range(32)).hex()})
    assert (early.status_code, early.json["code"]) == (409, "reveal_not_due")


@pytest.mark.parametrize(
    ("over", "pointer"),
    [
        ({"prizes": [{"name": "x", "value_cents": -1}]}, "/prizes/0/value_cents"),
        ({"prizes": [{"name": "x", "value_cents": 1.5}]}, "/prizes/0/value_cents"),
        ({"prizes": []}, "/prizes"),
        ({"type": "hourly"}, "/type"),
        ({"ticket_price_points": 0}, "/ticket_price_points"),
        ({"alternates": 1001}, "/alternates"),
        ({"opens_at": "tomorrow"}, "/opens_at"),
        ({"opens_at": "2026-01-01T00:00:00"}, "/opens_at"),
        ({"opens_at": "2199-01-01T00:00:00Z"}, "/closes_at"),
        ({"closes_at": "2199-01-01T00:00:00Z"}, "/draws_at"),
        ({"excluded_states": ["XX"]}, "/excluded_states/0"),
        ({"tiers": ["F-17-ADV"]}, "/tiers/0"),
        ({"tiers": []}, "/tiers"),
        ({"min_age_by_state": {"AL": 17}}, "/min_age_by_state/AL/value"),
        ({"min_age_by_state": {"XX": 19}}, "/min_age_by_state/XX/key"),
        ({"unclaimed_to": "nobody"}, "/unclaimed_to"),
        ({"rules_version": "1999-01"}, "/rules_version"),
        ({"sponsor_id": str(uuid4())}, "/sponsor_id"),
        ({"prizes": [{"name": "x", "value_cents": 1, "quantity": 9999}] * 2}, "/prizes"),
        ({"colour": "red"}, "/colour"),
        ({"name": "two\nlines"}, "/name"),
        ({"name": ""}, "/name"),
        ({"opens_at": "0001-01-01T00:00:00+14:00"}, "/opens_at"),
        ({"draws_at": "9999-12-31T23:59:59Z"}, "/draws_at"),
    ],
)
def test_a_bad_draft_names_the_field(client, admin, over, pointer):
    answer = client.post(BASE, headers=admin, json=body(make.start(), **over))
    assert answer.status_code == 422
    assert answer.json["errors"][0]["pointer"] == pointer


def test_a_stale_edit_is_refused(client, admin):
    url = f"{BASE}/{make.make_draft(make.start()).drawing_id}"
    tag = client.get(url, headers=admin).headers["ETag"]
    fresh = client.patch(url, headers=admin | {"If-Match": tag}, json={"name": "A"})
    assert fresh.status_code == 200
    stale = client.patch(url, headers=admin | {"If-Match": tag}, json={"name": "B"})
    assert (stale.status_code, stale.json["code"]) == (412, "stale_drawing")
    newest = fresh.headers["ETag"]
    assert (
        client.patch(url, headers=admin | {"If-Match": newest}, json={"name": "C"}).json["name"]
        == "C"
    )


@pytest.mark.parametrize(
    ("header", "status"),
    [
        *((odd, 412) for odd in ('"?"', '""', 'W/""', 'W/"{tag}"', '"\u00b2"', '"7", "8"', ",")),
        (f'"{"9" * 5_000}"', 412),
        *((odd, 400) for odd in ('"', "1", '"1" "2"', '"", "', "*, *", '"{tag}" x')),
        *((good, 200) for good in ("*", '"{tag}"', '"7", "{tag}"', ',"{tag}" ,, W/"1"')),
    ],
)
def test_if_match_is_met_by_a_strong_tag_of_the_present_revision(client, admin, header, status):
    url = f"{BASE}/{make.make_draft(make.start()).drawing_id}"
    tag = client.get(url, headers=admin).headers["ETag"].strip('"')
    headers = admin | {"If-Match": header.replace("{tag}", tag)}
    answer = client.patch(url, headers=headers, json={"name": "A"})
    assert answer.status_code == status
    code = {200: None, 400: "malformed_if_match", 412: "stale_drawing"}[status]
    assert answer.json.get("code") == code


def test_an_unchanged_drawing_is_not_sent_twice(client):
    url = f"{BASE}/{make.make_scheduled(make.start()).drawing_id}"
    tag = client.get(url).headers["ETag"]
    assert client.get(url, headers={"If-None-Match": tag}).status_code == 304


def test_a_scheduled_drawing_changes_only_its_description_and_image(client, admin):
    drawing = make.make_scheduled(make.start())
    url = f"{BASE}/{drawing.drawing_id}"
    for change in ({"name": "B"}, {"prizes": [{"name": "x", "value_cents": 1}]}, {"alternates": 9}):
        refused = client.patch(url, headers=admin, json=change)
        assert (refused.status_code, refused.json["code"]) == (409, "drawing_frozen")
    assert client.patch(url, headers=admin, json={"description": "Red ones."}).status_code == 200
    events = client.get(f"{url}/history").json["items"]
    assert [event["action"] for event in events] == ["scheduled", "edited"]
    assert events[1]["details"] == {
        "changed": ["description"],
        "before": {"description": None},
        "after": {"description": "Red ones."},
    }
    assert "actor_id" not in events[1]


def test_a_draft_is_sold_to_nobody_who_could_not_see_it(client, ana):
    draft = make.make_draft(make.start())
    answer = buy(client, draft, keyed(login(client, ana)))
    assert (answer.status_code, answer.json["code"]) == (404, "drawing_not_found")


def test_only_a_draft_is_deleted(client, admin):
    draft, scheduled = make.make_draft(make.start()), make.make_scheduled(make.start())
    url = f"{BASE}/{draft.drawing_id}"
    assert client.delete(url, headers=admin).status_code == 204
    assert client.get(url, headers=admin).status_code == 404
    refused = client.delete(f"{BASE}/{scheduled.drawing_id}", headers=admin)
    assert (refused.status_code, refused.json["code"]) == (409, "invalid_transition")


def test_a_member_buys_tickets_and_gets_a_signed_receipt(client, ana):
    drawing = open_now()
    make.buy(drawing, make.make_player(), 1)
    answer = buy(client, drawing, keyed(login(client, ana)), 3)
    assert answer.status_code == 201, answer.json
    bought = answer.json
    assert (bought["entry"]["ticket_count"], bought["entry"]["price_points"]) == (3, 300)
    assert bought["balance_points"] == make.balance(ana) == 700
    assert bought["odds_before"] == {"tickets_held": 0, "tickets_total": 1, "chance": 0.0}
    assert bought["odds_after"] == {"tickets_held": 3, "tickets_total": 4, "chance": 0.75}
    receipt = bought["receipt"]["receipt"]
    key = client.get(f"{BASE}/{drawing.drawing_id}/verification").json["terms"]["terms"][
        "operator_key"
    ]
    assert signature_holds(key, "receipt", receipt, bought["receipt"]["sig"])
    assert (receipt["entry_id"], receipt["units"]) == (bought["entry"]["entry_id"], 3)


def test_a_purchase_repeated_with_its_key_is_made_once(client, ana):
    drawing, headers = open_now(), keyed(login(client, ana))
    first, again = (buy(client, drawing, headers, 2) for _ in range(2))
    assert (again.status_code, again.json) == (201, first.json)
    assert again.headers["Idempotent-Replayed"] == "true"
    assert make.balance(ana) == 800
    assert buy(client, drawing, headers, 3).json["code"] == "idempotency_key_reused"


def test_a_purchase_needs_a_key_a_login_and_a_sensible_number(client, ana):
    drawing, headers = open_now(), login(client, ana)
    assert buy(client, drawing, headers).json["code"] == "idempotency_key_required"
    assert buy(client, drawing, {"Idempotency-Key": "k"}).status_code == 401
    for wrong in (0, -1, 1.5, "3", True, None, 10**9):
        answer = buy(client, drawing, keyed(headers), wrong)
        assert (answer.status_code, answer.json["errors"][0]["pointer"]) == (422, "/ticket_count")
    assert make.balance(ana) == 1_000


def test_without_enough_points_nothing_is_bought(client, ana):
    drawing = open_now()
    answer = buy(client, drawing, keyed(login(client, ana)), 11)
    assert (answer.status_code, answer.json["code"]) == (422, "insufficient_points")
    assert (answer.json["needed_points"], answer.json["available_points"]) == (1_100, 1_000)
    assert make.get(drawing).units_sold == 0


def test_everybody_verifies_and_members_prove_their_tickets(client, ana, tmp_path):
    drawing = open_now(sponsor_id=make.make_sponsor())
    ana_headers = login(client, ana)
    entry_id = buy(client, drawing, keyed(ana_headers), 2).json["entry"]["entry_id"]
    make.buy(drawing, make.make_player(), 5)
    url = f"{BASE}/{drawing.drawing_id}"
    assert client.get(f"{url}/results").json["code"] == "not_published_yet"
    assert (
        client.get(f"{url}/my-tickets/proof", headers=ana_headers).json["code"]
        == "not_published_yet"
    )
    make.advance(drawing, drawing.closes_at)
    make.advance(drawing, drawing.draws_at)

    results = client.get(f"{url}/results").json
    assert results["tickets_total"] == 7
    assert [len(results[key]) for key in ("winners", "alternates")] == [1, 1]
    bundle = client.get(f"{url}/verification/bundle.json")
    assert verifier.verify(bundle.data, require=["log"]).exit == 0
    assert client.get(f"{url}/verification/bundle.json").data == bundle.data
    kept = {"If-None-Match": bundle.headers["ETag"]}
    assert client.get(f"{url}/verification/bundle.json", headers=kept).status_code == 304
    picks = json.loads(bundle.data)["result"]["picks"]
    assert results["winners"][0]["entry_id"] == picks[0]["entry_id"]

    rules = client.get(f"{url}/rules")
    shown = client.get(f"{url}/verification").json
    assert hashlib.sha256(rules.data).hexdigest() == shown["terms"]["terms"]["rules_sha256"]
    assert shown["assurance"] == "witnessed"
    assert "operator keeps the sponsor's value too" in shown["left_to_trust"]

    [proof] = client.get(f"{url}/my-tickets/proof", headers=ana_headers).json["items"]
    assert proof["entry_id"] == entry_id
    assert proof_holds(proof["proof"])
    assert proof["proof"]["root"] == shown["close"]["close"]["entries_root"]
    tag = holder_tag(drawing.drawing_id, proof["member_id"], bytes.fromhex(proof["salt"]))
    assert tag.hex() == proof["proof"]["entry"]["holder"]
    assert proof["receipt"]["receipt"]["holder"] == tag.hex()

    [mine] = client.get(f"{url}/my-tickets", headers=ana_headers).json["items"]
    assert mine["entry_id"] == entry_id
    assert mine["first_ticket_no"] in {1, 6}
    winner = results["winners"][0]
    if winner["entry_id"] == entry_id:
        assert mine["first_ticket_no"] <= winner["ticket_no"] < mine["first_ticket_no"] + 2
        assert winner["display_name"] == "Ana"


def test_members_see_their_own_tickets_entries_and_wins_only(client, ana):
    drawing, cem = open_now(), make.make_player()
    buy(client, drawing, keyed(login(client, ana)), 2)
    make.advance(drawing, drawing.closes_at)
    make.advance(drawing, drawing.draws_at)
    url = f"{BASE}/{drawing.drawing_id}"
    for path in (
        f"{url}/my-tickets",
        f"{url}/my-tickets/proof",
        f"{BASE}/my-entries",
        f"{BASE}/my-wins",
    ):
        assert client.get(path).status_code == 401
        assert client.get(path, headers=login(client, cem)).json["items"] == []
        assert len(client.get(path, headers=login(client, ana)).json["items"]) == 1
    [win] = client.get(f"{BASE}/my-wins", headers=login(client, ana)).json["items"]
    assert (win["prize_name"], win["position"]) == ("Running shoes", 0)
    assert win["ticket_no"] in {1, 2}


def test_pages_of_drawings_lose_and_repeat_nothing(client):
    now = make.start()
    made = {make.make_scheduled(now, name=f"No. {number}").drawing_id for number in range(5)}
    seen, cursor = [], None
    while True:
        query = {"limit": 2} | ({"cursor": cursor} if cursor else {})
        page = client.get(BASE, query_string=query).json
        seen += [item["drawing_id"] for item in page["items"]]
        assert all(len(item["prizes"]) == 1 for item in page["items"])
        if (cursor := page["next_cursor"]) is None:
            break
    assert (len(seen), set(seen)) == (5, made)
    assert client.get(BASE, query_string={"status": "open"}).json["items"] == []
    assert len(client.get(BASE, query_string={"type": "daily"}).json["items"]) == 5
    assert client.get(BASE, query_string={"status": "lost"}).status_code == 422
    assert client.get(BASE, query_string={"cursor": "abc"}).json["code"] == "invalid_cursor"


@pytest.mark.parametrize("drawing_id", ["1", "6f1c2a9e-3b57-4d2a-9c11-0a5be1f0c7d4", "g" * 36])
def test_an_unknown_drawing_is_not_found(client, ana, drawing_id):
    headers = keyed(login(client, ana))
    assert client.get(f"{BASE}/{drawing_id}").status_code == 404
    url = f"{BASE}/{drawing_id}/tickets"
    assert client.post(url, headers=headers, json={"ticket_count": 1}).status_code == 404


def test_the_log_is_public_and_its_checkpoint_signed(client):
    drawing = make.make_open(make.start())
    make.advance(drawing, drawing.closes_at)
    make.advance(drawing, drawing.draws_at)
    page = client.get(f"{BASE}/log", query_string={"limit": 3}).json
    assert [item["record"]["type"] for item in page["items"]] == ["terms", "close", "reveal"]
    rest = client.get(f"{BASE}/log", query_string={"cursor": page["next_cursor"]}).json
    assert [item["record"]["type"] for item in rest["items"]] == ["result"]
    assert page["items"][2]["body"]["id"] == "operator"
    signed = client.get(f"{BASE}/log/checkpoint").json
    assert signed["checkpoint"]["log_head"] == rest["items"][0]["head"]
    key = client.get(f"{BASE}/{drawing.drawing_id}/verification").json["terms"]["terms"][
        "operator_key"
    ]
    assert signature_holds(key, "checkpoint", signed["checkpoint"], signed["checkpoint_sig"])


def test_nobody_opens_closes_or_draws_early(client, admin):
    drawing = make.make_scheduled(make.start())
    url = f"{BASE}/{drawing.drawing_id}"
    early = client.post(f"{url}/open", headers=admin)
    assert (early.status_code, early.json["code"]) == (409, "not_due")
    wrong = client.post(f"{url}/close", headers=admin)
    assert (wrong.status_code, wrong.json["code"]) == (409, "invalid_transition")
    assert wrong.json["allowed"] == ["open", "cancelled"]
    make.advance(drawing, drawing.opens_at)
    assert client.post(f"{url}/close", headers=admin).json["code"] == "not_due"
    make.advance(drawing, drawing.closes_at)
    assert client.post(f"{url}/execute", headers=admin).json["code"] == "not_due"


def test_an_admin_opens_closes_and_draws_what_is_due(client, admin):
    drawing = make.make_scheduled(make.start() - timedelta(hours=4))
    url = f"{BASE}/{drawing.drawing_id}"
    for step, status in (("open", "open"), ("close", "closed"), ("execute", "completed")):
        headers = keyed(admin)
        assert client.post(f"{url}/{step}", headers=headers).json["status"] == status
        again = client.post(f"{url}/{step}", headers=headers)
        assert (again.status_code, again.json["status"]) == (200, status)
    refused = client.post(f"{url}/execute", headers=admin)
    assert (refused.status_code, refused.json["allowed"]) == (409, [])
