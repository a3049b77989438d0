"""Rows as the plain values that go out, as marshmallow would make them, in a quarter of its time.

A schema is read once: for each field the attribute and what makes a plain value of it. What is
not known here (other fields, methods, hooks) is left to the field or the schema itself; a test
compares the two.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from functools import cache
from typing import Any

from marshmallow import Schema, fields, missing

Convert = Callable[[Any], Any]


class QuickSchema(Schema):
    """A schema whose `dump` is quick; what it says of its fields is said to documents as ever."""

    def dump(self, obj: Any, *, many: bool | None = None) -> Any:
        """Return an object, or each of many, as plain values."""
        if self.many if many is None else many:
            return [_of_schema(type(self))(each) for each in obj]
        return _of_schema(type(self))(obj)


def plain(kind: type[Schema], obj: Any) -> Any:
    """Return an object as the plain values that a schema makes of it."""
    return _of_schema(kind)(obj)


@cache
def _of_schema(kind: type[Schema]) -> Convert:
    """Return what dumps objects of a schema's kind."""
    schema = kind()
    if kind.dump not in {Schema.dump, QuickSchema.dump}:
        return schema.dump
    if kind.get_attribute is not Schema.get_attribute or _has_hooks(schema):
        return lambda obj: Schema.dump(schema, obj)
    steps = [
        (field.data_key or name, field.attribute or name, _of_field(field), field)
        for name, field in schema.dump_fields.items()
    ]

    def dump(obj: Any) -> dict[str, Any]:
        is_mapping, plain = isinstance(obj, Mapping), {}
        for key, attribute, convert, field in steps:
            value = obj.get(attribute, missing) if is_mapping else getattr(obj, attribute, missing)
            if convert is None or value is missing:
                value = field.serialize(attribute, obj, accessor=schema.get_attribute)
            elif value is not None:
                value = convert(value)
            if value is not missing:
                plain[key] = value
        return plain

    return dump


def _has_hooks(schema: Schema) -> bool:
    return any(schema._hooks.get(hook) for hook in ("pre_dump", "post_dump"))


def _of_field(field: fields.Field[Any]) -> Convert | None:
    """Return what makes a plain value of a field's, None where only the field itself can."""
    if "." in (field.attribute or ""):
        return None
    if type(field) is fields.Nested:
        return _of_nested(field)
    if type(field) is fields.List:
        inner = _of_field(field.inner)
        return None if inner is None else lambda values: _each(inner, values)
    if getattr(field, "as_string", False) or getattr(field, "format", None) not in {None, "iso"}:
        return None
    return _PLAIN.get(type(field))


def _of_nested(field: fields.Nested) -> Convert | None:
    schema = field.schema
    if field.many or schema.many or schema.only or schema.exclude:
        return None
    kind = type(schema)
    return lambda value: _of_schema(kind)(value)  # read when first needed: it may hold itself


def _each(convert: Convert, values: Any) -> list[Any]:
    return [None if value is None else convert(value) for value in values]


def _instant(value: Any) -> Any:
    return fields.DateTime.SERIALIZATION_FUNCS["iso"](value)  # ours, as `extensions` sets it


def _as_it_is(value: Any) -> Any:
    return value


_PLAIN: Mapping[type[fields.Field[Any]], Convert] = {
    fields.AwareDateTime: _instant,
    fields.Boolean: _as_it_is,
    fields.Date: date.isoformat,
    fields.Float: float,
    fields.Integer: int,
    fields.String: str,
    fields.UUID: str,
}
