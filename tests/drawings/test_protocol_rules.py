"""What must hold of the protocol's rules for any input."""

from __future__ import annotations

import hashlib
import hmac
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fittrack.drawings.inclusion import inclusion_holds, inclusion_path, merkle_root
from fittrack.drawings.verifier import (
    FormatError,
    canonical_json,
    merkle_levels,
    parse_json,
    select,
    uniform,
)

RELAXED = settings(deadline=None)  # a busy machine is no failure
SEEDS = st.binary(min_size=32, max_size=32)
JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(st.characters(max_codepoint=127), max_size=8), inner, max_size=4)
    ),
    max_leaves=20,
)


@st.composite
def entry_lists(draw):
    """Draw up to 30 entries of up to 8 holders, some of them void, in canonical order."""
    units = draw(st.lists(st.integers(0, 50), max_size=30))
    holders = [f"{draw(st.integers(0, 7)):064x}" for _ in units]
    return [
        {"entry_id": f"E{i:03d}", "holder": holder, "units": n, "void": "" if n else "withdrawn"}
        for i, (holder, n) in enumerate(zip(holders, units, strict=True))
    ]


def naive_uniform(seed, draw, total):
    if total == 1:
        return 0
    bits, attempt = (total - 1).bit_length(), 0
    while True:
        message = b"FTD1:draw\0" + draw.to_bytes(4, "big") + attempt.to_bytes(4, "big")
        block = hmac.new(seed, message, hashlib.sha256).digest()
        number = int.from_bytes(block[:8], "big") >> (64 - bits)
        if number < total:
            return number
        attempt += 1


def naive_selection(seed, entries, count, distinct):
    """Return the entry ids that section 6's text selects, word by word."""
    remaining, picks = [entry for entry in entries if entry["units"] > 0], []
    for draw in range(count):
        if not remaining:
            break
        number = naive_uniform(seed, draw, sum(entry["units"] for entry in remaining))
        running = 0
        for picked in remaining:
            running += picked["units"]
            if running > number:
                break
        picks.append(picked["entry_id"])
        if distinct == "entry":
            remaining.remove(picked)
        else:
            remaining = [one for one in remaining if one["holder"] != picked["holder"]]
    return picks


@RELAXED
@given(SEEDS, entry_lists(), st.integers(0, 40), st.sampled_from(["holder", "entry"]))
def test_selection_is_what_the_text_of_the_protocol_says(seed, entries, count, distinct):
    steps = select(seed, entries, count, distinct)
    expected = naive_selection(seed, entries, count, distinct)
    assert [step.entry["entry_id"] for step in steps] == expected
    assert all(0 <= step.offset < step.entry["units"] for step in steps)


@RELAXED
@given(SEEDS, entry_lists(), st.randoms(use_true_random=False))
def test_the_order_in_which_entries_are_handed_over_changes_nothing(seed, entries, random):
    shuffled = random.sample(entries, len(entries))
    assert select(seed, shuffled, 10, "holder") == select(seed, entries, 10, "holder")


@RELAXED
@given(SEEDS, st.integers(0, 10_000), st.integers(1, 2**53 - 1))
def test_a_uniform_number_is_below_its_total(seed, draw, total):
    number, blocks = uniform(seed, draw, total)
    assert number == naive_uniform(seed, draw, total)
    assert 0 <= number < total
    assert (blocks == 0) is (total == 1)


@pytest.mark.parametrize("total", [0, -1, 2**53])
def test_a_total_that_no_list_can_have_is_refused(total):
    with pytest.raises(ValueError, match="number of units"):
        uniform(bytes(32), 0, total)


def naive_root(leaves):
    """Return RFC 9162 section 2.1.1's root by its own recursion."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    split = 1 << ((len(leaves) - 1).bit_length() - 1)
    left, right = naive_root(leaves[:split]), naive_root(leaves[split:])
    return hashlib.sha256(b"\1" + left + right).digest()


def leaves_of(count):
    return [hashlib.sha256(b"leaf %d" % number).digest() for number in range(count)]


@pytest.mark.parametrize("count", [*range(34), 63, 64, 65, 127, 129, 1000])
def test_the_merkle_root_is_the_recursive_one(count):
    assert merkle_root(leaves_of(count)) == naive_root(leaves_of(count))


@RELAXED
@given(st.integers(1, 70), st.data())
def test_an_inclusion_proof_proves_its_entry_and_no_other(count, data):
    leaves, index = leaves_of(count), data.draw(st.integers(0, count - 1))
    levels = merkle_levels(leaves)
    path, root = inclusion_path(levels, index), levels[-1][0]
    assert inclusion_holds(leaves[index], index, count, path, root)
    other = data.draw(st.integers(0, count + 5))
    if other != index:
        assert not inclusion_holds(leaves[index], other, count, path, root)
    assert not inclusion_holds(hashlib.sha256(leaves[index]).digest(), index, count, path, root)
    assert not inclusion_holds(leaves[index], index, count, [*path, root], root)
    assert not inclusion_holds(leaves[index], index, count, path[:-1], root) or not path


@RELAXED
@given(JSON_VALUES)
def test_what_is_accepted_is_written_back_byte_for_byte(value):
    data = canonical_json(value)
    assert parse_json(data) == value
    assert canonical_json(parse_json(json.dumps(value, indent=1).encode())) == data


@RELAXED
@given(
    st.binary(max_size=200)
    | st.text(max_size=100).map(str.encode)
    | JSON_VALUES.map(repr).map(str.encode)
)
def test_no_bytes_break_the_parser(data):
    try:
        value = parse_json(data)
    except FormatError:
        return
    assert parse_json(canonical_json(value)) == value


@RELAXED
@given(st.floats())
def test_no_float_is_accepted(number):
    with pytest.raises(FormatError):
        parse_json(json.dumps({"d": number}).encode())
