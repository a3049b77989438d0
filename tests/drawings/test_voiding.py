"""Tickets taken out before the close: withdrawn, excluded, disqualified; and what is given back."""

from __future__ import annotations

import json
from datetime import date, timedelta

import pytest

from fittrack import queues
from fittrack.drawings import verifier
from fittrack.drawings.errors import DrawingNotFound, DrawingNotOpen
from fittrack.drawings.inclusion import proof_holds
from fittrack.drawings.tickets import service, voiding
from fittrack.drawings.tickets.errors import AlreadyDisqualified, Disqualified
from fittrack.errors import Problem
from fittrack.pagination import Cursor
from fittrack.points import audit
from tests import factories_drawings as make
from tests import factories_tickets as play


@pytest.fixture
def now(database):
    return make.start()


def is_clean(now):
    return audit.audit_ledger(is_deep=True, now=now).is_clean


def frozen():
    return play.rows("SELECT units, void_reason FROM frozen_entries ORDER BY position")


def withdraw(drawing, account_id, *, at=None):
    return voiding.withdraw_my_tickets(
        drawing_id=drawing.drawing_id,
        account_id=account_id,
        clock=lambda: at or play.in_sales(drawing),
    ).withdrawn_tickets


def actions(drawing):
    rows = play.rows(
        "SELECT action, actor_role, actor_id, details_json FROM drawing_history"
        " WHERE drawing_id = ? ORDER BY event_no",
        drawing.drawing_id,
    )
    return [(action, role, who, json.loads(told or "{}")) for action, role, who, told in rows]


def test_a_disqualified_member_is_void_in_the_list_refunded_and_kept_out(now):
    drawing, ana, ben = make.make_open(now), make.make_player(), make.make_player()
    make.buy(drawing, ana, 2)
    make.buy(drawing, ben, 5)
    make.buy(drawing, ana, 1)
    play.enter_free(drawing, ana)
    at = play.in_sales(drawing)
    assert play.disqualify(drawing, ana).voided_units == 4
    assert make.get(drawing).units_sold == 5
    play.do_jobs(at)
    assert (make.balance(ana), make.balance(ben)) == (1_000, 500)
    for work in (make.buy, play.enter_free):
        with pytest.raises(Disqualified) as caught:
            work(drawing, ana)
        assert caught.value.context == {"reason": "manipulation"}
    assert make.buy(make.make_open(now), ana).balance_points == 900
    make.advance(drawing, drawing.draws_at)
    assert frozen() == [(0, "manipulation"), (5, None), (0, "manipulation"), (0, "manipulation")]
    assert verifier.verify(make.bundle(drawing)).exit == 0
    assert is_clean(drawing.draws_at)


def test_a_disqualification_is_public_without_the_name_and_the_member_is_told(now):
    drawing, ana = make.make_open(now), make.make_player()
    make.buy(drawing, ana, 2)
    play.disqualify(drawing, ana)
    action, role, who, told = actions(drawing)[-1]
    assert (action, role, told) == (
        "tickets_voided",
        "admin",
        {"reason": "manipulation", "tickets": 2},
    )
    assert who != ana
    assert make.notices(ana) == ["disqualified"]
    assert play.rows("SELECT account_id FROM admin_actions WHERE kind = 'disqualified'") == [(ana,)]


def test_a_member_is_disqualified_once_and_only_while_the_drawing_sells(now):
    drawing, ana, ben = make.make_open(now), make.make_player(), make.make_player()
    make.buy(drawing, ben)
    assert play.disqualify(drawing, ana).voided_units == 0
    with pytest.raises(AlreadyDisqualified):
        play.disqualify(drawing, ana)
    with pytest.raises(Problem) as caught:
        play.disqualify(drawing, "nobody")
    assert caught.value.code == "account_not_found"
    for at in (drawing.closes_at, drawing.draws_at):
        with pytest.raises(DrawingNotOpen):
            play.disqualify(drawing, ben, at=at)
    make.advance(drawing, drawing.closes_at)
    for member in (ben, make.make_player()):
        with pytest.raises(DrawingNotOpen):
            play.disqualify(drawing, member)
    assert frozen() == [(1, None)]


def test_nothing_is_known_of_a_draft(now):
    draft, ana = make.make_draft(now), make.make_player()
    for work in (play.disqualify, withdraw, play.enter_free, play.enter_from_mail):
        with pytest.raises(DrawingNotFound):
            work(draft, ana)


def test_a_void_entry_has_its_proof_like_any_other(now):
    drawing, ana, ben = make.make_open(now), make.make_player(), make.make_player()
    make.buy(drawing, ana, 2)
    make.buy(drawing, ben, 1)
    withdraw(drawing, ana)
    make.advance(drawing, drawing.closes_at)
    [shown] = service.list_proofs(
        drawing_id=drawing.drawing_id, account_id=ana, cursor=Cursor("p"), limit=10
    ).items
    assert proof_holds(shown.proof)
    assert (shown.proof["entry"]["units"], shown.proof["entry"]["void"]) == (0, "withdrawn")
    assert shown.receipt.receipt["units"] == 2


def test_who_withdraws_takes_the_own_tickets_out_for_good_and_gets_nothing_back(now):
    drawing, other = make.make_open(now), make.make_open(now)
    ana, ben = make.make_player(), make.make_player()
    for sold in (drawing, other):
        make.buy(sold, ana, 3)
        make.buy(sold, ben, 1)
    assert withdraw(drawing, ana) == 3
    assert withdraw(drawing, ana) == 0
    play.do_jobs(play.in_sales(drawing))
    assert (make.balance(ana), make.get(drawing).units_sold, make.get(other).units_sold) == (
        400,
        1,
        4,
    )
    assert actions(drawing)[-1] == (
        "tickets_voided",
        "member",
        None,
        {"reason": "withdrawn", "tickets": 3},
    )
    assert is_clean(now)


def test_after_the_end_of_sales_nothing_is_withdrawn(now):
    drawing, ana = make.make_open(now), make.make_player()
    make.buy(drawing, ana, 3)
    with pytest.raises(DrawingNotOpen):
        withdraw(drawing, ana, at=drawing.closes_at)
    make.advance(drawing, drawing.closes_at)
    with pytest.raises(DrawingNotOpen):
        withdraw(drawing, ana)


def test_self_exclusion_takes_open_tickets_out_and_gives_the_points_back(now):
    drawing, closed, ana = make.make_open(now), make.make_open(now), make.make_player()
    make.buy(closed, ana, 1)
    make.advance(closed, closed.closes_at)
    make.buy(drawing, ana, 3)
    play.enter_free(drawing, ana)
    at = play.in_sales(drawing)
    play.set_limits(ana, at, excluded_until_on=at.date() + timedelta(days=30))
    play.do_jobs(at)
    play.do_jobs(at)
    assert (make.balance(ana), make.get(drawing).units_sold) == (900, 0)
    assert make.get(closed).units_sold == 1
    assert {reason for (reason,) in play.rows("SELECT void_reason FROM entries")} == {
        None,
        "given_back",
    }
    assert is_clean(at)


def test_what_was_withdrawn_before_an_exclusion_stays_paid(now):
    drawing, ana = make.make_open(now), make.make_player()
    make.buy(drawing, ana, 3)
    withdraw(drawing, ana)
    make.buy(drawing, ana, 1)
    at = play.in_sales(drawing)
    play.set_limits(ana, at, excluded_until_on=at.date())
    play.do_jobs(at)
    assert make.balance(ana) == 700


def test_an_entry_is_given_back_once_though_its_drawing_is_cancelled_too(now):
    drawing, ana = make.make_open(now), make.make_player()
    make.buy(drawing, ana, 3)
    play.disqualify(drawing, ana)
    make.cancel(drawing, drawing.opens_at)
    make.advance(drawing, drawing.opens_at)
    play.do_jobs(drawing.opens_at + timedelta(minutes=5))
    assert make.balance(ana) == 1_000
    assert is_clean(now)


def abandoned(now, *members):
    """Return the drawing that takes over the entries of one whose reveal never came."""
    sponsor_id = make.make_sponsor(is_revealing_by_itself=False)
    drawing = make.make_open(now, sponsor_id=sponsor_id)
    for member in members:
        make.buy(drawing, member, 2)
    make.advance(drawing, drawing.closes_at)
    make.advance(drawing, drawing.draws_at)
    return drawing


def test_an_exclusion_is_not_carried_around(now):
    ana, ben = make.make_player(), make.make_player()
    drawing = abandoned(now, ana, ben)
    play.set_limits(ana, drawing.closes_at, excluded_until_on=date(2100, 1, 1))
    play.do_jobs(drawing.closes_at)
    late_at = drawing.draws_at + timedelta(days=2)
    make.advance(drawing, late_at)
    [successor] = make.successors(drawing)
    play.do_jobs(late_at)
    rows = play.rows(
        "SELECT account_id, void_reason FROM entries WHERE drawing_id = ?", successor.drawing_id
    )
    assert dict(rows) == {ana: "given_back", ben: None}
    assert make.get(successor).units_sold == 2
    assert (make.balance(ana), make.balance(ben)) == (1_000, 800)
    assert is_clean(late_at)


def test_a_disqualified_member_holds_nothing_in_the_drawing_that_follows(now):
    ana, ben = make.make_player(), make.make_player()
    sponsor_id = make.make_sponsor(is_revealing_by_itself=False)
    drawing = make.make_open(now, sponsor_id=sponsor_id)
    for member in (ana, ben):
        make.buy(drawing, member, 2)
    play.disqualify(drawing, ana)
    make.advance(drawing, drawing.closes_at)
    make.advance(drawing, drawing.draws_at + timedelta(days=2))
    [successor] = make.successors(drawing)
    make.advance(drawing=successor, now=drawing.draws_at + timedelta(days=2))
    successor = make.get(successor)
    make.advance(successor, successor.opens_at)
    with pytest.raises(Disqualified):
        make.buy(successor, ana)
    assert play.rows(
        "SELECT account_id FROM entries WHERE drawing_id = ?", successor.drawing_id
    ) == [(ben,)]


def test_a_late_job_leaves_what_was_entered_after_the_exclusion(now):
    opens_at, three_days = now + timedelta(hours=1), timedelta(hours=73)
    times = {"closes_at": opens_at + three_days, "draws_at": opens_at + three_days}
    drawing, ana = make.make_open(now, **times), make.make_player()
    at, later = play.in_sales(drawing), drawing.opens_at + timedelta(days=2)
    play.set_limits(ana, at, excluded_until_on=at.date())
    make.buy(drawing, ana, clock=lambda: later)
    lease = queues.claim(pending("take_member_out"), now=at + timedelta(hours=1))
    voiding.take_member_out(lease, account_id=ana, clock=lambda: later)
    assert (make.get(drawing).units_sold, make.balance(ana)) == (1, 900)


def pending(job_name):
    [(outbox_id,)] = play.rows("SELECT outbox_id FROM outbox WHERE job_name = ?", job_name)
    return outbox_id
