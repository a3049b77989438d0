from __future__ import annotations

from datetime import timedelta

import pytest

from fittrack.leaderboards import service
from tests.factories_activities import count
from tests.factories_points import LIGHT, NOON, make_activity, recompute, set_state
from tests.leaderboards.world import (
    OTHER_TIER,
    TIER,
    TODAY,
    earn,
    join,
    lose,
    move,
    own,
    shown,
    table,
)

pytestmark = pytest.mark.usefixtures("database")
MINUTE = timedelta(minutes=1)
TOMORROW = TODAY + timedelta(days=1)


def test_who_earned_more_ranks_higher_at_once():
    ana, ben = join(), join()
    earn(ana, 20)
    earn(ben, 30)
    assert shown(table(ana)) == [(1, ben, 30), (2, ana, 20)]

    earn(ana, 25, now=NOON + MINUTE)

    assert shown(table(ana)) == [(1, ana, 45), (2, ben, 30)]
    assert (own(ana).rank, own(ben).rank) == (1, 2)


def test_a_correction_takes_points_and_the_last_of_them_the_place():
    ana = join()
    first = earn(ana, 20)
    second = earn(ana, 5, now=NOON + MINUTE)
    lose(ana, second, now=NOON + 2 * MINUTE)
    assert own(ana).points == 20
    lose(ana, first, now=NOON + 3 * MINUTE)
    assert (own(ana).rank, table(ana).member_count, table(ana).items) == (None, 0, [])


def test_of_equal_totals_the_one_reached_first_ranks_higher():
    ben, ana = join(), join()
    earn(ana, 20)
    earn(ben, 20, now=NOON + MINUTE)
    assert shown(table(ana)) == [(1, ana, 20), (2, ben, 20)]


def test_a_total_counts_since_when_it_was_never_below():
    ana, ben = join(), join()
    earn(ana, 20)
    earn(ben, 20, now=NOON + MINUTE)
    more = earn(ana, 10, now=NOON + 2 * MINUTE)
    lose(ana, more, now=NOON + 3 * MINUTE)
    assert shown(table(ana)) == [(1, ana, 20), (2, ben, 20)]


def test_points_that_move_to_another_day_leave_the_week_reached_when_it_was():
    ben, ana = join(), join()
    walk = earn(ana, 20)
    earn(ben, 20, now=NOON + MINUTE)
    set_state(walk, "deleted")
    make_activity(
        ana, started_at=NOON + timedelta(days=1), count=20, intensity=LIGHT, duration_s=60
    )

    recompute(ana, [TODAY, TOMORROW], now=NOON + 2 * MINUTE)

    assert shown(table(ana, "weekly")) == [(1, ana, 20), (2, ben, 20)]
    assert shown(table(ana)) == [(1, ben, 20)]
    assert list(service.check(now=NOON + 2 * MINUTE)) == []


def test_of_totals_reached_together_more_active_days_rank_higher_then_the_smaller_id():
    ana, ben, cem = sorted(join() for _ in range(3))
    earn(cem, 10, day_on=TODAY - timedelta(days=1))
    earn(cem, 10)
    for one in (ben, ana):
        earn(one, 20)
    assert [one.account_id for one in table(ana, "monthly").items] == [cem, ana, ben]
    assert [one.active_days for one in table(ana, "monthly").items] == [2, 1, 1]


def test_a_member_is_on_the_boards_of_their_tier_and_by_choice_of_open():
    ana, ben, cem = join(), join(is_in_open=True), join("OPEN")
    for one, points in ((ana, 10), (ben, 20), (cem, 30)):
        earn(one, points)
    assert shown(table(ana)) == [(1, ben, 20), (2, ana, 10)]
    assert shown(table(cem)) == [(1, cem, 30), (2, ben, 20)]
    assert table(cem, tier_code=TIER).member_count == 2


def test_a_move_takes_the_place_of_running_periods_along():
    ana, ben = join(), join(OTHER_TIER)
    earn(ana, 10)
    earn(ben, 5)
    move(ana, OTHER_TIER, is_in_open=True)
    for kind in ("daily", "weekly", "monthly", "alltime"):
        assert shown(table(ben, kind)) == [(1, ana, 10), (2, ben, 5)]
        assert shown(table(ben, kind, tier_code="OPEN")) == [(1, ana, 10)]
        assert table(ben, kind, tier_code=TIER).member_count == 0


def test_a_frozen_period_keeps_its_board_and_its_points():
    ana = join()
    earn(ana, 10)
    later = NOON + timedelta(days=3)
    move(ana, OTHER_TIER, now=later)
    earn(ana, 5, now=later)
    daily = table(ana, day_on=TODAY, now=later)
    assert (daily.tier_code, daily.span.is_final, shown(daily)) == (TIER, True, [(1, ana, 10)])
    weekly = table(ana, "weekly", day_on=TODAY, now=later)
    assert (weekly.tier_code, weekly.span.is_final, shown(weekly)) == (
        OTHER_TIER,
        False,
        [(1, ana, 15)],
    )


def test_moves_back_and_forth_are_noted_once_a_day():
    ana = join()
    earn(ana, 10)
    for hour in range(20):
        move(ana, (TIER, OTHER_TIER)[hour % 2], now=NOON + timedelta(hours=hour, minutes=1))
    assert count("board_moves") <= 3
    assert list(service.check(now=NOON + timedelta(days=1))) == []
