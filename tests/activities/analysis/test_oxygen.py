"""Estimates of maximal oxygen uptake."""

from __future__ import annotations

import pytest

from fittrack.activities.analysis.course import course_of
from fittrack.activities.analysis.efforts import Effort
from fittrack.activities.analysis.hearts import Heart
from fittrack.activities.analysis.oxygen import (
    best_by_race,
    by_heart_rate,
    by_race,
    running_uptake,
    steady_run,
)
from tests.activities.analysis.makers import counted, even_run

RUNNER = Heart(190, 50, "female")
KM5, KM10, HALF, MARATHON = 5000, 10_000, 21_097.5, 42_195


# From the tables of Daniels' Running Formula: VDOT, distance, time.
@pytest.mark.parametrize(
    ("vdot", "distance_m", "minutes", "seconds"),
    [
        (40, KM5, 24, 8),
        (40, KM10, 50, 3),
        (50, KM5, 19, 57),
        (50, KM10, 41, 21),
        (50, HALF, 91, 35),
        (50, MARATHON, 190, 49),
        (60, KM5, 17, 3),
        (60, KM10, 35, 22),
        (60, MARATHON, 163, 25),
        (70, KM5, 14, 55),
    ],
)
def test_a_race_stands_for_what_the_published_tables_say(vdot, distance_m, minutes, seconds):
    assert by_race(distance_m, minutes + seconds / 60) == pytest.approx(vdot, abs=0.1)


def test_the_best_effort_of_a_run_decides():
    efforts = [Effort("5km", 1_448_000, 0), Effort("10km", 2_481_000, 0)]

    assert best_by_race(efforts) == pytest.approx(50, abs=0.1)


def test_efforts_out_of_the_tables_range_say_nothing():
    sprint, ultra = Effort("400m", 60_000, 0), Effort("marathon", 15_000_000, 0)

    assert best_by_race([sprint, ultra, Effort("power_5min", -300, 0)]) is None


def test_six_miles_an_hour_on_the_level_take_35_ml():
    # The worked example of the ACSM's guidelines: 160.8 m/min.
    assert running_uptake(160.8, 0) == pytest.approx(35.7, abs=0.05)
    assert running_uptake(160.8, 0.05) == pytest.approx(42.9, abs=0.05)


def test_pace_and_heart_rate_give_an_uptake():
    # 200 m/min take 43.5 ml; 155 bpm of 50 to 190 are three quarters: 40 / 0.75 + 3.5.
    samples = even_run(1800, 200 / 60, hr_bpm=[155] * 1801)
    run = steady_run(samples, course_of(samples, sport="running"), smooth=True)

    assert by_heart_rate(run, RUNNER) == pytest.approx(56.8, abs=0.1)


def test_climbing_takes_oxygen_too_and_coming_down_again_gives_it_back():
    up = [second * 10 for second in range(1801)]
    there_and_back = [*up[:901], *reversed(up[:900])]

    level, climb, loop = (
        by_heart_rate(
            steady_run(samples, course_of(samples, sport="running"), smooth=False), RUNNER
        )
        for samples in (
            even_run(1800, 3, hr_bpm=[155] * 1801, altitude_cm=altitudes)
            for altitudes in ([0] * 1801, up, there_and_back)
        )
    )

    assert climb - level == pytest.approx(0.9 * 6 / 0.75, abs=0.1)  # 6 m a minute
    assert loop == pytest.approx(level, abs=0.01)


def test_the_first_minutes_are_left_out():
    hearts = [100] * 361 + [155] * 1440
    samples = even_run(1800, 3, hr_bpm=hearts)

    run = steady_run(samples, course_of(samples, sport="running"), smooth=True)

    assert run.mean_hr_bpm == 155
    assert run.moving_ms == 1_440_000


def test_ten_settled_minutes_are_the_least():
    samples = even_run(959, 3, hr_bpm=[155] * 960)

    assert steady_run(samples, course_of(samples, sport="running"), smooth=True) is None


def test_standing_about_tells_nothing():
    samples = counted([0] * 1800, hr_bpm=[155] * 1800)

    assert steady_run(samples, course_of(samples, sport="running"), smooth=True) is None


@pytest.mark.parametrize(
    ("speed_mps", "hr_bpm", "heart"),
    [
        (1.2, 155, RUNNER),
        (3, 115, RUNNER),
        (3, 195, RUNNER),
        (3, 155, Heart(None, 50, None)),
        (3, 155, Heart(190, None, None)),
        (3, 155, Heart(60, 60, None)),
    ],
)
def test_what_is_out_of_the_formulas_range_gets_no_number(speed_mps, hr_bpm, heart):
    samples = even_run(1800, speed_mps, hr_bpm=[hr_bpm] * 1801)
    run = steady_run(samples, course_of(samples, sport="running"), smooth=True)

    assert by_heart_rate(run, heart) is None
