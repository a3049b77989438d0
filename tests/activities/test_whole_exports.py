"""Whole exports of other programs and of our own: what they say of their files comes along."""

from __future__ import annotations

import gzip
import io
import zipfile
from datetime import UTC, datetime, timedelta

import pytest

from fittrack.accounts.exports import zipping
from fittrack.activities.belongings import service as belongings
from fittrack.dev.files import make_gpx
from tests.activities.makers import TcxLap, make_fit_run, points, tcx_of
from tests.activities.zipping import zip_of
from tests.factories_activities import NOON_AT, Member, count

HOUR = timedelta(hours=1)
RUN = make_gpx(NOON_AT, 60)
FIT = make_fit_run(NOON_AT + 3 * HOUR)
TWO_LEGS = tcx_of(
    [TcxLap("2025-03-12T16:00:00Z", 60, 180, [points(NOON_AT.replace(day=12))])],
    [TcxLap("2025-03-12T18:00:00Z", 60, 180, [points(NOON_AT.replace(day=12) + 2 * HOUR)])],
)
STRAVA = (
    "Activity ID,Activity Date,Activity Name,Activity Type,Activity Description,Elapsed Time,Gear,"
    "Filename\n"
    '1,"Mar 10, 2025, 4:00:00 PM",Lunch Run,Trail Run,"With Ben,\nin the ""rain""",60,Shoes,'
    "activities/1.gpx\n"
    '2,"Mar 10, 2025, 7:00:00 PM",,Ride,,600,,activities/2.fit.gz\n'
    '3,"Mar 11, 2025, 7:00:00 PM",By hand,Yoga,,600,,\n'
).encode("utf-8-sig")


@pytest.fixture
def ana(client):
    return Member(client)


@pytest.fixture
def cem(client):
    return Member(client)


def outcomes(upload):
    return [(file["file_name"], file["state"], file["reason_code"]) for file in upload["files"]]


def activities_of(member):
    return {item["started_at"]: item for item in member.get("activities").json["items"]}


def strava(table):
    return zip_of(
        ("profile.csv", b"a,b"),
        ("media/photo.jpg", b"\xff\xd8"),
        ("activities.csv", table),
        ("activities/1.gpx", RUN),
        ("activities/2.fit.gz", gzip.compress(FIT)),
    )


def test_an_export_of_strava_has_its_names_notes_and_sports(ana):
    upload = ana.upload(("export.zip", strava(STRAVA)))

    assert outcomes(upload) == [
        ("export.zip", "created", None),
        ("activities/1.gpx", "created", None),
        ("activities/2.fit.gz", "created", None),
    ]
    run, ride = (
        ana.get(f"activities/{file['activity_ids'][0]}").json for file in upload["files"][1:]
    )
    assert (run["name"], run["sport"]) == ("Lunch Run", "trail_running")
    assert run["notes"] == 'With Ben,\nin the "rain"'
    assert (ride["name"], ride["sport"]) == (None, "cycling")


def test_a_table_in_another_language_says_names_and_leaves_the_sport_to_the_file(ana):
    german = STRAVA.replace(b"Activity Name", b"Name der Aktivit\xc3\xa4t").replace(
        b"Trail Run", b"Traillauf"
    )

    upload = ana.upload(("export.zip", strava(german)))

    run = ana.get(f"activities/{upload['files'][1]['activity_ids'][0]}").json
    assert (run["name"], run["sport"]) == ("Lunch Run", "running")


@pytest.mark.parametrize("table", [b"", b"\x00\xff" * 50, b'"' + b"x" * 300_000, b"1,2\n" * 9])
def test_a_table_that_can_not_be_read_costs_only_itself(ana, table):
    upload = ana.upload(("export.zip", strava(table)))

    assert upload["created_count"] == 3


def test_an_export_of_garmin_is_a_zip_of_zips(ana):
    folder = "DI_CONNECT/DI-Connect-Uploaded-Files"
    archive = zip_of(
        ("DI_CONNECT/DI-Connect-Fitness/summary.json", b"[]"),
        ("customer_data/customer.json", b"{}"),
        (f"{folder}/UploadedFiles_0-_Part1.zip", zip_of(("ana_1.fit", FIT))),
    )

    upload = ana.upload(("garmin.zip", archive))

    assert outcomes(upload) == [
        ("garmin.zip", "created", None),
        (f"{folder}/UploadedFiles_0-_Part1.zip", "created", None),
        ("ana_1.fit", "created", None),
    ]


def own_export(member):
    """Return the share of a member's archive that activities have, as the export writes it."""
    written = bytearray()
    stream = zipping.ChunkStream(lambda _, piece: written.extend(piece))
    zipping.write_zip(belongings.export_member(member.account_id), stream)
    return bytes(written)


FIGURES = (
    *("sport", "name", "notes", "elapsed_s", "moving_s", "distance_m", "ascent_m", "avg_hr_bpm"),
    *("sample_count", "lap_count", "has_route", "has_original", "visibility"),
)


def figures_of(member):
    return {
        started_at: {name: item[name] for name in FIGURES}
        for started_at, item in activities_of(member).items()
    }


def test_what_fittrack_hands_out_comes_in_again_as_an_equal_set(ana, cem):
    upload = ana.upload(("a run.gpx", RUN), ("b.fit", FIT), ("two.tcx", TWO_LEGS))
    run_id = upload["files"][0]["activity_ids"][0]
    version = {"If_Match": ana.get(f"activities/{run_id}").headers["ETag"]}
    said = {"name": "Mine", "sport": "trail_running", "notes": "Wet.", "visibility": "private"}
    assert ana.patch(f"activities/{run_id}", said, **version).status_code == 200
    ana.delete(f"activities/{upload['files'][2]['activity_ids'][0]}")

    archive = own_export(ana)
    restored = cem.upload(("fittrack.zip", archive))

    assert sorted(file["file_name"] for file in restored["files"]) == [
        "fittrack.zip",
        "originals/a run.gpx",
        "originals/b.fit",
        "originals/two.tcx",
    ]
    assert {file["state"] for file in restored["files"]} == {"created"}
    assert figures_of(cem) == figures_of(ana)
    assert len(figures_of(cem)) == 3
    assert own_samples(own_export(cem)) == own_samples(archive)


def own_samples(archive):
    with zipfile.ZipFile(io.BytesIO(archive)) as opened:
        return sorted(
            opened.read(name) for name in opened.namelist() if name.startswith("samples/")
        )


def test_our_own_export_beside_what_it_was_made_of_adds_nothing(ana):
    ana.upload(("a.gpx", RUN), ("two.tcx", TWO_LEGS))

    again = ana.upload(("fittrack.zip", own_export(ana)))

    assert {file["state"] for file in again["files"]} == {"duplicate"}
    assert count("activities") == 3


def typed_in(member, **over):
    yesterday = datetime.now(UTC).replace(microsecond=0) - timedelta(days=1)
    said = {"sport": "yoga", "started_at": yesterday.isoformat(), "elapsed_s": 1800, **over}
    answer = member.post("activities", said)
    assert answer.status_code == 201
    return answer.json["activity_id"]


def test_what_was_typed_in_comes_in_again_under_the_same_rules(ana, cem):
    typed_in(ana, name="Stretching", notes="Slowly.", distance_m=1234.5)
    archive = own_export(ana)

    first = cem.upload(("fittrack.zip", archive))
    again = cem.upload(("fittrack.zip", archive))

    assert first["files"][1]["file_name"].startswith("entries/20")
    assert [file["state"] for file in first["files"]] == ["created"] * 2
    assert [file["state"] for file in again["files"]] == ["duplicate"] * 2
    assert figures_of(cem) == figures_of(ana)
    (entry,) = cem.get("activities").json["items"]
    assert (entry["source"], entry["notes"]) == ("manual", "Slowly.")
    assert cem.balance() == ana.balance() > 0


@pytest.mark.parametrize(
    ("said", "lie"),
    [
        (b'"started_at":"20', b'"started_at":"19'),
        (b'"elapsed_s":1800', b'"elapsed_s":180000'),
        (b'"elapsed_s":1800', b'"elapsed_s":"x"'),
    ],
)
def test_an_entry_that_nobody_could_type_in_is_refused(ana, cem, said, lie):
    typed_in(ana)
    with zipfile.ZipFile(io.BytesIO(own_export(ana))) as opened:
        files = [(name, opened.read(name)) for name in opened.namelist()]
    forged = [(name, content.replace(said, lie)) for name, content in files]
    assert forged != files

    upload = cem.upload(("fittrack.zip", zip_of(*forged)))

    assert upload["files"][1]["reason_code"] == "entry_not_accepted"
    assert count("activities") == 1


@pytest.mark.parametrize(
    "line", [b"{}", b"[1]", b'{"activity":7}', b'{"activity":{"origin_key":1}}']
)
def test_a_list_of_our_own_that_can_not_be_read_costs_only_itself(ana, line):
    archive = zip_of(
        ("activities.json", b"[\n" + line + b"\n]\n"),
        ("files.json", b"[]"),
        ("manifest.json", b"[]"),
        ("originals/01a1f9a5-4dde-72f6-84d9-af54c8e6c916-run.gpx", RUN),
    )

    upload = ana.upload(("fittrack.zip", archive))

    assert outcomes(upload)[1:] == [("originals/run.gpx", "created", None)]
