"""Active minutes and their intensity."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fittrack.activities.files import read_activity_file
from fittrack.activities.minutes import (
    LIGHT,
    MODERATE,
    MOST_MINUTES,
    VIGOROUS,
    RatedMinute,
    active_minutes,
    intensity_by_speed,
    minutes_to_json,
    rated,
)
from fittrack.activities.recording import Recording
from fittrack.activities.samples import COLUMNS, from_columns
from fittrack.dev.files import make_gpx
from tests.activities.makers import START, Point, TcxLap, gpx_of, make_fit_run, points, tcx_of

FIRST = int(START.timestamp()) // 60
LAP_START = "2026-11-02T07:00:00Z"


def recording_of(content: bytes) -> Recording:
    return read_activity_file(content)[0]


def walk_with(speeds_mps: list[float], sport: str = "running") -> Recording:
    """Return a recording with one sample a second that goes at these speeds."""
    counted, total_cm = [0], 0.0
    for speed_mps in speeds_mps:
        total_cm += speed_mps * 100
        counted.append(round(total_cm))
    columns = [counted if name == "distance_cm" else [] for name in COLUMNS]
    at_ms = [FIRST * 60_000 + second * 1000 for second in range(len(counted))]
    base = recording_of(make_fit_run())
    return replace(base, samples=from_columns(at_ms, columns, ()), sport=sport)


@pytest.mark.parametrize("offset_s", [0, 1, 29, 30, 31, 59])
def test_an_hour_is_60_minutes_wherever_it_begins(offset_s):
    hour = recording_of(gpx_of([points(seconds=range(offset_s, offset_s + 3601))]))

    assert len(active_minutes(hour)) == 60


def test_a_minute_tells_the_mean_heart_rate_and_speed():
    minutes = active_minutes(recording_of(make_gpx(START, 600, hr_bpm=133, speed_mps=3.0)))

    assert [minute.epoch_minute for minute in minutes] == list(range(FIRST, FIRST + 10))
    assert {minute.hr_bpm for minute in minutes} == {133}
    assert all(minute.speed_mps == pytest.approx(3, rel=0.11) for minute in minutes)


def test_standing_about_is_not_active():
    recording = walk_with([3.0] * 300 + [0.0] * 600 + [3.0] * 300)

    assert len(active_minutes(recording)) == 10


def test_less_than_half_a_minute_does_not_count():
    assert active_minutes(walk_with([3.0] * 29)) == ()
    assert len(active_minutes(walk_with([3.0] * 31))) == 1


def test_a_distance_counted_in_jumps_is_movement_all_along():
    jumps = ([0.0] * 9 + [25.0]) * 60

    assert len(active_minutes(walk_with(jumps))) == 10


def test_whole_lengths_of_a_pool_are_movement_all_along():
    lengths = ([0.0] * 49 + [25.0]) * 24

    assert len(active_minutes(walk_with(lengths, "swimming"))) == 20


def test_a_sport_on_the_spot_needs_no_way():
    assert len(active_minutes(walk_with([0.0] * 1200, "strength"))) == 20


def test_a_pause_is_not_active():
    pause = [points(seconds=range(301)), points(seconds=range(3600, 3901))]

    assert len(active_minutes(recording_of(gpx_of(pause)))) == 10


@pytest.mark.parametrize(("gap_s", "is_active"), [(290, True), (310, False)])
def test_a_gap_in_the_recording_is_not_active_however_far_it_leads(gap_s, is_active):
    seconds = [*range(121), *range(121 + gap_s, 242 + gap_s)]

    minutes = active_minutes(recording_of(gpx_of([points(seconds=seconds)])))

    assert (len(minutes) > 6) == is_active


def test_a_clock_that_runs_twice_through_an_hour_counts_it_once():
    twice = [*points(seconds=range(3601)), *points(seconds=range(3601))]

    assert len(active_minutes(recording_of(gpx_of([twice])))) == 60


def test_a_jump_of_the_clock_gives_no_minutes():
    jump = [*points(seconds=range(301)), *points(START + timedelta(days=800), range(301))]

    assert len(active_minutes(recording_of(gpx_of([jump])))) == 10


def test_a_mere_summary_counts_its_moving_time():
    summary = recording_of(tcx_of([TcxLap(LAP_START, 1800, 5400)]))

    minutes = active_minutes(summary)

    assert [minute.epoch_minute for minute in minutes] == list(range(FIRST, FIRST + 30))
    assert {minute.speed_mps for minute in minutes} == {3.0}


def test_no_recording_earns_more_than_a_day():
    assert len(active_minutes(recording_of(tcx_of([TcxLap(LAP_START, 1e6, 1)])))) == MOST_MINUTES


@pytest.mark.parametrize(
    ("sport", "speed_mps", "intensity"),
    [
        ("walking", 0.8, LIGHT),
        ("walking", 1.4, MODERATE),
        ("running", 1.5, MODERATE),
        ("running", 3.0, VIGOROUS),
        ("cycling", 2.0, LIGHT),
        ("cycling", 4.0, MODERATE),
        ("mtb", 6.0, VIGOROUS),
        ("open_water", 1.0, VIGOROUS),
        ("skiing", 20.0, MODERATE),
        ("yoga", 3.0, LIGHT),
        ("indoor_cycling", 9.0, LIGHT),
        ("running", None, LIGHT),
        ("no such sport", 3.0, LIGHT),
    ],
)
def test_speed_tells_the_intensity(sport, speed_mps, intensity):
    assert intensity_by_speed(sport, speed_mps) == intensity


@settings(deadline=None)
@given(
    st.lists(
        st.builds(
            RatedMinute,
            st.integers(0, 10**8),
            st.none() | st.integers(20, 254),
            st.sampled_from([LIGHT, MODERATE, VIGOROUS]),
        )
    )
)
def test_a_stored_minute_is_a_row_of_its_three_values(minutes):
    assert [RatedMinute(*row) for row in minutes_to_json(minutes)] == minutes


def test_minutes_are_rated_by_their_speed():
    minutes = rated(active_minutes(walk_with([3.0] * 120)), sport="running")

    assert minutes == (RatedMinute(FIRST, None, VIGOROUS), RatedMinute(FIRST + 1, None, VIGOROUS))


def test_a_thousand_points_a_second_take_no_longer_than_as_many_slow_ones():
    fast = [f"{START + timedelta(milliseconds=at):%Y-%m-%dT%H:%M:%S.%fZ}" for at in range(40_000)]
    recording = recording_of(gpx_of([[Point(at) for at in fast]]))
    began_s = time.process_time()

    active_minutes(recording)

    assert time.process_time() - began_s < 5
