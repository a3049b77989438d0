"""Large files: kept packed, given back byte for byte, read in a fraction of their size."""

from __future__ import annotations

import pytest

from fittrack.dev.files import make_gpx
from tests.accounts.test_exports import fetched, made
from tests.activities.test_archives import MIB, STATUS, jobs_within
from tests.activities.zipping import zip_of
from tests.conformance import engines
from tests.factories_activities import NOON_AT, Member, select

RUN = make_gpx(NOON_AT, 3600)
# The same points in 32 MiB: between them nothing.
WIDE = RUN.replace(b"<trkpt", b" " * 9000 + b"<trkpt")


@pytest.fixture
def ana(client):
    return Member(client)


@pytest.mark.parametrize("is_in_archive", [False, True])
def test_a_large_file_is_kept_packed_and_given_back_as_it_came(ana, is_in_archive):
    name, content = ("all.zip", zip_of(("run.gpx", WIDE))) if is_in_archive else ("run.gpx", WIDE)

    upload = ana.upload((name, content))

    (activity_id,) = upload["files"][-1]["activity_ids"]
    assert ana.get(f"activities/{activity_id}/export").data == WIDE
    ((kept_length, byte_count),) = select(
        "SELECT LENGTH(content_bytes) AS kept_length, byte_count FROM original_files",
        *("kept_length", "byte_count"),
    )
    assert kept_length < byte_count / 10
    assert byte_count == len(WIDE)


def test_a_large_file_and_the_same_one_in_an_archive_are_one(ana):
    ana.upload(("run.gpx", WIDE))

    again = ana.upload(("all.zip", zip_of(("run.gpx", WIDE))))

    assert [file["state"] for file in again["files"]] == ["duplicate", "duplicate"]


def test_a_member_takes_a_large_file_along_as_it_came(ana):
    ana.upload(("run.gpx", WIDE))
    files = fetched(ana.client, ana.headers, made(ana.client, ana.headers))

    (name,) = (name for name in files if name.startswith("originals/"))
    assert files[name] == WIDE


@pytest.mark.skipif(not STATUS.exists(), reason="only Linux tells what a process holds")
@pytest.mark.skipif(engines.name() == "bench", reason="the bench's server is slow with 200 MB")
@pytest.mark.parametrize("is_in_archive", [False, True])
def test_a_large_file_is_read_in_less_memory_than_its_size(ana, is_in_archive):
    name, content = ("all.zip", zip_of(("run.gpx", WIDE))) if is_in_archive else ("run.gpx", WIDE)
    import_id = ana.post_files((name, content)).json["import_id"]

    assert jobs_within(24 * MIB)

    files = ana.get(f"imports/{import_id}").json["files"]
    assert {file["state"] for file in files} == {"created"}
