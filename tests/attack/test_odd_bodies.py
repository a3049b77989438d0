"""Every body is replaced by what is no JSON, means two things, or is of another type."""

from __future__ import annotations

import json

import pytest

from tests.attack.bodies import WRITES, refusal, resolved, schema_of

DEEP = 10_000
MALFORMED = {
    "nothing but depth": b"[" * DEEP + b"]" * DEEP,
    "objects without end": b'{"a":' * DEEP + b"1" + b"}" * DEEP,
    "a name twice": b'{"email": "ana@example.com", "email": "cem@example.com"}',
    "not a number": b'{"ticket_count": NaN}',
    "infinity": b'{"ticket_count": -Infinity}',
    "cut off": b'{"email": "ana@exam',
    "two bodies": b"{}{}",
    "a comment": b"{} // all",
    "single quotes": b"{'a': 1}",
    "no UTF-8": b'{"email": "\xff\xfe"}',
    "an overlong slash": b'{"email": "\xc0\xaf"}',
    "a lone surrogate": b'{"email": "\\ud800"}',
    "UTF-16": '{"email": "ana@example.com"}'.encode("utf-16"),
    "UTF-32": '{"email": "ana@example.com"}'.encode("utf-32-le"),
    "a byte order mark": b'\xef\xbb\xbf{"email": "ana@example.com"}',
}
WRONG_SHAPES = (b"[]", b"null", b"7", b'"text"', b"true", b'[{"role": "admin"}]')
OTHER_KINDS = (
    "text/plain",
    "application/x-www-form-urlencoded",
    "text/json",
    "application/xml",
    "application/json+xml",
    "multipart/form-data; boundary=x",
    "application/jsonp",
    "*/*",
    "",
)
HUGE = 10**400
WRONG_VALUES = {
    "string": (7, True, ["ana"], {"$ne": None}, {"toString": 1}, HUGE, "\0"),
    "integer": ("1", 1.5, True, [1], {"$gt": 0}, HUGE, -HUGE, 1e300),
    "number": ("1.5", True, [1], {"$gt": 0}),
    "boolean": (0, 1, "true", "yes", [True], {}),
    "array": ("a", 7, True, {"0": "a"}),
    "object": ("a", 7, True, [], [{}]),
}


def names(row):
    return row.operation


@pytest.mark.parametrize("row", WRITES, ids=names)
def test_a_body_that_is_no_json_or_means_two_things_changes_nothing(matrix, row):
    matrix.lay_out()
    before = matrix.digest()
    for what, raw in MALFORMED.items():
        answer = refusal(matrix, row, raw)
        assert (answer.status_code, answer.json["code"]) == (400, "malformed_json"), what
    for raw in WRONG_SHAPES:
        assert refusal(matrix, row, raw).status_code == 422, raw
    assert matrix.digest() == before


@pytest.mark.parametrize("row", WRITES, ids=names)
def test_a_body_of_another_content_type_is_refused(matrix, row):
    matrix.lay_out()
    raw = json.dumps(matrix.world.value(row.json)).encode()
    for kind in OTHER_KINDS:
        answer = refusal(matrix, row, raw, kind)
        assert (answer.status_code, answer.json["code"]) == (415, "unsupported_media_type"), kind


def types_of(schema):
    found = schema.get("type", [])
    return {found} if isinstance(found, str) else set(found)


def wrong_values(schema):
    """Return values that no reading of a field's schema allows."""
    allowed = types_of(schema) - {"null"}
    if len(allowed) != 1 or schema.get("anyOf"):
        return ()
    (kind,) = allowed
    return WRONG_VALUES[kind]


@pytest.mark.parametrize("row", WRITES, ids=names)
def test_a_value_of_another_type_is_refused_where_it_stands(matrix, document, row):
    matrix.lay_out()
    body, before = matrix.world.value(row.json), matrix.digest()
    for name, field in schema_of(document, row).get("properties", {}).items():
        for value in wrong_values(resolved(document, field)):
            answer = refusal(matrix, row, json.dumps(body | {name: value}).encode())
            assert answer.status_code in {400, 422}, (name, value, answer.json)
            if answer.status_code == 422:
                pointers = [error["pointer"] for error in answer.json["errors"]]
                assert any(each.startswith(f"/{name}") for each in pointers), (name, pointers)
    assert matrix.digest() == before
