"""The run of active days and its freezes."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from fittrack.points.streaks import runs_of

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
