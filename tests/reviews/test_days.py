"""Days far beyond their tier: held, looked at, appealed, with all that follows in points."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from fittrack.points.models import DayAward
from fittrack.reviews import spread
from fittrack.reviews.models import Tier
from tests.factories_activities import NOON_AT, Member, count, execute
from tests.reviews.reviewers import (
    DAY_ON,
    FAR_AT,
    Reviewer,
    day_of,
    hold_days,
    make_tier,
    own_reviews,
    spend,
)

USUAL = Tier("OPEN", spread.LEAST_MEMBERS, 400, 400 * 60, 400 * 3700)


@pytest.fixture
def ana(client):
    return Member(client)


@pytest.fixture
def admin(client):
    return Reviewer(client)


@pytest.fixture
def held(ana):
    """The review of a day on which Ana did far more than others."""
    make_tier()
    ana.run(duration_s=2 * 3600)
    hold_days()
    (review,) = own_reviews(ana)
    return review


def test_a_day_far_beyond_its_tier_earns_nothing_and_says_why(ana, held):
    assert (held["kind"], held["state"], held["day_on"]) == ("account", "open", str(DAY_ON))
    (reason,) = held["reasons"]
    assert (reason["code"], reason["words"]) == (spread.CODE, spread.WORDS)
    assert reason["evidence"]["day_points"] > reason["evidence"]["limit_points"]
    assert ana.balance() == 0
    receipt = day_of(ana)
    assert (receipt["awarded_points"], receipt["review_id"]) == (0, held["review_id"])
    assert receipt["forfeited_points"] == reason["evidence"]["day_points"]
    cut = [line for line in receipt["lines"] if line["earned_points"]]
    assert cut
    assert all(line["capped_by"] == ["review"] for line in cut)
    (notice,) = ana.get("notifications").json["items"]
    assert (notice["kind"], notice["data"]["day_on"]) == ("day_held", str(DAY_ON))
    assert spread.WORDS in notice["body"]
    correction = ana.get("points/transactions").json["items"][0]
    assert correction["kind"] == "award_correction"
    assert "held by a review" in correction["description"]


def test_a_held_day_leaves_its_activities_as_they_are(ana, held):
    (activity,) = ana.get("activities").json["items"]
    assert activity["state"] == "accepted"


def test_looking_again_finds_nothing_new(ana, held):
    hold_days()
    hold_days(FAR_AT + timedelta(hours=1))
    assert len(own_reviews(ana)) == count("review_events") == 1


def test_accepting_pays_the_whole_day_and_it_stays_believed(ana, admin, held):
    points = held["reasons"][0]["evidence"]["day_points"]
    (waiting,) = admin.queue(kind="account")
    assert waiting["account_id"] == ana.account_id

    assert admin.decide(held["review_id"], "accept").status_code == 200

    assert ana.balance() == points
    assert day_of(ana)["review_id"] is None
    hold_days()
    assert ana.balance() == points
    assert own_reviews(ana)[0]["state"] == "accepted"
    assert ana.get("notifications").json["items"][0]["title"] == f"Your day {DAY_ON} counts now"


def test_a_rejected_day_stays_without_points_whatever_comes_in(ana, admin, held):
    assert admin.decide(held["review_id"], "reject", reason="A dog wore it.").status_code == 200

    ana.run(started_at=NOON_AT + timedelta(hours=4), seed=5)

    assert ana.balance() == 0
    assert day_of(ana)["review_id"] == held["review_id"]
    assert own_reviews(ana)[0]["decision_reason"] == "A dog wore it."


def test_an_appeal_against_a_rejected_day_is_looked_at_again(ana, admin, held):
    admin.decide(held["review_id"], "reject", reason="A dog wore it.")

    answer = ana.post(f"reviews/{held['review_id']}/appeal", {"text": "I have no dog."})

    assert (answer.status_code, answer.json["state"]) == (200, "open")
    assert answer.json["day_on"] == str(DAY_ON)
    assert ana.balance() == 0
    admin.decide(held["review_id"], "accept")
    assert ana.balance() == held["reasons"][0]["evidence"]["day_points"]


def test_a_believed_day_that_grows_is_looked_at_again_and_may_be_appealed_again(ana, admin, held):
    ana.post(f"reviews/{held['review_id']}/appeal", {"text": "I walked a lot."})
    admin.decide(held["review_id"], "accept")
    ana.run(started_at=NOON_AT + timedelta(hours=4), seed=5)

    hold_days()

    (review,) = own_reviews(ana)
    before, now = held["reasons"][0]["evidence"], review["reasons"][0]["evidence"]
    assert (review["state"], review["appealed_at"]) == ("open", None)
    assert now["day_points"] > before["day_points"]
    assert ana.balance() == 0
    again = ana.post(f"reviews/{held['review_id']}/appeal", {"text": "And ran."})
    assert again.status_code == 200


def test_what_was_believed_speaks_for_days_that_are_no_further(ana, admin, held):
    admin.decide(held["review_id"], "accept")
    before = ana.balance()

    ana.run(duration_s=100 * 60, started_at=NOON_AT + timedelta(days=1), seed=3)
    hold_days(FAR_AT + timedelta(days=1))

    assert ana.balance() > before
    assert len(own_reviews(ana)) == 1


def test_what_was_believed_speaks_for_four_weeks_and_no_longer(ana, admin, held):
    admin.decide(held["review_id"], "accept")
    later = timedelta(days=29)
    make_tier(last_on=DAY_ON + later)
    ana.run(duration_s=100 * 60, started_at=NOON_AT + later, seed=3)

    hold_days(FAR_AT + later)

    assert [each["state"] for each in own_reviews(ana)] == ["open", "accepted"]


def test_nobody_who_was_erased_meanwhile_gets_a_review(ana):
    make_tier()
    ana.run(duration_s=2 * 3600)
    binds = {"account_id": ana.account_id}
    execute("UPDATE accounts SET status = 'erased' WHERE account_id = :account_id", **binds)

    hold_days()

    assert count("reviews") == 0


def test_old_days_that_come_in_late_are_looked_at_too(ana):
    make_tier()
    ana.run(duration_s=2 * 3600, started_at=NOON_AT - timedelta(days=200))

    hold_days()

    assert [each["day_on"] for each in own_reviews(ana)] == ["2024-08-22"]


def test_a_day_that_is_not_over_is_not_looked_at(ana):
    make_tier()
    ana.run(duration_s=2 * 3600)
    hold_days(NOON_AT + timedelta(hours=5))
    assert own_reviews(ana) == []


def test_a_held_day_does_not_carry_a_run_until_it_is_accepted(ana, admin):
    make_tier()
    for number in (-1, 1):
        ana.run(duration_s=40 * 60, started_at=NOON_AT + timedelta(days=number), seed=number + 9)
    ana.run(duration_s=3 * 3600, seed=4)
    assert day_of(ana, DAY_ON + timedelta(days=1))["run_days"] == 3

    hold_days()

    held = [each for each in own_reviews(ana) if each["day_on"] == str(DAY_ON)]
    assert day_of(ana, DAY_ON + timedelta(days=1))["run_days"] == 1
    admin.decide(held[0]["review_id"], "accept")
    assert day_of(ana, DAY_ON + timedelta(days=1))["run_days"] == 3


def test_points_that_were_spent_before_the_day_was_held_are_owed_and_it_is_said_why(ana, admin):
    make_tier()
    ana.run(duration_s=2 * 3600)
    spent = ana.balance()
    spend(ana, spent)

    hold_days()

    balance = ana.get("points/balance").json
    assert (balance["balance_points"], balance["debt_points"]) == (0, spent)
    assert "held by a review" in balance["debt_reason"]
    admin.decide(own_reviews(ana)[0]["review_id"], "accept")
    assert ana.get("points/balance").json["debt_points"] == 0


@pytest.mark.parametrize(
    "tier",
    [
        replace(USUAL, day_count=spread.LEAST_DAYS - 1),
        replace(USUAL, member_count=spread.LEAST_MEMBERS - 1),
    ],
)
def test_few_days_or_few_members_say_nothing(tier):
    assert spread.most_points(USUAL) is not None
    assert spread.most_points(tier) is None


def test_where_all_do_the_same_one_bonus_more_is_no_anomaly():
    alike = replace(USUAL, sum_squares=400 * 3600)
    assert spread.most_points(alike) == 60 + 3 * spread.LEAST_DEVIATION_POINTS


def test_three_deviations_are_beyond():
    wide = replace(USUAL, sum_squares=400 * (3600 + 100**2))
    assert spread.most_points(wide) == 60 + 3 * 100
    at_the_limit = _day(360)
    assert spread.reason_to_hold(wide, at_the_limit, []) is None
    assert spread.reason_to_hold(wide, _day(361), []) is not None


def _day(points: int) -> DayAward:
    return DayAward("a", DAY_ON, 1, 1, points, 0, 0, 0, {}, [], NOON_AT)
