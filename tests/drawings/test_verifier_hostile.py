"""The verifier answers whatever it is given: it never raises, and never lets a change pass."""

from __future__ import annotations

import copy
import json
import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fittrack.drawings.verifier import CHECKS, verify
from tests.drawings.vectors import as_bytes, groups, valid_bundle

WITNESSED = valid_bundle("witnessed")
HOSTILE = {
    "nothing": b"",
    "not UTF-8": b"\xff\xfe{}",
    "a byte-order mark": b"\xef\xbb\xbf{}",
    "a number": b"1",
    "an array": b"[]",
    "an empty object": b"{}",
    "two values": b"{} {}",
    "lists nested too deeply": b"[" * 200_000,
    "objects nested too deeply": b'{"a":' * 200_000,
    "closed nesting": b"[" * 5_000 + b"]" * 5_000,
    "nesting hidden by strings": b'["]",' * 5_000,
    "a huge integer": b'{"v":' + b"9" * 100_000 + b"}",
    "a NaN": b'{"v":NaN}',
    "a lone surrogate": b'{"v":"\\udc00"}',
    "an escaped quote": b'{"v":"\\"}',
    "a control character": b'{"v":"\n"}',
    "a key twice": as_bytes(WITNESSED)[:-1] + b',"v":"FTD1-bundle"}',
}
ODD_VALUES = [None, True, False, 0, -1, 2**60, "", "x", "\n", [], {}, [[]], {"kind": []}, "é"]


@pytest.mark.parametrize("data", HOSTILE.values(), ids=HOSTILE.keys())
def test_what_cannot_be_read_exits_2_with_a_reason(data):
    report = verify(data)
    assert (report.exit, report.assurance) == (2, None)
    assert report.checks == {"format": "fail"} | dict.fromkeys(CHECKS, "skip")
    assert report.reasons["format"].isascii()
    assert report.reasons["format"].startswith(("the bundle is ", "the bundle has "))


def test_extra_terms_nested_as_deep_as_the_parser_reads_raise_nothing():
    bundle = valid_bundle("witnessed")
    deep: object = {}
    for _ in range(450):
        deep = {"a": deep}
    bundle["terms"]["ext"] = deep
    assert verify(as_bytes(bundle)).checks["terms-signature"] == "fail"


def test_hostile_nesting_is_harmless_where_the_stack_is_unguarded():
    # Importing py_ecc raises the recursion limit, with which the parser could overrun the stack.
    script = (
        "import sys; sys.setrecursionlimit(10**6)\n"
        "from fittrack.drawings.verifier import verify\n"
        "sys.exit(verify(b'[' * 10**6).exit)"
    )
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 2


def test_checking_a_beacon_leaves_the_recursion_limit_as_it_was():
    pytest.importorskip("py_ecc.fields.field_elements", reason="the pairing is not installed")
    script = (
        "import sys; before = sys.getrecursionlimit()\n"
        "from fittrack.drawings.beacon import drand_signature_holds\n"
        "assert not drand_signature_holds('c0' + '00' * 95, 1, 'c0' + '00' * 47)\n"
        "assert 'py_ecc' in sys.modules and sys.getrecursionlimit() == before"
    )
    subprocess.run([sys.executable, "-c", script], check=True)


def places(value, path=()):
    """Yield the path of every value within a bundle."""
    yield path
    if isinstance(value, dict | list):
        keys = value if isinstance(value, dict) else range(len(value))
        for key in keys:
            yield from places(value[key], (*path, key))


def replaced(bundle, path, value):
    changed = copy.deepcopy(bundle)
    place = changed
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    return changed


def other_than(value):
    """Return a value of the same form that is not this one."""
    if isinstance(value, bool) or value is None:
        return "x"
    if isinstance(value, int):
        return value + 1
    swap = {"0": "1", "holder": "entry", "entry": "holder"}
    return swap.get(value) or value[:-1] + ("1" if value[-1:] == "0" else "0")


LEAVES = [
    (name, path)
    for name in ("witnessed", "public-source", "all-void", "operator-only")
    for path in places(valid_bundle(name))
    if path
]


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(LEAVES))
def test_no_single_value_can_be_changed_unseen(leaf):
    name, path = leaf
    bundle = valid_bundle(name)
    value = bundle
    for key in path:
        value = value[key]
    if isinstance(value, dict | list):
        return
    report = verify(as_bytes(replaced(bundle, path, other_than(value))))
    assert report.exit in (1, 2)
    assert report.assurance is None


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(LEAVES), st.sampled_from(ODD_VALUES))
def test_odd_values_anywhere_raise_nothing(leaf, value):
    name, path = leaf
    report = verify(as_bytes(replaced(valid_bundle(name), path, value)))
    assert report.exit in (0, 1, 2)
    assert set(report.checks.values()) <= {"pass", "fail", "skip"}


@pytest.mark.parametrize("value", [[], {}, None, "", True])
def test_no_part_passes_for_one_of_another_type(value):
    for name, path in LEAVES:
        part = WITNESSED
        for key in path if name == "witnessed" else ():
            part = part[key]
        is_free = name != "witnessed" or path[:2] == ("terms", "ext")
        if not is_free and type(value) is not type(part):
            assert verify(as_bytes(replaced(WITNESSED, path, value))).exit == 2, path


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(LEAVES), st.data())
def test_a_missing_part_is_seen(leaf, data):
    name, path = leaf
    bundle = valid_bundle(name)
    place = bundle
    for key in path[:-1]:
        place = place[key]
    if path[-1] in ("log", "receipts") or "receipts" in path[:1]:
        return  # a bundle is whole without its log, and with fewer receipts
    del place[path[-1]]
    assert verify(as_bytes(bundle)).exit in (1, 2)


@settings(deadline=None)
@given(st.binary(max_size=300))
def test_no_bytes_raise(data):
    assert verify(data).exit == 2


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 20_000), st.integers(0, 255))
def test_a_flipped_byte_raises_nothing(at, byte):
    data = bytearray(as_bytes(WITNESSED))
    data[at % len(data)] = byte
    assert verify(bytes(data)).exit in (0, 1, 2)


def test_a_required_check_that_was_skipped_is_not_enough():
    data = as_bytes(valid_bundle("no-log"))
    assert verify(data, require=["picks"]).exit == 0
    report = verify(data, require=["log"])
    assert (report.exit, report.assurance) == (1, "witnessed")
    assert "log" in report.unmet[0]
    assert verify(data, require=["luck"]).exit == 1


def test_another_operators_bundle_is_not_believed():
    data, key = as_bytes(WITNESSED), WITNESSED["terms"]["operator_key"]
    assert verify(data, key=key).exit == 0
    for other in ("00" * 32, key.upper(), "", "é"):
        report = verify(data, key=other)
        assert (report.exit, report.assurance) == (1, None)


def test_a_reveal_given_twice_is_not_what_the_log_tells():
    bundle = valid_bundle("operator-only")
    bundle["reveals"] *= 2
    checks = verify(as_bytes(bundle)).checks
    assert (checks["reveals"], checks["log"]) == ("fail", "fail")


def test_an_empty_list_of_receipts_is_no_receipt():
    bundle = valid_bundle("no-log") | {"receipts": []}
    assert verify(as_bytes(bundle)).checks["receipt"] == "skip"


def test_checks_go_on_after_a_failure_but_not_without_reveals():
    bundle = valid_bundle("witnessed")
    del bundle["reveals"][1]
    checks = verify(as_bytes(bundle)).checks
    assert [checks[name] for name in ("reveals", "result-signature")] == ["fail", "pass"]
    assert {checks[name] for name in ("commitments", "beacon", "seed", "picks")} == {"skip"}


@pytest.mark.parametrize("case", groups()["bundles_valid"], ids=lambda case: case["name"])
def test_white_space_and_key_order_are_free(case):
    backwards = dict(reversed(case["bundle"].items()))
    assert verify(json.dumps(backwards, indent=3).encode()).exit == 0
