"""The OpenAPI document: what smorest collected, completed by what all operations share."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from copy import deepcopy
from itertools import groupby
from typing import Any

from flask import Flask

from fittrack.errors import PreconditionFailed, Problem
from fittrack.reference import failures, problems
from fittrack.reference.examples import example_of, resolved

METHODS = ("get", "post", "put", "patch", "delete")
PROBLEM_REF = {"$ref": "#/components/schemas/Problem"}
_CONVERTER = re.compile(r"<(?:[^:<>]+:)?([^:<>]+)>")
Operation = dict[str, Any]
View = Callable[..., Any]

DESCRIPTION = """\
Activities earn points, points buy tickets, tickets enter drawings that anyone can verify.

Errors are `application/problem+json` (RFC 9457); switch on `code`, every value of which is listed
under `Problem` and explained at [/docs/errors](/docs/errors). Lists are paged by `limit` and
`cursor`. A POST with an `Idempotency-Key` may be repeated safely for 24 hours.
"""


def build(app: Flask) -> dict[str, Any]:
    """Return the OpenAPI 3.1 document of an application's blueprints."""
    # A copy: what smorest collected stays as it is, so that building again gives the same.
    document: dict[str, Any] = _ecma(deepcopy(app.extensions["openapi"].to_dict()))
    document["info"].update(description=DESCRIPTION, license={"name": "MIT", "identifier": "MIT"})
    document["servers"] = [{"url": "/"}]
    components = document.setdefault("components", {})
    schemas = components.setdefault("schemas", {})
    components["securitySchemes"] = {
        "access_token": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}
    }
    views = _views(app)
    found = list(operations(document))
    taken = Counter(views[path, method].__name__ for path, method, _ in found)
    for path, method, operation in found:
        _complete(operation, views[path, method], taken, schemas)
    _add_problems(components)
    return document


def _ecma(part: Any) -> Any:
    r"""Return a document whose patterns anchor by ^ and $ (ECMA-262), not by Python's \A and \Z."""
    if isinstance(part, dict):
        for name, inner in part.items():
            part[name] = _ecma(inner)
        if isinstance(part.get("pattern"), str):
            part["pattern"] = part["pattern"].replace(r"\A", "^").replace(r"\Z", "$")
    elif isinstance(part, list):
        part[:] = [_ecma(inner) for inner in part]
    return part


def operations(document: Mapping[str, Any]) -> Iterator[tuple[str, str, Operation]]:
    """Yield every operation with its path and method; path-wide parameters move into it."""
    for path, item in document["paths"].items():
        shared = item.pop("parameters", [])
        for method in METHODS:
            if method in item:
                item[method]["parameters"] = shared + item[method].get("parameters", [])
                yield path, method, item[method]


def _views(app: Flask) -> dict[tuple[str, str], View]:
    """Return the view behind each path template and method."""
    return {
        (_CONVERTER.sub(r"{\1}", rule.rule), method.lower()): app.view_functions[rule.endpoint]
        for rule in app.url_map.iter_rules()
        for method in rule.methods or ()
    }


def _complete(
    operation: Operation, view: View, taken: Mapping[str, int], schemas: dict[str, Any]
) -> None:
    name = view.__name__
    operation["operationId"] = name if taken[name] == 1 else f"{operation['tags'][0]}_{name}"
    operation["security"] = [{"access_token": []}] if getattr(view, "access", ()) else []
    _describe(operation, getattr(view, "access", ("signed in",)))
    _add_request_example(operation, schemas)
    kinds = failures.problems_of(view, operation)
    operation["parameters"] = [*operation["parameters"], *_header_parameters(view, kinds)]
    operation["responses"] = {**_successes(operation, schemas), **_refusals(kinds)}


def _describe(operation: Operation, roles: tuple[str, ...]) -> None:
    """Say for whom an operation is; what its docstring raises stands with its answers."""
    told = failures.without_raises(operation.pop("description", ""))
    if roles != ("signed in",):
        told = f"Only for {' and '.join(roles)}."
    if told:
        operation["description"] = told


def _add_request_example(operation: Operation, schemas: dict[str, Any]) -> None:
    body = operation.get("requestBody", {})
    for kind, media in body.get("content", {}).items():
        _forbid_unknown(media.get("schema", {}), schemas)
        _add_example(media, schemas)
        if "json" in kind:  # where nothing is required, no body says the same as an empty object
            body["required"] = bool(resolved(media["schema"], schemas).get("required"))


def _forbid_unknown(schema: Any, schemas: dict[str, Any]) -> None:
    """Say of a body, and of every object inside it, that unknown fields are refused."""
    target = resolved(schema, schemas)
    if "properties" in target and "additionalProperties" not in target:
        target["additionalProperties"] = False  # type: ignore[index]
        for inner in target["properties"].values():
            _forbid_unknown(inner, schemas)
    if "items" in target:
        _forbid_unknown(target["items"], schemas)


def _successes(operation: Operation, schemas: Mapping[str, Any]) -> dict[str, Any]:
    found = {
        str(status): response
        for status, response in operation["responses"].items()
        if str(status)[0] in "23"
    }
    for response in found.values():
        for media in response.get("content", {}).values():
            _add_example(media, schemas)
    return found


def _add_example(media: dict[str, Any], schemas: Mapping[str, Any]) -> None:
    if "schema" in media and "examples" not in media:
        media.setdefault("example", example_of(media["schema"], schemas))


def _refusals(kinds: list[type[Problem]]) -> dict[str, Any]:
    by_status = groupby(kinds, key=lambda kind: kind.status)
    return {str(status): _refusal(list(group)) for status, group in by_status}


def _refusal(kinds: list[type[Problem]]) -> dict[str, Any]:
    examples = {kind.code: {"$ref": f"#/components/examples/{kind.code}"} for kind in kinds}
    return {
        "description": " ".join(kind.title() for kind in kinds),
        "content": {"application/problem+json": {"schema": PROBLEM_REF, "examples": examples}},
    }


def _header_parameters(view: View, kinds: list[type[Problem]]) -> Iterator[dict[str, Any]]:
    if failures.takes_key(view):
        yield {
            "name": "Idempotency-Key",
            "in": "header",
            "required": failures.needs_key(view),
            "description": "The same key and body within 24 hours give the same answer once more.",
            "schema": {"type": "string", "minLength": 1, "maxLength": 255},
            "example": "buy-2026-03-14-1",
        }
    if any(issubclass(kind, PreconditionFailed) for kind in kinds):
        yield {
            "name": "If-Match",
            "in": "header",
            "required": False,
            "description": "The ETag that was read; 412 when the thing has changed since.",
            "schema": {"type": "string", "maxLength": 100},
            "example": '"3"',
        }


def _add_problems(components: dict[str, Any]) -> None:
    # Left over from smorest's own error shape, to which nothing refers any more.
    components.pop("responses", None)
    components["schemas"].pop("Error", None)
    components["schemas"].pop("PaginationMetadata", None)
    components.pop("headers", None)
    components["schemas"]["Problem"] = _problem_schema()
    components["examples"] = {
        kind.code: {"summary": kind.title(), "value": problems.example_of(kind)}
        for kind in problems.all_problems()
    }


def _problem_schema() -> dict[str, Any]:
    text = {"type": "string"}
    return {
        "type": "object",
        "description": "What went wrong (RFC 9457); some codes bring members of their own.",
        "required": ["type", "title", "status", "detail", "instance", "code", "request_id"],
        "properties": {
            "type": {"type": "string", "format": "uri-reference"},
            "title": text,
            "status": {"type": "integer", "minimum": 400, "maximum": 599},
            "detail": text,
            "instance": {"type": "string", "format": "uri-reference"},
            "code": {"type": "string", "enum": problems.codes()},
            "request_id": text,
            "errors": {"type": "array", "items": _field_error_schema()},
        },
    }


def _field_error_schema() -> dict[str, Any]:
    return {
        "type": "object",
        "required": ["pointer", "message"],
        "properties": {
            "pointer": {"type": "string", "description": "JSON pointer (RFC 6901) to the field."},
            "message": {"type": "string"},
        },
    }
