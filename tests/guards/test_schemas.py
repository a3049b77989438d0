from __future__ import annotations

import pytest

from fittrack.reference.document import operations

LARGEST = 2**53


@pytest.fixture(scope="module")
def document(app):
    with app.test_client() as client:
        return client.get("/api/v1/openapi.json").json


def inputs(document):
    """Yield (where, schema) of everything that a client sends, down to each field."""
    schemas = document["components"]["schemas"]
    for path, method, operation in operations(document):
        for parameter in operation["parameters"]:
            if parameter["in"] == "path":  # what is no id there is 404
                continue
            yield f"{method} {path} {parameter['name']}", parameter["schema"]
        for kind, media in operation.get("requestBody", {}).get("content", {}).items():
            if "json" in kind:
                yield from fields(f"{method} {path}", media["schema"], schemas)


def fields(where, schema, schemas):
    if "$ref" in schema:
        schema = schemas[schema["$ref"].rpartition("/")[2]]
    yield where, schema
    for name, inner in schema.get("properties", {}).items():
        yield from fields(f"{where}/{name}", inner, schemas)
    if "items" in schema:
        yield from fields(f"{where}/0", schema["items"], schemas)


def types_of(schema):
    kind = schema.get("type", [])
    return set(kind) if isinstance(kind, list) else {kind}


def test_every_text_that_a_client_sends_has_a_bound(document):
    free = [
        where
        for where, schema in inputs(document)
        if "string" in types_of(schema)
        and not schema.keys() & {"maxLength", "enum", "pattern", "format"}
    ]
    assert free == []


def test_every_number_that_a_client_sends_has_both_bounds(document):
    free = [
        where
        for where, schema in inputs(document)
        if types_of(schema) & {"integer", "number"} and "enum" not in schema
        if not (abs(schema.get("minimum", LARGEST)) < LARGEST > abs(schema.get("maximum", LARGEST)))
    ]
    assert free == []


def test_every_list_that_a_client_sends_has_a_longest_length(document):
    free = [
        where
        for where, schema in inputs(document)
        if "array" in types_of(schema) and "maxItems" not in schema
    ]
    assert free == []
