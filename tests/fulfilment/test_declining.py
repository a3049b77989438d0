"""Winners affirm that the rules let them win by claiming; who can't, or won't, gives it up."""

from __future__ import annotations

import pytest

from fittrack.fulfilment import rules
from tests import factories_drawings as make
from tests.factories_accounts import login, make_account
from tests.fulfilment.world import (
    ADDRESS,
    LIST,
    SHIPMENT,
    Staff,
    deliveries,
    draw,
    get,
    put_into,
)


@pytest.fixture
def staff(client):
    return Staff(client)


def history(drawing):
    """Return what the public history tells of prizes: action, by whom, and why."""
    found = [event for event in make.history(drawing) if event.action.startswith("prize_")]
    return [
        (event.action, event.actor_role, (event.details_json or {}).get("reason"))
        for event in found
    ]


def test_who_gives_the_address_affirms_to_be_let_win(staff):
    [won] = deliveries(draw(players=1))
    assert get(won).affirmed_at is None
    staff.as_winner(won, "confirm-address", ADDRESS)
    claimed = get(won)
    assert claimed.affirmed_at == claimed.events[-1].occurred_at
    staff.put(won, {"state": "address_invalid"})
    staff.as_winner(won, "confirm-address", ADDRESS)
    assert get(won).affirmed_at == claimed.affirmed_at
    seen = staff.client.get(
        f"{LIST}/{won.fulfilment_id}", headers=login(staff.client, won.account_id)
    )
    assert seen.json["affirmed_at"]


def test_who_takes_the_code_affirms_to_be_let_win(staff):
    [won] = deliveries(draw(players=1, prizes=[make.prize(kind="digital")]))
    staff.put(won, {"code": "ABCD"})
    assert get(won).affirmed_at is None
    staff.as_winner(won, "code")
    assert get(won).affirmed_at == get(won).code_shown_at is not None


@pytest.mark.parametrize("unclaimed_to", ["alternate", "sponsor"])
def test_a_prize_of_an_excluded_household_passes_to_the_next_alternate(staff, unclaimed_to):
    drawing = draw(players=2, alternates=1, unclaimed_to=unclaimed_to)
    won = deliveries(drawing)[0]
    given_up = staff.as_winner(won, "decline", {"reason": "household"})
    assert given_up.status_code == 200
    assert (given_up.json["state"], given_up.json["forfeit_reason"]) == ("forfeited", "household")
    lost, heir = deliveries(drawing)
    assert (lost.state, heir.state) == ("forfeited", "winner_notified")
    assert get(lost).events[-1].actor_id == won.account_id
    assert history(drawing) == [
        ("prize_forfeited", "platform", "not_eligible"),
        ("prize_passed_on", "platform", None),
    ]


def test_what_is_not_wanted_goes_where_the_drawing_says(staff):
    drawing = draw(players=2, alternates=1, unclaimed_to="sponsor")
    [won] = deliveries(drawing)
    assert staff.as_winner(won, "decline", {}).json["forfeit_reason"] == "declined"
    assert [each.state for each in deliveries(drawing)] == ["forfeited"]
    assert history(drawing) == [
        ("prize_forfeited", "platform", "declined"),
        ("prize_returned", "platform", "declined"),
    ]


def test_what_an_admin_forfeits_stands_in_the_history_as_the_admins(staff):
    drawing = draw(players=1)
    [won] = deliveries(drawing)
    staff.post(won, "forfeit")
    assert history(drawing)[0] == ("prize_forfeited", "admin", "by_operator")


def test_a_given_address_is_forgotten_with_what_is_given_up(staff):
    [won] = deliveries(draw(players=1))
    staff.as_winner(won, "confirm-address", ADDRESS)
    staff.as_winner(won, "decline", {"reason": "declined"})
    assert staff.post(won, "address").status_code == 404


@pytest.mark.parametrize("state", rules.STATES)
def test_only_what_was_not_sent_can_be_given_up(staff, state):
    [won] = deliveries(draw(players=1))
    put_into(won, state)
    answer = staff.as_winner(won, "decline", {"reason": "household"})
    is_possible = "forfeited" in rules.PHYSICAL[state]
    assert answer.status_code == (200 if is_possible else 409)
    if not is_possible:
        assert answer.json["allowed"] == list(rules.PHYSICAL[state])


def test_nobody_gives_up_what_another_won(staff):
    [won] = deliveries(draw(players=1))
    cem = login(staff.client, make_account())
    path = f"{LIST}/{won.fulfilment_id}/decline"
    refused = staff.client.post(path, headers=cem, json={})
    assert (refused.status_code, refused.json["code"]) == (404, "fulfilment_not_found")
    assert staff.post(won, "decline").status_code == 404
    assert staff.as_winner(won, "decline", {"reason": "why not"}).status_code == 422
    assert get(won).state == "winner_notified"
    staff.as_winner(won, "confirm-address", ADDRESS)
    assert staff.post(won, "ship", SHIPMENT).status_code == 200
