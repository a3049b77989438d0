"""The few Oracle functions that our shared statements use, for SQLite."""

from __future__ import annotations

import sqlite3
from decimal import Decimal
from typing import Any

import orjson

_ABSENT = object()


def register(connection: sqlite3.Connection) -> None:
    """Teach a connection the eight functions and the table `dual`."""
    for name, arguments, function in (
        ("NVL", 2, nvl),
        ("TO_NUMBER", 1, to_number),
        ("TO_CHAR", 1, to_char),
        ("TO_CHAR", 2, to_char),
        ("LPAD", 3, lpad),
        ("JSON_VALUE", 2, json_value),
        ("JSON_EXISTS", 2, json_exists),
        ("GREATEST", -1, greatest),
        ("LEAST", -1, least),
    ):
        connection.create_function(name, arguments, function, deterministic=True)
    connection.execute("CREATE TEMP VIEW IF NOT EXISTS dual AS SELECT 'X' AS dummy")


def nvl(value: Any, other: Any) -> Any:
    """Return `other` where the value is NULL."""
    return other if value is None else value


def to_number(value: Any) -> int | float | None:
    """Return text as a number, an integer where it is one."""
    if value is None:
        return None
    number = Decimal(str(value))
    return int(number) if number == number.to_integral_value() else float(number)


# Our instants are fixed-width text, so that each format is a prefix of it.
_FORMATS = {"YYYY-MM-DD": 10, "YYYY-MM": 7, "YYYY": 4}


def to_char(value: Any, form: str | None = None) -> str | None:
    """Return a number as text, or an instant in one of the three formats we use."""
    if value is None:
        return None
    return str(value) if form is None else str(value)[: _FORMATS[form]]


def lpad(value: Any, width: int, fill: str) -> str | None:
    """Return text filled up on the left, or cut to the width."""
    return None if value is None else str(value)[:width].rjust(width, fill)


def json_value(document: str | None, path: str) -> Any:
    """Return the scalar at a path `$.a.b` as text, or NULL."""
    found = _at(document, path)
    if isinstance(found, bool):
        return "true" if found else "false"
    return None if found is None or isinstance(found, dict | list) else str(found)


def json_exists(document: str | None, path: str) -> int:
    """Return 1 where a path leads to something, a null of JSON included, as on Oracle."""
    return int(_at(document, path, absent=_ABSENT) is not _ABSENT)


def _at(document: str | None, path: str, *, absent: Any = None) -> Any:
    found = absent if document is None else orjson.loads(document)
    for key in path.removeprefix("$").lstrip(".").split("."):
        found = found.get(key, absent) if isinstance(found, dict) else absent
    return found


def greatest(*values: Any) -> Any:
    """Return the largest value; NULL where one is NULL, as on Oracle."""
    return None if None in values else max(values)


def least(*values: Any) -> Any:
    """Return the smallest value; NULL where one is NULL, as on Oracle."""
    return None if None in values else min(values)
