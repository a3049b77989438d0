"""Every step of a drawing's life asked for from every status, over HTTP."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest

from fittrack import config
from fittrack.drawings import service
from fittrack.drawings.conduct import by_hand
from fittrack.drawings.errors import NotDue
from fittrack.drawings.rules import STATUSES, TRANSITIONS
from fittrack.errors import Conflict
from fittrack.pagination import Cursor
from tests import factories_drawings as make
from tests.factories_accounts import login, make_account

BASE = "/api/v1/drawings"
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
STEPS = {
    "PATCH": {"name": "Another name"},
    "DELETE": None,
    "schedule": None,
    "open": None,
    "close": None,
    "execute": None,
    "cancel": {"reason": "No prize."},
}
# What is not refused as an impossible transition: what happens instead, from which status.
ELSE = {
    ("draft", "PATCH"): 200,
    ("draft", "schedule"): 200,
    ("draft", "cancel"): 200,
    ("draft", "DELETE"): 204,
    ("scheduled", "open"): "not_due",
    ("scheduled", "cancel"): 200,
    ("open", "close"): "not_due",
    ("open", "cancel"): 200,
    ("closed", "execute"): "not_due",
    ("closed", "cancel"): 200,
} | {(status, "PATCH"): "drawing_frozen" for status in STATUSES if status != "draft"}


@pytest.fixture
def admin(client):
    return login(client, make_account(role="admin"))


@pytest.fixture
def drawings(client):
    """Return a drawing in each status at the present moment."""
    now = make.start()
    by_click = make.make_sponsor(is_revealing_by_itself=False)
    old = now - timedelta(hours=30)
    aborted = make.make_open(old, sponsor_id=by_click)
    for at in (aborted.closes_at, aborted.draws_at, aborted.draws_at + timedelta(hours=24)):
        make.advance(aborted, at)
    # Scheduled in the order of their beginnings, for the public log only goes forward.
    drawn = make.make_scheduled(now - 3 * HOUR)
    closed = make.make_scheduled(now - 2 * HOUR - MINUTE)
    opened = make.make_scheduled(now - HOUR - MINUTE)
    scheduled, cancelled = make.make_scheduled(now), make.make_scheduled(now)
    for drawing, times in (
        (drawn, (drawn.opens_at, drawn.closes_at, drawn.draws_at)),
        (closed, (closed.opens_at, closed.closes_at)),
        (opened, (opened.opens_at,)),
    ):
        for at in times:
            make.advance(drawing, at)
    return {
        "aborted": aborted,
        "completed": drawn,
        "closed": closed,
        "open": opened,
        "scheduled": scheduled,
        "cancelled": make.cancel(cancelled, now),
        "draft": make.make_draft(now),
    }


def ask(client, headers, drawing, step):
    url = f"{BASE}/{drawing.drawing_id}"
    body = {} if STEPS[step] is None else {"json": STEPS[step]}
    if step in {"PATCH", "DELETE"}:
        return client.open(url, method=step, headers=headers, **body)
    return client.post(f"{url}/{step}", headers=headers, **body)


def test_what_a_status_does_not_allow_is_refused_with_what_it_does_allow(client, admin, drawings):
    assert {name: make.get(drawing).status for name, drawing in drawings.items()} == {
        status: status for status in STATUSES
    }
    for status, drawing in drawings.items():
        for step in STEPS:
            if ELSE.get((status, step)) in {200, 204}:
                continue
            before = make.get(drawing)
            answer = ask(client, admin, drawing, step)
            expected = ELSE.get((status, step), "invalid_transition")
            assert (answer.status_code, answer.json["code"]) == (409, expected), (status, step)
            if expected == "invalid_transition":
                assert answer.json["allowed"] == list(TRANSITIONS[status])
            assert make.get(drawing) == before, (status, step)


@pytest.mark.parametrize(("status", "step"), [key for key, value in ELSE.items() if value == 200])
def test_what_a_status_allows_is_done(client, admin, drawings, status, step):
    assert ask(client, admin, drawings[status], step).status_code == 200


def test_a_deleted_draft_is_gone_and_only_the_revision_that_was_read_is_deleted(
    client, admin, drawings
):
    url = f"{BASE}/{drawings['draft'].drawing_id}"
    tag = client.get(url, headers=admin).headers["ETag"]
    client.patch(url, headers=admin, json={"name": "Another name"})
    stale = client.delete(url, headers={**admin, "If-Match": tag})
    assert (stale.status_code, stale.json["code"]) == (412, "stale_drawing")
    tag = client.get(url, headers=admin).headers["ETag"]
    assert client.delete(url, headers={**admin, "If-Match": tag}).status_code == 204
    assert client.get(url, headers=admin).status_code == 404


def test_only_description_and_image_change_later_and_everybody_sees_how(client, admin, drawings):
    changes = {"description": "Red ones", "image_url": "https://example.com/red.png"}
    for status in STATUSES:
        if status == "draft":
            continue
        url = f"{BASE}/{drawings[status].drawing_id}"
        assert client.patch(url, headers=admin, json=changes).status_code == 200
        last = client.get(f"{url}/history", query_string={"limit": 100}).json["items"][-1]
        assert last["action"] == "edited"
        assert last["details"]["before"] == {"description": None, "image_url": None}
        assert last["details"]["after"] == changes
        for name, value in (("ticket_price_points", 1), ("draws_at", "2199-01-01T00:00:00Z")):
            frozen = client.patch(url, headers=admin, json={name: value})
            assert frozen.json["frozen_fields"] == [name]
            assert frozen.json["allowed"] == ["description", "image_url"]


def test_a_draw_asked_for_twice_at_once_is_one_draw(database):
    now = make.start()
    drawing = make.make_open(now)
    make.buy(drawing, make.make_player())
    make.advance(drawing, drawing.closes_at)
    admins = [make.Actor(make_account(role="admin"), "admin") for _ in range(4)]
    in_parallel(
        lambda actor: by_hand.execute_drawing(
            drawing_id=drawing.drawing_id, actor=actor, clock=lambda: drawing.draws_at
        ),
        admins,
    )
    events = service.list_events(drawing_id=drawing.drawing_id, cursor=Cursor("h"), limit=100).items
    assert [event.action for event in events].count("drawn") == 1
    assert make.count("fulfilments") == 1


def test_who_lives_an_hour_behind_takes_no_step_and_who_comes_later_finds_it_done(database):
    drawing = make.make_scheduled(make.start())
    assert make.advance(drawing, drawing.opens_at - HOUR) == []
    make.advance(drawing, drawing.opens_at)
    with pytest.raises(NotDue):
        by_hand.close_drawing(
            drawing_id=drawing.drawing_id,
            actor=make.Actor(make_account(role="admin"), "admin"),
            clock=lambda: drawing.closes_at - HOUR,
        )
    make.advance(drawing, drawing.closes_at)
    assert make.advance(drawing, drawing.closes_at - HOUR) == []
    assert make.get(drawing).status == "closed"


def in_parallel(function, arguments):
    """Call a function with each argument at once; what is refused as done already is harmless."""

    def call(argument):
        try:
            return function(argument)
        except Conflict as refusal:
            return refusal

    with ThreadPoolExecutor(len(arguments)) as pool:
        return list(pool.map(call, arguments))


@pytest.mark.parametrize(
    ("over", "code"),
    [
        ({}, "registration_required"),
        ({"excluded_states": ["NY"], "registered_states": ["FL"]}, None),
        ({"excluded_states": ["NY"]}, "registration_required"),
        ({"registered_states": ["FL", "NY"]}, None),
        ({"value_cents": 500_000}, None),
    ],
)
def test_much_value_is_registered_and_bonded_or_void_in_the_states_that_ask_for_it(
    client, admin, over, code
):
    given = {"excluded_states": [], "registered_states": [], "value_cents": 500_001} | over
    prizes = [{"name": "A week in the Alps", "value_cents": given.pop("value_cents")}]
    draft = make.make_draft(make.start(), sponsor_id=make.make_sponsor())
    url = f"{BASE}/{draft.drawing_id}"
    assert client.patch(url, headers=admin, json=given | {"prizes": prizes}).status_code == 200
    answer = client.post(f"{url}/schedule", headers=admin)
    assert answer.json.get("code") == code
    assert (answer.status_code == 200) == (code is None)


def test_which_states_ask_and_from_which_value_is_a_setting(client, admin, settings):
    draft = make.make_draft(make.start(), excluded_states_json=[])
    config.use(replace(settings, registration_states="TX", registration_cents=4_999))
    refused = client.post(f"{BASE}/{draft.drawing_id}/schedule", headers=admin)
    assert (refused.json["code"], refused.json["states"]) == ("registration_required", ["TX"])
