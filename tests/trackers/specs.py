"""Providers' own descriptions and payloads, read from where they lie beside the project."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

import jsonschema
import orjson
import pytest
import yaml

from tests.conftest import SHARED


@cache
def description(name: str) -> dict[str, Any]:
    """Return an OpenAPI description; skips where the shared folder is absent."""
    path = SHARED / "provider-specs" / name
    if not path.exists():
        pytest.skip("the providers' descriptions are not here")
    raw = path.read_bytes()
    found = orjson.loads(raw) if name.endswith(".json") else yaml.load(raw, yaml.CSafeLoader)
    return dict(found)


@cache
def payload(name: str) -> Any:
    """Return a payload such as `whoop/body.json`; skips where the shared folder is absent."""
    path = SHARED / "provider-payloads" / name
    if not path.exists():
        pytest.skip("the providers' payloads are not here")
    return orjson.loads(path.read_bytes())


def check(spec: str, schema: str, value: Any) -> None:
    """Hold a value against a schema of a description, by name. Raises: ValidationError."""
    _validator(spec, schema).validate(value)


@cache
def _validator(spec: str, schema: str) -> jsonschema.Draft202012Validator:
    schemas = description(spec)["components"]["schemas"]
    root = {"$ref": f"#/components/schemas/{schema}", "components": {"schemas": schemas}}
    return jsonschema.Draft202012Validator(
        root, format_checker=jsonschema.Draft202012Validator.FORMAT_CHECKER
    )


def shape_of(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Yield the path and type of every leaf and container; all items of a list are one."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from shape_of(inner, f"{path}.{name}")
    elif isinstance(value, list):
        for inner in value:
            yield from shape_of(inner, f"{path}[]")
    else:
        kind = "number" if type(value) in (int, float) else type(value).__name__
        yield path, kind
