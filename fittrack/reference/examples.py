"""An example for every schema: what its fields say of themselves, else what their type suggests."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Schema = Mapping[str, Any]

DEEPEST = 8
_ID = "01935d2a-7c00-7000-8000-5f3c1f0b2a10"
_FORMATS: Mapping[str, Any] = {
    "uuid": _ID,
    "date-time": "2026-03-14T18:05:00Z",
    "date": "2026-03-14",
    "time": "18:05:00",
    "email": "ana@example.com",
    "uri": "https://example.com/",
    "url": "https://example.com/",
    "ipv4": "192.0.2.7",
    "binary": "",
}
_HASH = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
_PATTERNS: Mapping[str, str] = {"^[0-9a-f]{64}$": _HASH}
# By the name's last words: the unit that the name carries, or what the field is about.
_NAMES: Mapping[str, Any] = {
    "_id": _ID,
    "_bpm": 142,
    "_m": 5000,
    "_s": 1800,
    "_kg": 70,
    "_points": 100,
    "_cents": 2500,
    "_kcal": 310,
    "_mps": 2.8,
    "_hash": _HASH,
    "_json": {},
    "email": "ana@example.com",
    "display_name": "Ana",
    "password": "correct horse battery staple",
    "state": "CA",
    "name": "Spring drawing",
    "title": "Your drawing has a winner",
    "time_zone": "America/New_York",
    "code": "123456",
    "opens_at": "2030-06-01T16:00:00Z",
    "closes_at": "2030-06-08T00:55:00Z",
    "draws_at": "2030-06-08T01:00:00Z",
}


def example_of(schema: Schema, components: Mapping[str, Schema], name: str = "") -> Any:
    """Return a value that a schema accepts; `components` are what its references lead to."""
    return _example(schema, components, name, 0)


def _example(schema: Schema, components: Mapping[str, Schema], name: str, depth: int) -> Any:
    schema = resolved(schema, components)
    if "example" in schema:
        return schema["example"]
    if schema.get("examples"):
        return schema["examples"][0]
    for word in ("const", "default"):
        if schema.get(word) is not None:
            return schema[word]
    if schema.get("enum"):
        return schema["enum"][0]
    return _by_type(schema, components, name, depth)


def resolved(schema: Schema, components: Mapping[str, Schema]) -> Schema:
    """Return the schema that references, and compositions of them, stand for."""
    if "$ref" in schema:
        return resolved(components[schema["$ref"].rpartition("/")[2]], components)
    for word in ("allOf", "anyOf", "oneOf"):
        if schema.get(word):
            beside = {key: value for key, value in schema.items() if key != word}
            return {**resolved(schema[word][0], components), **beside}
    return schema


def _by_type(schema: Schema, components: Mapping[str, Schema], name: str, depth: int) -> Any:
    kind = _type_of(schema)
    if kind == "object":
        return _object(schema, components, depth)
    if kind == "array":
        return [_example(schema["items"], components, name, depth + 1)] if depth < DEEPEST else []
    if kind in {"integer", "number"}:
        return _number(schema, kind, name)
    if kind == "boolean":
        return True
    return _text(schema, name) if kind == "string" else None


def _type_of(schema: Schema) -> str:
    kind = schema.get("type", "object" if "properties" in schema else "null")
    kinds = kind if isinstance(kind, list) else [kind]
    return str(next((each for each in kinds if each != "null"), "null"))


def _object(schema: Schema, components: Mapping[str, Schema], depth: int) -> dict[str, Any]:
    if depth >= DEEPEST:
        return {}
    return {
        name: _example(inner, components, name, depth + 1)
        for name, inner in schema.get("properties", {}).items()
        if not inner.get("deprecated")
    }


def _number(schema: Schema, kind: str, name: str) -> float:
    hint = _hint(name)
    value = hint if isinstance(hint, int | float) else 1
    value = max(value, schema.get("minimum", value))
    value = min(value, schema.get("maximum", value))
    return int(value) if kind == "integer" else value


def _text(schema: Schema, name: str) -> str:
    if schema.get("format") in _FORMATS and name not in _NAMES:
        return str(_FORMATS[schema["format"]])
    if schema.get("pattern") in _PATTERNS:
        return _PATTERNS[schema["pattern"]]
    hint = _hint(name)
    text = hint if isinstance(hint, str) else (name.replace("_", " ") or "text")
    text = text.ljust(schema.get("minLength", 0), "x")
    return text[: schema.get("maxLength", len(text))]


def _hint(name: str) -> Any:
    """Return what a field's name suggests: the whole of it, else its last word."""
    return _NAMES.get(name, _NAMES.get(f"_{name.rpartition('_')[2]}"))
