"""Uploads over HTTP: what comes in, what is refused, and what a member is told of it."""

from __future__ import annotations

import gzip
import threading
from datetime import UTC, datetime, timedelta
from io import BytesIO

import pytest

from fittrack.activities.imports.rules import MAX_FILE_BYTES, MAX_UPLOAD_BYTES, MAX_UPLOAD_FILES
from fittrack.dev.files import make_gpx
from tests.activities.makers import TcxLap, make_fit_run, points, tcx_of
from tests.conformance import engines
from tests.factories_activities import NOON_AT, Member, count, run_jobs, select

RUN = make_gpx(NOON_AT, 60)


@pytest.fixture
def ana(client):
    return Member(client)


@pytest.fixture
def cem(client):
    return Member(client)


def post_form(member, data, content_type="multipart/form-data"):
    return member.client.post(
        "/api/v1/activities/files", headers=member.headers, data=data, content_type=content_type
    )


def test_an_upload_is_accepted_before_it_is_read(ana):
    answer = ana.post_files(("morning.gpx", RUN))

    assert answer.status_code == 202
    assert answer.headers["Location"] == f"/api/v1/imports/{answer.json['import_id']}"
    assert answer.json["state"] == "pending"
    assert [(f["file_name"], f["state"]) for f in answer.json["files"]] == [
        ("morning.gpx", "pending")
    ]
    assert count("activities") == 0


def test_an_upload_is_done_when_its_job_has_run(ana):
    upload = ana.upload(("morning.gpx", RUN))

    file = upload["files"][0]
    assert (upload["state"], file["state"]) == ("done", "created")
    assert file["size_bytes"] == len(RUN)
    assert ana.get(f"activities/{file['activity_ids'][0]}").json["sport"] == "running"


@pytest.mark.parametrize(
    ("name", "content", "file_format"),
    [
        ("a.gpx", RUN, "gpx"),
        ("a.gpx.gz", gzip.compress(RUN), "gpx"),
        ("renamed.txt", RUN, "gpx"),
        ("a.fit", make_fit_run(NOON_AT), "fit"),
        ("a.tcx", tcx_of([TcxLap("2025-03-10T16:00:00Z", 60, 180, [points(NOON_AT)])]), "tcx"),
    ],
)
def test_each_format_comes_in_by_its_content(ana, name, content, file_format):
    activity_id = ana.upload((name, content))["files"][0]["activity_ids"][0]

    assert ana.get(f"activities/{activity_id}").json["file_format"] == file_format


def test_bad_files_are_refused_with_a_reason_and_the_others_come_in(ana):
    upload = ana.upload(
        ("good.gpx", RUN),
        ("empty.fit", b""),
        ("bomb.gpx", b'<!DOCTYPE x [<!ENTITY a "b">]><gpx>&a;</gpx>'),
        ("letter.txt", b"Dear Ana,"),
        ("cut.fit", make_fit_run(NOON_AT + timedelta(days=1))[:40]),
        ("also-good.gpx", make_gpx(NOON_AT + timedelta(days=2), 60)),
    )

    states = [file["state"] for file in upload["files"]]
    codes = [file["reason_code"] for file in upload["files"]]
    assert states == ["created", *["refused"] * 4, "created"]
    assert codes[1:4] == ["empty_file", "xml_forbidden", "not_an_activity"]
    assert all(file["reason"] for file in upload["files"] if file["state"] == "refused")
    assert upload["state"] == "done"


def test_the_bytes_of_a_refused_file_are_not_kept(ana):
    ana.upload(("letter.txt", b"Dear Ana,"))

    assert count("original_files") == 0


def test_the_laps_of_a_file_are_kept_in_order(ana):
    laps = [
        TcxLap("2025-03-10T16:00:00Z", 60, 180, [points(NOON_AT)]),
        TcxLap("2025-03-10T16:01:00Z", 60, 150, [points(NOON_AT + timedelta(minutes=1))]),
    ]
    activity_id = ana.upload(("laps.tcx", tcx_of(laps)))["files"][0]["activity_ids"][0]

    stored = ana.get(f"activities/{activity_id}").json["laps"]

    assert [(lap["lap_no"], lap["elapsed_s"], lap["distance_m"]) for lap in stored] == [
        (1, 60, 180.0),
        (2, 60, 150.0),
    ]


def test_a_file_of_several_activities_becomes_several(ana):
    legs = [
        [TcxLap("2025-03-10T16:00:00Z", 60, 180, [points(NOON_AT)])],
        [TcxLap("2025-03-10T17:00:00Z", 60, 180, [points(NOON_AT + timedelta(hours=1))])],
    ]

    upload = ana.upload(("two.tcx", tcx_of(*legs)))

    listed = [item["activity_id"] for item in ana.get("activities").json["items"]]
    assert upload["files"][0]["activity_ids"] == listed[::-1]
    assert len(listed) == 2


def test_a_deleted_leg_comes_in_again_and_the_other_stays(ana):
    legs = [
        [TcxLap("2025-03-10T16:00:00Z", 60, 180, [points(NOON_AT)])],
        [TcxLap("2025-03-10T17:00:00Z", 60, 180, [points(NOON_AT + timedelta(hours=1))])],
    ]
    first, second = ana.upload(("two.tcx", tcx_of(*legs)))["files"][0]["activity_ids"]
    ana.delete(f"activities/{first}")

    again = ana.upload(("two.tcx", tcx_of(*legs)))["files"][0]

    assert again["state"] == "created"
    assert again["activity_ids"][1] == second
    assert again["activity_ids"][0] != first
    assert count("original_files") == 1


@pytest.mark.skipif(engines.name() != "sqlite", reason="only SQLite numbers its rows")
def test_files_are_kept_in_the_order_of_their_hashes_so_that_no_two_uploads_deadlock(ana):
    ana.post_files(*((f"{number}.gpx", b"run %d" % number) for number in range(10)))

    kept = select("SELECT content_sha256 FROM original_files ORDER BY rowid", "content_sha256")
    named = select("SELECT file_name FROM import_items ORDER BY item_no", "file_name")
    assert len(kept) == 10
    assert kept == sorted(kept)
    assert named == [(f"{number}.gpx",) for number in range(10)]


def test_the_same_bytes_again_are_a_duplicate_of_what_they_made(ana):
    first = ana.upload(("run.gpx", RUN))["files"][0]

    again = ana.upload(("other-name.gpx", RUN))["files"][0]

    assert (again["state"], again["activity_ids"]) == ("duplicate", first["activity_ids"])
    assert count("activities") == count("original_files") == 1


def test_the_same_bytes_twice_in_one_upload_are_a_duplicate(ana):
    upload = ana.upload(("a.gpx", RUN), ("b.gpx", RUN))

    # Whichever job is first creates.
    assert {file["state"] for file in upload["files"]} == {"created", "duplicate"}
    assert upload["files"][0]["activity_ids"] == upload["files"][1]["activity_ids"]


def test_the_same_bytes_of_two_members_are_two_activities(ana, cem):
    first = ana.upload(("run.gpx", RUN))["files"][0]
    second = cem.upload(("run.gpx", RUN))["files"][0]

    assert (first["state"], second["state"]) == ("created", "created")
    assert first["activity_ids"] != second["activity_ids"]


def test_uploads_of_the_same_moment_keep_the_bytes_once(ana):
    together = threading.Barrier(4)

    def upload():
        together.wait()
        answers.append(ana.post_files(("run.gpx", RUN)).status_code)

    answers = []
    threads = [threading.Thread(target=upload) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert answers == [202] * 4
    assert run_jobs() == 4
    assert count("original_files") == count("activities") == 1
    states = [
        row["state"] for item in ana.get("imports").json["items"] for row in files_of(ana, item)
    ]
    assert sorted(states) == ["created", "duplicate", "duplicate", "duplicate"]


def files_of(member, summary):
    return member.get(f"imports/{summary['import_id']}").json["files"]


def test_a_future_start_comes_in_with_its_points_held(ana):
    tomorrow = datetime.now(UTC) + timedelta(days=1)

    activity_id = ana.run(started_at=tomorrow)

    activity = ana.get(f"activities/{activity_id}").json
    assert (activity["state"], activity["reason_code"]) == ("held", "starts_in_the_future")
    assert ana.balance() == 0


def test_a_run_earns_points_at_once(ana):
    ana.run(hr_bpm=150)

    assert ana.balance() > 0


def test_minutes_over_midnight_go_to_both_days(ana):
    # 23:30 to 00:30 in New York.
    ana.run(started_at=NOON_AT.replace(day=11, hour=3, minute=30), hr_bpm=150)

    rows = select(
        "SELECT day_on, minutes_json FROM activity_minutes ORDER BY day_on",
        *("day_on", "minutes_json"),
    )
    assert [(f"{day_on}", len(minutes)) for day_on, minutes in rows] == [
        ("2025-03-10", 30),
        ("2025-03-11", 30),
    ]


@pytest.mark.parametrize("form", [{}, {"file": (BytesIO(b""), "")}])
def test_an_empty_form_is_refused(ana, form):
    answer = post_form(ana, form)

    assert (answer.status_code, answer.json["code"]) == (422, "invalid")
    assert answer.json["errors"][0]["pointer"] == "/file"
    assert count("imports") == 0


def test_another_field_is_refused_by_name(ana):
    answer = post_form(ana, {"file": (BytesIO(RUN), "a.gpx"), "colour": "red"})

    assert (answer.status_code, answer.json["errors"][0]["pointer"]) == (422, "/colour")


def test_a_text_in_the_place_of_a_file_is_refused(ana):
    answer = post_form(ana, {"file": "just text"})

    assert (answer.status_code, answer.json["errors"][0]["pointer"]) == (422, "/file")


def test_a_body_that_is_no_form_is_refused(ana):
    answer = post_form(ana, RUN, content_type="application/gpx+xml")

    assert (answer.status_code, answer.json["code"]) == (415, "unsupported_media_type")


def test_a_form_that_is_cut_short_is_refused(ana):
    answer = post_form(ana, b"--x\r\nContent-Disp", content_type="multipart/form-data; boundary=x")

    assert answer.status_code in {400, 422}


def test_a_file_may_be_larger_than_other_bodies(ana):
    big = make_gpx(NOON_AT, 12_000)
    assert len(big) > 1 << 20

    assert ana.upload(("big.gpx", big))["files"][0]["state"] == "created"


def test_a_file_over_64_mib_is_refused(ana):
    answer = ana.post_files(("huge.fit", bytes(MAX_FILE_BYTES + 1)))

    assert (answer.status_code, answer.json["code"]) == (413, "file_too_large")


def test_beside_others_a_file_over_64_mib_is_refused_alone(ana):
    upload = ana.upload(("huge.fit", bytes(MAX_FILE_BYTES + 1)), ("run.gpx", RUN))

    assert [file["state"] for file in upload["files"]] == ["refused", "created"]
    assert upload["files"][0]["reason_code"] == "too_large"


def test_an_upload_beyond_all_measure_is_refused_unread(ana):
    answer = ana.client.post(
        "/api/v1/activities/files",
        headers=ana.headers,
        content_type="multipart/form-data; boundary=x",
        environ_overrides={"CONTENT_LENGTH": str(MAX_UPLOAD_BYTES + 1)},
    )

    assert (answer.status_code, answer.json["code"]) == (413, "too_large")


# The form's parser gives up without closing the files it has spooled; they close by themselves.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_an_upload_of_too_many_files_is_refused(ana):
    most = ana.post_files(*[("run.gpx", RUN)] * MAX_UPLOAD_FILES)
    over = ana.post_files(*[("run.gpx", RUN)] * (MAX_UPLOAD_FILES + 1))

    assert (most.status_code, len(most.json["files"])) == (202, MAX_UPLOAD_FILES)
    assert (over.status_code, over.json["code"]) == (413, "too_large")


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("früh 🏃.gpx", "früh 🏃.gpx"),
        ("x" * 300 + ".gpx", "x" * 196 + ".gpx"),
    ],
)
def test_a_file_name_is_kept_without_its_path(ana, sent, kept):
    assert ana.upload((sent, RUN))["files"][0]["file_name"] == kept


def test_the_same_key_and_files_again_get_the_same_answer(ana):
    first = ana.post_files(("run.gpx", RUN), **{"Idempotency-Key": "once"})

    again = ana.post_files(("run.gpx", RUN), **{"Idempotency-Key": "once"})

    assert (again.status_code, again.json) == (202, first.json)
    assert again.headers["Idempotent-Replayed"] == "true"
    assert again.headers["Location"] == first.headers["Location"]
    assert count("imports") == 1


def test_the_same_key_with_other_files_is_refused(ana):
    ana.post_files(("run.gpx", RUN), **{"Idempotency-Key": "once"})

    again = ana.post_files(("run.gpx", RUN + b" "), **{"Idempotency-Key": "once"})

    assert (again.status_code, again.json["code"]) == (422, "idempotency_key_reused")


def test_uploads_are_listed_newest_first_with_their_counts(ana):
    first = ana.upload(("run.gpx", RUN), ("letter.txt", b"Dear Ana,"))
    second = ana.upload(("run.gpx", RUN))
    third = ana.post_files(("walk.gpx", make_gpx(NOON_AT, 30))).json

    page = ana.get("imports", limit=2).json
    rest = ana.get("imports", limit=2, cursor=page["next_cursor"]).json

    found = [*page["items"], *rest["items"]]
    assert [item["import_id"] for item in found] == [
        each["import_id"] for each in (third, second, first)
    ]
    counts = ("pending_count", "created_count", "duplicate_count", "refused_count")
    assert [[item[name] for name in counts] for item in found] == [
        [1, 0, 0, 0],
        [0, 0, 1, 0],
        [0, 1, 0, 1],
    ]
    assert [item["state"] for item in found] == ["pending", "done", "done"]
    assert rest["next_cursor"] is None


def test_another_members_upload_is_not_there(ana, cem):
    import_id = ana.upload(("run.gpx", RUN))["import_id"]

    answer = cem.get(f"imports/{import_id}")

    assert (answer.status_code, answer.json["code"]) == (404, "import_not_found")
    assert cem.get("imports").json["items"] == []
