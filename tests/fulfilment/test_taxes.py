"""Prizes wait for the tax form once the winner's total of the year and payer reaches the sum."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fittrack import config, db
from fittrack.fulfilment import rules, taxes
from tests import factories_drawings as make
from tests.factories_activities import select
from tests.fulfilment.world import ADDRESS, SHIPMENT, Staff, deliveries, draw, events, get
from tests.kernel.statements import statement

NEW_YORK = ZoneInfo("America/New_York")
MUCH = 200_000


@pytest.fixture
def staff(client):
    return Staff(client)


def worth(*cents, kind="physical", suppliers=None, **over):
    """Return the deliveries of prizes of so many cents, all won by one member."""
    prizes = [
        make.prize(kind=kind, value_cents=value, sponsor_id=supplier_id)
        for value, supplier_id in zip(cents, suppliers or [None] * len(cents), strict=True)
    ]
    over = {"sponsor_id": make.make_sponsor()} | over
    drawing = make.make_open(make.start(), prizes=prizes, distinct_by="entry", alternates=0, **over)
    ana = make.make_player()
    for _ in cents:
        make.buy(drawing, ana)
    make.advance(drawing, drawing.draws_at)
    return deliveries(drawing)


def test_a_prize_below_the_sum_waits_for_no_form(staff):
    [won] = worth(MUCH - 1)
    assert staff.as_winner(won, "confirm-address", ADDRESS).json["state"] == "address_confirmed"


def test_a_prize_of_that_sum_waits_until_the_form_is_on_file(staff):
    [won] = worth(MUCH)
    assert staff.as_winner(won, "confirm-address", ADDRESS).json["state"] == "tax_hold"
    refused = staff.post(won, "ship", SHIPMENT)
    assert (refused.status_code, refused.json["code"]) == (409, "invalid_transition")
    assert staff.post(won, "tax-form").json["state"] == "address_confirmed"
    assert staff.post(won, "ship", SHIPMENT).json["state"] == "shipped"
    assert events(won)[-4:] == ["winner_notified", "tax_hold", "address_confirmed", "shipped"]
    told = ["prize_won", "prize_tax_hold", "prize_tax_cleared", "prize_shipped"]
    assert make.notices(won.account_id) == told


def test_the_total_of_the_year_counts_not_the_single_prize(staff):
    first, second = worth(MUCH // 2, MUCH // 2)
    assert staff.as_winner(first, "confirm-address", ADDRESS).json["state"] == "tax_hold"
    assert staff.as_winner(second, "confirm-address", ADDRESS).json["state"] == "tax_hold"
    staff.post(first, "tax-form")
    assert [get(each).state for each in (first, second)] == ["address_confirmed"] * 2


def test_a_prize_that_was_confirmed_before_waits_when_it_is_to_be_shipped(staff):
    first, second = worth(MUCH - 1, 1)
    put_aside(second)
    assert staff.as_winner(first, "confirm-address", ADDRESS).json["state"] == "address_confirmed"
    bring_back(second)
    refused = staff.post(first, "ship", SHIPMENT)
    assert (refused.status_code, refused.json["from_status"]) == (409, "tax_hold")
    assert (get(first).state, get(first).carrier) == ("tax_hold", None)


def put_aside(fulfilment):
    _set(fulfilment, "forfeited")


def bring_back(fulfilment):
    _set(fulfilment, "winner_notified")


def _set(fulfilment, state):
    with db.transaction("set_for_test") as tx:
        tx.run(
            statement("UPDATE fulfilments SET state = :state WHERE fulfilment_id = :id"),
            state=state,
            id=fulfilment.fulfilment_id,
        )


def test_what_was_forfeited_does_not_count(staff):
    first, second = worth(MUCH, 100)
    staff.post(first, "forfeit")
    assert staff.as_winner(second, "confirm-address", ADDRESS).json["state"] == "address_confirmed"


def test_what_another_payer_gives_does_not_count(staff):
    first, _ = worth(MUCH - 1, 100, suppliers=[None, make.make_sponsor()])
    assert staff.as_winner(first, "confirm-address", ADDRESS).json["state"] == "address_confirmed"


def test_a_prize_that_names_no_sponsor_counts_as_the_drawings_who_is_named(staff):
    store = make.make_sponsor(name="Ben's Shoes")
    first, _ = worth(MUCH - 1, 1, sponsor_id=store, suppliers=[None, store])
    assert staff.as_winner(first, "confirm-address", ADDRESS).json["state"] == "tax_hold"
    [(body,)] = select(
        "SELECT body FROM notifications WHERE account_id = :id AND kind = 'prize_tax_hold'",
        "body",
        id=first.account_id,
    )
    assert body.startswith("What you won from Ben's Shoes this year reaches the sum")


def test_without_any_sponsor_the_operator_pays(staff):
    [won] = worth(1_000, sponsor_id=None)
    with db.reading("payer_for_test") as tx:
        assert taxes.case_of(tx, won).payer_key == "operator"
        assert taxes.payer_name(tx, won) == config.current().operator_name


def test_the_form_of_one_year_is_no_form_of_the_next(staff):
    first, second = worth(MUCH, MUCH)
    with db.transaction("age") as tx:
        tx.run(
            statement("UPDATE fulfilments SET won_at = :won_at WHERE fulfilment_id = :id"),
            won_at=first.won_at - timedelta(days=366),
            id=first.fulfilment_id,
        )
    staff.post(first, "tax-form")
    assert staff.as_winner(first, "confirm-address", ADDRESS).json["state"] == "address_confirmed"
    assert staff.as_winner(second, "confirm-address", ADDRESS).json["state"] == "tax_hold"


def test_a_form_lets_only_what_waited_for_it_go_on(staff):
    first, second = worth(MUCH, MUCH)
    with db.transaction("age") as tx:
        tx.run(
            statement("UPDATE fulfilments SET won_at = :won_at WHERE fulfilment_id = :id"),
            won_at=first.won_at - timedelta(days=366),
            id=first.fulfilment_id,
        )
    for each in (first, second):
        assert staff.as_winner(each, "confirm-address", ADDRESS).json["state"] == "tax_hold"
    staff.post(first, "tax-form")
    assert [get(each).state for each in (first, second)] == ["address_confirmed", "tax_hold"]


def test_recording_a_form_twice_is_harmless(staff):
    [won] = worth(MUCH)
    staff.as_winner(won, "confirm-address", ADDRESS)
    assert [staff.post(won, "tax-form").status_code for _ in range(2)] == [200, 200]
    assert events(won).count("address_confirmed") == 1
    assert make.count("tax_forms") == 1


def test_a_winner_who_waits_may_correct_the_address(staff):
    [won] = worth(MUCH)
    staff.as_winner(won, "confirm-address", ADDRESS)
    again = staff.as_winner(won, "confirm-address", ADDRESS | {"city": "Salem"})
    assert (again.status_code, again.json["state"]) == (200, "tax_hold")
    assert staff.post(won, "address").json["city"] == "Salem"
    assert events(won).count("tax_hold") == 1


def test_a_digital_prize_waits_from_the_start(staff):
    [won] = worth(MUCH, kind="digital")
    assert won.state == "tax_hold"
    staff.put(won, {"code": "ABCD"})
    refused = staff.as_winner(won, "code")
    assert (refused.status_code, refused.json["code"]) == (409, "invalid_transition")
    assert staff.post(won, "tax-form").json["state"] == "winner_notified"
    assert staff.as_winner(won, "code").json["code"] == "ABCD"


def test_a_code_that_needs_a_form_by_now_is_not_delivered_by_hand(staff):
    first, second = worth(MUCH - 1, 1, kind="digital")
    staff.post(second, "forfeit")
    _set(first, "winner_notified")
    bring_back(second)
    refused = staff.post(first, "deliver", {"code": "EFGH"})
    assert (refused.status_code, refused.json["from_status"]) == (409, "tax_hold")
    assert staff.as_winner(first, "code").status_code == 409
    assert staff.post(first, "tax-form").json["state"] == "winner_notified"
    assert staff.as_winner(first, "code").json["code"] == "EFGH"


def test_the_year_turns_at_midnight_in_the_platforms_zone():
    new_year = datetime(2027, 1, 1, 5, tzinfo=UTC)
    assert rules.tax_year(new_year - timedelta(seconds=1), NEW_YORK) == 2026
    assert rules.tax_year(new_year, NEW_YORK) == 2027
    assert rules.year_bounds(2026, NEW_YORK) == (datetime(2026, 1, 1, 5, tzinfo=UTC), new_year)


def test_a_draw_at_the_turn_of_the_year_counts_in_the_old_one():
    drawn_at = datetime(2026, 12, 31, 21, tzinfo=NEW_YORK)
    assert drawn_at.astimezone(UTC).year == 2027
    assert rules.tax_year(drawn_at.astimezone(UTC), NEW_YORK) == 2026


@given(st.dictionaries(st.integers(2020, 2040), st.integers(0, 10**6)), st.integers(2020, 2040))
def test_a_year_that_is_not_listed_goes_by_the_one_before_it(thresholds, year):
    expected = None
    for known in sorted(thresholds):
        if known <= year:
            expected = thresholds[known]
    assert rules.threshold_cents(thresholds, year) == expected


def test_a_drawing_of_less_asks_nobody_for_a_form(staff):
    [won] = deliveries(draw(players=1))
    assert staff.as_winner(won, "confirm-address", ADDRESS).json["state"] == "address_confirmed"
