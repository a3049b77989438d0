"""Heart-rate zones and the training impulse."""

from __future__ import annotations

from dataclasses import replace
from math import exp

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fittrack.activities.analysis.course import clock_of
from fittrack.activities.analysis.hearts import (
    Heart,
    heart_times,
    in_one_line,
    total_ms,
    training_impulse,
    zones,
)
from tests.activities.analysis.makers import samples_of, walks

MALE = Heart(200, 40, "male")
TIMES = st.dictionaries(st.integers(1, 254), st.integers(1, 10**7)).map(in_one_line)


def times_of(samples):
    return heart_times(samples, clock_of(samples))


def test_each_second_counts_for_its_heart_rate():
    samples = samples_of([0, 1, 2, 3, 4], hr_bpm=[90, 100, 100, None, 110])

    assert times_of(samples) == [100, 2000, *[0] * 9, 1000]


def test_gaps_and_pauses_count_for_no_heart_rate():
    samples = samples_of([0, 60, 121, 122, 123], hr_bpm=[100] * 5, breaks=(3,))

    assert times_of(samples) == [100, 61_000]


def test_a_clock_that_runs_back_adds_no_time():
    assert times_of(samples_of([0, 10, 5, 11], hr_bpm=[100] * 4)) == [100, 11_000]


def test_zones_begin_at_60_70_80_and_90_percent_of_the_maximum():
    times = in_one_line({119: 1, 120: 10, 140: 100, 160: 1000, 180: 10_000, 200: 100_000})

    found = zones(times, 200)

    assert [zone.milliseconds for zone in found] == [1, 10, 100, 1000, 110_000]
    assert [zone.from_bpm for zone in found] == [0, 120, 140, 160, 180]
    assert [zone.to_bpm for zone in found] == [120, 140, 160, 180, None]


@given(TIMES, st.floats(100, 240))
def test_zones_add_up_to_all_of_the_time(times, max_hr_bpm):
    found = zones(times, max_hr_bpm)

    assert sum(zone.milliseconds for zone in found) == total_ms(times)


@settings(deadline=None)
@given(walks())
def test_no_more_time_has_a_heart_rate_than_passed(samples):
    clock_ms = clock_of(samples)

    assert total_ms(heart_times(samples, clock_ms)) <= clock_ms[-1]


def test_half_an_hour_at_130_is_32_for_a_man_of_40_to_200():
    # 30 x 0.5625 x 0.64 x e^(1.92 x 0.5625), the usual worked example of Banister's formula.
    assert training_impulse([130, 1_800_000], MALE) == pytest.approx(31.8, abs=0.05)


def test_an_hour_at_the_maximum_has_its_full_weight():
    hour = [200, 3_600_000]

    assert training_impulse(hour, MALE) == pytest.approx(60 * 0.64 * exp(1.92))
    female = replace(MALE, sex="female")
    assert training_impulse(hour, female) == pytest.approx(60 * 0.86 * exp(1.67))


def test_who_tells_no_sex_gets_the_mean_of_both():
    hour = [150, 3_600_000]
    man, woman, other = (
        training_impulse(hour, replace(MALE, sex=sex)) for sex in ("male", "female", None)
    )

    assert other == pytest.approx((man + woman) / 2)


def test_who_tells_no_resting_heart_rate_is_taken_to_have_60():
    hour = [150, 3_600_000]

    assumed = training_impulse(hour, replace(MALE, resting_hr_bpm=None))

    assert assumed == training_impulse(hour, replace(MALE, resting_hr_bpm=60))


def test_a_heart_below_rest_or_above_the_maximum_weighs_as_at_its_bound():
    assert training_impulse([35, 60_000], MALE) == 0
    assert training_impulse([230, 60_000], MALE) == training_impulse([200, 60_000], MALE)


def test_without_a_maximum_or_a_heart_rate_there_is_no_impulse():
    assert training_impulse([150, 1], Heart(None, 50, "male")) is None
    assert training_impulse([150, 1], Heart(50, 60, "male")) is None
    assert training_impulse([], MALE) is None


RATES = st.dictionaries(st.integers(1, 254), st.integers(1, 10**7), min_size=1)


@given(RATES, RATES)
def test_impulses_of_two_recordings_add_up(one, other):
    first, second = in_one_line(one), in_one_line(other)
    both = {bpm: one.get(bpm, 0) + other.get(bpm, 0) for bpm in {*one, *other}}
    together = training_impulse(in_one_line(both), MALE)

    assert together == pytest.approx(training_impulse(first, MALE) + training_impulse(second, MALE))
