"""The clock and the way under splits and efforts."""

from __future__ import annotations

import pytest
from hypothesis import given, settings

from fittrack.activities.analysis.course import clock_of, course_of, interpolated
from tests.activities.analysis.makers import counted, samples_of, walks
from tests.activities.test_metrics import northward


def clock_s(at_s):
    return [ms / 1000 for ms in clock_of(samples_of(at_s))]


def test_a_clock_that_scatters_stands_still_until_it_is_where_it_was():
    assert clock_s([0, 4, 1, 5, 2, 6]) == [0, 4, 4, 5, 5, 6]


def test_a_clock_that_is_set_back_goes_on_from_there():
    assert clock_s([0, 10, 10 - 86_400, 20 - 86_400]) == [0, 10, 10, 20]


def test_no_samples_have_no_clock():
    assert clock_s([]) == []


def test_a_counter_that_goes_on_in_a_pause_has_covered_that():
    course = course_of(counted([0, 25, 50, 75], [0, 30, 90, 120], breaks=(2,)), sport="swimming")

    assert course.length_m == 75
    assert course.moving_ms[-1] == 60_000


def test_a_way_between_positions_stops_at_a_pause():
    course = course_of(northward([0, 3, 500, 503], breaks=(2,)), sport="running")

    assert course.length_m == pytest.approx(6, abs=0.1)


def test_a_leap_after_a_pause_was_not_covered_in_it():
    course = course_of(northward([0, 3, 3, 103], [0, 1, 300, 301], breaks=(2,)), sport="running")

    assert course.length_m == pytest.approx(3, abs=0.1)


def test_a_counter_that_tells_the_way_seldom_was_as_fast_before():
    seldom = [0] * 40 + [25] * 40 + [50]

    course = course_of(counted(seldom), sport="swimming")

    assert course.length_m == 50
    assert interpolated(course.node_ms, course.way_m, 60_000) == pytest.approx(37.5)
    assert course.moving_ms[-1] == 80_000


def test_a_counter_that_falls_back_counts_nothing_twice():
    course = course_of(counted([0, 10, 5, 10, 15]), sport="running")

    assert course.length_m == 15


def test_two_samples_of_one_instant_lose_no_way():
    course = course_of(counted([0, 3, 5, 6], [0, 1, 1, 2]), sport="running")

    assert course.length_m == 6


def test_speed_alone_makes_a_way():
    course = course_of(samples_of([0, 1, 2, 3], speed_mmps=[3000] * 4), sport="running")

    assert course.length_m == 9


def test_speed_over_a_clock_that_scatters_counts_each_moment_once():
    samples = samples_of([0, 1, 0.5, 1.5, 2.5], speed_mmps=[3000] * 5)

    assert course_of(samples, sport="running").length_m == 7.5


def test_speed_over_a_clock_that_is_set_back_covers_no_way_back():
    a_day_s = 86_400
    samples = samples_of([0, 1, 1 - a_day_s, 2 - a_day_s], speed_mmps=[3000] * 4)

    way_m = course_of(samples, sport="running").way_m

    assert list(way_m) == sorted(way_m)


def test_a_step_of_more_than_an_hour_is_no_moving_time():
    course = course_of(counted([0, 3, 10_000], [0, 1, 3700]), sport="running")

    assert course.moving_ms[-1] == 1000
    assert course.length_m == 10_000


@settings(deadline=None)
@given(walks())
def test_nothing_runs_back_and_moving_takes_no_longer_than_it_took(samples):
    course = course_of(samples, sport="cycling")

    for column in (course.clock_ms, course.node_ms, course.way_m, course.moving_ms):
        assert list(column) == sorted(column)
    assert len(course.clock_ms) == len(samples)
    moving_ms, clock_ms = course.moving_ms or [0], course.clock_ms
    assert moving_ms[-1] <= clock_ms[-1]
    counted_m = (
        (max(samples.distance_cm) - samples.distance_cm[0]) / 100 if samples.distance_cm else 0
    )
    assert course.length_m <= counted_m + 1e-6
