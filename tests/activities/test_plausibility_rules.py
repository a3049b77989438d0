"""What no body, wheel or clock does is held; what is merely odd is not."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from random import Random
from zlib import crc32

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fittrack.activities.plausibility.bodies import powers
from fittrack.activities.plausibility.limits import limits_of, most_over
from fittrack.activities.plausibility.marks import KEPT, marks_of, mixed
from fittrack.activities.plausibility.rules import judge
from fittrack.activities.plausibility.words import WORDS
from fittrack.activities.samples import COLUMNS, from_columns
from fittrack.activities.sports import SPORTS
from tests.activities.cheats import CHEATS, HONEST, NOW, corpus
from tests.activities.plausibility_world import activity_of, codes_of, codes_of_case
from tests.activities.recordings import Track, hearts, honest_track, varied, whole


@pytest.mark.parametrize("make", CHEATS, ids=lambda make: make.__name__)
def test_cheats_are_caught(make):
    (case,) = corpus((make,), 1, seed=11)
    assert codes_of_case(case) != []


@pytest.mark.parametrize("make", sorted(set(HONEST), key=lambda make: make.__name__))
def test_honest_oddities_are_believed(make):
    (case,) = corpus((make,), 1, seed=12)
    assert codes_of_case(case) == []


def a_run(speed_mps, *, sport="running", seconds=1800, **over):
    random = Random(5)
    return Track(sport, varied(random, speed_mps, 0.05, seconds), random, **over).recording()


@pytest.mark.parametrize(
    ("sport", "believed_mps", "held_mps"),
    [
        ("running", 5.9, 7.3),
        ("walking", 4.0, 5.4),
        ("cycling", 14.5, 18.0),
        ("rowing", 5.8, 8.0),
        ("cross_country_skiing", 7.8, 11.5),
    ],
)
def test_each_sport_has_a_speed_beyond_which_nobody_is(sport, believed_mps, held_mps):
    assert codes_of(a_run(believed_mps, sport=sport)) == []
    assert set(codes_of(a_run(held_mps, sport=sport))) & {"too_fast", "engine"}


def test_nothing_is_too_fast_for_a_motor():
    assert codes_of(a_run(60.0, sport="motor_sport")) == []


def test_a_heart_that_stands_still_for_twenty_minutes_is_held():
    def flat(seconds):
        rates = [150] * seconds + hearts(Random(1), 150, 1900 - seconds)
        return a_run(3.0, seconds=1900, hr_bpm=rates)

    assert codes_of(flat(1000)) == []
    assert codes_of(flat(1400)) == ["heart_rate_flat"]


def test_a_heart_at_rest_does_not_race():
    racing = a_run(5.0, hr_bpm=hearts(Random(1), 80, 1800))
    assert codes_of(racing) == ["heart_rate_against_speed"]


def test_some_wrong_beats_are_a_loose_strap_and_many_are_no_heart():
    beats = hearts(Random(1), 150, 1800)
    few = [250 if at % 20 == 0 else bpm for at, bpm in enumerate(beats)]
    many = [250 if at % 5 == 0 else bpm for at, bpm in enumerate(beats)]
    assert codes_of(a_run(3.0, hr_bpm=few)) == []
    assert codes_of(a_run(3.0, hr_bpm=many)) == ["heart_rate_out_of_range"]


def test_steps_are_counted_in_pairs_or_one_by_one():
    pairs = whole(varied(Random(2), 85, 1, 1800))
    singles = whole(varied(Random(2), 170, 1, 1800))
    assert codes_of(a_run(3.2, cadence_rpm=pairs)) == []
    assert codes_of(a_run(3.2, cadence_rpm=singles)) == []
    assert codes_of(a_run(5.5, cadence_rpm=whole(varied(Random(2), 55, 1, 1800)))) == [
        "cadence_against_speed"
    ]


def test_more_than_250_steps_a_minute_are_held():
    assert codes_of(a_run(1.5, sport="walking", steps=30 * 240)) == []
    assert codes_of(a_run(1.5, sport="walking", steps=30 * 260)) == ["too_many_steps"]


def test_many_steps_that_come_nowhere_are_held():
    shaken = Track("walking", [0.01] * 3600, Random(3), steps=7000, noise_m=0.05)
    assert "steps_without_way" in codes_of(shaken.recording())


def test_a_power_is_held_for_what_nobody_sustains():
    def of(watts, seconds):
        return a_run(
            9.0, sport="cycling", seconds=1900, power_w=[watts] * seconds + [150] * (1900 - seconds)
        )

    assert codes_of(of(1100, 50)) == []
    assert codes_of(of(1300, 70)) == ["too_much_power"]
    assert codes_of(of(650, 1250)) == ["too_much_power"]


def test_a_cable_car_is_no_run():
    climb = Track("running", [3.0] * 1800, Random(3), grade=lambda _at: 0.3)
    assert codes_of(climb.recording()) == ["climbs_too_fast"]


def test_energy_beyond_anybodys_is_held():
    assert codes_of(a_run(3.0, calories_kcal=900)) == []
    assert codes_of(a_run(3.0, calories_kcal=2000)) == ["too_many_calories"]


def test_clocks_that_are_wrong_are_held():
    recording = a_run(3.0)
    begin = recording.started_at
    assert codes_of(recording, now=begin - timedelta(hours=1)) == ["starts_in_the_future"]
    assert codes_of(recording, now=begin + timedelta(minutes=10)) == ["ends_in_the_future"]
    assert codes_of(recording, now=begin + timedelta(hours=1)) == []


def test_a_stated_distance_without_a_track_is_weighed():
    indoors = Track("treadmill", [0.0] * 1800, Random(1), is_indoors=True, distance_m=20_000)
    nothing = from_columns([], [[]] * 9, ())
    recording = replace(indoors.recording(), samples=nothing, moving_s=1800.0)
    assert codes_of(recording) == ["too_fast"]
    assert codes_of(replace(recording, distance_m=6_000.0)) == []


def test_a_jump_is_a_slip_where_the_track_comes_back_and_a_teleport_where_it_stays():
    samples = a_run(3.0).samples
    recording = a_run(3.0)

    def moved(start, end):
        lat = [v + 3_000_000 if start <= at < end else v for at, v in enumerate(samples.lat_e7)]
        return replace(recording, samples=replace(samples, lat_e7=lat))

    assert codes_of(moved(600, 640)) == []
    assert codes_of(moved(0, 30)) == []
    assert codes_of(moved(600, 1800)) == ["teleport"]


def test_a_recording_that_is_cut_thin_or_blurred_keeps_its_marks():
    recording = a_run(3.0)
    activity = activity_of(recording)
    marks = set(marks_of(activity, recording.samples))
    later = replace(recording.samples, at_ms=[at + 86_400_000 for at in recording.samples.at_ms])
    assert set(marks_of(activity, later)) == marks
    assert {mark.kind for mark in marks} == {"fix", "pace"}
    assert len(marks) == 2 * KEPT


def test_a_short_recording_has_no_marks():
    recording = a_run(3.0, seconds=12)
    assert marks_of(activity_of(recording), recording.samples) == ()


def test_every_reason_has_words():
    assert all(text.endswith(".") for text in WORDS.values())


@given(st.sampled_from(sorted(SPORTS)), st.integers(1, 10**6), st.integers(1, 10**6))
def test_nobody_is_faster_over_a_longer_time(sport, one_s, other_s):
    limits = limits_of(sport)
    if limits is not None:
        assert (one_s <= other_s) <= (most_over(limits, one_s) >= most_over(limits, other_s))


ANY_RUN = activity_of(honest_track(Random(1), "running").recording())
COLUMN = st.lists(st.none() | st.integers(-(10**12), 10**12), min_size=40, max_size=40)


@settings(max_examples=60, deadline=None)
@given(
    sport=st.sampled_from(sorted(SPORTS)),
    at_ms=st.lists(st.integers(0, 4 * 10**12), min_size=40, max_size=40),
    columns=st.lists(COLUMN, min_size=9, max_size=9),
    breaks=st.sets(st.integers(1, 39)),
)
def test_whatever_a_file_holds_is_judged(sport, at_ms, columns, breaks):
    samples = from_columns(at_ms, columns, tuple(sorted(breaks)))
    activity = replace(ANY_RUN, sport=sport)
    for finding in judge(activity, samples, now=NOW).findings:
        assert finding.code in WORDS


@pytest.mark.parametrize(
    ("step_s", "power_w", "is_found"), [(1, 1300, True), (1, 1200, False), (30, 1300, False)]
)
def test_power_is_too_much_over_a_minute_without_gaps(step_s, power_w, is_found):
    count = 120
    columns = [[power_w] * count if name == "power_w" else [] for name in COLUMNS]
    samples = from_columns([1000 * step_s * at for at in range(count)], columns, ())

    assert [each.code for each in powers(samples)][:1] == (["too_much_power"] if is_found else [])


def test_marks_of_a_long_recording_are_the_smallest_of_all_its_places_and_beats():
    random, count = Random(5), 45_000
    told = {
        "lat_e7": [random.randrange(10**8) for _ in range(count)],
        "lon_e7": [random.randrange(10**8) for _ in range(count)],
        "hr_bpm": [random.randrange(100, 180) for _ in range(count)],
    }
    at_ms = [1000 * at for at in range(count)]
    samples = from_columns(at_ms, [told.get(name, []) for name in COLUMNS], ())
    beats = bytes(told["hr_bpm"])
    runs = {mixed(crc32(beats[at : at + 24]), 24) for at in range(count - 23)}
    cells = zip(told["lat_e7"], told["lon_e7"], strict=True)
    places = {mixed(lat // 10, lon // 10) for lat, lon in cells}

    found = marks_of(activity_of(honest_track(random, "running").recording()), samples)

    for kind, numbers in (("pulse", runs), ("fix", places)):
        kept = [mark.mark_no for mark in found if mark.kind == kind]
        assert sorted(kept) == sorted(numbers)[:KEPT]
