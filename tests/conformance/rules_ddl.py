"""Rules for the Oracle text of the migrations: columns, constraints, tables (rules 20 and 23)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tests.conformance.catalog import Catalog, Table
from tests.conformance.rulebook import (
    COLUMN_TYPES,
    RESERVED,
    Rule,
    Subject,
    own_columns,
    own_constraints,
    own_index,
)
from tests.conformance.tokens import Token

MAX_NAME_BYTES = 128


def _table(subject: Subject) -> Table | None:
    """Return the table that this very statement creates."""
    tables = subject.catalog.tables.values()
    return next((t for t in tables if t.statement is subject.statement), None)


def _default_after_not_null(subject: Subject) -> Iterator[Token]:
    for spot in subject.structure.spots:
        before = [subject.structure.at(spot.index - n).key for n in (2, 1)]
        if spot.key == "DEFAULT" and before == ["NOT", "NULL"]:
            yield spot.token


def _varchar2_in_chars(subject: Subject) -> Iterator[Token]:
    for spot in subject.structure.spots:
        if spot.key == "VARCHAR2" and spot.call != "CAST":
            shape = [subject.structure.at(spot.index + n).key for n in (1, 3, 4)]
            if shape != ["(", "CHAR", ")"]:
                yield spot.token


def _varchar2_too_wide(subject: Subject) -> Iterator[Token]:
    for column in own_columns(subject):
        width = re.match(r"VARCHAR2 \( (\d+)", column.type_text)
        if width and int(width.group(1)) > 1000:
            yield column.token


def _number_precision(subject: Subject) -> Iterator[Token]:
    for column in own_columns(subject):
        precision = re.match(r"NUMBER \( (\d+)", column.type_text)
        if column.type_text.startswith("NUMBER") and (
            precision is None or int(precision.group(1)) > 38
        ):
            yield column.token


def _fraction_type(subject: Subject) -> Iterator[Token]:
    for column in own_columns(subject):
        if re.match(r"NUMBER \( \d+ ,|FLOAT|BINARY_|REAL|DOUBLE|DECIMAL", column.type_text):
            yield column.token


def _unknown_type(subject: Subject) -> Iterator[Token]:
    for column in own_columns(subject):
        if column.type_text.split(" ")[0] not in COLUMN_TYPES:
            yield column.token


_TYPE_OF_SUFFIX = {
    "_AT": "TIMESTAMP ( 6 ) WITH TIME ZONE",
    "_ON": "DATE",
    "_JSON": "JSON",
    "_TEXT": "CLOB",
    "_BYTES": "BLOB",
}


def type_against_suffix(subject: Subject) -> Iterator[Token]:
    """Yield a column whose suffix and type disagree, in either direction."""
    for column in own_columns(subject):
        suffix = next((s for s in _TYPE_OF_SUFFIX if column.name.endswith(s)), "")
        wanted = "NUMBER ( 1 )" if column.name.startswith("IS_") else _TYPE_OF_SUFFIX.get(suffix)
        belongs = wanted is None and column.type_text.split(" ")[0] not in {"VARCHAR2", "NUMBER"}
        if column.type_text != wanted if wanted else belongs:
            yield column.token


def _reserved_in_ddl(subject: Subject) -> Iterator[Token]:
    table, index = _table(subject), own_index(subject)
    names = [c.token for c in own_columns(subject)] + ([index.token] if index else [])
    names += [t for t in subject.statement.tokens if table and t.key == table.name][:1]
    yield from (t for t in names if t.key in RESERVED)


def _on_update(subject: Subject) -> Iterator[Token]:
    for spot in subject.structure.spots:
        if spot.key == "ON" and subject.structure.at(spot.index + 1).key == "UPDATE":
            yield spot.token


def _on_delete_action(subject: Subject) -> Iterator[Token]:
    at = subject.structure.at
    for spot in subject.structure.spots:
        if spot.key == "ON" and at(spot.index + 1).key == "DELETE":
            action = f"{at(spot.index + 2).key} {at(spot.index + 3).key}"
            if at(spot.index + 2).key != "CASCADE" and action != "SET NULL":
                yield spot.token


def _clock_in_check(subject: Subject) -> Iterator[Token]:
    clocks = {"SYSDATE", "SYSTIMESTAMP", "CURRENT_DATE", "CURRENT_TIMESTAMP", "USER", "UID"}
    for _, constraint in own_constraints(subject):
        if constraint.kind == "CHECK" and clocks & set(constraint.text.split(" ")):
            yield constraint.token


def _unnamed_constraint(subject: Subject) -> Iterator[Token]:
    yield from (c.token for _, c in own_constraints(subject) if not c.name)


def name_twice(subject: Subject) -> Iterator[Token]:
    """Yield a constraint or index whose name another table's has already."""
    everything = [c.name for t in subject.catalog.tables.values() for c in t.constraints if c.name]
    for _, constraint in own_constraints(subject):
        if everything.count(constraint.name) > 1:
            yield constraint.token
    index = own_index(subject)
    if index is not None and index.name in everything:
        yield index.token


def _name_too_long(subject: Subject) -> Iterator[Token]:
    for token in subject.statement.tokens:
        if token.kind == "word" and len(token.text.encode()) > MAX_NAME_BYTES:
            yield token


def _drop_without_cascade(subject: Subject) -> Iterator[Token]:
    words = subject.words
    if words[:2] == ["DROP", "TABLE"] and "CASCADE CONSTRAINTS" not in " ".join(words):
        yield subject.statement.tokens[0]


def _add_column(subject: Subject) -> Iterator[Token]:
    words = subject.words
    if words[:2] == ["ALTER", "TABLE"] and words[3:5] == ["ADD", "COLUMN"]:
        yield subject.statement.tokens[3]


def immutable_terms(subject: Subject) -> Iterator[Token]:
    """Yield an IMMUTABLE or BLOCKCHAIN table without its terms in Oracle's words."""
    words = subject.words
    text = " ".join(words)
    if words[:1] == ["CREATE"] and {"IMMUTABLE", "BLOCKCHAIN"} & set(words[:2]):
        days = re.search(r"NO DELETE UNTIL (\d+) DAYS AFTER INSERT", text)
        keeps = "NO DELETE" in text and (days is None or int(days.group(1)) >= 16)
        drops = re.search(r"NO DROP( UNTIL \d+ DAYS IDLE)?", text)
        hashes = "BLOCKCHAIN" not in words[:2] or 'HASHING USING "SHA2_512" VERSION' in text
        if not (keeps and drops and hashes):
            yield subject.statement.tokens[1]


def alter_immutable(subject: Subject) -> Iterator[Token]:
    """Yield DDL that Oracle refuses on an IMMUTABLE or BLOCKCHAIN table (ORA-05715)."""
    words = subject.words
    target_at = {"ALTER": 2, "UPDATE": 1, "DELETE": 2}.get(words[0], 0) if words else 0
    if 0 < target_at < len(words) and _is_immutable(subject.catalog, words[target_at]):
        yield subject.statement.tokens[0]


def _is_immutable(catalog: Catalog, name: str) -> bool:
    table = catalog.tables.get(name)
    head = [t.key for t in table.statement.tokens[:2]] if table else []
    return bool({"IMMUTABLE", "BLOCKCHAIN"} & set(head))


def flag_without_check(subject: Subject) -> Iterator[Token]:
    """Yield an `is_` column that may hold more than 0 and 1."""
    for column in own_columns(subject):
        tables = [t for t in subject.catalog.tables.values() if column in t.columns.values()]
        checks = [c.text for t in tables for c in t.constraints if c.kind == "CHECK"]
        wanted = f"{column.name} IN ( 0 , 1 )"
        if column.name.startswith("IS_") and not any(wanted in text for text in checks):
            yield column.token


def several_columns_in_drop(subject: Subject) -> Iterator[Token]:
    """Yield ALTER TABLE t DROP x: Oracle wants DROP COLUMN x or DROP (x)."""
    words = subject.words
    known = {"COLUMN", "CONSTRAINT", "(", "PRIMARY", "UNIQUE"}
    is_drop = words[:2] == ["ALTER", "TABLE"] and words[3:4] == ["DROP"]
    if is_drop and words[4] not in known:
        yield subject.statement.tokens[3]


RULES = (
    Rule("ORA03c", "a reserved word is no table, column or index", "ddl", _reserved_in_ddl),
    Rule("ORA20a", "DEFAULT stands before NOT NULL", "ddl", _default_after_not_null),
    Rule("ORA20b", "VARCHAR2(n CHAR), never bytes", "ddl", _varchar2_in_chars),
    Rule(
        "ORA20c",
        "VARCHAR2 over 1000 characters may not hold its text: 4000 bytes are the "
        "column's limit; make it a `_text`",
        "ddl",
        _varchar2_too_wide,
    ),
    Rule("ORA20d", "NUMBER(p) with p from 1 to 38", "ddl", _number_precision),
    Rule("ORA20e", "Oracle has no ON UPDATE", "ddl", _on_update),
    Rule("ORA20f", "ON DELETE CASCADE or SET NULL only", "ddl", _on_delete_action),
    Rule("ORA20g", "no clock or user in a CHECK (ORA-02436)", "ddl", _clock_in_check),
    Rule("ORA20h", "every constraint has a name", "ddl", _unnamed_constraint),
    Rule(
        "ORA20i",
        "constraint and index names are unique in the schema (ORA-02264)",
        "ddl",
        name_twice,
    ),
    Rule("ORA20j", "DROP TABLE … CASCADE CONSTRAINTS", "ddl", _drop_without_cascade),
    Rule("ORA20k", "ADD (col …), not ADD COLUMN", "ddl", _add_column),
    Rule("ORA20q", "names are at most 128 bytes (ORA-00972)", "both", _name_too_long),
    Rule(
        "ORA20r",
        "IMMUTABLE: NO DROP [UNTIL n DAYS IDLE] NO DELETE [UNTIL ≥ 16 DAYS AFTER INSERT]",
        "ddl",
        immutable_terms,
    ),
    Rule(
        "ORA20s",
        "an IMMUTABLE or BLOCKCHAIN table is never altered, updated or deleted from",
        "both",
        alter_immutable,
    ),
    Rule("ORA20t", "DROP COLUMN x or DROP (x)", "ddl", several_columns_in_drop),
    Rule(
        "ORA23",
        "no fractions in the database: an integer with its unit in the name",
        "ddl",
        _fraction_type,
    ),
    Rule(
        "ORA25d",
        "this column type is not on the allow-list (rulebook.COLUMN_TYPES)",
        "ddl",
        _unknown_type,
    ),
    Rule(
        "ORA31a",
        "suffix and type belong together: _at TIMESTAMP(6) WITH TIME ZONE, _on DATE, "
        "_json JSON, _text CLOB, _bytes BLOB, is_ NUMBER(1)",
        "ddl",
        type_against_suffix,
    ),
    Rule("ORA31b", "an is_ column has CHECK (is_x IN (0, 1))", "ddl", flag_without_check),
)
