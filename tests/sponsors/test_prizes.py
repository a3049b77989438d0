"""Inventories: who writes them, and what drawings take out of them and give back."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from fittrack import db
from fittrack.drawings.errors import InvalidTransition
from fittrack.drawings.record import service as record
from fittrack.errors import Invalid
from fittrack.sponsors.prizes import repository, rules, service
from fittrack.sponsors.prizes.errors import UnitsTaken
from fittrack.sponsors.prizes.models import AuditedInventory
from tests import factories_drawings as make
from tests.factories_accounts import login, make_account
from tests.fulfilment.world import Staff, advance, deliveries, draw

BASE = "/api/v1/prizes"
SHOES = {"name": "Running shoes", "value_cents": 100, "offered": 3}


@pytest.fixture
def admin(client):
    return login(client, make_account(role="admin"))


def offer(client, headers, **over):
    answer = client.post(BASE, headers=headers, json=SHOES | over)
    assert answer.status_code == 201, answer.json
    return answer.json


def counters(client, prize):
    shown = client.get(f"{BASE}/{prize['prize_id']}").json
    assert findings() == []
    return {name: shown[name] for name in ("offered", "reserved", "awarded", "left")}


def findings():
    with db.reading("audit_for_test") as tx:
        return list(service.audit(tx))


def takes(prize, quantity=1, **over):
    """Return the fields of a drawing's prize that is taken out of an inventory."""
    return make.prize(
        value_cents=100, quantity=quantity, inventory_prize_id=prize["prize_id"], **over
    )


def test_a_prize_is_offered_changed_and_withdrawn(client, admin):
    prize = offer(client, admin)
    assert (prize["offered"], prize["left"], prize["sponsor_id"]) == (3, 3, None)
    url = f"{BASE}/{prize['prize_id']}"
    edited = client.patch(url, headers=admin, json={"name": "Shoes", "offered": 5})
    assert (edited.json["name"], edited.json["left"]) == ("Shoes", 5)
    assert client.get(url).json["name"] == "Shoes"
    assert [one["prize_id"] for one in client.get(BASE).json["items"]] == [prize["prize_id"]]
    assert client.delete(url, headers=admin).status_code == 204
    assert client.get(url).json["code"] == "prize_not_found"
    assert client.get(BASE).json["items"] == []
    assert client.get(url, headers=admin).json["is_active"] is False


def test_a_sponsors_people_look_after_their_own_prizes_only(client, admin):
    own, other = make.make_sponsor(), make.make_sponsor()
    headers = login(client, make.make_sponsor_account(own))
    theirs = offer(client, headers)
    assert theirs["sponsor_id"] == own
    stranger = offer(client, admin, sponsor_id=other)
    url = f"{BASE}/{stranger['prize_id']}"
    for answer in (
        client.patch(url, headers=headers, json={"name": "Mine"}),
        client.delete(url, headers=headers),
    ):
        assert (answer.status_code, answer.json["code"]) == (404, "prize_not_found")
    refused = client.post(BASE, headers=headers, json=SHOES | {"sponsor_id": other})
    assert (refused.status_code, refused.json["code"]) == (404, "sponsor_not_found")
    client.delete(f"{BASE}/{theirs['prize_id']}", headers=headers)
    assert client.get(f"{BASE}/{theirs['prize_id']}", headers=headers).status_code == 200
    client.delete(url, headers=admin)
    assert client.get(url, headers=headers).status_code == 404
    assert len(client.get(BASE, headers=headers).json["items"]) == 1


def test_members_and_nobody_read_prizes_and_write_none(client, admin):
    prize = offer(client, admin)
    url = f"{BASE}/{prize['prize_id']}"
    member = login(client, make_account())
    assert client.get(url, headers=member).status_code == 200
    assert client.post(BASE, headers=member, json=SHOES).status_code == 403
    assert client.patch(url, headers=member, json={}).status_code == 403
    assert client.delete(url, headers=member).status_code == 403
    assert client.post(BASE, json=SHOES).status_code == 401


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"name": ""}, "/name"),
        ({"name": "a\nb"}, "/name"),
        ({"value_cents": -1}, "/value_cents"),
        ({"value_cents": 1.5}, "/value_cents"),
        ({"offered": -1}, "/offered"),
        ({"offered": 10**9}, "/offered"),
        ({"kind": "cash"}, "/kind"),
        ({"image_url": "javascript:alert(1)"}, "/image_url"),
        ({"sponsor_id": "01890000-0000-7000-8000-000000000000"}, "/sponsor_id"),
        ({"reserved": 1}, "/reserved"),
    ],
)
def test_a_bad_prize_names_the_field(client, admin, body, pointer):
    answer = client.post(BASE, headers=admin, json=SHOES | body)
    assert (answer.status_code, answer.json["errors"][0]["pointer"]) == (422, pointer)


def test_who_edits_what_somebody_else_has_changed_is_told(client, admin):
    prize = offer(client, admin)
    url = f"{BASE}/{prize['prize_id']}"
    tag = {"If-Match": client.get(url).headers["ETag"]}
    assert client.patch(url, headers=admin | tag, json={"name": "A"}).status_code == 200
    stale = client.patch(url, headers=admin | tag, json={"name": "B"})
    assert (stale.status_code, stale.json["code"]) == (412, "stale_prize")
    assert client.delete(url, headers=admin | tag).json["code"] == "stale_prize"


def test_scheduling_reserves_and_cancelling_gives_back(client, admin):
    prize = offer(client, admin)
    drawing = make.make_draft(make.start(), prizes=[takes(prize, 2)])
    assert counters(client, prize)["reserved"] == 0
    make.schedule(drawing.drawing_id, now=make.start())
    assert counters(client, prize) == {"offered": 3, "reserved": 2, "awarded": 0, "left": 1}
    make.cancel(drawing, make.start())
    assert counters(client, prize)["reserved"] == 0
    with pytest.raises(InvalidTransition):
        make.cancel(drawing, make.start())
    assert counters(client, prize)["left"] == 3


def test_a_draft_that_is_cancelled_gives_nothing_back(client, admin):
    prize = offer(client, admin)
    make.make_scheduled(make.start(), prizes=[takes(prize, 1)])
    draft = make.make_draft(make.start(), prizes=[takes(prize, 1)])
    make.cancel(draft, make.start())
    assert counters(client, prize)["reserved"] == 1


def test_no_drawing_is_scheduled_with_more_than_is_left(client, admin):
    prize = offer(client, admin)
    make.make_scheduled(make.start(), prizes=[takes(prize, 2)])
    draft = make.make_draft(make.start(), prizes=[takes(prize, 1), takes(prize, 1)])
    refused = client.post(f"/api/v1/drawings/{draft.drawing_id}/schedule", headers=admin)
    assert (refused.status_code, refused.json["code"]) == (409, "units_taken")
    assert (make.get(draft).status, counters(client, prize)["reserved"]) == ("draft", 2)


def test_a_withdrawn_prize_is_in_no_new_drawing(client, admin):
    prize = offer(client, admin)
    draft = make.make_draft(make.start(), prizes=[takes(prize)])
    client.delete(f"{BASE}/{prize['prize_id']}", headers=admin)
    with pytest.raises(UnitsTaken):
        make.schedule(draft.drawing_id, now=make.start())


def test_of_two_drawings_at_once_one_has_the_last_unit(client, admin):
    prize = offer(client, admin, offered=1)
    drafts = [make.make_draft(make.start(), prizes=[takes(prize)]) for _ in range(4)]
    now = make.start()

    def schedule(draft):
        try:
            return make.schedule(draft.drawing_id, now=now).status
        except UnitsTaken:
            return "refused"

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(schedule, drafts)) == ["refused"] * 3 + ["scheduled"]
    assert counters(client, prize)["left"] == 0


def test_what_is_reserved_or_won_can_not_be_taken_off_the_offer(client, admin):
    prize = offer(client, admin)
    make.make_scheduled(make.start(), prizes=[takes(prize, 2)])
    url = f"{BASE}/{prize['prize_id']}"
    refused = client.patch(url, headers=admin, json={"offered": 1})
    assert (refused.status_code, refused.json["code"]) == (409, "units_taken")
    assert client.patch(url, headers=admin, json={"offered": 2}).json["left"] == 0


def test_the_draw_awards_what_was_won_and_frees_the_rest(client, admin):
    prize = offer(client, admin)
    draw(players=2, prizes=[takes(prize, 3)])
    assert counters(client, prize) == {"offered": 3, "reserved": 0, "awarded": 2, "left": 1}


def test_a_drawing_that_nobody_entered_frees_all(client, admin):
    prize = offer(client, admin)
    draw(players=0, prizes=[takes(prize, 3)])
    assert counters(client, prize)["left"] == 3


def test_a_prize_that_passes_on_stays_awarded_and_one_that_nobody_gets_returns(client, admin):
    prize = offer(client, admin)
    drawing = draw(players=2, alternates=1, prizes=[takes(prize)])
    first = deliveries(drawing)[0]
    advance(first, first.won_at + timedelta(days=14))
    assert counters(client, prize)["awarded"] == 1
    second = deliveries(drawing)[1]
    advance(second, second.won_at + timedelta(days=14))
    assert counters(client, prize) == {"offered": 3, "reserved": 0, "awarded": 0, "left": 3}


def test_a_drawing_that_is_aborted_gives_back_and_its_successor_reserves(client, admin):
    prize = offer(client, admin, offered=1)
    sponsor_id = make.make_sponsor(is_revealing_by_itself=False)
    make.make_sponsor(is_revealing_by_itself=True)
    drawing = make.make_open(make.start(), sponsor_id=sponsor_id, prizes=[takes(prize)])
    make.buy(drawing, make.make_player())
    make.advance(drawing, drawing.draws_at)
    late = make.get(drawing).reveal_deadline_at
    assert make.advance(drawing, late)[-1] == "abort_drawing"
    assert counters(client, prize)["reserved"] == 0
    [successor] = make.successors(drawing)
    make.advance(successor, late)
    assert make.get(successor).status == "scheduled"
    assert counters(client, prize)["reserved"] == 1


def test_a_returned_unit_may_be_given_to_an_alternate_by_hand(client, admin):
    prize = offer(client, admin, offered=1)
    drawing = draw(players=3, alternates=2, unclaimed_to="sponsor", prizes=[takes(prize)])
    staff = Staff(client)
    body = {"drawing_id": drawing.drawing_id, "position": 1}

    def open_one(**over):
        return client.post("/api/v1/fulfillments", headers=staff.headers, json=body | over)

    assert open_one().json["code"] == "no_unit_left"
    staff.post(deliveries(drawing)[0], "forfeit")
    assert counters(client, prize)["awarded"] == 0
    assert open_one(position=0).json["code"] == "not_an_alternate"
    opened = open_one()
    assert (opened.status_code, opened.json["state"]) == (201, "pending")
    assert counters(client, prize)["awarded"] == 1
    assert open_one().json["code"] == "alternate_served"
    assert open_one(position=2).json["code"] == "no_unit_left"
    heir = deliveries(drawing)[1]
    assert make.notices(heir.account_id) == []
    assert staff.post(heir, "notify").json["state"] == "winner_notified"
    assert make.notices(heir.account_id) == ["prize_won"]


def test_a_unit_that_was_promised_elsewhere_is_not_given_by_hand(client, admin):
    prize = offer(client, admin, offered=1)
    drawing = draw(players=2, alternates=1, unclaimed_to="sponsor", prizes=[takes(prize)])
    staff = Staff(client)
    staff.post(deliveries(drawing)[0], "forfeit")
    client.patch(f"{BASE}/{prize['prize_id']}", headers=admin, json={"offered": 0})
    body = {"drawing_id": drawing.drawing_id, "position": 1}
    refused = client.post("/api/v1/fulfillments", headers=staff.headers, json=body)
    assert (refused.status_code, refused.json["code"]) == (409, "units_taken")
    assert len(deliveries(drawing)) == 1


def test_nobody_who_may_not_win_is_given_a_unit(client, admin):
    drawing = draw(players=2, alternates=1, unclaimed_to="sponsor")
    staff = Staff(client)
    staff.post(deliveries(drawing)[0], "forfeit")
    raw = db.engine().raw()
    raw.execute("UPDATE accounts SET status = 'suspended' WHERE role = 'user'")
    body = {"drawing_id": drawing.drawing_id, "position": 1}
    refused = client.post("/api/v1/fulfillments", headers=staff.headers, json=body)
    assert (refused.status_code, refused.json["code"]) == (409, "winner_not_eligible")
    assert refused.json["reason"] == "account_not_active"


def test_a_draft_names_no_prize_that_is_not_there(client, admin):
    body = {
        "type": "daily",
        "name": "Shoes",
        "ticket_price_points": 100,
        "opens_at": (make.start() + timedelta(hours=1)).isoformat(),
        "draws_at": (make.start() + timedelta(hours=3)).isoformat(),
        "prizes": [
            {
                "name": "Shoes",
                "value_cents": 100,
                "inventory_prize_id": "01890000-0000-7000-8000-000000000000",
            }
        ],
    }
    refused = client.post("/api/v1/drawings", headers=admin, json=body)
    assert (refused.status_code, refused.json["errors"][0]["pointer"]) == (
        422,
        "/prizes/0/inventory_prize_id",
    )


def test_a_sponsors_prize_is_drawn_under_its_sponsors_name(client, admin):
    sponsor_id = make.make_sponsor()
    prize = offer(client, admin, sponsor_id=sponsor_id)
    for wrong in (None, make.make_sponsor()):
        with pytest.raises(Invalid) as refused:
            make.make_draft(make.start(), prizes=[takes(prize, sponsor_id=wrong)])
        assert refused.value.context["errors"][0]["pointer"] == "/prizes/0/sponsor_id"
    make.make_draft(make.start(), prizes=[takes(prize, sponsor_id=sponsor_id)])


def test_the_audit_names_counters_that_are_wrong(client, admin):
    prize = offer(client, admin)
    db.engine().raw().execute("UPDATE inventory_prizes SET reserved_units = 1")
    [finding] = findings()
    assert prize["prize_id"] in finding
    with db.reading("t") as tx:
        assert record.get_log_head(tx) is not None


def test_equal_counters_are_no_finding():
    assert rules.wrong_in(AuditedInventory("i", 1, 2, 1, 2)) is None
    assert rules.wrong_in(AuditedInventory("i", 1, 2, 1, 3)) is not None


def test_prizes_are_filtered_and_paged(client, admin):
    sponsor_id = make.make_sponsor()
    for _ in range(3):
        offer(client, admin, sponsor_id=sponsor_id)
    offer(client, admin, kind="digital")

    def listed(**query):
        return client.get(BASE, query_string=query).json

    assert len(listed(sponsor_id=sponsor_id)["items"]) == 3
    assert len(listed(kind="digital")["items"]) == 1
    page = listed(sponsor_id=sponsor_id, limit=2)
    rest = listed(sponsor_id=sponsor_id, limit=2, cursor=page["next_cursor"])
    assert len({one["prize_id"] for one in page["items"] + rest["items"]}) == 3
    assert rest["next_cursor"] is None


def test_what_is_left_is_looked_at_and_taken_each_by_itself(client, admin):
    prize = offer(client, admin, offered=2)
    prize_id = prize["prize_id"]

    def is_taken(units):
        with db.transaction("take_for_test") as tx:
            return repository.add_reserved_units(tx, prize_id, units)

    def is_seen(units):
        with db.reading("look_for_test") as tx:
            found = repository.get_inventory_prize(tx, prize_id)
        try:
            rules.check_left(found, units)
        except UnitsTaken:
            return False
        return True

    assert (is_seen(3), is_taken(3)) == (False, False)
    assert (is_seen(1), is_taken(1)) == (True, True)
    assert (is_seen(2), is_taken(2)) == (False, False)
    client.delete(f"{BASE}/{prize_id}", headers=admin)
    assert (is_seen(1), is_taken(1)) == (False, False)
