"""Prizes of who deletes the account, and of who takes everything along."""

from __future__ import annotations

import json

import pytest

from fittrack.fulfilment import service
from tests import factories_drawings as make
from tests.accounts.steps import run_jobs
from tests.factories_accounts import PASSWORD, login
from tests.fulfilment.world import ADDRESS, SHIPMENT, Staff, confirm, deliveries, draw, states


@pytest.fixture
def staff(client):
    return Staff(client)


def leave(client, account_id):
    """Let a member delete the account, and do what is left to be done."""
    headers = login(client, account_id)
    answer = client.delete("/api/v1/users/me", headers=headers, json={"password": PASSWORD})
    assert answer.status_code == 202
    run_jobs()
    return answer.json


def test_what_was_not_sent_goes_to_the_next_alternate(staff):
    drawing = draw(players=2, alternates=1)
    won = confirm(deliveries(drawing)[0])
    named = leave(staff.client, won.account_id)["pending_prizes"]
    assert [prize["state"] for prize in named] == ["address_confirmed"]
    lost, heir = deliveries(drawing)
    assert (lost.state, lost.forfeit_reason) == ("forfeited", "account_deleted")
    assert heir.state == "winner_notified"
    assert make.count("fulfilment_addresses") == 0


def test_what_was_sent_arrives_though_nobody_knows_where(staff):
    won = confirm(deliveries(draw(players=2, alternates=1))[0])
    staff.post(won, "ship", SHIPMENT)
    leave(staff.client, won.account_id)
    [sent] = deliveries(won)
    assert (sent.state, sent.tracking) == ("shipped", None)
    assert make.count("fulfilment_addresses") == 0
    assert staff.post(won, "deliver").json["state"] == "delivered"


def test_a_former_members_tickets_win_nothing_any_more(staff):
    drawing = make.make_open(make.start(), alternates=1)
    gone, there = make.make_player(), make.make_player()
    for account_id in (gone, there):
        make.buy(drawing, account_id)
    leave(staff.client, gone)
    make.advance(drawing, drawing.draws_at)
    assert [each.account_id for each in deliveries(drawing) if each.state != "forfeited"] == [there]


def test_winners_take_their_deliveries_along_with_the_address(staff):
    won = confirm(deliveries(draw(players=1))[0])
    [file] = service.export_member(won.account_id)
    [prize] = json.loads(b"".join(file.pieces))
    assert prize["address"] == ADDRESS
    assert [step["state"] for step in prize["steps"]] == [
        "pending",
        "winner_notified",
        "address_confirmed",
    ]
    assert "actor_id" not in str(prize)


def test_a_deletion_forfeits_every_prize_that_waits(staff):
    prizes = [make.prize(quantity=3, value_cents=100)]
    drawing = make.make_open(make.start(), prizes=prizes, distinct_by="entry", alternates=0)
    ana = make.make_player()
    for _ in range(3):
        make.buy(drawing, ana)
    make.advance(drawing, drawing.draws_at)
    leave(staff.client, ana)
    assert states(drawing) == ["forfeited"] * 3
