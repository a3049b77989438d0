"""Health Connect's export and Google Takeout's Fit folder, cut into workouts and days."""

from __future__ import annotations

import io
import sqlite3
from collections import Counter
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fittrack.activities import sports
from fittrack.activities.archives import health_connect, takeout
from fittrack.activities.files import FileRefused, read_activity_file
from fittrack.activities.files.export_heads import export_kind
from tests.activities.zipping import zip_of
from tests.factories_activities import NOON_AT, Member, run_jobs

ZONE = ZoneInfo("America/New_York")
RUN = f"""<?xml version="1.0"?>
<TrainingCenterDatabase xmlns="http://www.garmin.com/xmlschemas/TrainingCenterDatabase/v2">
<Activities><Activity Sport="Running"><Id>{NOON_AT:%Y-%m-%dT%H:%M:%SZ}</Id>
<Lap StartTime="{NOON_AT:%Y-%m-%dT%H:%M:%SZ}"><TotalTimeSeconds>600</TotalTimeSeconds>
<DistanceMeters>1500</DistanceMeters></Lap></Activity></Activities></TrainingCenterDatabase>
""".encode()
START_MS = int(NOON_AT.timestamp()) * 1000
HOUR_MS = 3_600_000
# As Android makes them, but for the columns that say nothing here.
TABLES = """
CREATE TABLE application_info_table (row_id INTEGER PRIMARY KEY, package_name TEXT, app_name TEXT);
CREATE TABLE exercise_session_record_table (
    row_id INTEGER PRIMARY KEY, uuid BLOB, app_info_id INTEGER, recording_method INTEGER,
    start_time INTEGER, start_zone_offset INTEGER, end_time INTEGER, end_zone_offset INTEGER,
    notes TEXT, exercise_type INTEGER, title TEXT, has_route INTEGER);
CREATE TABLE heart_rate_record_series_table (
    parent_key INTEGER, beats_per_minute INTEGER, epoch_millis INTEGER);
CREATE TABLE distance_record_table (
    row_id INTEGER PRIMARY KEY, app_info_id INTEGER, start_time INTEGER, end_time INTEGER,
    distance REAL);
CREATE TABLE steps_record_table (
    row_id INTEGER PRIMARY KEY, app_info_id INTEGER, recording_method INTEGER,
    start_time INTEGER, end_time INTEGER, count INTEGER);
INSERT INTO application_info_table VALUES (1, 'org.run', 'Runner'), (2, 'org.watch', NULL);
"""
SESSION = {
    "app_info_id": 1,
    "recording_method": 1,
    "start_time": START_MS,
    "start_zone_offset": -18_000,
    "end_time": START_MS + HOUR_MS,
    "exercise_type": 33,
}


@pytest.fixture
def made(tmp_path):
    """Return a function that makes an export of rows by table and returns its bytes."""
    numbers = iter(range(100))

    def make(script="", **tables):
        path = tmp_path / f"export{next(numbers)}.db"
        with sqlite3.connect(path) as export:
            export.executescript(TABLES)
            for table, rows in tables.items():
                for row in rows:
                    marks = ", ".join("?" * len(row))
                    text = f"INSERT INTO {table} ({', '.join(row)}) VALUES ({marks})"
                    export.execute(text, tuple(row.values()))
            export.executescript(script)
        export.close()
        return path.read_bytes()

    return make


def cut(content, module=health_connect):
    """Return the names of the files that an export is cut into, and what they record."""
    pieces = list(module.excerpts(lambda: io.BytesIO(content), ZONE))
    recordings = [one for piece in pieces for one in read_activity_file(piece.content)]
    return [piece.name for piece in pieces], recordings


def refusal(content, module=health_connect):
    with pytest.raises(FileRefused) as caught:
        list(module.excerpts(lambda: io.BytesIO(content), ZONE))
    return caught.value.code


def steps(at_ms, count, app=1, method=2):
    row = {"app_info_id": app, "recording_method": method, "count": count}
    return row | {"start_time": at_ms, "end_time": at_ms + 60_000}


def test_a_workout_has_its_sport_its_times_and_the_heart_rates_within(made):
    beats = [
        {"parent_key": 1, "beats_per_minute": bpm, "epoch_millis": START_MS + at}
        for bpm, at in ((99, -1000), (120, 0), (140, 60_000), (150, HOUR_MS + 1000))
    ]
    content = made(exercise_session_record_table=[SESSION], heart_rate_record_series_table=beats)
    assert export_kind(content[:100]) == "health_connect"
    names, [run] = cut(content)
    began = NOON_AT - timedelta(hours=5)
    assert names == [f"workouts/{began:%Y-%m-%d %H-%M-%S} running.xml.gz"]
    assert (run.sport, run.started_at, run.elapsed_s) == ("running", NOON_AT, 3600)
    assert (run.utc_offset_s, run.device) == (-18_000, "Runner")
    assert [bpm for bpm in run.samples.hr_bpm if bpm] == [120, 140]


def test_a_workout_covers_what_its_own_app_measured_within_it(made):
    def measured(app, at_ms, metres):
        return {
            "app_info_id": app,
            "start_time": at_ms,
            "end_time": at_ms + 60_000,
            "distance": metres,
        }

    rows = [
        measured(1, START_MS, 200.5),
        measured(1, START_MS + 60_000, 300),
        measured(2, START_MS, 7777),
        measured(1, START_MS + HOUR_MS - 30_000, 7777),
        measured(1, START_MS - 60_001, 7777),
        measured(1, START_MS, -1),
    ]
    _, [run] = cut(made(exercise_session_record_table=[SESSION], distance_record_table=rows))
    assert run.distance_m == 500.5


def test_every_number_of_an_exercise_is_a_sport_that_we_know():
    assert len(health_connect.EXERCISES) == 62
    assert all(sports.is_known(name) for name in health_connect.EXERCISES.values())
    known = {4: "cycling", 33: "running", 49: "swimming", 53: "walking", 61: "indoor_rowing"}
    for number, sport in known.items():
        assert sports.from_name(health_connect.EXERCISES[number]) == sport


def test_a_day_has_the_steps_of_the_app_that_counted_most(made):
    later_ms = START_MS + 24 * HOUR_MS
    rows = [
        steps(START_MS, 1000),
        steps(START_MS + HOUR_MS, 500),
        steps(START_MS, 1400, app=2),
        steps(START_MS, 9000, method=3),
        steps(later_ms, 20),
        steps(later_ms, -5),
    ]
    names, found = cut(made(steps_record_table=rows))
    assert [day.steps for day in found] == [1500, 20]
    assert {day.type for day in found} == {"steps"}
    assert names[0] == f"steps/{NOON_AT.astimezone(ZONE):%Y-%m-%d}.xml.gz"


def test_a_workout_typed_in_by_hand_is_none(made):
    content = made(exercise_session_record_table=[SESSION | {"recording_method": 3}])
    [piece] = health_connect.excerpts(lambda: io.BytesIO(content), ZONE)
    with pytest.raises(FileRefused) as caught:
        read_activity_file(piece.content)
    assert caught.value.code == "typed_in"


def test_the_same_export_is_cut_the_same_way_again(made):
    content = made(exercise_session_record_table=[SESSION], steps_record_table=[steps(START_MS, 9)])
    first, second = (
        list(health_connect.excerpts(lambda: io.BytesIO(content), ZONE)) for _ in range(2)
    )
    assert first == second
    assert len(first) == 2


NONSENSE = st.none() | st.integers(-(2**63), 2**63 - 1) | st.floats() | st.text() | st.binary()


@settings(max_examples=30, deadline=None)
@given(
    rows=st.lists(st.fixed_dictionaries({}, optional=dict.fromkeys(SESSION, NONSENSE)), max_size=3)
)
def test_rows_of_nonsense_come_to_nothing(rows, tmp_path_factory):
    path = tmp_path_factory.mktemp("nonsense") / "export.db"
    with sqlite3.connect(path) as export:
        export.executescript(TABLES)
        for row in rows:
            values = SESSION | row | {"title": "\x00\x01<&"}
            text = f"INSERT INTO exercise_session_record_table ({', '.join(values)})"
            marks = ", ".join("?" * len(values))
            export.execute(f"{text} VALUES ({marks})", tuple(values.values()))
    export.close()
    cut(path.read_bytes())


def test_an_app_may_have_any_name(made):
    script = "UPDATE application_info_table SET app_name = char(0, 1, 60, 38, 34) || 'x'"
    _, [run] = cut(made(script, exercise_session_record_table=[SESSION]))
    assert run.device == '<&"x'


def test_an_sqlite_file_of_something_else_is_refused(tmp_path):
    with sqlite3.connect(tmp_path / "x.db") as other:
        other.execute("CREATE TABLE notes (text TEXT)")
    other.close()
    assert refusal((tmp_path / "x.db").read_bytes()) == "not_an_activity"


@pytest.mark.parametrize("length", [16, 100, 4096, 9000])
def test_a_damaged_export_is_refused(made, length):
    assert refusal(made(exercise_session_record_table=[SESSION])[:length]) == "unreadable"


@pytest.mark.parametrize(
    "script",
    [
        "DROP TABLE steps_record_table; CREATE VIEW steps_record_table AS WITH RECURSIVE"
        " c(count) AS (SELECT 1 UNION ALL SELECT count + 1 FROM c)"
        " SELECT count, 1 AS start_time FROM c",
        "DROP TABLE steps_record_table; CREATE TABLE steps_record_table (start_time TEXT)",
        "DROP TABLE steps_record_table; DROP TABLE distance_record_table",
    ],
)
def test_what_is_no_table_of_an_export_is_passed_over(made, script):
    _, [run] = cut(made(script, exercise_session_record_table=[SESSION]))
    assert run.sport == "running"


def test_a_value_without_end_is_refused(made):
    script = "UPDATE exercise_session_record_table SET notes = zeroblob(2000000)"
    assert refusal(made(script, exercise_session_record_table=[SESSION])) == "unreadable"


def test_an_export_that_is_too_large_is_refused(made, monkeypatch):
    monkeypatch.setattr(health_connect, "MAX_FILE_BYTES", 1000)
    assert refusal(made(exercise_session_record_table=[SESSION])) == "too_large"


DAYS = (
    "\ufeffDate,Move Minutes count,Calories (kcal),Distance (m),Step count\n"
    "2026-03-07,10,1800.5,1200.1,4321\n"
    "2026-03-08,10,1800.5,1200.1,1234.0\n"
    "2026-03-09,,1800.5,,\n"
    "03/10/2026,1,1,1,77\n"
    "9999-12-31,1,1,1,77\n"
    "2026-03-07,10,1800.5,1200.1,4000\n"
    "2026-03-11,1,1,1,nan\n"
)


def test_days_of_takeout_have_their_steps_also_when_clocks_change():
    content = DAYS.encode()
    assert export_kind(content[:100]) == "takeout"
    names, found = cut(content, takeout)
    assert names == ["steps/2026-03-07.xml.gz", "steps/2026-03-08.xml.gz"]
    assert [day.steps for day in found] == [4321, 1234]
    assert [f"{day.started_at.astimezone(ZONE):%m-%d %H:%M}" for day in found] == [
        "03-07 00:00",
        "03-08 00:00",
    ]
    assert [day.elapsed_s for day in found] == [86_399, 82_799]


@pytest.mark.parametrize(
    "head", [b"", b"Date\n", b"Start time,Date,Step count\n", b"\x00" * 100, b"Step count,Date"]
)
def test_another_table_is_no_export(head):
    assert export_kind(head) is None


def test_a_table_without_end_is_refused():
    assert refusal(b"Date,Step count\n" + b"1" * 200_000, takeout) == "unreadable"


def test_a_takeout_comes_in_with_its_workouts_and_its_days(client):
    ana = Member(client)
    folder = "Takeout/Fit/"
    archive = zip_of(
        ("Takeout/archive_browser.html", b"<html>"),
        (f"{folder}Activities/2026-03-07T12_00_00-05_00_PT1H_Running.tcx", RUN),
        (f"{folder}Daily activity metrics/Daily activity metrics.csv", DAYS.encode()),
        (f"{folder}Daily activity metrics/2026-03-07.csv", b"Start time,End time,Step count\n"),
        (f"{folder}All Data/derived_com.google.step_count.delta.json", b"{}"),
        (f"{folder}All Sessions/2026-03-07_RUNNING.json", b"{}"),
    )
    import_id = ana.post_files(("takeout.zip", archive)).json["import_id"]
    run_jobs()
    upload = ana.get(f"imports/{import_id}").json
    assert upload["refused_count"] == 0
    found = ana.get("activities").json["items"]
    assert Counter(one["type"] for one in found) == {"workout": 1, "steps": 2}


def test_a_health_connect_export_comes_in_once(client, made):
    ana = Member(client)
    export = made(
        exercise_session_record_table=[SESSION], steps_record_table=[steps(START_MS, 4000)]
    )
    archive = zip_of(("health_connect_export.db", export))
    for _ in range(2):
        import_id = ana.post_files(("Health Connect.zip", archive)).json["import_id"]
        run_jobs()
    assert ana.get(f"imports/{import_id}").json["refused_count"] == 0
    found = ana.get("activities").json["items"]
    assert Counter(one["type"] for one in found) == {"workout": 1, "steps": 1}
    assert ana.post_files(("health_connect_export.db", export)).status_code == 202
    run_jobs()
    assert len(ana.get("activities").json["items"]) == 2
