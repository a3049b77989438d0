"""Time: a warning after 7 days, after 14 the next alternate, whoever looks and however often."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fittrack import db, queues, schedule
from fittrack.clock import utc_now
from fittrack.drawings import service as drawings
from fittrack.drawings.tickets import service as tickets
from fittrack.fulfilment import rules, succession, transitions
from fittrack.fulfilment.models import Award
from fittrack.pagination import Cursor
from tests import factories_drawings as make
from tests.factories_accounts import make_account
from tests.fulfilment.world import (
    advance,
    confirm,
    deliveries,
    draw,
    events,
    get,
    put_into,
    states,
)
from tests.kernel.statements import statement

DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)


def history(drawing):
    """Return (action, details) of what the public history says of prizes."""
    page = drawings.list_events(drawing_id=drawing.drawing_id, cursor=Cursor("t"), limit=1_000)
    found = [event for event in page.items if event.action.startswith("prize_")]
    return [(event.action, event.details_json) for event in found]


def wins(account_id):
    """Return what a member won."""
    return tickets.list_my_wins(account_id=account_id, cursor=Cursor("t"), limit=100).items


def exclude(account_id):
    """Suspend a member, so that nothing can be awarded any more."""
    with db.transaction("suspend_for_test") as tx:
        tx.run(
            statement("UPDATE accounts SET status = 'suspended' WHERE account_id = :id"),
            id=account_id,
        )


def test_nothing_happens_before_a_week_is_over(database):
    drawing = draw()
    won = deliveries(drawing)[0]
    assert advance(won, won.won_at + 7 * DAY - SECOND) is None
    assert get(won).revision == 1
    assert make.notices(won.account_id) == ["prize_won"]


def test_after_a_week_the_winner_is_warned_once(database):
    won = deliveries(draw())[0]
    for hours in (0, 1, 24, 6 * 24):
        advance(won, won.won_at + 7 * DAY + timedelta(hours=hours))
    assert make.notices(won.account_id) == ["prize_won", "prize_reminder"]
    assert get(won).state == "winner_notified"


def test_my_wins_tell_who_has_the_prize_now(database):
    drawing = draw(players=3, alternates=2)
    won = deliveries(drawing)[0]
    assert [win.state for win in wins(won.account_id)] == ["winner_notified"]
    advance(won, won.won_at + 14 * DAY)
    lost, heir = deliveries(drawing)
    for each in (lost, heir):
        [win] = wins(each.account_id)
        assert (win.state, win.fulfilment_id) == (each.state, each.fulfilment_id)
        assert (win.entry_id, win.position) == (each.entry_id, each.position)


def test_who_was_passed_over_as_an_alternate_has_won_nothing(database):
    drawing = draw(players=3, alternates=2)
    won = deliveries(drawing)[0]
    second = make_alternates(drawing)[0]
    exclude(second)
    advance(won, won.won_at + 14 * DAY)
    assert states(drawing) == ["forfeited", "forfeited", "winner_notified"]
    assert wins(second) == []


def test_after_two_weeks_the_next_alternate_has_the_prize(database):
    drawing = draw(players=3, alternates=2)
    won = deliveries(drawing)[0]
    assert advance(won, won.won_at + 14 * DAY - SECOND) == "warn"
    assert advance(won, won.won_at + 14 * DAY) == "forfeit"
    lost, heir = deliveries(drawing)
    assert (lost.state, lost.forfeit_reason) == ("forfeited", "not_claimed")
    assert (heir.state, heir.replaces_id) == ("winner_notified", lost.fulfilment_id)
    assert (heir.prize_id, heir.delivery, heir.position) == (lost.prize_id, lost.delivery, 1)
    assert heir.account_id != lost.account_id
    assert rules.claim_until(heir) == won.won_at + 28 * DAY
    assert make.notices(lost.account_id)[-1] == "prize_forfeited"
    assert make.notices(heir.account_id) == ["prize_won"]
    assert history(drawing) == [
        ("prize_forfeited", {"position": 0, "reason": "not_claimed"}),
        ("prize_passed_on", {"position": 1}),
    ]


def test_a_prize_that_nobody_claims_returns(database):
    drawing = draw(players=3, alternates=2)
    now = drawing.draws_at
    for _ in range(3):
        now += 14 * DAY
        advance(deliveries(drawing)[-1], now)
    assert states(drawing) == ["forfeited"] * 3
    assert history(drawing)[-1] == ("prize_returned", {"position": 2, "reason": "not_claimed"})


def test_a_drawing_may_say_that_prizes_return_at_once(database):
    drawing = draw(players=3, alternates=2, unclaimed_to="sponsor")
    won = deliveries(drawing)[0]
    advance(won, won.won_at + 14 * DAY)
    assert states(drawing) == ["forfeited"]
    assert [action for action, _ in history(drawing)] == ["prize_forfeited", "prize_returned"]


@pytest.mark.parametrize("state", ["address_confirmed", "tax_hold", "shipped", "delivered"])
def test_the_clock_stands_still_where_it_is_not_the_winners_turn(database, state):
    won = put_into(deliveries(draw())[0], state)
    assert advance(won, won.won_at + 400 * DAY) is None
    assert get(won).state == state


def test_an_invalid_address_gives_the_winner_two_weeks_more(database):
    won = confirm(deliveries(draw())[0])
    invalid_at = won.won_at + 10 * DAY
    admin_id = make_account(role="admin")
    transitions.edit(
        fulfilment_id=won.fulfilment_id,
        changes={"state": "address_invalid"},
        revisions=None,
        actor_id=admin_id,
        now=invalid_at,
    )
    assert advance(won, won.won_at + 14 * DAY) is None
    assert advance(won, invalid_at + 7 * DAY) == "warn"
    assert advance(won, invalid_at + 14 * DAY) == "forfeit"


def test_who_confirms_in_the_last_moment_keeps_the_prize(database):
    won = deliveries(draw())[0]
    confirm(won)
    assert advance(won, won.won_at + 15 * DAY) is None
    assert get(won).state == "address_confirmed"


def test_many_workers_pass_a_prize_on_once(database):
    drawing = draw(players=4, alternates=3)
    won = deliveries(drawing)[0]
    late = won.won_at + 14 * DAY
    with ThreadPoolExecutor(8) as pool:
        taken = list(pool.map(lambda _: advance(won, late), range(8)))
    assert taken.count("forfeit") == 1
    assert states(drawing) == ["forfeited", "winner_notified"]
    assert make.notices(won.account_id).count("prize_forfeited") == 1


def test_clocks_an_hour_apart_take_each_step_once(database):
    drawing = draw(players=2, alternates=1)
    won = deliveries(drawing)[0]
    hour = timedelta(hours=1)
    for day in (7, 14):
        for off in (hour, -hour, timedelta(0)):
            advance(won, won.won_at + day * DAY + off)
    assert make.notices(won.account_id) == ["prize_won", "prize_reminder", "prize_forfeited"]
    assert states(drawing) == ["forfeited", "winner_notified"]


def test_who_may_not_win_any_more_is_passed_over_at_the_draw(database):
    drawing = make.make_open(make.start(), alternates=1)
    members = [make.make_player() for _ in range(2)]
    for account_id in members:
        make.buy(drawing, account_id)
    exclude(members[0])
    make.advance(drawing, drawing.draws_at)
    by_account = {each.account_id: each for each in deliveries(drawing)}
    heir = by_account[members[1]]
    assert heir.state == "winner_notified"
    assert make.notices(members[0]) == []
    if len(by_account) == 2:  # the excluded one was drawn first
        lost = by_account[members[0]]
        assert (lost.state, lost.forfeit_reason) == ("forfeited", "account_not_active")


def test_a_disqualified_winners_place_is_taken_whatever_becomes_of_unclaimed_prizes(database):
    drawing = make.make_open(make.start(), alternates=3, unclaimed_to="sponsor")
    members = [make.make_player() for _ in range(4)]
    for account_id in members:
        make.buy(drawing, account_id)
    for account_id in members[:3]:
        exclude(account_id)
    make.advance(drawing, drawing.draws_at)
    *lost, heir = deliveries(drawing)
    assert (heir.account_id, heir.state) == (members[3], "winner_notified")
    assert {each.state for each in lost} <= {"forfeited"}
    advance(heir, heir.won_at + 14 * DAY)
    assert deliveries(drawing)[-1].forfeit_reason == "not_claimed"
    assert history(drawing)[-1][0] == "prize_returned"


def test_an_alternate_who_may_not_win_is_passed_over(database):
    drawing = draw(players=3, alternates=2)
    won = deliveries(drawing)[0]
    second = make_alternates(drawing)[0]
    exclude(second)
    advance(won, won.won_at + 14 * DAY)
    lost, skipped, heir = deliveries(drawing)
    assert (skipped.state, skipped.forfeit_reason) == ("forfeited", "account_not_active")
    assert (skipped.account_id, heir.state) == (second, "winner_notified")
    assert (skipped.replaces_id, heir.replaces_id) == (lost.fulfilment_id, skipped.fulfilment_id)
    assert events(skipped) == ["pending", "forfeited"]
    assert make.notices(second) == []
    # Why somebody may not win is nobody else's affair.
    assert ("prize_forfeited", {"position": 1, "reason": "not_eligible"}) in history(drawing)


def make_alternates(drawing):
    """Return the accounts of a drawing's alternates in their order."""
    found = (
        db.engine()
        .raw()
        .execute(
            "SELECT e.account_id FROM drawing_picks k JOIN entries e ON e.entry_id = k.entry_id"
            " WHERE k.drawing_id = ? AND k.role = 'alternate' ORDER BY k.position",
            (drawing.drawing_id,),
        )
    )
    return [account_id for (account_id,) in found]


def test_the_scheduler_wakes_what_is_due_and_nothing_else(database):
    due, later = deliveries(draw(prizes=[make.prize(quantity=2, value_cents=100)]))
    confirm(later)
    assert succession.wake_due_fulfilments(now=due.won_at + 7 * DAY - SECOND) == 0
    assert succession.wake_due_fulfilments(now=due.won_at + 7 * DAY) == 1
    assert queues.queue("default").count == 1
    assert {"wake_due_fulfilments", "forget_over_addresses"} <= {
        entry.name for entry in schedule.PERIODIC
    }


def test_a_delivery_from_before_the_clocks_gets_its_times(database):
    won = deliveries(draw())[0]
    with db.transaction("age") as tx:
        tx.run(
            statement("UPDATE fulfilments SET due_at = notified_at WHERE fulfilment_id = :id"),
            id=won.fulfilment_id,
        )
    assert advance(won, won.won_at + DAY) is None
    assert get(won).due_at == won.won_at + 7 * DAY


def test_nothing_is_done_for_a_delivery_that_is_not_there(database):
    assert succession.wake_due_fulfilments(now=utc_now()) == 0


@given(st.lists(st.integers(0, 20 * 24), max_size=12))
def test_whenever_it_is_looked_at_each_step_comes_once_and_in_order(hours):
    opened_at = make.start()
    award = Award("p", "e", "a", 0, "Shoes")
    fulfilment = rules.opened("f", "d", award, None, now=opened_at)
    taken = []
    for hour in sorted(hours):
        now = opened_at + timedelta(hours=hour)
        step = rules.clock_step(fulfilment, now=now)
        if step == "warn":
            fulfilment = rules.warned(fulfilment, now=now)
        elif step == "forfeit":
            fulfilment = rules.forfeited(fulfilment, "not_claimed", now=now)
        taken += [(step, hour)] if step else []
    assert [step for step, _ in taken] in ([], ["warn"], ["forfeit"], ["warn", "forfeit"])
    assert all(hour >= (7 if step == "warn" else 14) * 24 for step, hour in taken)
