"""Oracle's DDL on SQLite, and the few dictionary views that the migration runner asks."""

from __future__ import annotations

import re
import sqlite3

from tests.conformance.tokens import Token, tokenize

_TYPES = {
    "VARCHAR2": "TEXT",
    "CLOB": "TEXT",
    "JSON": "TEXT",
    "DATE": "TEXT",
    "TIMESTAMP": "TEXT",
    "NUMBER": "INTEGER",
}
_LEFT_OUT = re.compile(
    r"\b(IMMUTABLE|BLOCKCHAIN)\b(?=\s+TABLE)|\bNO\s+(DROP|DELETE)\b.*|\bCASCADE\s+CONSTRAINTS\b"
    r"|\bPARTITION\s+BY\b.*|\bHASHING\s+USING\b.*|\bWITH\s+TIME\s+ZONE\b",
    re.IGNORECASE | re.DOTALL,
)
# All that our triggers do on Oracle.
_REFUSED = re.compile(r"RAISE_APPLICATION_ERROR\(-20001, ('[^']*')\)")

_DICTIONARY = """
CREATE TEMP VIEW user_tables AS
SELECT upper(name) AS table_name FROM sqlite_master
 WHERE type = 'table' AND name NOT LIKE 'sqlite_%';
CREATE TEMP VIEW user_tab_columns AS
SELECT upper(m.name) AS table_name, upper(c.name) AS column_name
  FROM sqlite_master m JOIN pragma_table_info(m.name) c
 WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%';
CREATE TEMP VIEW user_indexes AS
SELECT upper(name) AS index_name, 'NORMAL' AS index_type FROM sqlite_master
 WHERE type = 'index' AND sql IS NOT NULL;
CREATE TEMP VIEW user_triggers AS
SELECT upper(name) AS trigger_name FROM sqlite_master WHERE type = 'trigger';
CREATE TEMP VIEW user_constraints AS
SELECT constraint_name(m.sql, n.value) AS constraint_name, NULL AS index_name,
       'USER NAME' AS generated
  FROM sqlite_master m JOIN json_each('[0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19]') n
 WHERE m.type = 'table' AND constraint_name(m.sql, n.value) IS NOT NULL;
"""


# SQLite of most systems can't change a table's constraints; its text in the schema can be.
_ADDED = "added_constraint"
_DROPPED = "dropped_constraint"


def add_dictionary(connection: sqlite3.Connection) -> None:
    """Give a session the views user_tables, user_tab_columns, user_constraints and so on."""
    connection.create_function("constraint_name", 2, _constraint_name, deterministic=True)
    connection.create_function("to_clob", 1, lambda text: text, deterministic=True)
    connection.create_function(_ADDED, 2, _with_constraint, deterministic=True)
    connection.create_function(_DROPPED, 2, _without_constraint, deterministic=True)
    connection.executescript(_DICTIONARY)


def _constraint_name(sql: str, number: int) -> str | None:
    names = re.findall(r"\bCONSTRAINT\s+(\w+)", sql, re.IGNORECASE)
    return str(names[number]).upper() if number < len(names) else None


def _with_constraint(sql: str, constraint: str) -> str:
    body, parenthesis, options = sql.rpartition(")")
    return f"{body}, {constraint}{parenthesis}{options}"


def _without_constraint(sql: str, name: str) -> str:
    """Return a table's text without one of its constraints: up to the comma or end that follows."""
    tokens = tokenize(sql)
    keys = [token.key for token in tokens]
    first = next(at for at in range(len(keys)) if keys[at : at + 2] == ["CONSTRAINT", name.upper()])
    depth = 0
    for last in range(first, len(tokens)):
        if depth == 0 and tokens[last].text in {",", ")"}:
            break
        depth += {"(": 1, ")": -1}.get(tokens[last].text, 0)
    kept = tokens[: first - 1] + tokens[last:]
    return " ".join(token.text for token in kept)


def _with_text_of(table: str, change: str, words: str) -> list[str]:
    quoted = words.replace("'", "''")
    return [
        "PRAGMA writable_schema = ON",
        f"UPDATE sqlite_master SET sql = {change}(sql, '{quoted}')"
        f" WHERE type = 'table' AND name = '{table}'",
        "PRAGMA writable_schema = RESET",
    ]


def to_sqlite(sql: str) -> list[str]:
    """Return what a CREATE, ALTER or DROP of a table, index or trigger is on SQLite."""
    tokens = tokenize(_REFUSED.sub(r"SELECT RAISE(ABORT, \1)", _LEFT_OUT.sub("", sql)))
    words = [token.key for token in tokens]
    if words[:2] == ["ALTER", "TABLE"] and words[3:5] == ["DROP", "CONSTRAINT"]:
        return _with_text_of(tokens[2].text, _DROPPED, tokens[5].text)
    if words[:2] == ["ALTER", "TABLE"] and words[3:5] == ["ADD", "("]:
        return _added(tokens)
    text = _retyped(tokens)
    return [f"{text} STRICT" if words[:2] == ["CREATE", "TABLE"] else text]


def _retyped(tokens: list[Token]) -> str:
    """Return the tokens as text, each Oracle type replaced and without its length."""
    parts: list[str] = []
    index = 0
    while index < len(tokens):
        token = tokens[index]
        index += 1
        kind = _TYPES.get(token.key) if token.kind == "word" else None
        parts.append(kind or token.text)
        if kind and index < len(tokens) and tokens[index].text == "(":
            index = _after_parenthesis(tokens, index)
    return " ".join(parts)


def _after_parenthesis(tokens: list[Token], index: int) -> int:
    while tokens[index].text != ")":
        index += 1
    return index + 1


def _added(tokens: list[Token]) -> list[str]:
    """Return the statements that add each column and constraint of `ADD (a …, CONSTRAINT b …)`."""
    parts: list[list[Token]] = [[]]
    depth = 0
    for token in tokens[5:-1]:
        depth += {"(": 1, ")": -1}.get(token.text, 0)
        if token.text == "," and depth == 0:
            parts.append([])
        else:
            parts[-1].append(token)
    return [statement for part in parts for statement in _added_part(tokens[2].text, part)]


def _added_part(table: str, part: list[Token]) -> list[str]:
    if part[0].key == "CONSTRAINT":
        return _with_text_of(table, _ADDED, _retyped(part))
    return [f"ALTER TABLE {table} ADD COLUMN {_retyped(part)}"]
