"""Every problem that the API can answer with."""

from __future__ import annotations

import pkgutil
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from typing import Any

import fittrack
from fittrack import errors
from fittrack.errors import Problem

# Kernel modules that name problems beside those of errors.py.
KERNEL = ("auth", "idempotency", "pagination", "parsing")


@cache
def all_problems() -> tuple[type[Problem], ...]:
    """Return every kind of problem, by status and then by code."""
    for name in _modules():
        import_module(name)
    kinds = {kind for kind in _below(Problem) if kind.__module__.startswith("fittrack.")}
    kinds.add(Problem)
    return tuple(sorted(kinds, key=lambda kind: (kind.status, kind.code, kind.__qualname__)))


@cache
def by_class_name() -> dict[str, type[Problem]]:
    """Return every kind of problem by the name that docstrings use after `Raises:`."""
    return {kind.__name__: kind for kind in all_problems()}


def codes() -> list[str]:
    """Return every error code once, in alphabetical order."""
    return sorted({kind.code for kind in all_problems()})


def example_of(kind: type[Problem]) -> dict[str, Any]:
    """Return a problem document as the API would answer with it."""
    example = {
        "type": f"/docs/errors#{kind.code}",
        "title": kind.title(),
        "status": kind.status,
        "detail": kind.title(),
        "instance": "/api/v1/...",
        "code": kind.code,
        "request_id": "01935d2a-7c00-7000-8000-5f3c1f0b2a10",
    }
    if kind is errors.Invalid:
        example["errors"] = [{"pointer": "/ticket_count", "message": "Not a valid integer."}]
    return example


def _modules() -> Iterator[str]:
    yield from (f"fittrack.{name}" for name in KERNEL)
    for found in pkgutil.walk_packages(fittrack.__path__, "fittrack."):
        if found.name.endswith(".errors") and found.name != "fittrack.db.errors":
            yield found.name


def _below(kind: type[Problem]) -> Iterator[type[Problem]]:
    for inner in kind.__subclasses__():
        yield inner
        yield from _below(inner)
