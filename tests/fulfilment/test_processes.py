"""Killed at every statement, asked by many at once: one heir, one notice, equal counters."""

from __future__ import annotations

import shutil
from datetime import timedelta
from itertools import count
from pathlib import Path

import pytest

from fittrack import db
from fittrack.drawings.errors import InvalidTransition
from fittrack.fulfilment import service as fulfilment
from fittrack.fulfilment import succession, transitions
from fittrack.sponsors.prizes import service as inventory
from fittrack.sponsors.prizes.models import Editor
from tests import factories_drawings as make
from tests.conformance import engines
from tests.drawings.processes import bind, copy_of, killed_at, together
from tests.factories_accounts import make_account
from tests.fulfilment.world import advance, confirm, deliveries, draw, states

pytestmark = [
    pytest.mark.usefixtures("database"),
    pytest.mark.skipif(engines.name() != "sqlite", reason="copies SQLite's file"),
]
LATE = timedelta(days=14)
EFFECTS = (
    "fulfilments",
    "fulfilment_events",
    "fulfilment_addresses",
    "fulfilment_codes",
    "notifications",
    "outbox",
    "drawing_history",
)


def offered():
    """Return the id of a prize of which one unit is offered."""
    fields = {
        "sponsor_id": None,
        "name": "Shoes",
        "description": None,
        "value_cents": 100,
        "kind": "physical",
        "image_url": None,
        "offered_units": 1,
    }
    editor = Editor(make_account(role="admin"), is_admin=True)
    return inventory.create_prize(fields=fields, editor=editor, now=make.start())


def effects():
    with db.reading("audit_for_test") as tx:
        assert list(inventory.audit(tx)) == []
    return {table: make.count(table) for table in EFFECTS}


def survives(database, work):
    """Kill work at every third statement, do it again and compare what is there then."""
    before = copy_of(Path(database.path), "before.db")
    work()
    done = effects()
    for number in count(1, step=3):
        bind(shutil.copyfile(before, before.with_name(f"killed-{number}.db")))
        was_killed = killed_at(number, work)
        work()
        assert effects() == done
        if not was_killed:
            return number
    return 0


def test_a_worker_killed_at_any_statement_passes_a_prize_on_once(database):
    prize = offered()
    drawing = draw(
        players=3,
        alternates=2,
        prizes=[make.prize(value_cents=100, inventory_prize_id=prize.inventory_prize_id)],
    )
    won = deliveries(drawing)[0]
    assert survives(database, lambda: advance(won, won.won_at + LATE)) > 10
    assert states(drawing) == ["forfeited", "winner_notified"]
    assert make.notices(won.account_id).count("prize_forfeited") == 1


def test_a_winner_whose_request_died_confirms_once(database):
    won = deliveries(draw(players=1))[0]

    def confirm_once():
        try:
            confirm(won)
        except InvalidTransition:
            return

    assert survives(database, confirm_once) > 5


def test_an_erasure_killed_at_any_statement_forfeits_once(database):
    drawing = draw(players=2, alternates=1)
    won = confirm(deliveries(drawing)[0])

    def erase():
        taken = 1
        while taken:
            with db.transaction("erase_batch") as tx:
                taken = fulfilment.erase_member(tx, won.account_id, row_limit=100)

    assert survives(database, erase) > 10
    assert states(drawing) == ["forfeited", "winner_notified"]
    assert make.count("fulfilment_addresses") == 0


def test_of_two_admins_who_forfeit_at_once_one_does():
    drawing = draw(players=3, alternates=2)
    won = deliveries(drawing)[0]

    def forfeit():
        try:
            succession.forfeit(
                fulfilment_id=won.fulfilment_id, actor_id=won.account_id, now=won.won_at
            )
        except InvalidTransition:
            raise SystemExit(3) from None

    assert sorted(together([forfeit] * 4)) == [0, 3, 3, 3]
    assert states(drawing) == ["forfeited", "winner_notified"]


def test_a_confirmation_racing_the_deadline_is_one_or_the_other():
    drawing = draw(players=2, alternates=1)
    won = deliveries(drawing)[0]

    def claim():
        try:
            confirm(won)
        except InvalidTransition:
            raise SystemExit(3) from None

    def time_out():
        advance(won, won.won_at + LATE)

    codes = together([claim, time_out, time_out])
    after = states(drawing)
    assert after in (["address_confirmed"], ["forfeited", "winner_notified"])
    assert (codes[0] == 0) == (after == ["address_confirmed"])
    assert make.count("fulfilment_addresses") == (after == ["address_confirmed"])


def test_a_code_asked_for_twice_at_once_is_shown_once():
    won = deliveries(draw(players=1, prizes=[make.prize(kind="digital")]))[0]
    transitions.edit(
        fulfilment_id=won.fulfilment_id,
        changes={"code": "ABCD"},
        revisions=None,
        actor_id=won.account_id,
        now=won.won_at,
    )

    def show():
        shown = transitions.show_code(
            fulfilment_id=won.fulfilment_id, account_id=won.account_id, now=won.won_at
        )
        assert shown.code == "ABCD"

    assert sorted(map(bool, together([show] * 3))) == [False, True, True]
    assert states(won) == ["delivered"]
