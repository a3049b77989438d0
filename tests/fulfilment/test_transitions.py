"""Every step from every state, over HTTP: what is possible is done and logged, the rest is 409."""

from __future__ import annotations

import pytest

from fittrack.fulfilment import rules
from tests import factories_drawings as make
from tests.fulfilment.world import (
    ADDRESS,
    LIST,
    SHIPMENT,
    Staff,
    confirm,
    deliveries,
    draw,
    events,
    get,
    put_into,
)

STEPS = {
    "notify": ({}, "winner_notified"),
    "confirm-address": (ADDRESS, "address_confirmed"),
    "ship": (SHIPMENT, "shipped"),
    "deliver": ({}, "delivered"),
    "forfeit": ({}, "forfeited"),
}


@pytest.fixture
def staff(client):
    return Staff(client)


def one(**over):
    [fulfilment] = deliveries(draw(players=1, **over))
    return fulfilment


def test_a_parcel_goes_from_the_draw_to_the_doorstep(staff):
    won = one()
    assert won.state == "winner_notified"
    assert staff.as_winner(won, "confirm-address", ADDRESS).json["state"] == "address_confirmed"
    shipped = staff.post(won, "ship", SHIPMENT).json
    assert (shipped["state"], shipped["carrier"], shipped["tracking"]) == (
        "shipped",
        *SHIPMENT.values(),
    )
    arrived = staff.post(won, "deliver").json
    assert arrived["state"] == "delivered"
    assert arrived["delivered_at"] >= arrived["shipped_at"]
    assert events(won) == [
        "pending",
        "winner_notified",
        "address_confirmed",
        "shipped",
        "delivered",
    ]
    assert make.notices(won.account_id) == [
        "prize_won",
        "prize_address_confirmed",
        "prize_shipped",
        "prize_delivered",
    ]


def test_what_was_sent_or_has_arrived_can_be_taken_from_nobody():
    for table in (rules.PHYSICAL, rules.DIGITAL):
        final = {state for state, following in table.items() if "forfeited" not in following}
        assert final == set(table) & {"shipped", "delivered", "forfeited"}
        assert table["delivered"] == table["forfeited"] == ()


@pytest.mark.parametrize("kind", ["physical", "digital"])
def test_every_impossible_step_is_refused_and_names_the_possible_ones(staff, kind):
    won = one(prizes=[make.prize(kind=kind)])
    table = rules.DIGITAL if kind == "digital" else rules.PHYSICAL
    for state, following in table.items():
        for step, (body, to) in STEPS.items():
            if to in following:
                continue
            held = put_into(won, state)
            answer = staff.post(held, step, body)
            assert (answer.status_code, answer.json["code"]) == (409, "invalid_transition")
            assert (answer.json["from_status"], answer.json["to_status"]) == (state, to)
            assert answer.json["allowed"] == list(following), (state, step)
            assert get(held) == held, (state, step)


@pytest.mark.parametrize(
    ("state", "step"),
    [
        (state, step)
        for state, following in rules.PHYSICAL.items()
        for step, (_, to) in STEPS.items()
        if to in following
    ],
)
def test_every_possible_step_is_taken_and_logged_with_its_actor(staff, state, step):
    held = put_into(one(), state)
    body, to = STEPS[step]
    answer = staff.post(held, step, body)
    assert (answer.status_code, answer.json["state"]) == (200, to)
    assert events(held)[-1] == to
    admin_id = staff.client.get("/api/v1/users/me", headers=staff.headers).json["account_id"]
    found = get(held).events[-1]
    assert (found.state, found.actor_id) == (to, admin_id)


def test_an_address_that_does_not_work_is_asked_for_again(staff):
    won = confirm(one())
    answer = staff.put(won, {"state": "address_invalid"})
    assert (answer.status_code, answer.json["state"]) == (200, "address_invalid")
    assert answer.json["claim_until_at"] is not None
    assert staff.post(won, "address").json["code"] == "address_not_found"
    again = staff.as_winner(won, "confirm-address", ADDRESS | {"line1": "13 River Street"})
    assert again.json["state"] == "address_confirmed"
    assert staff.post(won, "address").json["line1"] == "13 River Street"


@pytest.mark.parametrize("state", ["pending", "winner_notified", "delivered", "forfeited"])
def test_only_an_address_that_was_given_can_be_invalid(staff, state):
    held = put_into(one(), state)
    answer = staff.put(held, {"state": "address_invalid"})
    assert (answer.status_code, answer.json["code"]) == (409, "invalid_transition")


def test_a_parcel_that_came_back_needs_another_address(staff):
    won = confirm(one())
    staff.post(won, "ship", SHIPMENT)
    assert staff.put(won, {"state": "address_invalid"}).json["state"] == "address_invalid"


def test_who_edits_what_another_admin_has_changed_is_told(staff):
    won = confirm(one())
    staff.post(won, "ship", SHIPMENT)
    read = staff.client.get(f"{LIST}/{won.fulfilment_id}", headers=staff.headers)
    tag = {"If-Match": read.headers["ETag"]}
    assert staff.put(won, {"carrier": "FedEx"}, **tag).json["carrier"] == "FedEx"
    stale = staff.put(won, {"carrier": "DHL"}, **tag)
    assert (stale.status_code, stale.json["code"]) == (412, "stale_fulfilment")
    assert get(won).carrier == "FedEx"


def test_a_prize_that_was_not_sent_has_no_tracking_number(staff):
    answer = staff.put(one(), {"tracking": "1Z"})
    assert (answer.status_code, answer.json["errors"][0]["pointer"]) == (422, "/tracking")


@pytest.mark.parametrize("state", ["shipped", "delivered", "forfeited", "winner_notified"])
def test_other_states_are_not_put(staff, state):
    answer = staff.put(confirm(one()), {"state": state})
    assert (answer.status_code, answer.json["errors"][0]["pointer"]) == (422, "/state")


def test_a_repeated_step_is_answered_once(staff):
    won = confirm(one())
    staff.headers["Idempotency-Key"] = "ship-it"
    first, again = (staff.post(won, "ship", SHIPMENT) for _ in range(2))
    assert first.json == again.json
    assert events(won).count("shipped") == 1
    assert make.notices(won.account_id).count("prize_shipped") == 1


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("name", "   "),
        ("name", "x" * 101),
        ("line1", "12 River\nStreet"),
        ("city", None),
        ("state", "ZZ"),
        ("state", "or"),
        ("postal_code", "9720"),
        ("postal_code", "97201\n"),
        ("phone", "call me"),
        ("phone", "+1" * 40),
        ("country", "US"),
    ],
)
def test_a_bad_address_names_the_field(staff, field, value):
    won = one()
    answer = staff.as_winner(won, "confirm-address", ADDRESS | {field: value})
    assert (answer.status_code, answer.json["errors"][0]["pointer"]) == (422, f"/{field}")
    assert get(won).state == "winner_notified"


@pytest.mark.parametrize("field", ["name", "line1", "city", "state", "postal_code", "phone"])
def test_an_address_lacks_nothing_but_its_second_line(staff, field):
    won = one()
    short = {name: value for name, value in ADDRESS.items() if name != field}
    answer = staff.as_winner(won, "confirm-address", short)
    assert (answer.status_code, answer.json["errors"][0]["pointer"]) == (422, f"/{field}")
    without = ADDRESS | {"line2": None}
    assert staff.as_winner(won, "confirm-address", without).status_code == 200


@pytest.mark.parametrize(
    ("body", "pointer"),
    [({}, "/carrier"), ({"carrier": ""}, "/carrier"), ({"carrier": "U\x00PS"}, "/carrier")],
)
def test_a_shipment_names_its_carrier(staff, body, pointer):
    answer = staff.post(confirm(one()), "ship", body)
    assert (answer.status_code, answer.json["errors"][0]["pointer"]) == (422, pointer)


def test_members_take_no_step_of_the_staffs(staff):
    won = confirm(one())
    for step, (body, _) in STEPS.items():
        if step == "confirm-address":
            continue
        answer = staff.as_winner(won, step, body)
        assert (answer.status_code, answer.json["code"]) == (403, "forbidden"), step
    assert get(won).state == "address_confirmed"
