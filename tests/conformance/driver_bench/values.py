"""Values between the wire and SQLite: binds on their way in, columns on their way out."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import orjson
from seerdb.common.datatypes import JSON
from seerdb.common.tns import ColumnMeta
from seerdb.common.tns_consts import (
    TNS_TYPE_BLOB,
    TNS_TYPE_CLOB,
    TNS_TYPE_DATE,
    TNS_TYPE_JSON,
    TNS_TYPE_NUMBER,
    TNS_TYPE_TIMESTAMPTZ,
    TNS_TYPE_VARCHAR,
)
from seerdb.server import BindVar, UnsupportedFeature

from fittrack.db.values import instant_from_text, instant_to_text, suffix_of

# The server encodes larger documents in a way that the driver can't read (it ends the process).
MOST_JSON_CHARS = 60_000

# suffix: (wire type, length on the wire)
_TYPES = {
    "at": (TNS_TYPE_TIMESTAMPTZ, 13),
    "on": (TNS_TYPE_DATE, 7),
    "json": (TNS_TYPE_JSON, 4000),
    "text": (TNS_TYPE_CLOB, 4000),
    "bytes": (TNS_TYPE_BLOB, 4000),
}


def to_sqlite(value: Any) -> Any:
    """Return a bind from the wire as SQLite stores it.

    A DATE keeps no fraction and no zone, so an instant that was sent as one comes out wrong, as it
    would on Oracle.
    """
    if isinstance(value, BindVar):
        value = value.value
    if isinstance(value, JSON):
        return _json_text(value.value)
    if isinstance(value, datetime):
        return _instant_or_day(value)
    if isinstance(value, Decimal):
        return _number(value)
    if isinstance(value, str):
        return str(value) or None
    return bytes(value) if isinstance(value, bytes) else value


def _json_text(document: Any) -> str | None:
    if document is None:
        return None
    return orjson.dumps(document, default=_number, option=orjson.OPT_SORT_KEYS).decode()


def _number(value: Any) -> int | float:
    if not isinstance(value, Decimal):
        raise TypeError(f"no JSON for {value!r}")
    return int(value) if value == int(value) else float(value)


def _instant_or_day(value: datetime) -> str:
    if value.tzinfo is not None:
        return instant_to_text(value)
    is_day = value == datetime.combine(value.date(), datetime.min.time())
    return value.date().isoformat() if is_day else value.isoformat()


def declared_kinds(connection: sqlite3.Connection) -> dict[str, str]:
    """Return the declared type of every column of the schema by its name, in capitals."""
    rows = connection.execute(
        "SELECT upper(c.name), upper(c.type) FROM sqlite_master m"
        " JOIN pragma_table_info(m.name) c WHERE m.type = 'table'"
    )
    return dict(rows.fetchall())


def describe(
    names: Sequence[str], rows: Sequence[Sequence[Any]], declared: Mapping[str, str]
) -> list[ColumnMeta]:
    """Return the wire's description of a result.

    A column's type comes from its suffix, else from its values, else from the schema: a client that
    runs a statement again reads it by the first description, so NULLs alone must not change it.
    """
    return [
        _column(name.upper(), [row[index] for row in rows], declared)
        for index, name in enumerate(names)
    ]


def _column(name: str, values: list[Any], declared: Mapping[str, str]) -> ColumnMeta:
    kind, length = _TYPES.get(suffix_of(name.lower()), (0, 0))
    if not kind:
        filled = [value for value in values if value is not None]
        is_text = isinstance(filled[0], str) if filled else declared.get(name) == "TEXT"
        kind, length = (TNS_TYPE_VARCHAR, 4000) if is_text else (TNS_TYPE_NUMBER, 22)
    return ColumnMeta(
        name=name.encode(),
        data_type=kind,
        data_length=length,
        max_size=0 if kind in {TNS_TYPE_CLOB, TNS_TYPE_BLOB, TNS_TYPE_JSON} else length,
        scale=6 if kind == TNS_TYPE_TIMESTAMPTZ else 0,
        is_json=kind == TNS_TYPE_JSON,
    )


def to_wire(name: str, value: Any) -> Any:
    """Return a stored value as the wire carries a column of that name."""
    suffix = suffix_of(name.lower())
    if value is None:
        return None
    if suffix == "at":
        return instant_from_text(value).astimezone(UTC)
    if suffix == "on":
        return datetime.combine(date.fromisoformat(value[:10]), datetime.min.time())
    if suffix != "json":
        return value
    if len(value) > MOST_JSON_CHARS:
        raise UnsupportedFeature(f"a document of {len(value)} characters")
    return orjson.loads(value)
