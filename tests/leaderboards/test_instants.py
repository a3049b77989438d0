"""What happens at the very instant that something is frozen, posted or moved, and around it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from fittrack.leaderboards import service
from fittrack.leaderboards.calendar import period_of
from fittrack.leaderboards.models import Period
from fittrack.leaderboards.steps import calendar
from tests.factories_points import NOON, execute
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

DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)
INSTANT = timedelta(microseconds=1)
FROZEN_AT = datetime(2026, 6, 18, 4, tzinfo=UTC)  # 48 h after midnight in New York


def daily_of_today(viewer_id: str, tier_code: str = TIER) -> list[tuple[int, str | None, int]]:
    """Return a board of TODAY long after it was frozen, which must be what the ledger says."""
    later = NOON + 40 * DAY
    assert list(service.check(now=later)) == []
    return shown(table(viewer_id, tier_code=tier_code, day_on=TODAY, now=later))


@pytest.mark.usefixtures("database")
class TestOnBoards:
    def test_an_award_counts_until_the_instant_of_freezing(self):
        ana = join()
        earn(ana, 10, now=FROZEN_AT - INSTANT)
        earn(ana, 5, now=FROZEN_AT)
        assert daily_of_today(ana) == [(1, ana, 10)]
        assert own(ana, "weekly", now=FROZEN_AT).points == 15

    def test_a_correction_counts_until_the_instant_of_freezing(self):
        ana = join()
        first, second = earn(ana, 10), earn(ana, 5)
        lose(ana, first, now=FROZEN_AT - INSTANT)
        lose(ana, second, now=FROZEN_AT)
        assert daily_of_today(ana) == [(1, ana, 5)]
        assert own(ana, "alltime", now=FROZEN_AT).rank is None

    @pytest.mark.parametrize(("at", "tier"), [(FROZEN_AT - INSTANT, OTHER_TIER), (FROZEN_AT, TIER)])
    def test_a_move_takes_places_along_until_the_instant_of_freezing(self, at, tier):
        ana = join()
        earn(ana, 10)
        move(ana, OTHER_TIER, now=at)
        assert daily_of_today(ana, tier) == [(1, ana, 10)]

    def test_moves_of_one_instant_count_in_their_order(self):
        ana = join()
        earn(ana, 10)
        for tier in (OTHER_TIER, "OPEN", OTHER_TIER, "OPEN"):
            move(ana, tier, now=FROZEN_AT - 2 * DAY)
        assert daily_of_today(ana, "OPEN") == [(1, ana, 10)]

    def test_a_board_keeps_the_move_between_two_freezings(self):
        ana = join()
        earn(ana, 10)
        move(ana, OTHER_TIER, now=NOON + HOUR)
        move(ana, "OPEN", now=NOON + 5 * DAY)
        move(ana, TIER, now=NOON + 9 * DAY)
        assert daily_of_today(ana, OTHER_TIER) == [(1, ana, 10)]

    @pytest.mark.parametrize("later", [HOUR, 5 * DAY])
    def test_days_before_the_first_note_of_a_member_are_on_the_first_board(self, later):
        ana = join()
        earn(ana, 10)
        for name in ("standings", "board_buckets", "board_moves", "board_members"):
            execute(f"DELETE FROM {name}")
        service.rebuild(now=NOON + 10 * DAY, progress=lambda _: None)
        move(ana, OTHER_TIER, now=NOON + 10 * DAY + later)
        assert daily_of_today(ana, TIER) == [(1, ana, 10)]

    def test_a_total_that_stands_again_at_the_same_instant_was_never_less(self):
        ana, ben = join(), join()
        kept, fleeting = earn(ana, 10), earn(ana, 20)
        earn(ben, 30, now=NOON + MINUTE)
        lose(ana, fleeting, now=NOON + 2 * MINUTE)
        earn(ana, 20, now=NOON + 2 * MINUTE)
        assert kept
        assert daily_of_today(ana) == [(1, ana, 30), (2, ben, 30)]

    def test_a_clock_that_is_slow_counts_as_that_of_the_award_before(self):
        ana, ben = join(), join()
        earn(ana, 10, now=NOON + 2 * MINUTE)
        earn(ben, 30, now=NOON + MINUTE)
        earn(ana, 20, now=NOON)
        assert daily_of_today(ben) == [(1, ben, 30), (2, ana, 30)]

    def test_a_slow_clock_does_not_thaw_what_was_frozen(self):
        ana = join()
        earn(ana, 10)
        earn(ana, 5, day_on=TODAY + DAY, now=FROZEN_AT)
        earn(ana, 7, now=FROZEN_AT - MINUTE)
        assert daily_of_today(ana) == [(1, ana, 10)]

    def test_midnight_over_the_year_parts_days_weeks_and_months(self):
        ana = join()
        new_year_at = datetime(2027, 1, 1, 5, tzinfo=UTC)
        for day_on, points in ((date(2026, 12, 31), 10), (date(2027, 1, 1), 20)):
            earn(ana, points, day_on=day_on, now=new_year_at)
        found = {
            kind: own(ana, kind, now=new_year_at).points
            for kind in ("daily", "weekly", "monthly", "alltime")
        }
        assert found == {"daily": 20, "weekly": 30, "monthly": 20, "alltime": 30}


@pytest.mark.parametrize(
    ("kind", "day_on", "starts_on", "frozen_at"),
    [
        ("daily", date(2026, 3, 8), date(2026, 3, 8), "2026-03-11T04:00"),  # 23 hours
        ("daily", date(2026, 11, 1), date(2026, 11, 1), "2026-11-04T05:00"),  # 25 hours
        ("daily", date(2026, 10, 30), date(2026, 10, 30), "2026-11-02T04:00"),  # 48 h, not 2 days
        ("weekly", date(2027, 1, 3), date(2026, 12, 28), "2027-01-06T05:00"),
        ("weekly", date(2026, 12, 28), date(2026, 12, 28), "2027-01-06T05:00"),
        ("monthly", date(2028, 2, 29), date(2028, 2, 1), "2028-03-03T05:00"),
        ("monthly", date(2026, 2, 1), date(2026, 2, 1), "2026-03-03T05:00"),
        ("monthly", date(2026, 12, 31), date(2026, 12, 1), "2027-01-03T05:00"),
    ],
)
def test_periods_have_their_calendars_ends(settings, kind, day_on, starts_on, frozen_at):
    period = period_of(kind, day_on)
    assert period == Period(kind, starts_on)
    freezes_at = calendar().freezes_at(period)
    assert freezes_at == datetime.fromisoformat(frozen_at).replace(tzinfo=UTC)


def test_all_time_is_never_frozen(settings):
    assert calendar().freezes_at(period_of("alltime", TODAY)) is None
