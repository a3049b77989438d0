from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openapi_schema_validator import OAS31Validator

from fittrack.reference.examples import example_of

NAMES = st.sampled_from(["email", "height_m", "note", "rest_s"])
TEXTS = st.fixed_dictionaries(
    {"type": st.just("string")},
    optional={"minLength": st.integers(0, 9), "maxLength": st.integers(9, 20)},
)
NUMBERS = st.fixed_dictionaries(
    {"type": st.sampled_from(["integer", "number"])},
    optional={"minimum": st.integers(-9, 9), "maximum": st.integers(9, 2000)},
)
NULLABLE = st.builds(lambda kind: {"type": ["null", kind]}, st.sampled_from(["string", "integer"]))
SCHEMAS = st.recursive(
    TEXTS | NUMBERS | NULLABLE | st.just({"type": "boolean"}) | st.just({"enum": ["b", "a"]}),
    lambda inner: (
        st.builds(lambda items: {"type": "array", "items": items}, inner)
        | st.builds(
            lambda members: {"type": "object", "properties": members, "required": sorted(members)},
            st.dictionaries(
                st.sampled_from(["email", "height_m", "note", "rest_s"]), inner, max_size=4
            ),
        )
    ),
    max_leaves=6,
)


@given(SCHEMAS)
def test_a_schema_accepts_its_example(schema):
    OAS31Validator(schema).validate(example_of(schema, {}))


@pytest.mark.parametrize(
    ("schema", "name", "example"),
    [
        ({"type": "string", "example": "given"}, "x", "given"),
        ({"type": "string", "format": "date"}, "day_on", "2026-03-14"),
        ({"type": "integer"}, "avg_hr_bpm", 142),
        ({"type": "integer", "maximum": 60}, "avg_hr_bpm", 60),
        ({"type": "string"}, "email", "ana@example.com"),
        ({"$ref": "#/components/schemas/Thing"}, "", {"size_m": 5000}),
        (
            {"allOf": [{"$ref": "#/components/schemas/Thing"}], "description": "d"},
            "",
            {"size_m": 5000},
        ),
    ],
)
def test_a_field_suggests_its_example(schema, name, example):
    components = {"Thing": {"type": "object", "properties": {"size_m": {"type": "integer"}}}}
    assert example_of(schema, components, name) == example


def test_a_schema_that_contains_itself_ends():
    node = {"type": "object", "properties": {"next": {"$ref": "#/components/schemas/Node"}}}
    assert str(example_of(node, {"Node": node})).count("next") == 8
