"""Archives as a stream: what is in them, and that nothing in them is believed."""

from __future__ import annotations

import gzip
import io
import stat
import tracemalloc
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fittrack.activities.files import FileRefused, zips
from fittrack.activities.files.errors import REASONS
from tests.activities.zipping import zip_by_hand, zip_of

GPX = b"<gpx>" + b"<trkpt/>" * 500 + b"</gpx>"


def directory(content):
    return zips.read_directory(io.BytesIO(content), len(content))


def contents(content):
    stream = io.BytesIO(content)
    return {entry.name: zips.read_entry(stream, entry) for entry in directory(content)}


def refusal_of(content):
    with pytest.raises(FileRefused) as caught:
        contents(content)
    return caught.value.code


@settings(max_examples=50, deadline=None)
@given(
    files=st.dictionaries(st.text("abcäß/ .", min_size=1), st.binary(max_size=3000), max_size=8),
    method=st.sampled_from([zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED]),
    before=st.binary(max_size=100),
)
def test_what_was_packed_is_read_whatever_stands_before_it(files, method, before):
    assert contents(before + zip_of(*files.items(), method=method)) == files


def test_an_archive_with_fields_for_more_than_4_gib_is_read():
    written = io.BytesIO()
    with (
        zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("run.gpx", "w", force_zip64=True) as file,
    ):
        file.write(GPX)

    assert contents(written.getvalue()) == {"run.gpx": GPX}


def test_an_archive_that_was_streamed_is_read():
    class Pipe(io.BytesIO):
        def seekable(self):
            return False

        def seek(self, *_):
            raise io.UnsupportedOperation

        tell = seek

    written = Pipe()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("run.gpx", GPX)

    assert contents(written.getvalue()) == {"run.gpx": GPX}


def test_an_archive_with_a_comment_that_looks_like_its_end_is_read():
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as archive:
        archive.writestr("run.gpx", GPX)
        archive.comment = b"by me" * 1000

    assert contents(written.getvalue()) == {"run.gpx": GPX}


@pytest.mark.parametrize(
    ("name", "read"),
    [
        (b"a.gpx\0.exe", "a.gpx"),
        (b"..\\..\\a.gpx", "../../a.gpx"),
        (b"fr\x81h.gpx", "früh.gpx"),
        (b"/etc/passwd", "/etc/passwd"),
    ],
)
def test_a_name_ends_at_a_nul_and_has_slashes(name, read):
    assert list(contents(zip_by_hand((name, GPX)))) == [read]


def test_entries_of_the_same_name_are_all_there():
    content = zip_by_hand((b"a", b"1"), (b"a", b"2"))

    stream = io.BytesIO(content)
    assert [zips.read_entry(stream, entry) for entry in directory(content)] == [b"1", b"2"]


@pytest.mark.parametrize("kept", [0.3, 0.9, 0.999])
def test_an_archive_that_is_cut_short_is_damaged(kept):
    content = zip_of(("a.gpx", GPX), ("b.gpx", GPX))

    assert refusal_of(content[: int(len(content) * kept)]) == "archive_damaged"


def test_what_only_begins_like_an_archive_is_damaged():
    assert refusal_of(b"PK\x03\x04" + bytes(5000)) == "archive_damaged"


def test_an_encrypted_entry_is_refused():
    assert refusal_of(zip_by_hand((b"a.gpx", GPX), flags=1)) == "encrypted"


def test_a_link_is_not_followed():
    link = zip_by_hand((b"a.gpx", b"/etc/passwd"), attributes=(stat.S_IFLNK | 0o777) << 16)

    assert refusal_of(link) == "link"


def test_another_method_than_deflate_is_refused():
    assert refusal_of(zip_of(("a.gpx", GPX), method=zipfile.ZIP_BZIP2)) == "method_not_supported"


@pytest.mark.parametrize("lie", [{"crc32": 1}, {"byte_count": 10}, {"byte_count": len(GPX) + 1}])
def test_an_entry_that_is_not_what_the_directory_says_is_damaged(lie):
    assert refusal_of(zip_by_hand((b"a.gpx", GPX), **lie)) == "unreadable"


def test_entries_that_share_their_bytes_are_a_bomb():
    assert refusal_of(zip_by_hand((b"a", GPX), (b"b", GPX), shared=True)) == "archive_bomb"


def test_an_archive_that_says_it_unpacks_to_beyond_all_measure_is_a_bomb():
    bomb = zip_by_hand(*[(b"%d" % number, b"") for number in range(3)], byte_count=4_000_000_000)

    assert refusal_of(bomb) == "archive_bomb"


def test_an_honest_archive_that_packs_130_to_1_is_read():
    line = b"<trkpt lat='52.0' lon='13.0'><time>2026-11-02T07:00:00Z</time></trkpt>"
    content = line * 30_000
    packed = zip_of(("a.gpx", content))

    assert len(content) > 130 * len(packed)
    assert contents(packed) == {"a.gpx": content}


def test_an_entry_that_unpacks_to_more_than_it_says_costs_no_memory():
    bomb = zip_by_hand((b"a.gpx", bytes(300 << 20)), byte_count=1000)

    tracemalloc.start()
    assert refusal_of(bomb) == "unreadable"
    _, peak_bytes = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert peak_bytes < 10 << 20


def test_more_entries_than_an_archive_has_are_refused():
    many = zip_by_hand(*[(b"%d" % number, b"") for number in range(zips.MAX_ENTRIES + 1)])

    assert refusal_of(many) == "too_many_files"


def outcome(content):
    """Return the code of the refusal; what is read instead is what was packed."""
    try:
        found = contents(content)
    except FileRefused as error:
        return error.code
    assert set(found.values()) <= {GPX, gzip.compress(GPX, mtime=0)}
    return "read"


@settings(max_examples=200, deadline=None)
@given(
    changes=st.lists(st.tuples(st.floats(0, 1), st.integers(0, 255)), min_size=1, max_size=8),
    cut=st.floats(0.2, 1),
)
def test_random_damage_is_read_or_refused_and_nothing_else(changes, cut):
    sound = zip_of(("a.gpx", GPX), ("b.gpx.gz", gzip.compress(GPX, mtime=0)))
    damaged = bytearray(sound[: int(len(sound) * cut)])
    for place, byte in changes:
        damaged[int(place * (len(damaged) - 1))] = byte

    assert outcome(bytes(damaged)) in {"read", *REASONS}
