"""The bytes of files as streams, and how large ones are kept."""

from __future__ import annotations

import gzip

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fittrack.activities.files import FileRefused
from fittrack.activities.files.content import (
    MAX_CONTENT_BYTES,
    PACKED_FROM_BYTES,
    Content,
    is_worth_packing,
    packed,
    unpacked,
)

TEXT = b"<gpx>" + bytes(range(256)) * 2000
WRAPPED = gzip.compress(TEXT)


def _read_in(size: int, content: Content) -> bytes:
    stream, pieces = content.open(), []
    while piece := stream.read(size):
        assert len(piece) <= size
        pieces.append(piece)
    return b"".join(pieces)


@pytest.mark.parametrize("data", [TEXT, WRAPPED, WRAPPED * 2])
@pytest.mark.parametrize("size", [999, 1 << 20])
def test_a_stream_gives_what_the_wrapper_holds_however_it_is_read(data, size):
    plain = TEXT * (2 if data == WRAPPED * 2 else 1)

    content = Content(data)

    assert _read_in(size, content) == _read_in(size, content) == content.whole() == plain
    assert content.head(70_000) == plain[:70_000]
    assert content.head(5) == b"<gpx>"


@given(st.lists(st.binary(max_size=300), max_size=20))
def test_what_is_packed_comes_back_byte_for_byte(blocks):
    assert b"".join(unpacked(b"".join(packed(blocks)))) == b"".join(blocks)


def test_only_large_files_that_are_not_gzip_are_worth_packing():
    assert is_worth_packing(b"<gpx", PACKED_FROM_BYTES)
    assert not is_worth_packing(b"<gpx", PACKED_FROM_BYTES - 1)
    assert not is_worth_packing(gzip.compress(b"")[:9], PACKED_FROM_BYTES)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (WRAPPED[:-20], "unreadable"),
        (WRAPPED[:-6] + b"\0" * 6, "unreadable"),
        (gzip.compress(bytes(MAX_CONTENT_BYTES + 1), 1), "too_large"),
        (bytes(MAX_CONTENT_BYTES + 1), "too_large"),
    ],
)
def test_a_damaged_or_endless_wrapper_is_refused_before_anything_is_read(data, code):
    with pytest.raises(FileRefused) as refusal:
        Content(data)
    assert refusal.value.code == code
