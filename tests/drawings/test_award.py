"""Who was let in is asked again before a prize is promised, and why not is a code."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from fittrack import db
from fittrack.drawings.tickets import eligibility
from tests import factories_drawings as make
from tests import factories_tickets as play
from tests.factories_accounts import make_account


@pytest.fixture
def now(database):
    return make.start()


def refusal(drawing, account_id, *, at=None):
    with db.reading("check_at_award") as tx:
        return eligibility.check_at_award(
            tx, drawing.drawing_id, account_id, now=at or drawing.draws_at
        )


def change(account_id, **columns):
    sets = ", ".join(f"{name} = ?" for name in columns)
    play.rows(f"UPDATE accounts SET {sets} WHERE account_id = ?", *columns.values(), account_id)


@pytest.mark.parametrize(
    ("columns", "code"),
    [
        ({"status": "suspended"}, "account_not_active"),
        ({"status": "erased"}, "account_not_active"),
        ({"role": "admin"}, "staff_excluded"),
        ({"role": "auditor"}, "staff_excluded"),
        ({"email_verified_at": None}, "email_not_verified"),
        ({"state_code": "NY"}, "state_excluded"),
        ({"state_code": None}, "state_excluded"),
        ({"date_of_birth_on": "2015-01-01"}, "underage_for_drawing"),
        ({"date_of_birth_on": None}, "underage_for_drawing"),
        ({"created_at": "2100-01-01T00:00:00.000000Z"}, "account_too_new"),
        ({"display_name": "Somebody else"}, None),
    ],
)
def test_what_changed_since_the_entry_is_seen_at_award(now, columns, code):
    drawing, ana = make.make_open(now), make.make_player()
    make.buy(drawing, ana)
    assert refusal(drawing, ana) is None
    change(ana, **columns)
    assert refusal(drawing, ana) == code


def test_one_of_the_sponsors_people_gets_none_of_its_prizes(now):
    sponsor_id = make.make_sponsor()
    drawing, insider = make.make_open(now, sponsor_id=sponsor_id), make.make_player(role="sponsor")
    assert refusal(drawing, insider) is None
    play.rows(
        "INSERT INTO sponsor_accounts (account_id, sponsor_id, added_at) VALUES (?, ?, ?)",
        insider,
        sponsor_id,
        "2026-01-01T00:00:00.000000Z",
    )
    assert refusal(drawing, insider) == "sponsor_excluded"


def test_who_plays_no_more_wins_no_more_until_the_exclusion_is_over(now):
    drawing, ana = make.make_open(now), make.make_player()
    make.buy(drawing, ana)
    last_on = drawing.draws_at.date() + timedelta(days=1)
    play.set_limits(ana, drawing.closes_at, excluded_until_on=last_on)
    assert refusal(drawing, ana) == "self_excluded"
    assert refusal(drawing, ana, at=drawing.draws_at + timedelta(days=3)) is None


def test_who_is_disqualified_wins_nothing(now):
    drawing, ana = make.make_open(now), make.make_player()
    play.disqualify(drawing, ana)
    assert refusal(drawing, ana) == "disqualified"
    assert refusal(make.make_open(now), ana) is None


def test_premium_and_tier_are_terms_of_entry_alone(now):
    [(tier,)] = play.rows("SELECT tier_code FROM profiles WHERE account_id = ?", make_account())
    drawing = make.make_open(now, audience="premium", tiers_json=[tier])
    ana = make.make_player(role="premium")
    make.buy(drawing, ana)
    change(ana, role="user")
    play.rows("UPDATE profiles SET tier_code = 'OTHER' WHERE account_id = ?", ana)
    assert refusal(drawing, ana) is None


def test_growing_older_is_enough_at_award(now):
    drawing = make.make_open(now)
    ana = make.make_player(date_of_birth_on=date(drawing.opens_at.year - 18, 1, 1))
    change(ana, state_code="MS")
    assert refusal(drawing, ana) == "underage_for_drawing"
    assert refusal(drawing, ana, at=drawing.draws_at + timedelta(days=4 * 366)) is None
