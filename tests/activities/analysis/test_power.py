"""Normalised power, intensity and stress."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fittrack.activities.analysis.course import clock_of
from fittrack.activities.analysis.power import (
    intensity_factor,
    normalised_power_w,
    power_totals,
    threshold_power_w,
    training_stress,
)
from tests.activities.analysis.makers import samples_of

A_SECOND = 1000


def a_second_each(watts):
    return normalised_power_w([A_SECOND] * len(watts), watts)


def by_the_book(watts):
    """Allen and Coggan's four steps, on one value a second."""
    means = [sum(watts[at - 30 : at]) / 30 for at in range(30, len(watts) + 1)]
    return (sum(mean**4 for mean in means) / len(means)) ** 0.25


def test_an_even_power_is_its_own_normalised_power():
    assert a_second_each([200] * 3600) == pytest.approx(200)


def test_an_hour_at_threshold_is_a_hundred():
    assert training_stress(3600, 250, 250) == pytest.approx(100)
    assert intensity_factor(250, 250) == 1


def test_two_hours_at_three_quarters_are_a_hundred_and_twelve_and_a_half():
    assert training_stress(7200, 0.75 * 280, 280) == pytest.approx(112.5)


def test_threshold_is_95_percent_of_the_best_twenty_minutes():
    assert threshold_power_w(300) == pytest.approx(285)


def test_intervals_weigh_more_than_their_mean():
    watts = ([400] * 60 + [100] * 60) * 15

    normalised = a_second_each(watts)

    assert normalised == pytest.approx(by_the_book(watts))
    assert normalised > 290 > sum(watts) / len(watts)


@settings(deadline=None)
@given(st.lists(st.integers(0, 1500), min_size=30, max_size=200))
def test_one_value_a_second_gives_what_the_book_says(watts):
    assert a_second_each(watts) == pytest.approx(by_the_book(watts), abs=0.01)


@settings(deadline=None)
@given(
    st.lists(st.integers(0, 1500), min_size=1, max_size=300),
    st.integers(0, 1500),
)
def test_normalised_power_is_never_below_the_mean(watts, at_ends):
    # Level ends of a window's length, so that none of the work is out of every window's reach.
    mean = round(sum(watts) / len(watts))
    level = [mean] * 60 + watts + [mean] * 60

    assert a_second_each(level) >= sum(level) / len(level) - 1


def test_less_than_thirty_seconds_have_no_normalised_power():
    assert a_second_each([200] * 29) is None
    assert normalised_power_w([], []) is None


def test_a_slow_sampler_gives_what_a_fast_one_gives():
    fast = ([300] * 120 + [150] * 120) * 5
    slow = ([300] * 24 + [150] * 24) * 5

    found = normalised_power_w([5 * A_SECOND] * len(slow), slow)

    assert found == pytest.approx(a_second_each(fast), rel=0.01)


def test_a_pause_is_left_out_of_mean_and_time():
    at_s = [*range(301), *range(320, 621)]
    samples = samples_of(at_s, power_w=[200] * 602, breaks=(301,))

    totals = power_totals(samples, clock_of(samples))

    assert totals.powered_ms == 600_000
    assert totals.mean_w == 200
    assert totals.normalised_w == pytest.approx(200)


def test_a_gap_of_more_than_a_minute_is_left_out():
    at_s = [*range(301), *range(900, 1201)]
    samples = samples_of(at_s, power_w=[200] * 602)

    assert power_totals(samples, clock_of(samples)).powered_ms == 600_000


def test_without_power_there_is_none():
    rolling = samples_of(range(60), power_w=[0] * 60)

    assert power_totals(rolling, clock_of(rolling)) is None
    assert power_totals(samples_of([0, 1]), [0, 1000]) is None
