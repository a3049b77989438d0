"""Workers and servers whose clocks are an hour off: late at worst, and never another result."""

from __future__ import annotations

from datetime import timedelta

import pytest

from fittrack.drawings import verifier
from fittrack.drawings.errors import DrawingNotOpen
from tests import factories_drawings as make

pytestmark = pytest.mark.usefixtures("database")
HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)


def opened():
    """Return an open drawing in which Ana holds a ticket."""
    drawing = make.make_open(make.start(), sponsor_id=make.make_sponsor())
    make.buy(drawing, make.make_player())
    return drawing


def holds(drawing):
    """Tell whether a drawing was drawn, verifies with its log, and the audit finds nothing."""
    report = verifier.verify(make.bundle(drawing), require=["log"])
    return (make.get(drawing).status, report.exit, make.audit()) == ("completed", 0, [])


def test_a_worker_that_is_an_hour_behind_takes_no_step_and_spoils_none():
    drawing = opened()
    for now in (drawing.closes_at, drawing.draws_at):
        assert make.advance(drawing, now - HOUR) == []
        assert make.advance(drawing, now)
    assert make.advance(drawing, drawing.draws_at - HOUR) == []
    assert holds(drawing)


def test_after_a_worker_that_is_an_hour_ahead_the_others_end_the_draw_in_order():
    drawing = opened()
    real_now = drawing.closes_at - 30 * MINUTE
    assert make.advance(drawing, real_now + HOUR)[0] == "close_drawing"
    with pytest.raises(DrawingNotOpen):
        make.buy(drawing, make.make_player(), clock=lambda: real_now)
    make.advance(drawing, drawing.draws_at)
    assert holds(drawing)


def test_steps_taken_by_clocks_apart_stand_in_the_log_in_one_order():
    drawing, other = opened(), opened()
    make.advance(drawing, drawing.closes_at + HOUR - 10 * MINUTE)
    for now in (other.closes_at, other.draws_at):
        make.advance(other, now)
    make.advance(drawing, drawing.draws_at)
    assert holds(drawing)
    assert holds(other)


def test_a_server_that_is_an_hour_ahead_sells_nothing_in_the_last_hour_and_charges_nothing():
    drawing, ben = opened(), make.make_player()
    with pytest.raises(DrawingNotOpen):
        make.buy(drawing, ben, clock=lambda: drawing.closes_at - MINUTE + HOUR)
    assert make.balance(ben) == 1_000


def test_a_purchase_by_a_clock_behind_is_refused_once_the_list_is_closed():
    drawing, ben = opened(), make.make_player()
    make.advance(drawing, drawing.closes_at)
    with pytest.raises(DrawingNotOpen):
        make.buy(drawing, ben, clock=lambda: drawing.closes_at - HOUR / 2)
    assert make.balance(ben) == 1_000
    make.advance(drawing, drawing.draws_at)
    assert holds(drawing)
