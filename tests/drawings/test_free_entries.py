"""Free entries: one a person, drawing and day, whichever way, and as good as any ticket."""

from __future__ import annotations

import json
from datetime import date, timedelta

import pytest

from fittrack.clock import day_bounds, day_of
from fittrack.db.errors import Immutable
from fittrack.drawings import verifier
from fittrack.drawings.conduct import refunds
from fittrack.drawings.errors import DrawingNotOpen, TicketLimitReached
from fittrack.drawings.tickets.errors import FreeEntryUsed, OtherRules
from fittrack.drawings.tickets.models import Odds
from fittrack.errors import Problem
from fittrack.points import audit
from tests import factories_drawings as make
from tests import factories_tickets as play
from tests.factories_accounts import make_account


@pytest.fixture
def now(database):
    return make.start()


def long_open(now, **over):
    """Return a drawing that sells for three days."""
    opens_at = now + timedelta(hours=1)
    times = {
        "opens_at": opens_at,
        "closes_at": opens_at + timedelta(days=3),
        "draws_at": opens_at + timedelta(days=3, minutes=5),
    }
    return make.make_open(now, **times | over)


def refused(work, *args, **over):
    with pytest.raises(Problem) as caught:
        work(*args, **over)
    return caught.value


def test_a_free_entry_is_one_ticket_without_points_or_activity(now):
    drawing, ana = make.make_open(now), make_account()
    entered = play.enter_free(drawing, ana)
    entry = entered.entry
    assert (entry.kind, entry.units, entry.price_points) == ("free", 1, 0)
    assert (entered.balance_points, entered.odds_before, entered.odds_after) == (
        0,
        Odds(0, 0),
        Odds(1, 1),
    )
    assert entered.receipt.receipt["units"] == 1
    assert make.get(drawing).units_sold == 1
    assert audit.audit_ledger(now=now).is_clean


def test_there_is_one_a_drawing_and_points_day(now):
    drawing, other, ana = long_open(now), make.make_open(now), make_account()
    at = play.in_sales(drawing)
    play.enter_free(drawing, ana, at=at)
    problem = refused(play.enter_free, drawing, ana, at=at)
    today_on = day_of(at, make.zone())
    assert (problem.status, problem.code) == (409, "free_entry_used")
    assert problem.context == {"entered_on": today_on}
    play.enter_free(other, ana)
    midnight_at = day_bounds(today_on, make.zone())[1]
    with pytest.raises(FreeEntryUsed):
        play.enter_free(drawing, ana, at=midnight_at - timedelta(microseconds=1))
    play.enter_free(drawing, ana, at=midnight_at)
    assert make.get(drawing).units_sold == 2


def test_form_and_mail_are_one_free_entry_of_a_day(now):
    drawing, ana, ben = make.make_open(now), make_account(), make_account()
    play.enter_free(drawing, ana)
    play.enter_from_mail(drawing, ben)
    for work, member in ((play.enter_from_mail, ana), (play.enter_free, ben)):
        assert refused(work, drawing, member).code == "free_entry_used"


def test_free_and_paid_tickets_count_against_one_limit(now):
    drawing, ana = make.make_open(now, ticket_limit=2), make.make_player()
    make.buy(drawing, ana)
    play.enter_free(drawing, ana)
    with pytest.raises(TicketLimitReached):
        make.buy(drawing, ana)
    full = make.make_open(now, ticket_limit=1)
    make.buy(full, ana)
    for work in (play.enter_free, play.enter_from_mail):
        assert refused(work, full, ana).code == "ticket_limit_reached"


def test_the_form_asks_for_the_same_as_a_purchase(now):
    drawing = make.make_open(now)
    for role, code in (("admin", "staff_excluded"), ("auditor", "staff_excluded")):
        assert refused(play.enter_free, drawing, make_account(role=role)).code == code
    young = make_account(date_of_birth_on=date(drawing.opens_at.year - 17, 1, 1))
    assert refused(play.enter_free, drawing, young).code == "underage_for_drawing"
    assert refused(play.enter_free, drawing, make_account(state_code="NY")).code == "state_excluded"
    late = make_account(created_at=now)
    assert refused(play.enter_free, drawing, late).code == "account_too_new"
    assert make.get(drawing).units_sold == 0


def test_mail_of_who_may_not_enter_is_no_wrong_of_the_operators(now):
    drawing = make.make_open(now)
    problem = refused(play.enter_from_mail, drawing, make_account(state_code="NY"))
    assert (problem.status, problem.code) == (422, "member_refused")
    assert problem.context["refusal"] == "state_excluded"
    problem = refused(play.enter_from_mail, drawing, "nobody")
    assert (problem.status, problem.code) == (404, "account_not_found")


def test_mail_counts_for_the_day_on_which_it_came_in(now):
    drawing, ana = long_open(now), make_account()
    first_on, at = day_of(drawing.opens_at, make.zone()), drawing.opens_at + timedelta(days=2)
    for days in range(3):
        play.enter_from_mail(drawing, ana, on=first_on + timedelta(days=days), at=at)
    for days in (-1, 3):
        on = first_on + timedelta(days=days)
        problem = refused(play.enter_from_mail, drawing, ana, on=on, at=at)
        assert problem.context["errors"][0]["pointer"] == "/received_on"
    assert make.get(drawing).units_sold == 3


def test_who_entered_from_mail_is_on_record(now):
    drawing, ana = make.make_open(now), make_account()
    entry = play.enter_from_mail(drawing, ana)
    [(operator_id,)] = play.rows("SELECT entered_by_id FROM free_entries")
    [(actor_id, told)] = play.rows(
        "SELECT actor_id, after_json FROM admin_actions WHERE kind = 'entered_from_mail'"
    )
    assert actor_id == operator_id != ana
    assert json.loads(told) == {"drawing_id": drawing.drawing_id, "entry_id": entry.entry_id}


def test_after_the_end_of_sales_nobody_enters_free(now):
    drawing, ana = make.make_open(now), make_account()
    for work in (play.enter_free, play.enter_from_mail):
        with pytest.raises(DrawingNotOpen):
            work(drawing, ana, at=drawing.closes_at)


def test_who_names_other_rules_is_refused_and_what_was_accepted_is_kept(now):
    drawing, ana = make.make_open(now), make.make_player()
    with pytest.raises(OtherRules) as caught:
        make.buy(drawing, ana, rules_sha256="ab" * 32)
    shown = caught.value.context["rules_sha256"]
    assert len(shown) == 64
    assert make.buy(drawing, ana, rules_sha256=shown).entry.rules_sha256 == shown
    assert play.enter_free(drawing, ana).entry.rules_sha256 == shown


def test_the_list_does_not_tell_how_a_ticket_was_obtained(now):
    drawing, ana, ben = make.make_open(now), make.make_player(), make_account()
    make.buy(drawing, ana, 1)
    play.enter_free(drawing, ben)
    make.advance(drawing, drawing.draws_at)
    bundle = json.loads(make.bundle(drawing))
    assert verifier.verify(make.bundle(drawing)).exit == 0
    forms = [(set(entry), entry["units"], entry["void"]) for entry in bundle["entries"]]
    assert forms == [({"entry_id", "holder", "units", "void"}, 1, "")] * 2
    published = b"".join(make.bundle(drawing).split())
    assert b"free" not in published
    assert b"paid" not in published
    history = play.rows("SELECT action, details_json FROM drawing_history")
    assert "free" not in str(history)


def test_a_free_entry_of_a_cancelled_drawing_is_told_though_it_has_nothing_to_give_back(
    now, monkeypatch
):
    monkeypatch.setattr(refunds, "BATCH_ROWS", 2)
    drawing, cem = make.make_open(now), make_account()
    entered = [make_account() for _ in range(3)]
    for account_id in entered:
        play.enter_free(drawing, account_id)
    make.cancel(drawing, drawing.opens_at)
    for _ in range(2):
        make.advance(drawing, drawing.opens_at)
    assert [make.notices(one) for one in (*entered, cem)] == [["drawing_cancelled"]] * 3 + [[]]
    assert (make.balance(entered[0]), make.get(drawing).due_at) == (0, None)
    assert audit.audit_ledger(now=now).is_clean


@pytest.mark.parametrize("change", ["UPDATE {} SET account_id = 'x'", "DELETE FROM {}"])
@pytest.mark.parametrize("table", ["free_entries", "disqualifications"])
def test_the_database_keeps_what_was_used_and_decided(now, table, change):
    from fittrack import db
    from fittrack.db.loader import Statement

    drawing, ana = make.make_open(now), make_account()
    play.enter_free(drawing, ana)
    play.disqualify(drawing, ana)
    text = change.format(table)
    with pytest.raises(Immutable), db.transaction("tamper") as tx:
        tx.run(Statement("tamper", "drawings", text, text, frozenset(), ()))
