"""Values on their way to and from a column; the column's suffix says the type on both engines."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime
from functools import cache
from typing import Any, TypeVar

import orjson

T = TypeVar("T")
Convert = Callable[[Any], Any]


class NaiveDatetime(ValueError):
    """A datetime without a time zone can't be stored."""


def instant_to_text(value: datetime) -> str:
    """Return an aware datetime as fixed-width UTC text, so that text order is time order."""
    # Not strftime: it writes years before 1000 with fewer digits.
    return to_utc(value).isoformat(timespec="microseconds").replace("+00:00", "Z")


def instant_from_text(value: str) -> datetime:
    """Return the aware UTC datetime of stored text."""
    return datetime.fromisoformat(value)


def to_utc(value: datetime) -> datetime:
    """Return an aware datetime in UTC. Raises: NaiveDatetime."""
    if value.tzinfo is None:
        raise NaiveDatetime(f"{value!r} has no time zone")
    return value.astimezone(UTC)


def to_json(value: Any) -> str:
    """Return JSON text for a `_json` column, keys sorted so that equal values are equal text."""
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS).decode()


def suffix_of(column: str) -> str:
    """Return what decides a column's type: `is`, `at`, `on`, `json`, `text`, `bytes` or ''."""
    if column.startswith("is_"):
        return "is"
    tail = column.rpartition("_")[2]
    return tail if tail in {"at", "on", "json", "text", "bytes"} else ""


def check_binds(expected: frozenset[str], given: Mapping[str, Any], name: str) -> None:
    """Refuse a call whose binds are not exactly the statement's. Raises: TypeError."""
    if expected != given.keys():
        missing, extra = expected - given.keys(), given.keys() - expected
        raise TypeError(f"{name}: missing binds {sorted(missing)}, unknown binds {sorted(extra)}")


def columns_of(row: Any) -> dict[str, Any]:
    """Return a dataclass's fields by name, as binds; unlike `asdict` it copies no value."""
    # mypy takes a class for unhashable
    return {name: getattr(row, name) for name in _fields(type(row))}  # type: ignore[arg-type]


@cache
def _fields(row_type: Any) -> tuple[str, ...]:
    return tuple(field.name for field in dataclasses.fields(row_type))


def row_maker(
    row_type: Callable[..., T], columns: Sequence[str], converters: Mapping[str, Convert]
) -> Callable[[Sequence[Any]], T]:
    """Return a function from a driver's row to a dataclass, its columns taken by name.

    Raises: TypeError where the columns are not the dataclass's fields.
    """
    fields = _fields(row_type)
    if sorted(columns) != sorted(fields):
        odd = sorted(set(columns) ^ set(fields))
        raise TypeError(f"{row_type!r} and its statement differ in {odd}")
    steps = [(columns.index(name), converters.get(suffix_of(name))) for name in fields]

    def make(row: Sequence[Any]) -> T:
        return row_type(
            *[
                row[at] if convert is None or row[at] is None else convert(row[at])
                for at, convert in steps
            ]
        )

    return make


def as_date(value: Any) -> date:
    """Return a `_on` column's value as a date, from text or from a driver's datetime."""
    if isinstance(value, str):
        return date.fromisoformat(value)
    return value.date() if isinstance(value, datetime) else value
