"""Every body is offered fields that are not its to set."""

from __future__ import annotations

import copy

import pytest

from tests.attack.bodies import WRITES, objects_in, resolved, schema_of, who_may

FOREIGN = (
    "role",
    "status",
    "account_id",
    "is_admin",
    "email_verified_at",
    "points",
    "balance_points",
    "created_at",
    "tier",
    "__proto__",
    "constructor",
    "__class__",
)


def known_at(document, schema, pointer):
    """Return the names that a body's schema knows at a place."""
    for part in pointer.strip("/").split("/") if pointer else ():
        inner = schema.get("items") if part.isdigit() else schema.get("properties", {}).get(part)
        schema = resolved(document, inner or {"additionalProperties": True})
    # What a browser adds to its credential is let in and not read.
    return None if schema.get("additionalProperties") is True else schema["properties"]


def places(document, row, body):
    schema = schema_of(document, row)
    for pointer, _ in objects_in(body):
        known = known_at(document, schema, pointer)
        if known is not None:
            yield pointer, set(known)


def with_field(body, pointer, name):
    """Return a copy of a body with one more field in one of its objects."""
    changed = copy.deepcopy(body)
    next(inner for at, inner in objects_in(changed) if at == pointer)[name] = "admin"
    return changed


@pytest.mark.parametrize("row", WRITES, ids=lambda row: row.operation)
def test_no_body_sets_what_is_not_its_to_set(matrix, document, row):
    matrix.lay_out()
    body = matrix.world.value(row.json)
    before = matrix.digest()
    tried = 0
    for pointer, known in places(document, row, body):
        for name in set(FOREIGN) - known:
            answer = matrix.ask(row, who_may(row), json=with_field(body, pointer, name))
            assert answer.status_code == 422, (pointer, name, answer.json)
            named = [error["pointer"] for error in answer.json["errors"]]
            assert f"{pointer}/{name}" in named, (name, named)
            tried += 1
    assert tried >= len(FOREIGN) - 6
    assert matrix.digest() == before
