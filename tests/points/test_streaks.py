"""The run of active days and its freezes."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from fittrack.points.streaks import run_on, runs_of, streak_on

FIRST = date(2026, 1, 1)


def runs(*minutes: int) -> list[int]:
    """Return the runs of days in a row from the first of January on."""
    days = {FIRST + timedelta(days=n): given for n, given in enumerate(minutes)}
    return [run for _, run in sorted(runs_of(days).items())]


def test_a_day_is_active_from_30_minutes_on():
    assert runs(30, 29, 30) == [1, 0, 1]


def test_a_run_grows_day_by_day_and_breaks_with_a_missed_one():
    assert runs(40, 40, 40, 0, 40, 40) == [1, 2, 3, 0, 1, 2]


def test_days_that_are_not_known_were_missed():
    days = {FIRST: 40, FIRST + timedelta(days=2): 40}

    assert list(runs_of(days).values()) == [1, 1]


def test_a_freeze_is_earned_with_the_30th_active_day_and_keeps_the_run():
    assert runs(*[30] * 29, 0, 30)[-1] == 1
    assert runs(*[30] * 30, 0, 30)[-3:] == [30, 0, 31]


def test_a_freeze_is_spent_once():
    assert runs(*[30] * 30, 0, 30, 0, 30)[-1] == 1


def test_two_freezes_cover_two_missed_days():
    assert runs(*[30] * 60, 0, 0, 30)[-1] == 61
    assert runs(*[30] * 60, 0, 0, 0, 30)[-1] == 1


def test_freezes_that_could_not_save_a_run_are_gone():
    assert runs(*[30] * 30, 0, 0, 30, 0, 30)[-1] == 1


def test_active_days_of_broken_runs_earn_freezes_too():
    broken = [30] * 15 + [0] + [30] * 15

    assert runs(*broken, 0, 30)[-1] == 16


def test_no_activity_no_run():
    assert runs_of({}) == {}
    assert runs(0, 0) == [0, 0]


@given(st.lists(st.sampled_from([0, 30]), max_size=120), st.randoms())
def test_the_order_in_which_days_become_known_does_not_matter(minutes, random):
    days = [(FIRST + timedelta(days=n), given) for n, given in enumerate(minutes)]
    expected = runs_of(dict(days))
    random.shuffle(days)

    assert runs_of(dict(days)) == expected


@given(st.lists(st.sampled_from([0, 30]), max_size=120))
def test_a_run_is_never_longer_than_the_active_days_so_far(minutes):
    active = 0
    for run, given_minutes in zip(runs(*minutes), minutes, strict=True):
        active += given_minutes == 30
        assert 0 <= run <= active
        assert (run > 0) == (given_minutes == 30)


def streak(*minutes: int, today: int | None = None):
    """Return the streak of days in a row from Thursday, the first of January, on."""
    days = {FIRST + timedelta(days=n): given for n, given in enumerate(minutes)}
    return streak_on(FIRST + timedelta(days=len(minutes) - 1 if today is None else today), days)


def week_of(found) -> str:
    return " ".join(day.state for day in found.week)


def test_a_day_that_is_not_over_breaks_nothing():
    found = streak(30, 30, 30, 12)

    assert (found.current_days, found.longest_days) == (3, 3)
    assert (found.active_minutes_today, found.missing_minutes_today) == (12, 18)
    assert week_of(found) == "missed missed missed active active active to_come"


def test_once_today_is_active_nothing_is_missing():
    found = streak(30, 30, 30, 31)

    assert (found.current_days, found.missing_minutes_today) == (4, 0)
    assert week_of(found).endswith("active active active active")


def test_a_missed_yesterday_ends_the_run_without_a_freeze():
    found = streak(30, 30, 30, 0, 0)

    assert (found.current_days, found.longest_days) == (0, 3)
    assert week_of(found) == "to_come to_come to_come to_come to_come to_come to_come"


def test_a_missed_yesterday_is_frozen_while_there_is_a_freeze():
    before = streak(*[30] * 33, today=32)
    found = streak(*[30] * 33, 0, 0)

    assert (before.freezes_left, found.freezes_left) == (1, 0)
    assert (found.current_days, found.longest_days) == (33, 33)
    assert week_of(found) == "active frozen to_come to_come to_come to_come to_come"


def test_a_freeze_that_did_not_suffice_is_shown_where_it_was_spent():
    found = streak(*[30] * 33, 0, 0, 0)

    assert (found.current_days, found.freezes_left) == (0, 0)
    assert week_of(found) == "active frozen missed to_come to_come to_come to_come"


def test_without_any_day_there_is_no_streak():
    found = streak_on(FIRST, {})

    assert (found.current_days, found.longest_days, found.freezes_left) == (0, 0, 0)
    assert (found.missing_minutes_today, week_of(found).split()[3]) == (30, "to_come")


def test_days_after_today_change_nothing():
    assert streak(30, 30, 30, 30, today=1) == streak(30, 30)


@given(st.lists(st.sampled_from([0, 12, 30]), min_size=1, max_size=150))
def test_an_active_today_goes_on_with_the_streak(minutes):
    """What the streak says before today's minutes is what the runs say after them."""
    days = {FIRST + timedelta(days=n): given for n, given in enumerate(minutes)}
    today = FIRST + timedelta(days=len(minutes))

    found = streak_on(today, days)

    assert runs_of({**days, today: 30})[today] == found.current_days + 1
    assert found.current_days == run_on(today, days).run_days
    assert found.longest_days == max(runs_of(days).values())
    assert 0 <= found.freezes_left <= sum(given == 30 for given in minutes) // 30


@given(st.lists(st.sampled_from([0, 30]), min_size=1, max_size=150))
def test_what_is_kept_today_is_what_the_run_is_tomorrow(minutes):
    """A run goes on overnight if today is active or a freeze is left, and else never."""
    days = {FIRST + timedelta(days=n): given for n, given in enumerate(minutes)}
    today = FIRST + timedelta(days=len(minutes) - 1)

    now, tomorrow = streak_on(today, days), streak_on(today + timedelta(days=1), days)

    is_kept = now.missing_minutes_today == 0 or now.freezes_left > 0
    assert tomorrow.current_days == (now.current_days if is_kept else 0)
