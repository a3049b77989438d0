"""Limits, free entries and exclusions at the same moment from many processes: none is passed."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from fittrack import db
from fittrack.clock import utc_now
from fittrack.drawings import errors
from fittrack.drawings.play.errors import MonthlyLimitReached, SelfExcluded
from fittrack.drawings.tickets.errors import Disqualified, FreeEntryUsed
from fittrack.points import audit
from tests import factories_drawings as make
from tests import factories_tickets as play
from tests.drawings.processes import killed_at, together
from tests.factories_accounts import make_account

pytestmark = pytest.mark.usefixtures("database")
REFUSED = 3


def trying(work, *refusals):
    """Return work that ends with 0 when it was let through and with 3 when it was refused."""

    def run():
        try:
            work()
        except refusals as refusal:
            raise SystemExit(REFUSED) from refusal

    return run


def is_clean():
    return audit.audit_ledger(is_deep=True, now=utc_now()).is_clean


def test_one_ticket_below_the_limit_is_sold_once():
    drawing, ana = make.make_open(make.start(), ticket_limit=3), make.make_player()
    make.buy(drawing, ana, 2)
    paid = trying(lambda: make.buy(drawing, ana), errors.TicketLimitReached)
    free = trying(lambda: play.enter_free(drawing, ana), errors.TicketLimitReached)
    assert sorted(together([paid, free] * 2)) == [0, REFUSED, REFUSED, REFUSED]
    assert make.get(drawing).units_sold == 3


def test_the_free_entry_of_a_day_is_given_once():
    drawing, ana = make.make_open(make.start()), make.make_player()
    form = trying(lambda: play.enter_free(drawing, ana), FreeEntryUsed)
    admin = make_account(role="admin")
    mail = trying(lambda: play.enter_from_mail(drawing, ana, by=admin), FreeEntryUsed)
    assert sorted(together([form, mail] * 3)) == [0] + [REFUSED] * 5
    assert (make.get(drawing).units_sold, make.count("free_entries")) == (1, 1)


def test_a_monthly_limit_holds_over_all_drawings_at_once():
    now = make.start()
    drawings, ana = [make.make_open(now) for _ in range(4)], make.make_player()
    play.set_limits(ana, now, monthly_limit_points=250)
    work = [
        trying(lambda drawing=drawing: make.buy(drawing, ana), MonthlyLimitReached)
        for drawing in drawings
    ]
    assert sorted(together(work)) == [0, 0, REFUSED, REFUSED]
    assert make.balance(ana) == 800


def test_nothing_is_held_once_an_exclusion_stands_whatever_came_first():
    now = make.start()
    drawings, ana = [make.make_open(now) for _ in range(4)], make.make_player()
    at = play.in_sales(drawings[0])
    work = [
        trying(lambda drawing=drawing: make.buy(drawing, ana), SelfExcluded) for drawing in drawings
    ]

    def exclude():
        play.set_limits(ana, at, excluded_until_on=date(2100, 1, 1))

    codes = together([*work, exclude])
    assert set(codes[:4]) <= {0, REFUSED}
    assert codes[4] == 0
    play.do_jobs(utc_now() + timedelta(days=1))
    assert {make.get(drawing).units_sold for drawing in drawings} == {0}
    assert make.balance(ana) == 1_000
    assert is_clean()


def test_a_job_that_takes_out_and_gives_back_may_be_killed_anywhere():
    now = make.start()
    drawings, ana = [make.make_open(now) for _ in range(2)], make.make_player()
    for drawing in drawings:
        make.buy(drawing, ana, 2)
    at = play.in_sales(drawings[0])
    play.set_limits(ana, at, excluded_until_on=date(2100, 1, 1))
    for minutes, statement_no in enumerate(range(3, 60, 6)):
        later = at + timedelta(minutes=5 * minutes)
        killed_at(statement_no, lambda later=later: play.do_jobs(later))
    play.do_jobs(at + timedelta(days=1))
    assert {make.get(drawing).units_sold for drawing in drawings} == {0}
    assert make.balance(ana) == 1_000
    assert is_clean()


def test_who_is_disqualified_while_buying_holds_nothing():
    drawing, ana = make.make_open(make.start()), make.make_player()
    admin = make_account(role="admin")
    buying = trying(lambda: make.buy(drawing, ana), Disqualified)
    codes = together([buying] * 4 + [lambda: play.disqualify(drawing, ana, by=admin)])
    assert codes[4] == 0
    assert set(codes[:4]) <= {0, REFUSED}
    play.do_jobs(utc_now() + timedelta(days=1))
    assert (make.get(drawing).units_sold, make.balance(ana)) == (0, 1_000)
    assert is_clean()


def test_a_purchase_beside_a_cancellation_is_refused_or_given_back():
    drawing = make.make_open(make.start())
    players = [make.make_player() for _ in range(4)]
    work = [
        trying(lambda player=player: make.buy(drawing, player, 3), errors.DrawingNotOpen)
        for player in players
    ]
    codes = together([*work, lambda: make.cancel(drawing, drawing.opens_at)])
    assert codes[4] == 0
    assert set(codes[:4]) <= {0, REFUSED}
    make.advance(drawing, drawing.opens_at)
    assert {make.balance(player) for player in players} == {1_000}
    assert make.get(drawing).status == "cancelled"
    assert is_clean()


def tables_read(work):
    """Return the tables that some work reads, in the order of its first look at each."""
    seen = []
    db.engine().raw().set_trace_callback(seen.append)
    work()
    db.engine().raw().set_trace_callback(None)
    names = ("FROM drawings", "FROM ledger_accounts", "FROM play_limits", "FROM accounts")
    found = [name for statement in seen for name in names if name in statement]
    return list(dict.fromkeys(name.removeprefix("FROM ") for name in found))


def test_limits_are_read_once_the_points_are_held_and_those_once_the_drawing_is():
    """SQLite has one writer; elsewhere this order is what keeps two of them apart."""
    drawing, ana = make.make_open(make.start()), make.make_player()
    at = play.in_sales(drawing)
    order = ["drawings", "ledger_accounts", "accounts", "play_limits"]
    for work in (make.buy, play.enter_free):
        assert tables_read(lambda work=work: work(drawing, ana))[:4] == order
    setting = tables_read(lambda: play.set_limits(ana, at, monthly_limit_points=5))
    assert setting[:2] == ["ledger_accounts", "play_limits"]
