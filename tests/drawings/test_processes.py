"""Many workers, killed workers, many buyers: one result, and nobody pays for nothing."""

from __future__ import annotations

import shutil
import time
from datetime import timedelta
from itertools import count
from pathlib import Path

import pytest

from fittrack import db
from fittrack.clock import utc_now
from fittrack.db.values import instant_from_text
from fittrack.drawings import errors, verifier
from fittrack.points import audit
from fittrack.points.errors import InsufficientPoints
from tests import factories_drawings as make
from tests.drawings.processes import bind, copy_of, killed_at, together

CLIENTS = 32
pytestmark = pytest.mark.usefixtures("database")
EFFECTS = (
    "drawing_picks",
    "fulfilments",
    "notifications",
    "outbox",
    "drawing_log",
    "frozen_entries",
)


def sold(**over):
    """Return an open drawing in which three members hold tickets."""
    drawing = make.make_open(make.start(), sponsor_id=make.make_sponsor(), **over)
    for ticket_count in (1, 2, 3):
        make.buy(drawing, make.make_player(), ticket_count)
    return drawing


def draw(drawing):
    """Take all steps from the close to the result, as workers do at their times."""
    for at in (drawing.closes_at, drawing.draws_at):
        make.advance(drawing, at)


def effects():
    return {table: make.count(table) for table in EFFECTS}


def test_a_worker_killed_at_any_statement_changes_nothing_of_the_result(database):
    drawing = sold()
    before = copy_of(Path(database.path), "before.db")
    draw(drawing)
    expected, done = make.bundle(drawing), effects()
    for number in count(1, step=3):
        bind(shutil.copyfile(before, before.with_name(f"killed-{number}.db")))
        was_killed = killed_at(number, lambda: draw(drawing))
        draw(drawing)
        assert make.bundle(drawing) == expected
        assert effects() == done
        if not was_killed:
            break
    assert number > 50
    assert verifier.verify(expected).exit == 0


def test_workers_at_the_same_moment_draw_one_result():
    drawing = sold(prizes=[make.prize(value_cents=10, quantity=2)])
    assert together([lambda: draw(drawing)] * 6) == [0] * 6
    assert make.get(drawing).status == "completed"
    assert (make.count("fulfilments"), make.count("notifications")) == (2, 2)
    assert verifier.verify(make.bundle(drawing)).exit == 0


def test_refunds_by_several_workers_are_made_once():
    drawing = make.make_open(make.start())
    players = [make.make_player() for _ in range(12)]
    for player in players:
        make.buy(drawing, player, 2)
    make.cancel(drawing, drawing.opens_at)
    killed_at(40, lambda: make.advance(drawing, drawing.opens_at))
    assert together([lambda: make.advance(drawing, drawing.opens_at)] * 4) == [0] * 4
    assert {make.balance(player) for player in players} == {1_000}
    assert audit.audit_ledger(now=drawing.opens_at).is_clean


def test_in_the_closing_second_a_purchase_is_listed_and_paid_or_refused_and_unpaid():
    players = [make.make_player(1_000_000) for _ in range(CLIENTS)]
    real_now = make.start()
    past = real_now - timedelta(hours=2)
    drawing = make.make_open(
        past,
        opens_at=past + timedelta(hours=1),
        closes_at=real_now + timedelta(seconds=3),
        draws_at=real_now + timedelta(hours=1),
        ticket_price_points=1,
    )

    def clock_from_now():
        """Return a clock that is there once all processes are, however long they took."""
        began_at = utc_now()
        return lambda: real_now + (utc_now() - began_at)

    def buy_until_refused(player):
        clock = clock_from_now()
        try:
            while True:
                make.buy(drawing, player, clock=clock)
        except errors.DrawingNotOpen:
            return

    def close_when_due():
        clock = clock_from_now()
        while not make.advance(drawing, clock()):
            time.sleep(0.001)

    work = [lambda player=player: buy_until_refused(player) for player in players]
    assert together([*work, close_when_due]) == [0] * (CLIENTS + 1)
    closed = make.get(drawing)
    paid = sum(1_000_000 - make.balance(player) for player in players)
    assert closed.status == "closed"
    assert paid == closed.units_sold == closed.entry_count == make.count("frozen_entries")
    assert paid > 10
    assert last_entry_at() < drawing.closes_at
    make.advance(drawing, drawing.draws_at)
    assert verifier.verify(make.bundle(drawing)).exit == 0
    assert audit.audit_ledger(now=utc_now()).is_clean


def test_two_purchases_that_only_one_can_pay_buy_once():
    drawing, ana = make.make_open(make.start()), make.make_player(100)

    def buy():
        try:
            make.buy(drawing, ana)
        except InsufficientPoints as refusal:
            raise SystemExit(3) from refusal

    assert sorted(together([buy] * 4)) == [0, 3, 3, 3]
    assert (make.balance(ana), make.get(drawing).units_sold) == (0, 1)


def last_entry_at():
    row = db.engine().raw().execute("SELECT MAX(entered_at) FROM entries").fetchone()
    return instant_from_text(row[0])
