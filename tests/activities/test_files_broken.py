"""Damaged, hostile and odd files: a clear refusal or what can be read, never anything else."""

from __future__ import annotations

import gzip
import io
import time
import zipfile
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fittrack.activities.files import FileRefused, read_activity_file
from fittrack.activities.files.assemble import MOST_LAPS
from fittrack.activities.files.content import MAX_CONTENT_BYTES
from fittrack.activities.files.errors import REASONS
from fittrack.activities.files.fit import read_fit
from fittrack.activities.files.fit_activity import scalar
from fittrack.activities.files.track import MAX_ACTIVITIES, MAX_POINTS, Budget, Track
from tests.activities.makers import (
    START,
    TYPE_COURSE,
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

FIT = make_fit_run(duration_s=120)
GPX = gpx_of([points()])
TCX = tcx_of([TcxLap("2026-11-02T07:00:00Z", 60, 180, [points()])])
SOUND = {"fit": FIT, "gpx": GPX, "tcx": TCX, "gzip": gzip.compress(GPX)}

ENTITY_BOMB = '<!DOCTYPE gpx [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
FOREIGN_FILE = '<!DOCTYPE gpx [<!ENTITY x SYSTEM "file:///etc/hostname">]>'


def refusal_of(content: bytes) -> str:
    with pytest.raises(FileRefused) as caught:
        read_activity_file(content)
    assert caught.value.code in REASONS
    assert caught.value.detail.endswith(".")
    return caught.value.code


def outcome(content: bytes) -> str:
    """Return the code of the refusal, or "read" when something was read."""
    try:
        return "read" if read_activity_file(content) else "nothing"
    except FileRefused as error:
        return error.code


@pytest.mark.parametrize("content", [b"", b"\n \n", b"\x00" * 100])
def test_a_file_without_content_is_empty(content):
    assert refusal_of(content) == "empty_file"


@pytest.mark.parametrize("content", [b"%PDF-1.7 ...", b"time,hr\n1,2\n", b"\xff\xd8\xff\xe0JFIF"])
def test_another_kind_of_file_is_no_activity(content):
    assert refusal_of(content) == "not_an_activity"


@pytest.mark.parametrize("root", ["kml", "html"])
def test_another_kind_of_xml_is_no_activity(root):
    assert refusal_of(f"<?xml version='1.0'?><{root}><a/></{root}>".encode()) == "not_an_activity"


def test_a_zip_is_for_the_import_to_open():
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as opened:
        opened.writestr("run.gpx", GPX)

    assert refusal_of(archive.getvalue()) == "archive_not_supported"


def test_gzip_in_gzip_is_not_followed():
    assert refusal_of(gzip.compress(gzip.compress(GPX))) == "archive_not_supported"


@pytest.mark.parametrize("prolog", [ENTITY_BOMB, FOREIGN_FILE, "<!DOCTYPE gpx>"])
@pytest.mark.parametrize(
    "make", [lambda p: gpx_of([points()], prolog=p), lambda p: tcx_of(prolog=p)]
)
def test_any_doctype_is_refused(make, prolog):
    assert refusal_of(make(prolog)) == "xml_forbidden"


def test_a_doctype_in_another_encoding_is_refused():
    text = gpx_of([points()], prolog=ENTITY_BOMB).decode().replace("UTF-8", "UTF-16")

    assert refusal_of(text.encode("utf-16")) == "xml_forbidden"


def test_an_entity_without_a_doctype_is_refused():
    assert refusal_of(GPX.replace(b"<name>Test", b"<name>&evil;")) == "unreadable"


def test_a_gzip_bomb_is_refused_before_it_is_unpacked():
    bomb = gzip.compress(b"<gpx>" + b" " * (MAX_CONTENT_BYTES + 1), 9)

    began_s = time.process_time()
    assert refusal_of(bomb) == "too_large"
    assert time.process_time() - began_s < 5


def test_an_honest_file_that_compresses_well_comes_in():
    plain = GPX.replace(b"<trkseg>", b"<trkseg>" + b" " * 10_000_000)
    wrapped = gzip.compress(plain)
    assert len(plain) > 130 * len(wrapped)

    assert len(read_activity_file(wrapped)[0].samples) == 61


def test_the_members_of_a_gzip_file_are_joined():
    half = len(GPX) // 2
    wrapped = gzip.compress(GPX[:half]) + gzip.compress(GPX[half:])

    assert read_activity_file(wrapped) == read_activity_file(GPX)


def test_a_track_within_a_long_one_does_not_cut_it_in_two():
    days = [[Point(f"2026-11-{day:02d}T08:00:00Z", lat=f"52.{day}")] for day in range(1, 9)]
    long_one, within, after = [*days[:1], *days[6:7]], days[1:2], days[7:]

    assert len(read_activity_file(gpx_of(long_one, within, after))) == 1


def test_a_gzip_file_of_countless_members_is_read_in_one_go():
    countless = gzip.compress(b"") * 200_000
    began_s = time.process_time()

    assert refusal_of(countless) == "empty_file"

    assert time.process_time() - began_s < 5


def test_of_countless_laps_the_first_ten_thousand_are_kept():
    laps = [TcxLap("2025-03-10T16:00:00Z", 60, 180)] * (MOST_LAPS + 1)

    (recording,) = read_activity_file(tcx_of(laps))

    assert len(recording.laps) == MOST_LAPS


def test_countless_tracks_are_refused():
    one = [points(seconds=[0])]

    assert refusal_of(gpx_of(*[one] * (MOST_LAPS + 1))) == "too_many_activities"


def test_a_gzip_file_cut_short_is_refused():
    assert refusal_of(gzip.compress(GPX)[:-20]) == "unreadable"


@pytest.mark.parametrize("tenths", range(10))
@pytest.mark.parametrize("name", ["gpx", "tcx", "gzip"])
def test_xml_cut_short_is_refused(name, tenths):
    refusal_of(SOUND[name][: len(SOUND[name]) * tenths // 10])


@pytest.mark.parametrize("tenths", range(2, 10))
def test_a_fit_file_cut_short_keeps_what_came_before(tenths):
    (recording,) = read_activity_file(FIT[: len(FIT) * tenths // 10])

    assert "partly_read" in recording.warnings
    assert 121 * (tenths - 1) // 10 <= len(recording.samples) <= 121


def test_a_wrong_checksum_is_only_a_warning():
    damaged = FIT[:-1] + bytes([FIT[-1] ^ 0xFF])

    (recording,) = read_activity_file(damaged)

    assert recording.warnings == ("crc_mismatch",)
    assert len(recording.samples) == 121


def test_a_fit_file_with_a_damaged_head_is_refused():
    assert refusal_of(FIT.replace(b".FIT", b".FAT", 1)) == "not_an_activity"
    assert refusal_of(FIT[:14]) == "unreadable"


def test_a_course_is_no_activity():
    assert refusal_of(make_fit(fit_records(START, range(9)), file_type=TYPE_COURSE)) == (
        "not_an_activity"
    )
    course = TCX.replace(b"Activity", b"Course").replace(b"Activities", b"Courses")
    assert refusal_of(course) == "not_an_activity"


def test_a_fit_file_with_neither_records_nor_sessions_has_no_points():
    assert refusal_of(make_fit([])) == "no_points"


def test_a_route_without_times_is_no_workout():
    assert refusal_of(gpx_of([[Point(None), Point(None)]])) == "no_times"


def test_a_few_stray_times_do_not_make_a_route_a_workout():
    assert refusal_of(gpx_of([[*points(seconds=range(3)), *[Point(None)] * 9]])) == "no_times"


def test_no_track_at_all_has_no_points():
    assert refusal_of(gpx_of()) == "no_points"
    assert refusal_of(tcx_of()) == "no_points"


@pytest.mark.parametrize("lat", ["nan", "1e999", "-inf", "90.1", "north", ""])
def test_positions_off_the_globe_are_dropped(lat):
    good, bad = points(seconds=range(10)), Point("2026-11-02T07:00:10Z", lat=lat)

    (recording,) = read_activity_file(gpx_of([[*good, bad]]))

    assert recording.samples.lat_e7[-1] is None
    assert recording.warnings == ("positions_dropped",)
    assert recording.distance_m == pytest.approx(27, rel=0.01)


def test_zero_zero_is_a_receiver_without_a_fix_not_a_place():
    first, *others = points()
    astray = Point(first.time, lat="0.0", lon="0.0")

    (recording,) = read_activity_file(gpx_of([[astray, *others]]))

    assert recording.samples.lat_e7[0] is recording.samples.lon_e7[0] is None
    assert recording.track_distance_m == pytest.approx(59 * 3, rel=0.01)
    assert recording.warnings == ("positions_dropped",)


def test_a_track_that_is_nowhere_on_the_globe_is_refused():
    assert refusal_of(gpx_of([[Point("2026-11-02T07:00:10Z", lat="nan")]])) == "no_positions"


@pytest.mark.parametrize("reading", ["nan", "inf", "-1", "300", "many"])
def test_a_heart_rate_that_can_not_be_is_dropped(reading):
    odd = [
        Point("2026-11-02T07:00:00Z", hr_bpm=reading),
        Point("2026-11-02T07:00:01Z", hr_bpm="99"),
    ]

    (recording,) = read_activity_file(gpx_of([odd]))

    assert recording.samples.hr_bpm == [None, 99]


@pytest.mark.parametrize("figure", [float("nan"), float("inf"), -1.0, 1e300])
def test_a_lap_of_no_length_in_the_world_is_not_taken_at_its_word(figure):
    lap = TcxLap("2026-11-02T07:00:00Z", figure, figure, [points()])

    (recording,) = read_activity_file(tcx_of([lap]))

    assert (recording.elapsed_s, recording.moving_s) == (60, 60)
    assert recording.distance_m == pytest.approx(180, rel=0.01)
    assert (recording.laps[0].elapsed_s, recording.laps[0].distance_m) == (0, None)


@pytest.mark.parametrize("value", [float("inf"), float("-inf"), float("nan"), 2**63, "9", (None,)])
def test_a_fit_field_that_holds_no_number_of_this_world_is_empty(value):
    assert scalar(value) is None


@pytest.mark.parametrize("year", ["1901", "1970", "2037"])
def test_a_clock_of_another_time_comes_in_as_it_is(year):
    odd = [Point(f"{year}-11-02T07:00:0{second}Z") for second in range(3)]

    (recording,) = read_activity_file(gpx_of([odd]))

    assert recording.started_at.year == int(year)
    assert ("clock_never_set" in recording.warnings) == (int(year) < 1990)


@pytest.mark.parametrize("text", ["0000-00-00T00:00:00Z", "9999-12-31T23:59:59Z", "today", ""])
def test_a_time_that_can_not_be_is_that_of_the_point_before(text):
    (recording,) = read_activity_file(gpx_of([[*points(seconds=range(3)), Point(text)]]))

    assert recording.elapsed_s == 2
    assert recording.warnings == ("points_without_times",)


def test_a_clock_that_runs_backwards_is_told():
    back = [*points(seconds=range(30, 60)), *points(seconds=range(30))]

    (recording,) = read_activity_file(gpx_of([back]))

    assert recording.started_at == START
    assert recording.elapsed_s == 59
    assert recording.warnings == ("time_runs_backwards",)


def test_repeated_times_add_nothing():
    twice = [point for point in points() for _ in range(2)]

    (recording,) = read_activity_file(gpx_of([twice]))

    assert (recording.elapsed_s, recording.moving_s) == (60, 60)
    assert len(recording.samples) == 122


def test_a_jump_of_years_costs_neither_memory_nor_time():
    jump = [*points(seconds=range(5)), *points(START + timedelta(days=20_000), range(5))]

    began_s = time.process_time()
    (recording,) = read_activity_file(gpx_of([jump]))

    assert "gap_of_more_than_a_day" in recording.warnings
    assert time.process_time() - began_s < 1


def test_text_of_any_script_comes_in():
    named = GPX.replace(b"<name>Test", "<name>Übung 朝ラン 🏃\t\x0a".encode())

    assert read_activity_file(b"\xef\xbb\xbf" + named)[0].name == "Übung 朝ラン 🏃"


def test_a_file_of_elements_without_points_is_given_up():
    assert refusal_of(b"<gpx>" + b"<a/>" * 200_000 + b"</gpx>") == "unreadable"


def test_more_points_than_an_activity_has_are_refused():
    track = Track(Budget(points=2))
    for _ in range(2):
        track.add(0, *[None] * 9)

    with pytest.raises(FileRefused) as caught:
        track.add(0, *[None] * 9)

    assert caught.value.code == "too_many_points"
    assert MAX_POINTS >= 100 * 3600


def test_more_activities_than_a_file_has_are_refused():
    sessions = [fit_session(START, 1)] * (MAX_ACTIVITIES + 1)

    assert refusal_of(make_fit(sessions)) == "too_many_activities"
    assert refusal_of(make_fit([]) * (MAX_ACTIVITIES + 1)) == "too_many_activities"
    laps = [[TcxLap("2026-11-02T07:00:00Z", 1, 1)]] * (MAX_ACTIVITIES + 1)
    assert refusal_of(tcx_of(*laps)) == "too_many_activities"


def test_a_flood_of_messages_without_fields_is_given_up():
    definition = bytes([0x40, 0, 0, 250, 0, 0])
    body = definition + bytes(1001)
    head = FIT[:4] + len(body).to_bytes(4, "little") + FIT[8:12] + bytes(2)

    with pytest.raises(FileRefused, match="more than 1000 messages"):
        read_fit(head + body, most_messages=1000)


@settings(max_examples=300, deadline=None)
@given(
    name=st.sampled_from(sorted(SOUND)),
    changes=st.lists(st.tuples(st.floats(0, 1), st.integers(0, 255)), min_size=1, max_size=8),
    cut=st.floats(0.2, 1),
)
def test_random_damage_is_read_or_refused_and_nothing_else(name, changes, cut):
    damaged = bytearray(SOUND[name][: int(len(SOUND[name]) * cut)])
    for place, byte in changes:
        damaged[int(place * (len(damaged) - 1))] = byte

    assert outcome(bytes(damaged)) in {"read", *REASONS}


@settings(max_examples=200, deadline=None)
@given(tail=st.binary(max_size=300))
def test_noise_behind_a_fit_header_is_read_or_refused_and_nothing_else(tail):
    assert outcome(FIT[:14] + tail) in {"read", *REASONS}
