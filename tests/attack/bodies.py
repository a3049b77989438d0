"""The operations that take a JSON body, with what the document says of each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from tests.access.matrix import Matrix
from tests.access.rows import ADMIN, IDENTITIES, OWNER, Row
from tests.access.table import ROWS

WRITES = [row for row in ROWS if row.json is not None]


def who_may(row: Row) -> str:
    """Return an identity whose request would be looked at in earnest."""
    for who in (OWNER, ADMIN, *IDENTITIES):
        if row.expected(who) == row.ok:
            return who
    raise LookupError(row.operation)


def schema_of(document: Mapping[str, Any], row: Row) -> dict[str, Any]:
    """Return the schema of an operation's JSON body."""
    method, path = row.operation.split(" ")
    body = document["paths"][path][method.lower()]["requestBody"]
    return resolved(document, body["content"]["application/json"]["schema"])


def resolved(document: Mapping[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    """Return what a schema refers to."""
    if "$ref" in schema:
        found: dict[str, Any] = document["components"]["schemas"][schema["$ref"].split("/")[-1]]
        return found
    return schema


def objects_in(value: Any, pointer: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield every object of a body with its JSON pointer, the body itself first."""
    if isinstance(value, dict):
        yield pointer, value
        for name, inner in value.items():
            yield from objects_in(inner, f"{pointer}/{name}")
    elif isinstance(value, list):
        for place, inner in enumerate(value):
            yield from objects_in(inner, f"{pointer}/{place}")


def refusal(matrix: Matrix, row: Row, body: bytes, kind: str = "application/json") -> Any:
    """Return the answer to a body, sent by somebody who may."""
    return matrix.ask(row, who_may(row), data=body, content_type=kind)
