"""Distance, moving time and climb, computed from samples."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from math import pi, sin

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fittrack.activities import metrics
from fittrack.activities.samples import COLUMNS, Samples, from_columns
from fittrack.activities.steps import EARTH_RADIUS_M, haversine_m, ways_m

LATITUDES = st.floats(-90, 90)
LONGITUDES = st.floats(-180, 180)
# One metre to the north, in e7 degrees.
METRE_E7 = 1e7 / (EARTH_RADIUS_M * pi / 180)


def samples_of(at_s: list[float], *, breaks: tuple[int, ...] = (), **columns: list) -> Samples:
    given_columns = [columns.get(name, []) for name in COLUMNS]
    return from_columns([round(second * 1000) for second in at_s], given_columns, breaks)


def northward(metres: list[float | None], at_s: list[float] | None = None, **more) -> Samples:
    """Return samples that lie so many metres north of a place, one a second."""
    latitudes = [None if m is None else round(520_000_000 + m * METRE_E7) for m in metres]
    longitudes = [None if m is None else 130_000_000 for m in metres]
    times = at_s or list(range(len(metres)))
    return samples_of(times, lat_e7=latitudes, lon_e7=longitudes, **more)


def test_a_degree_along_the_equator_has_its_known_length():
    assert haversine_m(0, 0, 0, 1) == pytest.approx(111_319.5, abs=0.1)


def test_paris_to_london_is_344_km():
    assert haversine_m(48.8566, 2.3522, 51.5074, -0.1278) == pytest.approx(344_000, rel=0.002)


def test_the_antipodes_are_half_the_circumference_apart():
    assert haversine_m(90, 0, -90, 0) == pytest.approx(pi * EARTH_RADIUS_M)


def test_the_date_line_is_no_distance():
    assert haversine_m(10, 180, 10, -180) == pytest.approx(0, abs=1e-6)


@settings(deadline=None)
@given(LATITUDES, LONGITUDES, LATITUDES, LONGITUDES)
def test_the_way_back_is_as_long_as_the_way_there(lat1, lon1, lat2, lon2):
    there, back = haversine_m(lat1, lon1, lat2, lon2), haversine_m(lat2, lon2, lat1, lon1)

    assert there == pytest.approx(back, abs=1e-6)
    assert 0 <= there <= pi * EARTH_RADIUS_M + 1


def test_the_track_goes_on_over_samples_without_a_fix():
    assert metrics.track_distance_m(northward([0, 3, None, None, 12])) == pytest.approx(
        12, abs=0.05
    )


def test_the_track_stops_at_a_break():
    assert metrics.track_distance_m(northward([0, 3, 500, 503], breaks=(2,))) == pytest.approx(
        6, abs=0.05
    )


def test_each_way_is_that_of_its_two_positions():
    places = [(52.0, 13.0), (52.1, 13.2), (-10.0, 179.9), (-10.1, -179.9)]
    samples = samples_of(
        [0, 1, 2, 3],
        lat_e7=[round(lat * 1e7) for lat, _ in places],
        lon_e7=[round(lon * 1e7) for _, lon in places],
    )

    ways = [haversine_m(*one, *other) for one, other in pairwise(places)]

    assert list(ways_m(samples)) == pytest.approx([0.0, *ways])


def test_a_changed_copy_of_samples_is_measured_anew():
    samples = northward([0, 3, 6])
    before_m = metrics.track_distance_m(samples)

    cut = replace(samples, lat_e7=[*samples.lat_e7[:2], None], lon_e7=[*samples.lon_e7[:2], None])

    assert before_m == pytest.approx(6, abs=0.05)
    assert metrics.track_distance_m(cut) == pytest.approx(3, abs=0.05)
    assert metrics.track_distance_m(samples) == before_m


def test_no_position_makes_no_track():
    assert metrics.track_distance_m(samples_of([0, 1])) is None


def test_standing_still_is_not_moving():
    assert metrics.moving_time_s(northward([0, 0, 0, 0])) == 0


def test_a_step_at_a_kilometre_an_hour_is_not_moving_yet():
    assert metrics.moving_time_s(northward([0, 27, 28], [0, 100, 101])) == 1


def test_a_step_of_more_than_an_hour_is_a_gap_however_far_it_leads():
    assert metrics.moving_time_s(northward([0, 3, 50_000], [0, 1, 3700])) == 1


def test_the_devices_own_distance_goes_before_the_positions():
    counted = northward([0, 0, 0], distance_cm=[0, 300, 600])

    assert metrics.moving_time_s(counted) == 2


def test_a_distance_that_never_counts_gives_way_to_the_positions():
    assert metrics.moving_time_s(northward([0, 3, 6], distance_cm=[0, 0, 0])) == 2


def test_without_any_measure_of_movement_a_gap_is_longer_than_a_minute():
    hearts = samples_of([0, 1, 61, 200], hr_bpm=[90, 91, 92, 93])

    assert metrics.moving_time_s(hearts) == 61


def test_time_that_runs_backwards_moves_nobody():
    assert metrics.moving_time_s(northward([0, 3, 6, 9], [0, 1, 0, 1])) == 2


@settings(deadline=None)
@given(st.lists(st.floats(0, 10_000), min_size=2, max_size=30), st.data())
def test_moving_never_takes_longer_than_the_recording(metres, data):
    count = len(metres)
    at_s = sorted(data.draw(st.lists(st.integers(0, 9999), min_size=count, max_size=count)))

    assert metrics.moving_time_s(northward(metres, at_s)) <= at_s[-1] - at_s[0]


def climb(altitudes_m: list[float], **more) -> Samples:
    altitudes = [round(metres * 100) for metres in altitudes_m]
    return samples_of(list(range(len(altitudes))), altitude_cm=altitudes, **more)


def test_a_climb_of_180_metres_is_180_metres():
    up = [100 + 180 * second / 3600 for second in range(3601)]

    ascent_m, descent_m = metrics.ascent_descent_m(climb(up))

    assert ascent_m == pytest.approx(180, rel=0.02)
    assert descent_m == 0


def test_a_receivers_scatter_does_not_add_to_a_climb():
    up = [100 + 180 * second / 3600 + 0.2 * sin(second * 2.1) for second in range(3601)]

    assert metrics.ascent_descent_m(climb(up))[0] == pytest.approx(180, rel=0.02)


def test_hills_add_up_both_ways():
    hills = [50 * sin(second / 600 * 2 * pi) for second in range(1801)]

    ascent_m, descent_m = metrics.ascent_descent_m(climb(hills))

    assert ascent_m == pytest.approx(300, rel=0.02)
    assert descent_m == pytest.approx(300, rel=0.02)


def test_a_lift_in_a_pause_is_no_climb():
    assert metrics.ascent_descent_m(climb([0, 0, 500, 500], breaks=(2,))) == (0, 0)


def test_without_altitude_there_is_no_climb():
    assert metrics.ascent_descent_m(samples_of([0, 1])) is None


@settings(deadline=None)
@given(st.lists(st.floats(-100, 5000), min_size=1, max_size=50))
def test_a_climb_is_never_negative_and_covers_the_difference(altitudes_m):
    ascent_m, descent_m = metrics.ascent_descent_m(climb(altitudes_m))

    assert ascent_m >= 0
    assert descent_m >= 0
    net_m = altitudes_m[-1] - altitudes_m[0]
    assert ascent_m - descent_m == pytest.approx(net_m, abs=metrics.CLIMB_THRESHOLD_M + 0.02)


def test_averages_leave_out_what_was_not_measured():
    assert metrics.average([None, 100, 200]) == 150
    assert metrics.average([None]) is None
    assert metrics.average_above_zero([0, 0, 90, None]) == 90
    assert metrics.highest([None, 3, 9]) == 9
    assert metrics.highest([]) is None
