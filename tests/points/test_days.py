"""Recomputed days: the award, its receipt, and the differences that the ledger gets."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from fittrack import db
from fittrack.pagination import Cursor
from fittrack.points import repository, service
from fittrack.points.audit import audit_ledger
from tests.factories_points import (
    LIGHT,
    NOON,
    balance_of,
    execute,
    give_points,
    make_activity,
    make_member,
    recompute,
    set_state,
    store_minutes,
)

TODAY = date(2026, 6, 15)
DAY = timedelta(days=1)


@pytest.fixture
def ana(database):
    return make_member()


def awarded(account_id: str, day_on: date = TODAY) -> int:
    return service.get_day(account_id=account_id, day_on=day_on).awarded_points


def line(account_id: str, rule: str, day_on: date = TODAY) -> dict:
    lines = service.get_day(account_id=account_id, day_on=day_on).lines
    return next(line for line in lines if line["rule"] == rule)


def statement(account_id: str) -> list[tuple[str, int, int]]:
    page = service.list_transactions(
        account_id=account_id,
        kind=None,
        from_on=None,
        to_on=None,
        cursor=Cursor("points_transactions"),
        limit=100,
    )
    return [(item.kind, item.amount_points, item.debt_change_points) for item in page.items]


def test_a_repeated_recompute_changes_nothing(ana):
    make_activity(ana, count=30)

    for _ in range(3):
        recompute(ana, [TODAY, TODAY])

    assert statement(ana) == [("award", 110, 0)]


def test_the_ledger_gets_the_difference_when_more_comes_in(ana):
    make_activity(ana, count=30)
    recompute(ana, [TODAY])
    make_activity(ana, started_at=NOON + timedelta(hours=2), count=10)
    recompute(ana, [TODAY])

    assert statement(ana) == [("award", 20, 0), ("award", 110, 0)]
    assert balance_of(ana) == awarded(ana) == 130


@pytest.mark.parametrize("state", ["held", "rejected", "deleted"])
def test_what_is_not_accepted_earns_nothing(ana, state):
    walk = make_activity(ana, count=30)
    recompute(ana, [TODAY])
    set_state(walk, state)
    recompute(ana, [TODAY])

    assert statement(ana) == [("award_correction", -110, 0), ("award", 110, 0)]
    assert awarded(ana) == balance_of(ana) == 0


def test_a_held_activity_earns_once_it_is_accepted(ana):
    walk = make_activity(ana, count=30, state="held")
    recompute(ana, [TODAY])
    assert balance_of(ana) == 0

    set_state(walk, "accepted")
    recompute(ana, [TODAY])

    assert balance_of(ana) == 110


def test_a_duplicate_earns_nothing_until_the_preferred_one_is_gone(ana):
    preferred = make_activity(ana, count=30)
    make_activity(ana, count=40, duplicate_of_id=preferred)
    recompute(ana, [TODAY])
    assert balance_of(ana) == 110

    set_state(preferred, "deleted")
    execute("UPDATE activities SET duplicate_of_id = NULL")
    recompute(ana, [TODAY])

    assert balance_of(ana) == 130


def test_a_workout_over_midnight_gives_minutes_to_both_days_and_its_bonus_to_the_first(ana):
    late = datetime(2026, 6, 16, 3, 40, tzinfo=UTC)  # 23:40 in New York
    make_activity(ana, started_at=late, count=60)

    recompute(ana, [TODAY, TODAY + DAY])

    assert (awarded(ana), awarded(ana, TODAY + DAY)) == (20 * 2 + 50, 40 * 2)


def test_a_correction_takes_what_there_is_and_books_the_rest_as_debt(ana):
    walk = make_activity(ana, count=30)
    recompute(ana, [TODAY])
    _spend(ana, 80)
    set_state(walk, "deleted")
    recompute(ana, [TODAY])

    balance = service.get_balance(account_id=ana)
    assert (balance.balance_points, balance.debt_points) == (0, 80)
    assert balance.debt_reason is not None
    assert "2026-06-15" in balance.debt_reason
    assert statement(ana)[0] == ("award_correction", -30, 80)


def test_later_awards_pay_the_debt_first(ana):
    walk = make_activity(ana, count=30)
    recompute(ana, [TODAY])
    _spend(ana, 80)
    set_state(walk, "deleted")
    make_activity(ana, started_at=NOON + DAY, count=10)
    recompute(ana, [TODAY, TODAY + DAY])
    make_activity(ana, started_at=NOON + 2 * DAY, count=30)
    recompute(ana, [TODAY + 2 * DAY])

    balance = service.get_balance(account_id=ana)
    assert (balance.balance_points, balance.debt_points, balance.debt_reason) == (50, 0, None)
    assert statement(ana)[:2] == [("award", 50, -60), ("award", 0, -20)]
    assert audit_ledger(now=NOON, is_deep=True).findings.counts == {"purchase_entry": 1}


def _spend(account_id: str, points: int) -> None:
    with db.transaction("spend") as tx:
        service.spend(tx, account_id, points, reference_id="r", description="d", now=NOON)


def test_the_seventh_active_day_in_a_row_earns_the_streak(ana):
    week = _a_week_of_walks(ana)

    recompute(ana, week)

    assert [line(ana, "weekly_streak", day)["awarded_points"] for day in week] == [0] * 6 + [250]


def test_a_late_sync_completes_a_streak_on_a_later_day(ana):
    week = _a_week_of_walks(ana, without=3)
    recompute(ana, week)
    assert line(ana, "weekly_streak", week[6])["awarded_points"] == 0

    make_activity(ana, started_at=NOON + 3 * DAY, count=30)
    recompute(ana, [week[3]])

    assert line(ana, "weekly_streak", week[6])["awarded_points"] == 250
    assert line(ana, "weekly_streak", week[5])["input"] == {"run_days": 6}


def test_a_deleted_day_takes_the_streak_of_a_later_day_back(ana):
    week = _a_week_of_walks(ana)
    recompute(ana, week)
    execute("UPDATE activities SET state = 'deleted' WHERE day_on = ?", str(week[2]))

    recompute(ana, [week[2]])

    assert line(ana, "weekly_streak", week[6])["awarded_points"] == 0
    assert statement(ana)[0] == ("award_correction", -250, 0)


def test_manual_entries_never_make_a_streak(ana):
    for n in range(7):
        make_activity(ana, started_at=NOON + n * DAY, count=60, source_kind="manual")
    recompute(ana, [TODAY + n * DAY for n in range(7)])

    last = service.get_day(account_id=ana, day_on=TODAY + 6 * DAY)
    assert (last.awarded_points, last.is_active_day, last.run_days) == (100, False, 0)


def _a_week_of_walks(account_id: str, *, without: int | None = None) -> list[date]:
    for n in range(7):
        if n != without:
            make_activity(account_id, started_at=NOON + n * DAY, count=30)
    return [TODAY + n * DAY for n in range(7)]


def test_days_of_23_and_25_hours_keep_their_minutes(ana):
    for start in (datetime(2026, 3, 8, 5, tzinfo=UTC), datetime(2026, 11, 1, 4, tzinfo=UTC)):
        make_activity(ana, started_at=start, count=26 * 60, intensity=LIGHT, type="active_minutes")
    short, long = date(2026, 3, 8), date(2026, 11, 1)
    recompute(ana, [short, short + DAY, long, long + DAY])

    assert line(ana, "light_minutes", short)["input"] == {"minutes": 23 * 60}
    assert line(ana, "light_minutes", short + DAY)["input"] == {"minutes": 180}
    assert line(ana, "light_minutes", long)["input"] == {"minutes": 25 * 60}
    assert line(ana, "light_minutes", long + DAY)["input"] == {"minutes": 60}
    assert awarded(ana, long) == 1_000


@pytest.mark.parametrize(
    ("first_on", "midnight"),
    [
        (date(2026, 12, 31), datetime(2027, 1, 1, 5, tzinfo=UTC)),
        (date(2028, 2, 28), datetime(2028, 2, 29, 5, tzinfo=UTC)),
        (date(2028, 2, 29), datetime(2028, 3, 1, 5, tzinfo=UTC)),
    ],
    ids=["year end", "into 29 February", "out of 29 February"],
)
def test_a_run_goes_on_over_odd_midnights(ana, first_on, midnight):
    for n in range(7):
        if n > 1:
            make_activity(ana, started_at=midnight + n * DAY - timedelta(hours=10), count=30)
    make_activity(ana, started_at=midnight - timedelta(minutes=30), count=60)

    recompute(ana, [first_on + n * DAY for n in range(7)])

    assert (awarded(ana, first_on), awarded(ana, first_on + DAY)) == (30 * 2 + 50, 30 * 2)
    last = line(ana, "weekly_streak", first_on + 6 * DAY)
    assert (last["input"], last["awarded_points"]) == ({"run_days": 7}, 250)


def test_a_birthday_on_29_february_counts_from_1_march(database):
    leap = make_member(born_on=date(1988, 2, 29), max_hr_bpm=None)
    # 70 % of 208 - 0.7 x 37 is 127.47 bpm, of a year later 126.98.
    for at in (datetime(2026, 2, 28, 17, tzinfo=UTC), datetime(2026, 3, 1, 17, tzinfo=UTC)):
        make_activity(leap, started_at=at, count=10, hr_bpm=127)
    recompute(leap, [date(2026, 2, 28), date(2026, 3, 1)])

    assert [awarded(leap, day) for day in (date(2026, 2, 28), date(2026, 3, 1))] == [20, 30]


def test_a_deletion_after_the_points_are_spent_leaves_debt_and_no_hole(ana):
    walk = make_activity(ana, count=30)
    recompute(ana, [TODAY])
    _spend(ana, 110)
    set_state(walk, "deleted")
    recompute(ana, [TODAY])
    set_state(walk, "accepted")
    recompute(ana, [TODAY])

    balance = service.get_balance(account_id=ana)
    assert (balance.balance_points, balance.debt_points) == (0, 0)
    assert set(audit_ledger(now=NOON, is_deep=True).findings.counts) == {"purchase_entry"}


def test_a_member_without_a_profile_earns_by_the_formula(database):
    ana = make_member(born_on=date(1986, 1, 1), max_hr_bpm=None)
    execute("DELETE FROM profiles")
    make_activity(ana, count=10, intensity=LIGHT, hr_bpm=127)  # above 70 % of 208 - 0.7 x 40
    make_activity(ana, started_at=NOON + DAY, count=10, intensity=LIGHT, hr_bpm=126)
    recompute(ana, [TODAY, TODAY + DAY])

    assert (awarded(ana), awarded(ana, TODAY + DAY)) == (30, 20)


def test_a_new_maximum_heart_rate_holds_from_its_day_on(ana):
    for n in range(3):
        make_activity(ana, started_at=NOON + n * DAY, count=10, hr_bpm=139)
    days_of_three = [TODAY, TODAY + DAY, TODAY + 2 * DAY]
    recompute(ana, days_of_three)
    assert [awarded(ana, day) for day in days_of_three] == [20, 20, 20]

    for before, after in ((200, 180), (180, 190)):
        execute("UPDATE profiles SET max_hr_bpm = ?", after)
        with db.transaction("change_profile") as tx:
            service.change_max_hr(tx, ana, before_bpm=before, after_bpm=after, now=NOON + DAY)
    recompute(ana, days_of_three)

    assert [awarded(ana, day) for day in days_of_three] == [20, 30, 30]


def test_days_that_a_wrong_clock_made_follow_a_new_maximum_heart_rate(ana):
    make_activity(ana, started_at=NOON + DAY, count=10, hr_bpm=139)
    recompute(ana, [TODAY + DAY])
    execute("UPDATE profiles SET max_hr_bpm = 180")

    with db.transaction("change_profile") as tx:
        service.change_max_hr(tx, ana, before_bpm=200, after_bpm=180, now=NOON)

    assert awarded(ana, TODAY + DAY) == 30
    assert audit_ledger(now=NOON, is_deep=True).is_clean


def test_an_erased_member_keeps_the_awards(ana):
    make_activity(ana, count=30)
    recompute(ana, [TODAY])
    execute("DELETE FROM activity_minutes")
    execute("UPDATE accounts SET status = 'erased', date_of_birth_on = NULL")

    recompute(ana, [TODAY])

    assert awarded(ana) == balance_of(ana) == 110
    assert "day_recomputed" not in audit_ledger(now=NOON, is_deep=True).findings.counts


def test_nothing_is_stored_for_days_on_which_nothing_happened(ana):
    recompute(ana, [TODAY + n * DAY for n in range(400)])

    with db.reading("check") as tx:
        assert repository.list_day_states(tx, ana) == []


def test_who_is_unknown_gets_no_points(database):
    with pytest.raises(db.errors.ForeignKey):
        recompute("0" * 36, [TODAY])


def test_many_days_take_no_more_queries_than_one(ana, database):
    for n in range(40):
        make_activity(ana, started_at=NOON + n * DAY, count=10)
    seen: list[str] = []
    database.raw().set_trace_callback(seen.append)

    recompute(ana, [TODAY])
    one = sum(text.startswith("SELECT") and "ledger" not in text for text in seen)
    seen.clear()
    recompute(ana, [TODAY + n * DAY for n in range(1, 40)])
    many = sum(text.startswith("SELECT") and "ledger" not in text for text in seen)

    # The first award of all looks once more at whose it is, for the boards.
    assert one - 1 <= many <= one


def test_minutes_that_arrive_later_for_an_activity_count_too(ana):
    walk = make_activity(ana, duration_s=1_800)
    recompute(ana, [TODAY])
    store_minutes(walk, ana, [(int(NOON.timestamp()) // 60, 190, LIGHT)])
    recompute(ana, [TODAY])

    assert awarded(ana) == 50 + 3


def test_an_upward_adjustment_pays_debt_and_a_downward_one_makes_it(ana):
    give_points(ana, 10)
    give_points(ana, -30)
    give_points(ana, 25)

    assert statement(ana) == [
        ("adjustment", 5, -20),
        ("adjustment", -10, 20),
        ("adjustment", 10, 0),
    ]
