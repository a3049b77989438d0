"""Who may enter, how much, and until when."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fittrack import db
from fittrack.db.errors import Immutable
from fittrack.db.values import instant_to_text
from fittrack.drawings import errors
from fittrack.drawings.tickets import repository, rules
from fittrack.drawings.tickets.models import Odds
from fittrack.errors import Problem
from fittrack.points.errors import InsufficientPoints
from tests import factories_drawings as make
from tests.factories_accounts import make_account


@pytest.fixture
def now(database):
    return make.start()


def refusal(drawing, account_id, ticket_count=1, **over):
    with pytest.raises(Problem) as caught:
        make.buy(drawing, account_id, ticket_count, **over)
    assert make.get(drawing).units_sold == 0
    return caught.value


def sql(statement, *binds):
    db.engine().raw().execute(statement, binds)


@pytest.mark.parametrize("role", ["admin", "auditor"])
def test_staff_cant_enter(now, role):
    problem = refusal(make.make_open(now), make.make_player(role=role))
    assert (problem.status, problem.code) == (403, "staff_excluded")


def test_a_sponsors_people_cant_enter_its_drawings_but_others(now):
    own, supplier = make.make_sponsor(), make.make_sponsor()
    insider, of_supplier = (make.make_sponsor_account(one) for one in (own, supplier))
    for account_id in (insider, of_supplier):
        make.give_points(account_id, 1_000)
    drawing = make.make_open(now, sponsor_id=own, prizes=[make.prize(sponsor_id=supplier)])
    assert refusal(drawing, insider).code == "sponsor_excluded"
    assert refusal(drawing, of_supplier).code == "sponsor_excluded"
    assert make.buy(make.make_open(now), insider).balance_points == 900


def test_an_unverified_address_cant_enter(now):
    ana = make.make_player()
    sql("UPDATE accounts SET email_verified_at = NULL WHERE account_id = ?", ana)
    assert refusal(make.make_open(now), ana).code == "email_not_verified"


def test_a_suspended_account_cant_enter(now):
    ana = make.make_player()
    sql("UPDATE accounts SET status = 'suspended' WHERE account_id = ?", ana)
    assert refusal(make.make_open(now), ana).code == "account_not_active"


def test_a_premium_drawing_is_for_premium_members(now):
    drawing = make.make_open(now, audience="premium")
    assert refusal(drawing, make.make_player()).code == "premium_only"
    assert make.buy(drawing, make.make_player(role="premium")).odds_after == Odds(1, 1)


def test_a_drawing_of_some_tiers_is_for_their_members(now):
    ana = make.make_player()
    [(tier,)] = (
        db.engine().raw().execute("SELECT tier_code FROM profiles WHERE account_id = ?", (ana,))
    )
    problem = refusal(make.make_open(now, tiers_json=["F-60+-ADV"]), ana)
    assert (problem.status, problem.code) == (403, "tier_excluded")
    assert make.buy(make.make_open(now, tiers_json=["F-60+-ADV", tier]), ana).odds_after.chance


def test_a_drawing_may_name_other_ages_of_states(now):
    drawing = make.make_open(now, min_ages_json={"CA": 25, "MS": 18})
    for state, age_years, allowed in (("CA", 24, False), ("CA", 25, True), ("MS", 20, False)):
        born_on = date(drawing.opens_at.year - age_years, 1, 1)
        ana = make.make_player(state_code=state, date_of_birth_on=born_on)
        if allowed:
            make.buy(drawing, ana)
        else:
            with pytest.raises(errors.Underage):
                make.buy(drawing, ana)


def test_a_premium_membership_counts_until_its_end_and_no_second_longer(now):
    drawing = make.make_open(now, audience="premium")
    ana, ends_at = make.make_player(role="premium"), drawing.opens_at + timedelta(minutes=1)
    sql(
        "UPDATE accounts SET premium_until_at = ? WHERE account_id = ?",
        instant_to_text(ends_at),
        ana,
    )
    assert refusal(drawing, ana, clock=lambda: ends_at).code == "premium_only"
    make.buy(drawing, ana, clock=lambda: ends_at - timedelta(seconds=1))


def test_a_new_account_waits(now):
    drawing = make.make_open(now)
    at = drawing.opens_at + timedelta(minutes=1)
    young = make.make_player(created_at=at - timedelta(days=7) + timedelta(seconds=1))
    old_enough = make.make_player(created_at=at - timedelta(days=7))
    problem = refusal(drawing, young)
    assert problem.code == "account_too_new"
    assert problem.context["enters_from"] == at + timedelta(seconds=1)
    make.buy(drawing, old_enough)


@pytest.mark.parametrize(
    ("state", "age_years", "allowed"),
    [
        ("CA", 18, True),
        ("CA", 17, False),
        ("AL", 18, False),
        ("AL", 19, True),
        ("NE", 18, False),
        ("MS", 20, False),
        ("MS", 21, True),
    ],
)
def test_the_least_age_depends_on_the_state(now, state, age_years, allowed):
    drawing = make.make_open(now)
    birthday_on = date(drawing.opens_at.year - age_years, 1, 1)
    ana = make.make_player(state_code=state, date_of_birth_on=birthday_on)
    if allowed:
        make.buy(drawing, ana)
    else:
        assert refusal(drawing, ana).code == "underage_for_drawing"


def test_a_drawing_may_ask_for_more_years(now):
    drawing = make.make_open(now, min_age_years=30)
    young = make.make_player(date_of_birth_on=date(now.year - 29, 1, 1))
    assert refusal(drawing, young).context["least_age_years"] == 30


def test_an_excluded_state_cant_enter(now):
    problem = refusal(make.make_open(now), make.make_player(state_code="NY"))
    assert (problem.code, problem.context["state"]) == ("state_excluded", "NY")


def test_a_member_holds_no_more_tickets_than_the_limit(now):
    drawing, ana = make.make_open(now, ticket_limit=3), make.make_player()
    assert refusal(drawing, ana, 4).code == "ticket_limit_reached"
    make.buy(drawing, ana, 2)
    with pytest.raises(errors.TicketLimitReached) as caught:
        make.buy(drawing, ana, 2)
    assert caught.value.context == {"ticket_limit": 3, "tickets_held": 2}
    assert make.buy(drawing, ana, 1).odds_after == Odds(3, 3)


def test_a_refused_purchase_leaves_nothing_behind(now):
    drawing, ana = make.make_open(now), make.make_player(150)
    with pytest.raises(InsufficientPoints):
        make.buy(drawing, ana, 2)
    rows = [
        db.engine().raw().execute(f"SELECT COUNT(*) FROM {table}").fetchone()[0]
        for table in ("entries", "drawing_holders")
    ]
    assert rows == [0, 0]
    assert (make.balance(ana), make.get(drawing).entry_count) == (150, 0)


def test_sales_end_with_the_closing_second(now):
    drawing, ana = make.make_open(now), make.make_player()
    last = drawing.closes_at - timedelta(microseconds=1)
    make.buy(drawing, ana, clock=lambda: last)
    with pytest.raises(errors.DrawingNotOpen):
        make.buy(drawing, ana, clock=lambda: drawing.closes_at)


def test_the_rule_ends_sales_by_itself_where_the_statement_would_too(now):
    drawing = make.get(make.make_open(now))
    rules.check_on_sale(drawing, now=drawing.closes_at - timedelta(microseconds=1))
    with pytest.raises(errors.DrawingNotOpen):
        rules.check_on_sale(drawing, now=drawing.closes_at)


def test_the_statement_ends_sales_by_itself_where_the_rule_would_too(now):
    drawing = make.make_open(now)

    def count(at):
        with db.transaction("count_for_test") as tx:
            repository.add_units_sold(tx, drawing.drawing_id, 1, now=at)

    count(drawing.closes_at - timedelta(microseconds=1))
    with pytest.raises(errors.DrawingNotOpen):
        count(drawing.closes_at)
    make.cancel(drawing, now)
    with pytest.raises(errors.DrawingNotOpen):
        count(drawing.opens_at)
    assert make.get(drawing).units_sold == 1


@pytest.mark.parametrize("status", ["draft", "scheduled", "closed", "completed", "cancelled"])
def test_a_drawing_that_is_not_open_sells_nothing(now, status):
    drawing, ana = make.make_draft(now), make.make_player()
    if status != "draft":
        make.schedule(drawing.drawing_id, now=now)
    for step, at in (("closed", drawing.closes_at), ("completed", drawing.draws_at)):
        if status in {step, "completed"}:
            make.advance(drawing, at)
    if status == "cancelled":
        make.cancel(drawing, now)
    assert make.get(drawing).status == status
    code = "drawing_not_found" if status == "draft" else "drawing_not_open"
    assert refusal(drawing, ana).code == code
    assert make.balance(ana) == 1_000


def test_an_entry_can_never_be_deleted(now):
    drawing = make.make_open(now)
    make.buy(drawing, make.make_player())
    with pytest.raises(Immutable), db.transaction("tamper") as tx:
        tx.run(_statement("DELETE FROM entries"))


def test_a_members_tickets_are_paged_in_order(now):
    drawing, ana = make.make_open(now), make.make_player()
    bought = [make.buy(drawing, ana).entry.entry_id for _ in range(5)]
    assert make.my_tickets(drawing, ana, limit=2) == sorted(bought)


@given(st.dates(date(1900, 1, 1), date(2020, 12, 31)), st.integers(0, 120))
def test_age_grows_by_one_on_each_birthday(born_on, years):
    birthday = (born_on.month, born_on.day)
    shown = (3, 1) if birthday == (2, 29) else birthday
    on = date(born_on.year + years, *shown)
    if birthday == (2, 29) and years % 4 == 0:
        return
    assert rules.age_years(born_on, on) == years
    assert rules.age_years(born_on, on - timedelta(days=1)) == years - 1


@given(st.integers(0, 10**9), st.integers(1, 10**9), st.integers(1, 10**6))
def test_odds_are_tickets_held_of_all(held, others, bought):
    before, after = Odds(held, held + others), Odds(held + bought, held + others + bought)
    assert after.chance >= before.chance
    assert abs(Fraction(after.chance) - Fraction(held + bought, held + others + bought)) < 1e-12


def _statement(text):
    from fittrack.db.loader import Statement

    return Statement("tamper", "drawings", text, text, frozenset(), ())


def test_a_sponsor_account_without_points_is_like_any_member(now):
    with pytest.raises(InsufficientPoints):
        make.buy(make.make_open(now), make_account(role="user"))
