"""Archives on their way in: every file in them has an end of its own."""

from __future__ import annotations

import gzip
import hashlib
import os
import resource
import signal
import zipfile
from datetime import timedelta
from pathlib import Path

import pytest

from fittrack import db, queues, worker
from fittrack.activities.archives import chunks
from fittrack.activities.archives import service as archives
from fittrack.activities.imports import service as imports
from fittrack.activities.imports.models import Upload
from fittrack.activities.imports.rules import MAX_READS
from fittrack.clock import utc_now
from fittrack.dev.files import make_gpx
from tests.activities.apple_exports import apple_export as export_of
from tests.activities.apple_exports import record, workout
from tests.activities.makers import make_fit_run
from tests.activities.zipping import zip_by_hand, zip_of
from tests.conformance import engines
from tests.factories_activities import (
    NOON_AT,
    Member,
    count,
    execute,
    make_all_due,
    run_jobs,
    select,
    waiting_jobs,
)

DAY = timedelta(days=1)
# Every place takes half a minute.
STRIDE = 3
RUN = make_gpx(NOON_AT, 60)
RIDE = make_gpx(NOON_AT + timedelta(days=1), 60, sport="cycling")


@pytest.fixture
def ana(client):
    return Member(client)


@pytest.fixture
def cem(client):
    return Member(client)


def outcomes(upload):
    """Return (name, state, reason) of each file."""
    return [(file["file_name"], file["state"], file["reason_code"]) for file in upload["files"]]


def test_each_file_of_an_archive_has_an_outcome_of_its_own(ana):
    archive = zip_of(
        ("runs/run.gpx", RUN),
        ("runs/ride.gpx.gz", gzip.compress(RIDE)),
        ("letter.txt", b"Dear Ana,"),
        ("empty.fit", b""),
        ("again.gpx", RUN),
    )

    upload = ana.upload(("all.zip", archive))

    assert outcomes(upload) == [
        ("all.zip", "created", None),
        ("runs/run.gpx", "created", None),
        ("runs/ride.gpx.gz", "created", None),
        ("letter.txt", "refused", "not_an_activity"),
        ("empty.fit", "refused", "empty_file"),
        ("again.gpx", "duplicate", None),
    ]
    assert [file["inside_no"] for file in upload["files"]] == [0, 1, 1, 1, 1, 1]
    counts = ("state", "file_count", "created_count", "duplicate_count", "refused_count")
    assert [upload[name] for name in counts] == ["done", 6, 3, 1, 2]
    assert len(ana.get("activities").json["items"]) == 2
    assert ana.balance() > 0


def test_a_file_of_an_archive_can_be_had_back_as_it_was(ana):
    upload = ana.upload(("all.zip", zip_of(("runs/run.gpx", RUN))))
    (activity_id,) = upload["files"][1]["activity_ids"]

    answer = ana.get(f"activities/{activity_id}/export")

    assert answer.data == RUN
    assert "run.gpx" in answer.headers["Content-Disposition"]


def test_nothing_of_an_archive_is_kept_but_its_activities(ana):
    ana.upload(("all.zip", zip_of(("run.gpx", RUN), ("letter.txt", b"Dear Ana,"))))

    assert count("original_files") == 1
    assert count("import_archives") == count("import_archive_chunks") == 0


def test_an_archive_again_is_a_duplicate_of_what_it_made(ana):
    archive = zip_of(("run.gpx", RUN), ("letter.txt", b"Dear Ana,"))
    ana.upload(("all.zip", archive))

    again = ana.upload(("all.zip", archive))

    assert [state for _, state, _ in outcomes(again)] == ["duplicate", "duplicate", "refused"]
    assert count("activities") == 1


def test_an_archive_and_its_file_beside_it_are_one_activity(ana):
    upload = ana.upload(("all.zip", zip_of(("run.gpx", RUN))), ("run.gpx", RUN))

    assert {"created", "duplicate"} == {state for _, state, _ in outcomes(upload)[1:]}
    assert count("activities") == 1


@pytest.mark.parametrize(
    ("archive", "code"),
    [
        (zip_of(), "no_activity_inside"),
        (zip_of(("letter.txt", b"Dear Ana,")), "no_activity_inside"),
        (zip_of(("__MACOSX/._run.gpx", RUN), ("folder/", b"")), "no_activity_inside"),
        (zip_of(("run.gpx", RUN))[:-30], "archive_damaged"),
        (zip_by_hand((b"a.gpx", RUN), (b"b.gpx", RUN), shared=True), "archive_bomb"),
    ],
)
def test_an_archive_without_an_activity_is_refused_with_a_reason(ana, archive, code):
    upload = ana.upload(("bad.zip", archive), ("run.gpx", RUN))

    assert outcomes(upload)[:2] == [("bad.zip", "refused", code), ("run.gpx", "created", None)]
    assert upload["files"][0]["reason"]
    assert upload["state"] == "done"
    assert count("import_archives") == 0


def test_bad_entries_are_refused_and_the_others_come_in(ana):
    sound = zip_of(("run.gpx", RUN))
    encrypted = zip_by_hand((b"secret.gpx", RUN), flags=1)
    damaged = zip_by_hand((b"damaged.gpx", RUN), crc32=7)

    upload = ana.upload(("a.zip", encrypted), ("b.zip", damaged), ("c.zip", sound))

    assert {(name, code) for name, _, code in outcomes(upload)} == {
        ("a.zip", "no_activity_inside"),
        ("b.zip", "no_activity_inside"),
        ("c.zip", None),
        ("secret.gpx", "encrypted"),
        ("damaged.gpx", "unreadable"),
        ("run.gpx", None),
    }


def test_an_archive_in_an_archive_is_opened_but_none_within_that(ana):
    inner = zip_of(("deep.gpx", RIDE), ("deeper.zip", zip_of(("run.gpx", RUN))))

    upload = ana.upload(("outer.zip", zip_of(("inner.zip", inner), ("run.gpx", RUN))))

    assert {(name, state, code) for name, state, code in outcomes(upload)} == {
        ("outer.zip", "created", None),
        ("inner.zip", "created", None),
        ("run.gpx", "created", None),
        ("deep.gpx", "created", None),
        ("deeper.zip", "refused", "nested_too_deep"),
    }
    assert upload["state"] == "done"
    assert count("import_archives") == count("import_archive_chunks") == 0


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        (b"../../etc/passwd", "etc/passwd"),
        (b"C:\\runs\\run.gpx", "C:/runs/run.gpx"),
        (b"/run.gpx", "run.gpx"),
        (b"run.gpx\0.exe", "run.gpx"),
        (b"..", "file"),
        (b"x" * 300, "x" * 200),
    ],
)
def test_the_name_of_an_entry_is_never_a_path(ana, name, shown):
    upload = ana.upload(("all.zip", zip_by_hand((name, RUN))))

    assert outcomes(upload)[1] == (shown, "created", None)


def test_more_files_than_are_shown_at_once_are_had_page_by_page(ana):
    letters = [(f"{number}.txt", b"%d" % number) for number in range(30)]
    upload = ana.upload(("all.zip", zip_of(("run.gpx", RUN), *letters)))
    path = f"imports/{upload['import_id']}/files"

    first = ana.get(path, limit=20).json
    second = ana.get(path, limit=20, cursor=first["next_cursor"]).json
    created = ana.get(path, state="created").json

    assert [*first["items"], *second["items"]] == upload["files"]
    assert second["next_cursor"] is None
    assert [file["file_name"] for file in created["items"]] == ["all.zip", "run.gpx"]
    assert created["items"][1]["activity_ids"] == upload["files"][1]["activity_ids"]
    assert upload["has_more_files"] is False


def test_another_members_files_are_not_there(ana, cem):
    import_id = ana.upload(("all.zip", zip_of(("run.gpx", RUN))))["import_id"]

    answer = cem.get(f"imports/{import_id}/files")

    assert (answer.status_code, answer.json["code"]) == (404, "import_not_found")


def test_an_upload_is_pending_while_an_archive_is_read(ana):
    import_id = ana.post_files(("all.zip", zip_of(("run.gpx", RUN)))).json["import_id"]
    (opening,) = waiting_jobs()
    worker.run_outbox(opening)

    upload = ana.get(f"imports/{import_id}").json

    assert (upload["state"], upload["pending_count"], upload["file_count"]) == ("pending", 2, 2)


def test_files_that_take_long_are_read_in_several_rounds(ana, monkeypatch):
    monkeypatch.setattr(archives, "ROUND_S", 0.0)
    runs = [(f"{day}.gpx", make_gpx(NOON_AT + timedelta(days=day), 60)) for day in range(4)]

    upload = ana.upload(("all.zip", zip_of(*runs)))

    assert upload["created_count"] == 5
    rounds = select("SELECT job_key FROM outbox WHERE job_name = 'read_archive'", "job_key")
    assert len(rounds) == 4


def test_a_file_that_kills_its_worker_again_and_again_is_refused_and_the_others_come_in(ana):
    import_id = ana.post_files(
        ("all.zip", zip_of(("deadly.fit", make_fit_run(NOON_AT)), ("ride.gpx", RIDE)))
    ).json["import_id"]
    worker.run_outbox(waiting_jobs()[0])
    (reading,) = waiting_jobs()
    for _ in range(MAX_READS):
        assert queues.claim(reading, now=utc_now())  # and the worker dies
        make_all_due()

    run_jobs()

    upload = ana.get(f"imports/{import_id}").json
    assert outcomes(upload) == [
        ("all.zip", "created", None),
        ("deadly.fit", "refused", "could_not_be_read"),
        ("ride.gpx", "created", None),
    ]


def killed_at(outbox_id, statement_no):
    """Run a job in a process that is killed before its n-th statement; tell whether it was."""
    child = os.fork()
    if child == 0:
        left = statement_no

        def count_down(_statement):
            nonlocal left
            left -= 1
            if left < 0:
                os.kill(os.getpid(), signal.SIGKILL)

        db.engine().raw().set_trace_callback(count_down)
        worker.run_outbox(outbox_id)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status)


@pytest.mark.skipif(engines.name() != "sqlite", reason="only SQLite tells what it is asked")
@pytest.mark.parametrize("step", range(3))
def test_a_worker_killed_at_any_place_of_an_archive_loses_nothing_and_doubles_nothing(ana, step):
    """Step 0 opens the archive, 1 reads its files, 2 opens the Apple export within."""
    died_at = 0
    was_killed = True
    while was_killed:
        start = NOON_AT - 10 * DAY * (1 + died_at)
        export = export_of(workout(start + DAY, 60), record("StepCount", start, 4000))
        archive = zip_of(
            ("run.gpx", make_gpx(start, 60)),
            ("health/export.xml", export),
            ("letter.txt", b"Dear Ana,"),
        )
        import_id = ana.post_files(("all.zip", archive)).json["import_id"]
        for _ in range(step):
            worker.run_outbox(waiting_jobs()[0])
        was_killed = killed_at(waiting_jobs()[0], died_at)
        make_all_due()
        run_jobs()

        upload = ana.get(f"imports/{import_id}").json
        assert [upload[f"{state}_count"] for state in ("created", "refused")] == [5, 1]
        assert count("activities") == 3 * (died_at // STRIDE + 1)
        died_at += STRIDE

    assert died_at > 8  # there were that many places to die at
    assert count("import_archives") == count("import_archive_chunks") == 0


def test_two_workers_at_one_archive_double_nothing(ana):
    ana.post_files(("all.zip", zip_of(("run.gpx", RUN), ("ride.gpx", RIDE))))
    (opening,) = waiting_jobs()
    slow = queues.claim(opening, now=utc_now())
    make_all_due()
    run_jobs()

    with pytest.raises(queues.LeaseLost):
        worker._function(slow.job_name)(slow, **slow.payload)

    assert count("activities") == 2
    assert count("import_items") == 3


def test_what_is_left_of_an_upload_that_broke_off_is_forgotten_after_a_day(ana):
    chunks.store(ana.account_id, [bytes(100)], 100, depth=1, now=NOON_AT)

    assert chunks.clean_up(now=NOON_AT + timedelta(hours=23)) == 0
    assert chunks.clean_up(now=NOON_AT + timedelta(hours=25)) == 1
    assert count("import_archives") == 0


def test_what_a_crash_leaves_of_an_archive_that_was_read_is_forgotten(ana):
    ana.post_files(("all.zip", zip_of(("run.gpx", RUN))))
    execute("UPDATE import_items SET state = 'created'")

    assert chunks.clean_up(now=NOON_AT) == 1
    assert count("import_archives") == 0


def test_an_archive_that_waits_is_not_cleaned_up(ana):
    ana.post_files(("all.zip", zip_of(("run.gpx", RUN))))

    assert chunks.clean_up(now=utc_now() + timedelta(days=30)) == 0
    run_jobs()
    assert count("activities") == 1


MIB = 1 << 20
STATUS = Path("/proc/self/status")


def jobs_within(memory_bytes):
    """Do the waiting jobs in a process that may take so much more memory; tell whether it could."""
    child = os.fork()
    if child == 0:
        held = next(line for line in STATUS.read_text().splitlines() if line.startswith("VmData"))
        most_bytes = int(held.split()[1]) * 1024 + memory_bytes
        resource.setrlimit(resource.RLIMIT_DATA, (most_bytes, most_bytes))
        db.engine().close()
        os._exit(0 if run_jobs() else 1)
    _, status = os.waitpid(child, 0)
    return status == 0


@pytest.mark.skipif(not STATUS.exists(), reason="only Linux tells what a process holds")
@pytest.mark.skipif(engines.name() == "bench", reason="the bench's server is slow with 200 MB")
def test_a_large_archive_is_read_in_a_fraction_of_its_size(ana, tmp_path):
    noise = os.urandom(50 * MIB)
    path = tmp_path / "large.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name in "abcd":
            archive.writestr(f"{name}.bin", noise)
        archive.writestr("run.gpx", RUN)
    with path.open("rb") as content:
        size, digest = path.stat().st_size, hashlib.file_digest(content, "sha256").hexdigest()
        upload = Upload(path.name, size, digest, content, "zip")
        received = imports.receive_files(account_id=ana.account_id, uploads=[upload], now=utc_now())

    assert jobs_within(100 * MIB)

    detail = ana.get(f"imports/{received.upload.import_id}").json
    counts = ("state", "created_count", "refused_count")
    assert [detail[name] for name in counts] == ["done", 2, 4]
    reasons = {file["reason_code"] for file in detail["files"]}
    assert reasons == {None, "not_an_activity"}  # too_large would be for want of memory


@pytest.mark.skipif(not STATUS.exists(), reason="only Linux tells what a process holds")
@pytest.mark.skipif(engines.name() == "bench", reason="the bench's server is slow with 200 MB")
def test_a_bomb_costs_no_memory_and_the_others_come_in(ana):
    """An export that is one element of 200 MiB, and a file of 200 MiB of nothing."""
    deep = b"<HealthData><Record " + b" " * (200 * MIB) + b"/></HealthData>"
    nothing = zip_by_hand((b"nothing.gpx", bytes(200 * MIB)))
    archive = zip_of(("export.xml", deep), ("run.gpx", RUN))
    import_id = ana.post_files(("a.zip", archive), ("b.zip", nothing)).json["import_id"]

    assert jobs_within(100 * MIB)

    files = ana.get(f"imports/{import_id}").json["files"]
    reasons = {file["file_name"]: file["reason"] for file in files}
    assert reasons["run.gpx"] is None
    assert reasons["nothing.gpx"] == "The file is larger than 64 MiB."
    assert "elements without end" in reasons["export.xml"]
