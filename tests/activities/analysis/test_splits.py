"""Splits by kilometre and mile, and stretches in between."""

from __future__ import annotations

import pytest
from hypothesis import given, settings

from fittrack.activities import metrics
from fittrack.activities.analysis.efforts import MILE_M
from fittrack.activities.analysis.splits import Ruler, splits
from tests.activities.analysis.makers import counted, even_run, samples_of, walks
from tests.activities.test_metrics import northward


def splits_of(samples, unit_m=1000.0, sport="running"):
    return list(splits(Ruler(samples, sport=sport, smooth=False), unit_m))


def test_an_even_run_has_even_kilometres_and_a_rest():
    found = splits_of(even_run(1200, 3.0, hr_bpm=[150] * 1201))

    assert [split.distance_m for split in found] == pytest.approx([1000, 1000, 1000, 600])
    assert [split.elapsed_ms for split in found] == pytest.approx([333_333] * 3 + [200_000], abs=1)
    assert [split.avg_hr_bpm for split in found] == pytest.approx([150] * 4)


def test_miles_are_miles():
    found = splits_of(even_run(1000, 4.0), MILE_M)

    assert [split.distance_m for split in found] == pytest.approx(
        [MILE_M, MILE_M, 4000 - 2 * MILE_M]
    )


def test_a_way_of_whole_kilometres_leaves_no_rest():
    assert [split.distance_m for split in splits_of(even_run(1000, 3.0))] == [1000, 1000, 1000]


def test_the_last_sample_may_stand_still():
    still = counted([*range(0, 1503, 3), 1500, 1500])

    assert [split.elapsed_ms for split in splits_of(still)] == pytest.approx(
        [333_333, 168_667], abs=1
    )


def test_a_pause_is_elapsed_but_not_moving():
    metres = [*range(0, 603, 3), *range(600, 1500, 3)]
    at_s = [*range(201), *range(500, 800)]

    first, second = splits_of(counted(metres, at_s, breaks=(201,)))

    assert first.elapsed_ms - first.moving_ms == pytest.approx(299_000 + 1000, abs=1500)
    assert second.elapsed_ms == pytest.approx(second.moving_ms)


def test_climb_heart_and_power_belong_to_the_split_they_are_in():
    climb = [100.0 * min(second, 200) for second in range(401)]  # 1 m/s up for half of it
    samples = even_run(
        400,
        5.0,
        altitude_cm=climb,
        hr_bpm=[120] * 201 + [160] * 200,
        power_w=[300] * 201 + [100] * 200,
    )

    first, second = splits_of(samples)

    assert (first.ascent_m, second.ascent_m) == pytest.approx((200, 0))
    assert (first.avg_hr_bpm, second.avg_hr_bpm) == pytest.approx((120, 160))
    assert (first.avg_power_w, second.avg_power_w) == pytest.approx((300, 100))


def test_what_nobody_measured_is_none():
    (split,) = splits_of(even_run(300, 3.0))

    assert (split.ascent_m, split.avg_hr_bpm, split.avg_power_w) == (None, None, None)


def test_the_way_between_positions_is_split_in_two_dimensions():
    found = splits_of(northward([3.0 * second for second in range(501)]))

    assert [split.distance_m for split in found] == pytest.approx([1000, 500], abs=0.5)


def test_without_a_way_there_are_no_splits():
    assert splits_of(samples_of(range(100), hr_bpm=[100] * 100)) == []
    assert splits_of(samples_of([])) == []
    assert splits_of(counted([0, 0.4])) == []


@settings(deadline=None)
@given(walks())
def test_splits_add_up_to_the_whole(samples):
    ruler = Ruler(samples, sport="cycling", smooth=False)
    course = ruler.course

    found = list(splits(ruler, 1000.0))

    if course.length_m >= 1:
        assert sum(s.distance_m for s in found) == pytest.approx(course.length_m, abs=1)
        assert sum(s.elapsed_ms for s in found) == pytest.approx(course.clock_ms[-1])
        assert sum(s.moving_ms for s in found) == pytest.approx(course.moving_ms[-1])
        assert all(s.distance_m == pytest.approx(1000) for s in found[:-1])


@settings(deadline=None)
@given(walks())
def test_climbs_of_splits_add_up_to_those_of_the_whole(samples):
    ruler = Ruler(samples, sport="cycling", smooth=False)
    found = list(splits(ruler, 500.0))
    up_m, down_m = metrics.ascent_descent_m(samples, smooth=False)

    if found:
        assert sum(s.ascent_m for s in found) == pytest.approx(up_m)
        assert sum(s.descent_m for s in found) == pytest.approx(down_m)
