"""Best efforts over distances and times."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fittrack.activities.analysis.course import clock_of, course_of
from fittrack.activities.analysis.efforts import best_powers, best_time, best_times, best_work
from tests.activities.analysis.makers import counted, even_run, samples_of, walks
from tests.activities.test_metrics import METRE_E7


def times_of(samples, sport="running"):
    found = best_times(course_of(samples, sport=sport), sport=sport)
    return {effort.effort_code: effort for effort in found}


def powers_of(samples):
    return {effort.effort_code: effort for effort in best_powers(samples, clock_of(samples))}


def test_an_even_run_takes_the_same_for_every_part_of_it():
    efforts = times_of(even_run(3600, 3.0))

    assert {code: effort.figure for code, effort in efforts.items()} == {
        "400m": 133_333,
        "1km": 333_333,
        "1mi": 536_448,
        "5km": 1_666_667,
        "10km": 3_333_333,
    }


def test_a_marathon_and_its_half_are_told_by_their_exact_lengths():
    efforts = times_of(even_run(11_000, 4.0))

    assert efforts["half_marathon"].figure == 5_274_375
    assert efforts["marathon"].figure == 10_548_750


def test_the_fastest_part_is_found_wherever_it_lies():
    slow, fast = [2.0] * 600, [5.0] * 200
    metres = [0.0]
    for step in [*slow, *fast, *slow]:
        metres.append(metres[-1] + step)

    effort = times_of(counted(metres))["1km"]

    assert (effort.figure, effort.from_ms) == (200_000, 600_000)


def test_a_window_begins_and_ends_between_samples():
    # 1 m/s, then 300 m in 60 s, then 1 m/s: 400 m are those and 100 m at a walk.
    assert best_time([0, 100_000, 160_000, 260_000], [0, 100, 400, 500], 350)[0] == 110_000


def test_a_pause_is_no_rest_for_nothing():
    metres = [*range(0, 600, 3), *range(597, 1200, 3)]
    at_s = [*range(200), *range(500, 500 + len(metres) - 200)]

    paused = times_of(counted(metres, at_s, breaks=(200,)))["1km"]

    assert paused.figure == pytest.approx(333_333 + 301_000, abs=1)


def test_a_receivers_leap_makes_no_record():
    latitudes = [520_000_000 + round(3 * second * METRE_E7) for second in range(900)]
    latitudes[500] += round(300 * METRE_E7)
    leap = samples_of(range(900), lat_e7=latitudes, lon_e7=[130_000_000] * 900)

    assert times_of(leap)["400m"].figure == pytest.approx(133_333, abs=700)


def test_a_tunnel_is_passed_at_an_even_pace():
    latitudes = [520_000_000 + round(3 * second * METRE_E7) for second in range(900)]
    latitudes[300:360] = [None] * 60
    tunnel = samples_of(
        range(900), lat_e7=latitudes, lon_e7=[None if x is None else 1 for x in latitudes]
    )

    assert times_of(tunnel)["400m"].figure == pytest.approx(133_333, abs=700)


def test_a_jump_of_the_clock_over_years_is_no_record_and_no_effort_beyond():
    century_s = 3_000_000_000
    jump = counted([0, 3, 500, 503], [0, 1, century_s, century_s + 1])

    assert times_of(jump)["400m"].figure > 1_000_000_000


def test_strength_has_no_best_kilometre():
    assert times_of(even_run(3600, 3.0), sport="strength") == {}


def test_a_way_that_is_too_short_has_no_effort():
    assert "1km" not in times_of(even_run(333, 3.0))
    assert best_time([], [], 400) is None
    assert best_time([0, 0], [0, 400], 400) is None


def naive_best_ms(node_ms, way_m, distance_m):
    """Try every window that begins or ends at a node, the slow way."""

    def when(metres, *, last):
        spots = list(zip(node_ms, way_m, strict=True))
        found = []
        for (t0, m0), (t1, m1) in pairwise(spots):
            if m0 <= metres <= m1:
                found += [t0, t1] if m0 == m1 else [t0 + (t1 - t0) * (metres - m0) / (m1 - m0)]
        return max(found) if last else min(found)

    total = way_m[-1]
    windows = [
        when(m + distance_m, last=False) - when(m, last=True)
        for m in [*way_m, *(m - distance_m for m in way_m)]
        if m >= 0 and m + distance_m <= total
    ]
    return min((window for window in windows if window > 0), default=None)


@settings(deadline=None)
@given(
    st.lists(st.tuples(st.integers(1, 30), st.integers(0, 100)), min_size=1, max_size=12),
    st.integers(1, 300),
)
def test_the_sliding_window_finds_what_trying_everything_finds(steps, distance_m):
    node_ms, way_m = [0], [0]
    for seconds, metres in steps:
        node_ms.append(node_ms[-1] + seconds * 1000)
        way_m.append(way_m[-1] + metres)
    if way_m[-1] < distance_m:
        assert best_time(node_ms, way_m, distance_m) is None
    else:
        found = best_time(node_ms, way_m, distance_m)
        assert found[0] == pytest.approx(naive_best_ms(node_ms, way_m, distance_m))


@settings(deadline=None)
@given(walks())
def test_a_longer_effort_never_takes_less_time(samples):
    figures = [effort.figure for effort in times_of(samples, "cycling").values()]

    assert figures == sorted(figures)


def test_an_even_power_is_the_best_of_every_time():
    efforts = powers_of(samples_of(range(3601), power_w=[250] * 3601))

    assert {code: -effort.figure for code, effort in efforts.items()} == {
        "power_1min": 250,
        "power_5min": 250,
        "power_20min": 250,
        "power_60min": 250,
    }


def test_the_best_minute_is_the_hardest_one():
    watts = [100] * 600 + [400] * 60 + [100] * 600
    effort = powers_of(samples_of(range(1260), power_w=watts))["power_1min"]

    assert (-effort.figure, effort.from_ms) == (400, 599_000)


def test_a_gap_counts_as_no_power():
    at_s = [*range(31), *range(131, 162)]
    gap = samples_of(at_s, power_w=[300] * 62)

    assert -powers_of(gap)["power_1min"].figure == 150


def test_a_pause_counts_as_no_power():
    at_s = [*range(31), *range(61, 92)]
    pause = samples_of(at_s, power_w=[300] * 62, breaks=(31,))

    assert -powers_of(pause)["power_1min"].figure == 150


def test_less_than_a_minute_has_no_best_minute():
    assert powers_of(samples_of(range(60), power_w=[300] * 60)) == {}
    assert best_work([0, 59_000], [0, 59_000], 60_000) is None


def test_no_power_is_no_effort():
    assert powers_of(samples_of(range(600), power_w=[0] * 600)) == {}
    assert powers_of(samples_of([])) == {}


@settings(deadline=None)
@given(walks())
def test_a_best_power_lies_below_the_highest(samples):
    highest = max((watts or 0 for watts in samples.power_w), default=0)

    assert all(0 < -effort.figure <= highest for effort in powers_of(samples).values())
