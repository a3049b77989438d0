"""Rules for keys and indexes in the migrations (rules 17, 19 and 20)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tests.conformance.catalog import Column, Table
from tests.conformance.rulebook import Rule, Subject, own_constraints, own_index
from tests.conformance.tokens import Token

MAX_INDEX_BYTES = 6398  # ORA-01450 with the usual 8 KiB block


def _nullable_unique_column(subject: Subject) -> Iterator[Token]:
    for table, columns, token in _unique_keys(subject):
        if any(c in table.columns and table.columns[c].is_nullable for c in columns):
            yield token


def _unique_keys(subject: Subject) -> Iterator[tuple[Table, tuple[str, ...], Token]]:
    """Yield (table, columns, token) of each unique key or index that this statement makes."""
    for table, constraint in own_constraints(subject):
        if constraint.kind in {"PRIMARY", "UNIQUE"}:
            yield table, constraint.columns, constraint.token
    index = own_index(subject)
    if index is not None and index.is_unique and index.table in subject.catalog.tables:
        yield subject.catalog.tables[index.table], index.columns, index.token


def _instant_in_key(subject: Subject) -> Iterator[Token]:
    for table, columns, token in _unique_keys(subject):
        for name in columns:
            column = table.columns.get(name)
            if column is not None and "TIME ZONE" in column.type_text:
                yield token


def _unique_email(subject: Subject) -> Iterator[Token]:
    for _, columns, token in _unique_keys(subject):
        if "EMAIL" in columns:
            yield token


def _large_object_in_index(subject: Subject) -> Iterator[Token]:
    index = own_index(subject)
    keys = [(columns, token) for _, columns, token in _unique_keys(subject)]
    keys += [(index.columns, index.token)] if index else []
    for columns, token in keys:
        if any(name.endswith(("_TEXT", "_BYTES", "_JSON")) for name in columns):
            yield token


def _partial_index(subject: Subject) -> Iterator[Token]:
    if own_index(subject) is not None and "WHERE" in subject.words:
        yield subject.statement.tokens[subject.words.index("WHERE")]


def same_columns_indexed(subject: Subject) -> Iterator[Token]:
    """Yield an index on the very columns of another index or key (ORA-01408)."""
    index = own_index(subject)
    table = subject.catalog.tables.get(index.table) if index else None
    if index is None or table is None:
        return
    others = [i for i in subject.catalog.indexes.values() if i.table == index.table]
    lists = table.keys() + [i.columns for i in others if i is not index]
    if index.columns in lists:
        yield index.token


def _index_too_wide(subject: Subject) -> Iterator[Token]:
    index = own_index(subject)
    keys = list(_unique_keys(subject))
    if index is not None and not index.is_unique and index.table in subject.catalog.tables:
        keys.append((subject.catalog.tables[index.table], index.columns, index.token))
    for table, columns, token in keys:
        if sum(_bytes(table.columns.get(name)) for name in columns) > MAX_INDEX_BYTES:
            yield token


def _bytes(column: Column | None) -> int:
    """Return how many bytes a column may take in an index; four for each character."""
    width = re.match(r"VARCHAR2 \( (\d+)", column.type_text) if column else None
    return min(4 * int(width.group(1)), 4000) if width else 22


def dangling_reference(subject: Subject) -> Iterator[Token]:
    """Yield a foreign key to what is no key of an existing table (ORA-00942, ORA-02270)."""
    for table, constraint in own_constraints(subject):
        if constraint.kind == "FOREIGN":
            target = subject.catalog.tables.get(constraint.refers_to)
            columns = constraint.refers_columns or (target.primary_key() if target else ())
            keys = target.keys() if target else []
            own_types = _types(table, constraint.columns)
            if target is None or columns not in keys or own_types != _types(target, columns):
                yield constraint.token


def _types(table: Table, columns: tuple[str, ...]) -> list[str]:
    return [table.columns[name].type_text for name in columns if name in table.columns]


def key_of_missing_column(subject: Subject) -> Iterator[Token]:
    """Yield a key, foreign key or index that names no column of its table (ORA-00904)."""
    for table, constraint in own_constraints(subject):
        keyed = constraint.kind in {"PRIMARY", "UNIQUE", "FOREIGN"}
        if keyed and any(name not in table.columns for name in constraint.columns):
            yield constraint.token
    index = own_index(subject)
    owner = subject.catalog.tables.get(index.table) if index else None
    for name in index.columns if index and owner else ():
        plain = name.removesuffix(" DESC")
        if " " not in plain and owner is not None and plain not in owner.columns:
            yield subject.statement.tokens[0]


RULES = (
    Rule(
        "ORA16b",
        "email is unique by an index on LOWER(email), for case tells nothing",
        "ddl",
        _unique_email,
    ),
    Rule(
        "ORA17",
        "columns of a unique key are NOT NULL: Oracle counts (1, NULL) twice as one",
        "ddl",
        _nullable_unique_column,
    ),
    Rule("ORA18c", "no CLOB, BLOB or JSON in a key or index", "ddl", _large_object_in_index),
    Rule(
        "ORA19", "no TIMESTAMP WITH TIME ZONE in a unique key (ORA-02329)", "ddl", _instant_in_key
    ),
    Rule("ORA20l", "no partial index: index CASE WHEN … END instead", "ddl", _partial_index),
    Rule("ORA20m", "these columns are indexed already (ORA-01408)", "ddl", same_columns_indexed),
    Rule("ORA20n", "index wider than 6398 bytes (ORA-01450)", "ddl", _index_too_wide),
    Rule(
        "ORA20o",
        "a foreign key refers to a key of an earlier table, of the same type",
        "ddl",
        dangling_reference,
    ),
    Rule("ORA20p", "a key or index names columns of its table", "ddl", key_of_missing_column),
)
