"""Sleep out of exports of Apple Health and Health Connect, kept beside that of trackers."""

from __future__ import annotations

import gzip
import io
import sqlite3
from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import orjson
import pytest

from fittrack.activities.archives import apple_export, health_connect, nights, takeout
from fittrack.activities.files import FileRefused
from tests.activities.apple_exports import apple_export as export_of
from tests.activities.apple_exports import apple_time, workout
from tests.activities.zipping import zip_of
from tests.factories_activities import Member, run_jobs

ZONE = ZoneInfo("America/New_York")
CLOCK = timezone(timedelta(hours=-8))
BED_AT = datetime(2026, 11, 18, 23, tzinfo=CLOCK)
WOKE_ON = date(2026, 11, 19)
NIGHT = (("AsleepCore", 90), ("AsleepDeep", 60), ("Awake", 10), ("AsleepREM", 80))
TABLES = """
CREATE TABLE application_info_table (row_id INTEGER PRIMARY KEY, package_name TEXT, app_name TEXT);
CREATE TABLE exercise_session_record_table (row_id INTEGER PRIMARY KEY, start_time INTEGER);
CREATE TABLE sleep_session_record_table (row_id INTEGER PRIMARY KEY, app_info_id INTEGER,
    start_time INTEGER, end_time INTEGER, start_zone_offset INTEGER, end_zone_offset INTEGER);
CREATE TABLE sleep_stages_table (parent_key INTEGER, stage_start_time INTEGER,
    stage_end_time INTEGER, stage_type INTEGER);
INSERT INTO application_info_table VALUES (1, 'org.ring', 'Ring');
"""


def asleep(start, minutes, value, source="Watch"):
    return (
        f' <Record type="{nights.SLEEP}" sourceName="{source}" startDate="{apple_time(start)}"'
        f' endDate="{apple_time(start + timedelta(minutes=minutes))}"'
        f' value="HKCategoryValueSleepAnalysis{value}"/>\n'
    )


def stages(start, told=NIGHT, source="Watch"):
    found = []
    for value, minutes in told:
        found.append(asleep(start, minutes, value, source))
        start += timedelta(minutes=minutes)
    return "".join(found)


def cut(content, module=apple_export):
    """Return the sleeps of each day, as they are read from the files that an export is cut into."""
    routes = (lambda _: None,) if module is apple_export else ()
    found = module.excerpts(lambda: io.BytesIO(content), *routes, ZONE)
    days = {}
    for one in found:
        if one.slept_at:
            read = nights.read_nights(one.content)
            assert [one.name] == [f"sleep/{day_on}.xml.gz" for day_on in read]
            days |= read
    return days


def health_connect_of(*sleeps):
    export = sqlite3.connect(":memory:")
    export.executescript(TABLES)
    for number, (start, end, told) in enumerate(sleeps, start=1):
        row = (number, 1, ms(start), ms(end), -28_800, -28_800)
        export.execute("INSERT INTO sleep_session_record_table VALUES (?, ?, ?, ?, ?, ?)", row)
        for kind, minutes in told:
            row = (number, ms(start), ms(start + timedelta(minutes=minutes)), kind)
            export.execute("INSERT INTO sleep_stages_table VALUES (?, ?, ?, ?)", row)
            start += timedelta(minutes=minutes)
    return export.serialize()


def ms(at):
    return int(at.timestamp() * 1000)


def test_a_night_has_its_stages_and_the_day_of_waking_by_its_own_clock():
    [[day_on, [night]]] = cut(export_of(stages(BED_AT))).items()
    assert day_on == WOKE_ON
    assert (night.started_at, night.ended_at) == (BED_AT, BED_AT + timedelta(hours=4))
    assert (night.light_s, night.deep_s, night.rem_s, night.awake_s) == (5400, 3600, 4800, 600)
    assert (night.asleep_s, night.is_nap, night.utc_offset_s) == (13_800, False, -28_800)
    assert night.device == "Watch"


def test_a_nap_is_a_sleep_of_its_own_and_a_short_pause_is_none():
    nap = asleep(BED_AT + timedelta(hours=16), 30, "AsleepUnspecified")
    later = stages(BED_AT + timedelta(hours=5))
    days = cut(export_of(nap, later, stages(BED_AT)))
    [night, short] = days[WOKE_ON]
    assert (night.asleep_s, short.asleep_s) == (2 * 13_800, 1800)
    assert (night.is_nap, short.is_nap, short.light_s) == (False, True, None)


def test_of_two_sources_of_a_night_that_with_stages_counts_alone():
    told = (("InBed", 480), ("Asleep", 420), ("AsleepUnspecified", 420))
    phone = "".join(asleep(BED_AT, minutes, value, "Phone") for value, minutes in told)
    assert [one.device for one in cut(export_of(phone, stages(BED_AT)))[WOKE_ON]] == ["Watch"]
    [alone] = cut(export_of(phone))[WOKE_ON]
    assert (alone.asleep_s, alone.awake_s) == (420 * 60, None)


def test_what_one_source_tells_twice_counts_once_and_lying_awake_is_no_sleep():
    whole = asleep(BED_AT, 240, "AsleepUnspecified")
    [night] = cut(export_of(whole, stages(BED_AT), stages(BED_AT)))[WOKE_ON]
    assert (night.asleep_s, night.awake_s, night.deep_s) == (13_800, 600, 3600)


@pytest.mark.parametrize(
    "record",
    [
        asleep(BED_AT, 480, "InBed"),
        asleep(BED_AT, 480, "Dreaming"),
        asleep(BED_AT, 0, "AsleepDeep"),
        asleep(BED_AT, -60, "AsleepDeep"),
        asleep(BED_AT, 60 * 25, "AsleepDeep"),
        f'<Record type="{nights.SLEEP}" startDate="yesterday" value="AsleepDeep"/>',
    ],
)
def test_what_is_no_sleep_is_passed_over(record):
    assert cut(export_of(record, workout(BED_AT, 600))) == {}


def test_sleeps_of_health_connect_have_stages_or_their_whole_length():
    woke_at = BED_AT + timedelta(hours=4)
    staged = ((4, 90), (5, 60), (1, 10), (6, 80), (0, 60))
    nap_at = BED_AT + timedelta(hours=16)
    nap = (nap_at, nap_at + timedelta(minutes=40), ())
    days = cut(health_connect_of((BED_AT, woke_at, staged), nap), health_connect)
    [night, short] = days[WOKE_ON]
    assert (night.light_s, night.deep_s, night.rem_s, night.awake_s) == (5400, 3600, 4800, 600)
    assert (night.device, night.utc_offset_s) == ("Ring", -28_800)
    assert (short.asleep_s, short.is_nap) == (2400, True)


def bring(ana, content):
    import_id = ana.post_files(("export.xml", content)).json["import_id"]
    run_jobs()
    upload = ana.get(f"imports/{import_id}").json
    return upload, ana.get("recovery/sleep").json["items"]


def test_the_sleep_of_an_export_is_counted_and_comes_in_once(client):
    ana = Member(client)
    half = export_of(stages(BED_AT, NIGHT[:2]))
    upload, [night] = bring(ana, half)
    # The export itself, and the one day in it.
    assert (upload["created_count"], upload["refused_count"]) == (2, 0)
    assert (night["provider"], night["day_on"], night["asleep_s"]) == (
        "apple_health",
        f"{WOKE_ON}",
        9000,
    )
    assert night["started_at"] == f"{BED_AT.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
    upload, again = bring(ana, half)
    assert (upload["created_count"], upload["duplicate_count"], again) == (0, 2, [night])
    # A later export knows the whole night, and the former one brings the half of it no more.
    upload, [whole] = bring(ana, export_of(stages(BED_AT)))
    assert (whole["sleep_id"], whole["rem_s"]) == (night["sleep_id"], 4800)
    assert bring(ana, half)[1] == [whole]
    assert ana.get("recovery/sleep", provider="whoop").json["items"] == []
    ben = Member(client)
    assert ben.get("recovery/sleep").json["items"] == []
    assert len(bring(ben, half)[1]) == 1


SESSION = {
    "fitnessActivity": "sleep",
    "startTime": "2026-11-19T07:00:00Z",
    "endTime": "2026-11-19T11:00:00.000Z",
    "duration": "14400s",
}


def session(**over):
    return orjson.dumps(SESSION | over)


def segment(kind, start, end):
    day = "2026-11-19T"
    return {"fitnessActivity": kind, "startTime": f"{day}{start}:00Z", "endTime": f"{day}{end}:00Z"}


def test_sleeps_of_takeout_have_their_segments_or_their_whole_length():
    [whole] = takeout.read_session(session(), -28_800)
    assert (whole.started_at, whole.asleep_s, whole.awake_s) == (BED_AT, 14_400, None)
    segments = [
        segment("sleep", "07:00", "08:00"),
        segment("sleep.awake", "08:00", "08:30"),
        segment("sleep.deep", "08:30", "11:00"),
        segment("sleep.deep", "11:00", "10:00"),
        7,
    ]
    [night] = takeout.read_session(session(segment=segments), 0)
    assert (night.asleep_s, night.awake_s, night.deep_s) == (12_600, 1800, 9000)
    assert takeout.read_session(session(fitnessActivity="walking"), 0) == []
    assert takeout.read_session(session(endTime="2026-11-19T06:00:00Z"), 0) == []
    for broken in (b"", b"[]", b"{", b"7"):
        with pytest.raises(FileRefused):
            takeout.read_session(broken, 0)
    for broken in (nights.GZIP, nights.GZIP + b"\x08" + bytes(20), gzip.compress(b"{}")[:-9]):
        with pytest.raises(FileRefused):
            nights.unpacked(broken)


@pytest.mark.parametrize(
    ("name", "offset_s"),
    [
        ("2026-11-18T23_00_00-08_00_SLEEP.json", -28_800),
        ("2026-11-19T12_30_00+05_30_SLEEP.json", 19_800),
        ("2026-11-19T07_00_00Z_SLEEP.json", 0),
        ("2026-11-19T07_00_00+99_00_SLEEP.json", 0),
    ],
)
def test_a_session_of_takeout_names_its_offset(name, offset_s):
    assert takeout.sleep_hints(f"Takeout/Fit/All Sessions/{name}")["offset_s"] == offset_s


def test_the_sleep_of_a_takeout_comes_in_with_its_naps(client):
    ana = Member(client)
    folder = "Takeout/Fit/All Sessions/2026-11-"
    nap = session(startTime="2026-11-19T22:00:00Z", endTime="2026-11-19T23:00:00Z")
    archive = zip_of(
        (f"{folder}18T23_00_00-08_00_SLEEP.json", session()),
        (f"{folder}19T14_00_00-08_00_SLEEP.json", nap),
        (f"{folder}19T08_00_00-08_00_WALKING.json", b"{}"),
        (f"{folder}20T08_00_00-08_00_SLEEP.json", b"{"),
    )
    upload, sleeps = bring(ana, archive)
    assert [(one["asleep_s"], one["day_on"], one["is_nap"]) for one in sleeps] == [
        (3600, f"{WOKE_ON}", True),
        (14_400, f"{WOKE_ON}", False),
    ]
    assert (upload["created_count"], upload["refused_count"]) == (3, 1)
    assert bring(ana, archive)[1] == sleeps
