"""What each format says about an activity, and how it is taken."""

from __future__ import annotations

import gzip
from datetime import UTC, datetime, timedelta

import pytest

from fittrack.activities.files import read_activity_file
from fittrack.activities.minutes import active_minutes
from fittrack.dev.files import make_gpx
from tests.activities.makers import (
    FIT_EPOCH,
    SPORT_CYCLING,
    SPORT_RUNNING,
    SPORT_TRANSITION,
    START,
    Point,
    TcxLap,
    fit_records,
    fit_session,
    gpx_of,
    make_fit,
    make_fit_run,
    points,
    tcx_of,
)

LAP_START = "2026-11-02T07:00:00Z"
HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("content", "file_format"),
    [
        (make_fit_run(), "fit"),
        (gpx_of([points()]), "gpx"),
        (tcx_of([TcxLap(LAP_START, 60, 180, [points()])]), "tcx"),
        (gzip.compress(make_fit_run()), "fit"),
        ((" \n" + gpx_of([points()]).decode().partition("?>")[2]).encode(), "gpx"),
        (gpx_of([points()]).decode().replace("UTF-8", "UTF-16").encode("utf-16"), "gpx"),
    ],
    ids=["fit", "gpx", "tcx", "gzip", "no declaration", "utf-16"],
)
def test_the_content_says_which_format_it_is(content, file_format):
    assert read_activity_file(content)[0].file_format == file_format


def test_a_made_gpx_file_is_an_hour_of_running():
    (recording,) = read_activity_file(make_gpx(START, 3600, seed=5))

    assert (recording.sport, recording.started_at) == ("running", START)
    assert (recording.elapsed_s, recording.moving_s) == (3600, 3600)
    assert recording.distance_m == pytest.approx(3600 * 2.8, rel=0.02)
    assert 120 < recording.avg_hr_bpm < 160
    assert recording.warnings == ()


def test_made_gpx_files_are_equal_by_seed_alone():
    assert make_gpx(START, 60, seed=5) == make_gpx(START, 60, seed=5)
    assert make_gpx(START, 60, seed=5) != make_gpx(START, 60, seed=6)


# GPX


def test_the_tracks_of_one_gpx_are_one_activity_with_a_lap_each():
    later = points(START + 23 * HOUR)

    (recording,) = read_activity_file(gpx_of([points()], [later]))

    assert recording.elapsed_s == 23 * 3600 + 60
    assert recording.moving_s == 120
    assert recording.distance_m == pytest.approx(360, rel=0.01)
    assert [lap.elapsed_s for lap in recording.laps] == [60, 60]


def test_tracks_more_than_a_day_apart_are_activities_of_their_own():
    later = points(START + 25 * HOUR)

    first, second = read_activity_file(gpx_of([later], [points()]))

    assert (first.started_at, second.started_at) == (START, START + 25 * HOUR)
    assert first.distance_m == second.distance_m == pytest.approx(180, rel=0.01)


def test_the_way_between_two_segments_is_not_travelled():
    apart = [points(seconds=range(10)), points(seconds=range(1000, 1010))]

    (recording,) = read_activity_file(gpx_of(apart))

    assert recording.distance_m == pytest.approx(54, rel=0.01)
    assert (recording.elapsed_s, recording.moving_s) == (1009, 18)


def test_an_offset_in_the_times_is_the_members_zone():
    local = [Point("2026-11-02T08:15:00+01:15"), Point("2026-11-02T08:15:01.250+01:15")]

    (recording,) = read_activity_file(gpx_of([local]))

    assert recording.started_at == START
    assert recording.utc_offset_s == 4500
    assert recording.elapsed_s == 1.25


def test_a_time_without_an_offset_is_utc():
    (recording,) = read_activity_file(gpx_of([[Point("2026-11-02T07:00:00")]]))

    assert (recording.started_at, recording.utc_offset_s) == (START, None)


# TCX


def test_times_and_distances_of_laps_add_up():
    laps = [
        TcxLap(LAP_START, 60, 200, [points()]),
        TcxLap("2026-11-02T07:01:00Z", 50, 150, [points(seconds=range(60, 121))]),
    ]

    (recording,) = read_activity_file(tcx_of(laps))

    assert (recording.distance_m, recording.moving_s, recording.elapsed_s) == (350, 110, 120)
    assert recording.calories_kcal == 20
    assert [lap.distance_m for lap in recording.laps] == [200, 150]
    assert recording.device == "Test watch"


def test_each_tcx_activity_is_one_of_its_own():
    laps = [TcxLap(LAP_START, 60, 180, [points()])]

    assert len(read_activity_file(tcx_of(laps, laps, laps))) == 3


def test_a_second_track_in_a_lap_begins_after_a_pause():
    tracks = [points(seconds=range(10)), points(seconds=range(20, 30))]

    paused = read_activity_file(tcx_of([TcxLap(LAP_START, 20, 60, tracks)]))[0]
    laps = [TcxLap(LAP_START, 10, 30, tracks[:1]), TcxLap(LAP_START, 10, 30, tracks[1:])]
    lapped = read_activity_file(tcx_of(laps))[0]

    assert paused.samples.breaks == (10,)
    assert lapped.samples.breaks == ()


def test_a_tcx_lap_without_points_is_a_summary():
    (recording,) = read_activity_file(tcx_of([TcxLap(LAP_START, 1800, 5000)], sport="Biking"))

    assert (recording.sport, recording.elapsed_s, recording.distance_m) == ("cycling", 1800, 5000)
    assert recording.warnings == ("no_points",)


def test_a_stated_distance_that_the_points_deny_is_told():
    (recording,) = read_activity_file(tcx_of([TcxLap(LAP_START, 60, 9000, [points()])]))

    assert recording.distance_m == 9000
    assert recording.track_distance_m == pytest.approx(180, rel=0.01)
    assert recording.warnings == ("distance_disagrees_with_points",)


# FIT


def test_a_session_states_its_figures():
    (recording,) = read_activity_file(
        make_fit_run(duration_s=600, total_timer_time=590.5, avg_heart_rate=151, total_ascent=12)
    )

    assert (recording.elapsed_s, recording.moving_s, recording.distance_m) == (600, 590.5, 1800)
    assert (recording.avg_hr_bpm, recording.ascent_m) == (151, 12)
    assert recording.started_at == START
    assert recording.warnings == ()


def test_without_a_session_the_records_speak():
    (recording,) = read_activity_file(make_fit(fit_records(START, range(601))))

    assert (recording.elapsed_s, recording.moving_s, recording.distance_m) == (600, 600, 1800)


def test_an_average_over_no_stated_time_is_not_taken():
    session = ("session", {"start_time": START, "sport": SPORT_RUNNING, "avg_heart_rate": 199})

    (recording,) = read_activity_file(make_fit([*fit_records(START, range(61)), session]))

    assert recording.avg_hr_bpm == 140


def test_each_session_is_a_leg_with_its_own_points():
    sessions = [
        fit_session(START, 100, sport=SPORT_CYCLING),
        fit_session(START + timedelta(seconds=100), 20, sport=SPORT_TRANSITION),
        fit_session(START + timedelta(seconds=120), 80, sport=SPORT_RUNNING),
    ]

    legs = read_activity_file(make_fit([*sessions, *fit_records(START, range(200))]))

    assert [leg.sport for leg in legs] == ["cycling", "transition", "running"]
    assert [len(leg.samples) for leg in legs] == [100, 20, 80]
    assert [leg.started_at for leg in legs][2] == START + timedelta(seconds=120)


def test_chained_files_are_one_activity_each():
    chained = make_fit_run() + make_fit_run(START + HOUR)

    assert [each.started_at for each in read_activity_file(chained)] == [START, START + HOUR]


def test_a_chained_part_without_a_file_id_belongs_to_the_one_before():
    more = make_fit(fit_records(START, range(601, 611)), file_type=None)

    (recording,) = read_activity_file(make_fit_run() + more)

    assert len(recording.samples) == 611


def test_a_stopped_timer_makes_a_pause():
    stop = ("event", {"timestamp": START, "event": 0, "event_type": 4})
    records = fit_records(START, range(10)), fit_records(START, range(100, 110))

    (recording,) = read_activity_file(make_fit([*records[0], stop, *records[1]]))

    assert recording.samples.breaks == (10,)
    assert recording.moving_s == 18


def test_a_start_in_the_future_comes_in_and_is_told():
    future = datetime(2037, 7, 31, 16, 14, 31, tzinfo=UTC)

    (recording,) = read_activity_file(
        make_fit([*fit_records(START, range(61)), fit_session(future, 60)])
    )

    assert recording.started_at == future
    assert "start_disagrees_with_points" in recording.warnings
    assert recording.samples.at_ms[0] == int(START.timestamp() * 1000)


def test_a_clock_that_counts_from_switching_on_is_set_by_the_local_time():
    switched_on = FIT_EPOCH + timedelta(seconds=1000)
    clock = (
        "activity",
        {"timestamp": switched_on, "local_timestamp": (START - FIT_EPOCH).total_seconds()},
    )

    (recording,) = read_activity_file(make_fit([clock, *fit_records(switched_on, range(61))]))

    assert recording.started_at == START
    assert recording.warnings == ("clock_set_from_local_time",)


def test_the_local_time_of_the_device_gives_its_offset():
    clock = ("activity", {"timestamp": START, "local_timestamp": START + timedelta(hours=-5)})

    (recording,) = read_activity_file(make_fit([clock, *fit_records(START, range(61))]))

    assert recording.utc_offset_s == -5 * 3600


def test_a_summary_shorter_than_its_points_is_kept_and_told():
    (recording,) = read_activity_file(
        make_fit([*fit_records(START, range(601)), fit_session(START, 300, total_timer_time=600)])
    )

    assert recording.elapsed_s == 300
    assert recording.warnings == ("elapsed_disagrees_with_points", "moving_longer_than_elapsed")


def test_laps_with_a_mere_point_or_two_tell_how_long_it_took():
    sparse = [TcxLap("2026-11-02T07:00:00Z", 1800, 5000, [points(seconds=[0, 1])])]

    (recording,) = read_activity_file(tcx_of(sparse))

    assert (recording.elapsed_s, recording.moving_s) == (1800, 1800)
    assert len(active_minutes(recording)) == 30


@pytest.mark.parametrize(
    "content",
    [
        gpx_of([points()], sport="quidditch"),
        tcx_of([TcxLap("2026-11-02T07:00:00Z", 60, 180, [points()])], sport="Quidditch"),
        make_fit_run(duration_s=60, sport=200),
    ],
)
def test_a_sport_that_nobody_knows_is_told(content):
    (recording,) = read_activity_file(content)

    assert recording.sport == "other"
    assert "unknown_sport" in recording.warnings


@pytest.mark.parametrize("name", ["", "Other", "running"])
def test_a_sport_that_is_known_or_not_named_is_no_warning(name):
    (recording,) = read_activity_file(gpx_of([points()], sport=name))

    assert "unknown_sport" not in recording.warnings
