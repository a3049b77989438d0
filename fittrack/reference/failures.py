"""Which problems an operation can answer with.

The use case's docstring names them after `Raises:`, and a view's code names its use cases; what
every operation shares (login, body, query, limits) follows from how it is declared.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterator, Mapping
from types import CodeType, ModuleType
from typing import Any

from fittrack import auth, errors, idempotency, pagination, parsing
from fittrack.errors import Problem
from fittrack.reference.problems import by_class_name

_RAISES = re.compile(r"Raises:(.*?)(?:\n\s*\n|\Z)", re.DOTALL)
_CLASS = re.compile(r"\b[A-Z][A-Za-z0-9]+\b")

Kinds = tuple[type[Problem], ...]

ALWAYS: Kinds = (
    errors.BadRequest,
    errors.RequestTimeout,
    errors.TooLarge,
    errors.UriTooLong,
    errors.TooManyRequests,
    errors.HeadersTooLarge,
    errors.Problem,
    errors.Unavailable,
)
OF_LOGIN: Kinds = (
    errors.Unauthenticated,
    auth.InvalidToken,
    auth.TokenExpired,
    auth.SessionEnded,
    auth.AccountNotActive,
)
OF_ROLES: Kinds = (errors.Forbidden, auth.SecondFactorRequired)
OF_BODY: Kinds = (
    parsing.MalformedJson,
    errors.TooLarge,
    errors.UnsupportedMediaType,
    errors.Invalid,
)
OF_KEY: Kinds = (
    idempotency.InvalidIdempotencyKey,
    idempotency.IdempotencyKeyReused,
    idempotency.IdempotencyKeyInFlight,
)


def problems_of(view: Callable[..., Any], operation: Mapping[str, Any]) -> list[type[Problem]]:
    """Return every kind of problem that an operation can answer with, by status and code."""
    kinds = named_problems(view).union(
        ALWAYS, _of_declaration(operation), _of_access(view), _of_key(view)
    )
    return sorted(kinds, key=lambda kind: (kind.status, kind.code))


def takes_key(view: Callable[..., Any]) -> bool:
    """Tell whether a view accepts an Idempotency-Key, by itself or by a helper of its module."""
    inner = inspect.unwrap(view)
    helpers = (inner.__globals__.get(name) for name in _names(_code(view)))
    ours: list[Callable[..., Any]] = [
        helper
        for helper in helpers
        if inspect.isfunction(helper) and helper.__module__ == inner.__module__
    ]
    return any("once" in _names(_code(each)) for each in (view, *ours))


def needs_key(view: Callable[..., Any]) -> bool:
    """Tell whether a view refuses a request without an Idempotency-Key."""
    return takes_key(view) and "required=True" in inspect.getsource(inspect.unwrap(view))


def named_problems(view: Callable[..., Any]) -> set[type[Problem]]:
    """Return the problems that the docstrings of a view's helpers and use cases name."""
    known = by_class_name()
    words = {word for text in _docstrings(view) for word in _raised(text)}
    return {known[word] for word in words if word in known}


def without_raises(text: str) -> str:
    """Return a docstring's text without what it raises."""
    return _RAISES.sub("", text).strip()


def _of_declaration(operation: Mapping[str, Any]) -> Iterator[type[Problem]]:
    places = {parameter["in"] for parameter in operation.get("parameters", ())}
    names = {parameter["name"] for parameter in operation.get("parameters", ())}
    if "requestBody" in operation:
        yield from OF_BODY
    if "path" in places:
        yield errors.NotFound
    if "query" in places:
        yield errors.Invalid
    if "cursor" in names:
        yield pagination.InvalidCursor


def _of_access(view: Callable[..., Any]) -> Iterator[type[Problem]]:
    access = getattr(view, "access", ())
    if access:
        yield from OF_LOGIN
    if access and access != ("signed in",):
        yield from OF_ROLES


def _of_key(view: Callable[..., Any]) -> Iterator[type[Problem]]:
    if takes_key(view):
        yield from OF_KEY
    if needs_key(view):
        yield idempotency.IdempotencyKeyRequired


def _docstrings(view: Callable[..., Any]) -> Iterator[str]:
    """Yield a view's docstring, and those of whatever of ours it refers to, one module deep."""
    inner = inspect.unwrap(view)
    names = _names(_code(view))
    yield inner.__doc__ or ""
    for name in names & inner.__globals__.keys():
        target = inner.__globals__[name]
        if target is idempotency:  # what keys can do is told by takes_key and needs_key
            continue
        if isinstance(target, ModuleType) and target.__name__.startswith("fittrack."):
            yield from _documented(getattr(target, each, None) for each in names)
        else:
            yield from _documented([target])


def _documented(targets: Any) -> Iterator[str]:
    for target in targets:
        if inspect.isfunction(target) and target.__module__.startswith("fittrack."):
            yield target.__doc__ or ""


def _raised(text: str) -> Iterator[str]:
    for section in _RAISES.findall(text):
        yield from _CLASS.findall(section)


def _code(view: Callable[..., Any]) -> CodeType:
    code: CodeType = inspect.unwrap(view).__code__
    return code


def _names(code: CodeType) -> set[str]:
    """Return the names that a function's code refers to, those of its lambdas included."""
    names = set(code.co_names)
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            names |= _names(constant)
    return names
