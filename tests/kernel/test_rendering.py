"""What is rendered quickly is what marshmallow would make of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from marshmallow import Schema, fields, post_dump

from fittrack.rendering import QuickSchema, plain

ID = UUID("01935d2a-7c00-7000-8000-5f3c1f0b2a10")
NOON = datetime(2026, 3, 14, 12, tzinfo=timezone(timedelta(hours=2)))


class PartSchema(Schema):
    name = fields.String()
    share = fields.Float(allow_none=True)


class HookedSchema(Schema):
    name = fields.String()

    @post_dump
    def shout(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        return {key: value.upper() for key, value in data.items()}


class OwnSchema(Schema):
    name = fields.String()

    def get_attribute(self, obj: Any, attr: str, default: Any) -> Any:
        return f"own {attr}"


class EverySchema(QuickSchema):
    thing_id = fields.UUID()
    name = fields.String(data_key="called", attribute="title")
    count = fields.Integer()
    as_text = fields.Integer(as_string=True, attribute="count", dump_only=True)
    share = fields.Float()
    is_on = fields.Boolean()
    at = fields.AwareDateTime()
    stamp = fields.AwareDateTime(format="timestamp", attribute="at", dump_only=True)
    day_on = fields.Date()
    words = fields.List(fields.String())
    parts = fields.List(fields.Nested(PartSchema))
    many_parts = fields.Nested(PartSchema, many=True, attribute="parts", dump_only=True)
    only_name = fields.Nested(PartSchema, only=("name",), attribute="part", dump_only=True)
    part = fields.Nested(PartSchema)
    hooked = fields.Nested(HookedSchema, attribute="part", dump_only=True)
    own = fields.Nested(OwnSchema, attribute="part", dump_only=True)
    deep = fields.String(attribute="part.name", dump_only=True)
    made = fields.Function(lambda obj: "made")
    absent = fields.String()
    default = fields.String(dump_default="given")
    secret = fields.String(load_only=True)


@dataclass(frozen=True, slots=True)
class Part:
    name: str
    share: float | None


PARTS = st.builds(Part, st.text(), st.none() | st.floats(allow_nan=False))
THINGS = st.fixed_dictionaries(
    {
        "thing_id": st.none() | st.just(ID) | st.just(str(ID)),
        "title": st.none() | st.text(),
        "count": st.none() | st.integers(),
        "share": st.none() | st.floats(allow_nan=False) | st.integers(-9, 9),
        "is_on": st.none() | st.booleans(),
        "at": st.none() | st.just(NOON) | st.datetimes(timezones=st.just(UTC)),
        "day_on": st.none() | st.dates(),
        "words": st.none() | st.lists(st.none() | st.text()),
        "parts": st.none() | st.lists(PARTS),
        "part": PARTS,
    }
)


@given(THINGS)
def test_every_kind_of_field_comes_out_the_same(thing):
    for obj in (thing, SimpleNamespace(**thing)):
        assert EverySchema().dump(obj) == Schema.dump(EverySchema(), obj)


def test_many_come_out_the_same():
    parts = [{"name": "a", "share": 0.5}, {"name": "b", "share": None}]
    quick = type("Quick", (QuickSchema,), {"name": fields.String(), "share": fields.Float()})
    assert quick(many=True).dump(parts) == parts
    assert quick().dump(parts, many=True) == parts


@pytest.mark.parametrize("wrong", [{"count": []}, {"at": 5}, {"share": "much"}, {"words": 7}])
def test_what_can_not_be_rendered_fails_as_ever(wrong):
    with pytest.raises((TypeError, ValueError, AttributeError)):
        EverySchema().dump(wrong)


class DumpingSchema(Schema):
    name = fields.String()

    def dump(self, obj: Any, *, many: bool | None = None) -> Any:
        return {"dumped": obj["name"], "many": many}


@pytest.mark.parametrize("kind", [DumpingSchema, HookedSchema, OwnSchema, PartSchema])
def test_what_a_schema_does_by_itself_is_done(kind):
    obj = {"name": "a", "share": 1.0}
    assert plain(kind, obj) == kind().dump(obj)
