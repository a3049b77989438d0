"""Fitness, fatigue and form."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fittrack.activities.analysis.load import load_days

FIRST_ON = date(2026, 1, 1)


def after(days: int) -> date:
    return FIRST_ON + timedelta(days=days)


def test_one_load_of_a_hundred_raises_fitness_by_a_42nd_and_fatigue_by_a_7th():
    (day,) = load_days({FIRST_ON: 100.0}, FIRST_ON, FIRST_ON)

    assert day.fitness == pytest.approx(100 / 42)
    assert day.fatigue == pytest.approx(100 / 7)
    assert day.form == 0


def test_form_is_what_the_day_before_left():
    first, second = load_days({FIRST_ON: 100.0}, FIRST_ON, after(1))

    assert second.form == pytest.approx(first.fitness - first.fatigue)
    assert second.fitness == pytest.approx(100 / 42 * 41 / 42)
    assert second.fatigue == pytest.approx(100 / 7 * 6 / 7)


def test_42_even_days_bring_fitness_to_63_percent():
    *_, last = load_days({after(day): 100.0 for day in range(42)}, FIRST_ON, after(41))

    assert last.fitness == pytest.approx(100 * (1 - (41 / 42) ** 42))
    assert last.fitness == pytest.approx(63.7, abs=0.1)
    assert last.fatigue == pytest.approx(99.8, abs=0.1)


def test_rest_brings_form():
    days = list(load_days({after(day): 100.0 for day in range(60)}, after(60), after(74)))

    assert days[0].form < 0 < days[-1].form


def test_no_load_is_no_fitness():
    assert [day.fitness for day in load_days({}, FIRST_ON, after(2))] == [0, 0, 0]


@given(
    st.dictionaries(st.integers(0, 400), st.floats(0, 500)),
    st.integers(0, 400),
    st.integers(0, 30),
)
def test_a_day_is_the_same_wherever_the_asking_begins(loads, since, days):
    by_day = {after(day): load for day, load in loads.items()}

    whole = list(load_days(by_day, FIRST_ON, after(since + days)))[since:]
    part = list(load_days(by_day, after(since), after(since + days)))

    assert len(part) == days + 1
    for one, other in zip(whole, part, strict=True):
        assert one.day_on == other.day_on
        assert one.load == other.load
        assert (one.fitness, one.fatigue, one.form) == pytest.approx(
            (other.fitness, other.fatigue, other.form)
        )


def test_days_after_those_that_are_asked_for_change_nothing():
    before = {FIRST_ON: 80.0, after(3): 40.0}

    asked = list(load_days({**before, after(9): 500.0}, FIRST_ON, after(5)))

    assert asked == list(load_days(before, FIRST_ON, after(5)))
