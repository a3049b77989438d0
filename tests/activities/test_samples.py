"""The stored block of samples."""

from __future__ import annotations

import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fittrack.activities import samples as samples_module
from fittrack.activities.files.track import MAX_POINTS
from fittrack.activities.samples import (
    COLUMNS,
    Samples,
    SamplesCorrupt,
    concatenate,
    empty_samples,
    from_columns,
    pack,
    take,
    unpack,
)

NUMBERS = st.integers(-(2**53), 2**53)


@st.composite
def any_samples(draw: st.DrawFn) -> Samples:
    count = draw(st.integers(0, 20))
    at_ms = draw(st.lists(NUMBERS, min_size=count, max_size=count))
    column = st.lists(st.none() | NUMBERS, min_size=count, max_size=count) | st.just([])
    breaks = draw(st.lists(st.integers(1, max(1, count)), unique=True, max_size=4))
    columns = {name: draw(column) for name in COLUMNS}
    return Samples(at_ms=at_ms, breaks=tuple(sorted(breaks)), **columns)


def a_walk(count: int) -> Samples:
    seconds = range(count)
    columns = [
        [100 * second for second in seconds] if name == "distance_cm" else [] for name in COLUMNS
    ]
    return from_columns([second * 1000 for second in seconds], columns, ())


@settings(deadline=None)
@given(samples=any_samples())
def test_unpack_gives_back_exactly_what_was_packed(samples):
    assert unpack(pack(samples)) == samples


@settings(deadline=None)
@given(samples=any_samples())
def test_equal_samples_pack_to_equal_bytes(samples):
    assert pack(unpack(pack(samples))) == pack(samples)


def test_an_hour_takes_a_few_kilobytes():
    assert len(pack(a_walk(3600))) < 4096


@settings(deadline=None)
@given(samples=any_samples(), place=st.floats(0, 1), byte=st.integers(0, 255))
def test_a_damaged_block_is_corrupt_or_unchanged(samples, place, byte):
    block = bytearray(pack(samples))
    block[int(place * (len(block) - 1))] = byte
    try:
        assert unpack(bytes(block)) == samples
    except SamplesCorrupt:
        assert bytes(block) != pack(samples)


@settings(deadline=None)
@given(samples=any_samples(), share=st.floats(0, 0.99))
def test_a_block_cut_short_is_corrupt(samples, share):
    block = pack(samples)
    with pytest.raises(SamplesCorrupt):
        unpack(block[: int(share * len(block))])


@settings(deadline=None)
@given(payload=st.binary(max_size=200))
def test_another_content_in_a_sound_wrapper_is_corrupt(payload):
    with pytest.raises(SamplesCorrupt):
        unpack(b"FTS\x01" + zlib.compress(payload + b"\x01"))


def test_a_later_version_is_not_guessed_at():
    with pytest.raises(SamplesCorrupt):
        unpack(b"FTS\x02" + pack(empty_samples())[4:])


def test_a_value_beyond_63_bits_is_not_packed():
    with pytest.raises(OverflowError):
        pack(from_columns([0, 2**64], [[] for _ in COLUMNS], ()))


def test_a_piece_of_samples_has_a_break_where_something_was_left_out():
    samples = Samples(**{**_columns(a_walk(10)), "breaks": (4,)})

    assert take(samples, [0, 1, 2]).breaks == ()
    assert take(samples, [2, 3, 4, 5]).breaks == (2,)
    assert take(samples, [2, 7]).breaks == (1,)
    assert take(samples, [5, 6]).distance_cm == [500, 600]


def test_joined_samples_have_a_break_at_each_seam():
    first, second = a_walk(3), Samples(**{**_columns(a_walk(2)), "hr_bpm": [90, 91]})

    joined = concatenate([first, second, first])

    assert joined.breaks == (3, 5)
    assert joined.at_ms == [0, 1000, 2000, 0, 1000, 0, 1000, 2000]
    assert joined.hr_bpm == [None, None, None, 90, 91, None, None, None]
    assert joined.lat_e7 == []


def _columns(samples: Samples) -> dict[str, object]:
    return {name: getattr(samples, name) for name in ("at_ms", "breaks", *COLUMNS)}


def test_the_block_of_the_longest_file_can_be_read():
    widest_bytes = 8 + 1  # a difference of 64 bits and a place in the bitmap
    assert MAX_POINTS * (1 + len(COLUMNS)) * widest_bytes < samples_module._MAX_BLOCK_BYTES
