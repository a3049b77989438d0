"""Rules about values: NULL, numbers, instants, JSON, row values (rules 7, 10 to 16, 21 and 22)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tests.conformance.rulebook import (
    COMPARISONS,
    Rule,
    Subject,
)
from tests.conformance.structure import Spot, group_after, group_before, split_commas
from tests.conformance.tokens import KEYWORDS, Token


def _empty_string(subject: Subject) -> Iterator[Token]:
    yield from (t for t in subject.statement.tokens if t.text == "''")


def _null_compared(subject: Subject) -> Iterator[Token]:
    for spot in subject.structure.spots:
        before = subject.structure.at(spot.index - 1).text
        assigns = spot.clause == "SET" and before == "="
        if spot.key == "NULL" and before in COMPARISONS and not assigns:
            yield spot.token


def _division(subject: Subject) -> Iterator[Token]:
    yield from (t for t in subject.statement.tokens if t.text == "/")


def _cast_to_whole(subject: Subject) -> Iterator[Token]:
    for spot in subject.structure.spots:
        before = subject.structure.at(spot.index - 1).key
        if spot.call == "CAST" and before == "AS" and spot.key != "VARCHAR2":
            yield spot.token


def _cast_without_length(subject: Subject) -> Iterator[Token]:
    for spot in subject.structure.spots:
        opens = subject.structure.at(spot.index + 1).text == "("
        if spot.call == "CAST" and spot.key == "VARCHAR2" and not opens:
            yield spot.token


def _substr_from_zero(subject: Subject) -> Iterator[Token]:
    for spot, arguments in _calls(subject, "SUBSTR"):
        if len(arguments) > 1 and [s.token.text for s in arguments[1]] == ["0"]:
            yield spot.token


def _calls(subject: Subject, name: str) -> Iterator[tuple[Spot, list[list[Spot]]]]:
    """Yield each call of a function with its arguments."""
    for spot in subject.structure.spots:
        if spot.key == name and subject.structure.at(spot.index + 1).text == "(":
            inside, _ = group_after(subject.structure, spot.index + 1)
            yield spot, split_commas(inside, spot.depth + 1)


_CLOCK_WORDS = frozenset(
    {"SYSDATE", "SYSTIMESTAMP", "CURRENT_TIMESTAMP", "CURRENT_DATE", "CURRENT_TIME"}
    | {"LOCALTIMESTAMP", "INTERVAL", "EXTRACT", "ADD_MONTHS", "DBTIMEZONE", "SESSIONTIMEZONE"}
    | {"TO_DATE", "TO_TIMESTAMP", "TO_TIMESTAMP_TZ", "SYS_EXTRACT_UTC", "STRFTIME", "DATETIME"}
)


def _clock_in_sql(subject: Subject) -> Iterator[Token]:
    partitions = subject.statement.is_ddl and "PARTITION" in subject.words
    for spot in subject.structure.spots:
        at_zone = spot.key == "AT" and subject.structure.at(spot.index + 1).key == "TIME"
        if spot.kind == "word" and (spot.key in _CLOCK_WORDS or at_zone) and not partitions:
            yield spot.token


def _date_arithmetic(subject: Subject) -> Iterator[Token]:
    for spot in subject.structure.spots:
        sides = (subject.structure.at(spot.index - 1), subject.structure.at(spot.index + 1))
        if spot.token.text in {"+", "-"} and any(_is_time(t) for t in sides):
            yield spot.token


def _is_time(token: Token) -> bool:
    names = token.kind in {"word", "bind"} and token.key not in KEYWORDS
    return names and token.key.endswith(("_AT", "_ON"))


def _time_against_string(subject: Subject) -> Iterator[Token]:
    at = subject.structure.at
    for spot in subject.structure.spots:
        operator = spot.token.text in COMPARISONS or spot.key in {"BETWEEN", "IN", "LIKE"}
        left, right = at(spot.index - 1), at(spot.index + 1)
        first = at(spot.index + 2) if right.text == "(" else right
        time_left = _is_time(left) and first.kind == "string"
        time_right = left.kind == "string" and _is_time(right)
        if operator and (time_left or time_right):
            yield spot.token


def _time_literal(subject: Subject) -> Iterator[Token]:
    for i, token in enumerate(subject.statement.tokens):
        follows = subject.structure.at(i + 1).kind == "string"
        if token.key in {"DATE", "TIMESTAMP"} and follows and not subject.statement.is_ddl:
            yield token


def _json_value_arguments(subject: Subject) -> Iterator[Token]:
    for name in ("JSON_VALUE", "JSON_EXISTS"):
        for spot, arguments in _calls(subject, name):
            path = [s.token.text for s in arguments[1]] if len(arguments) == 2 else []
            if len(path) != 1 or not re.fullmatch(r"'\$(\.[A-Za-z_]\w*)+'", path[0]):
                yield spot.token


def _json_value_as_number(subject: Subject) -> Iterator[Token]:
    at = subject.structure.at
    arithmetic = COMPARISONS | {"+", "-", "*"}
    for spot, _ in _calls(subject, "JSON_VALUE"):
        _, end = group_after(subject.structure, spot.index + 1)
        right = at(end).text in arithmetic and _is_numeric(at(end + 1))
        left = at(spot.index - 1).text in arithmetic and _is_numeric(at(spot.index - 2))
        if right or left or spot.call in {"SUM", "MAX", "MIN"}:
            yield spot.token


def _is_numeric(token: Token) -> bool:
    counted = ("_COUNT", "_POINTS", "_NO", "_S", "_M", "_KG", "_BPM", "_LIMIT")
    return token.kind == "number" or (token.kind == "bind" and token.key.endswith(counted))


def _scalar_max(subject: Subject) -> Iterator[Token]:
    for name in ("MAX", "MIN"):
        for spot, arguments in _calls(subject, name):
            if len(arguments) != 1:
                yield spot.token
    for spot, arguments in _calls(subject, "COUNT"):
        if len(arguments) != 1:
            yield spot.token


def _row_value_comparison(subject: Subject) -> Iterator[Token]:
    structure = subject.structure
    for spot in structure.spots:
        if spot.token.text not in COMPARISONS or structure.at(spot.index - 1).text != ")":
            continue
        inside = group_before(structure, spot.index - 1)
        is_row = len(split_commas(inside, spot.depth + 1)) > 1
        is_call = bool(inside) and inside[0].call != "" and inside[0].call not in KEYWORDS
        assigns = spot.clause == "SET" and spot.token.text == "="
        if is_row and not is_call and not assigns:
            yield spot.token


def _like_upper(subject: Subject) -> Iterator[Token]:
    for spot in subject.structure.spots:
        if spot.kind == "word" and spot.key == "UPPER":
            yield spot.token


RULES = (
    Rule(
        "ORA07",
        "no comparison of row values: write the keyset predicate out",
        "both",
        _row_value_comparison,
    ),
    Rule("ORA10a", "'' is NULL on Oracle: never store or compare it", "both", _empty_string),
    Rule("ORA10b", "NULL is compared by IS only", "both", _null_compared),
    Rule("ORA12a", "1/2 is 0.5 on Oracle and 0 on SQLite: divide in Python", "both", _division),
    Rule(
        "ORA12b", "CAST goes to VARCHAR2(n) only: rounding and dates differ", "both", _cast_to_whole
    ),
    Rule("ORA13", "SUBSTR starts at 1", "both", _substr_from_zero),
    Rule(
        "ORA14a",
        "no clock, zone or date function in SQL: bind instants and days",
        "both",
        _clock_in_sql,
    ),
    Rule("ORA14b", "no arithmetic with instants or days in SQL", "both", _date_arithmetic),
    Rule(
        "ORA15a", "an instant or day is never compared with a string", "both", _time_against_string
    ),
    Rule("ORA15b", "no DATE or TIMESTAMP literal: bind it", "both", _time_literal),
    Rule("ORA16", "case-insensitive search uses LOWER, which has the index", "both", _like_upper),
    Rule("ORA21", "CAST(… AS VARCHAR2(n)) needs its length", "both", _cast_without_length),
    Rule(
        "ORA22a",
        "JSON_VALUE and JSON_EXISTS take a column and a plain path '$.a.b'",
        "both",
        _json_value_arguments,
    ),
    Rule(
        "ORA22b",
        "JSON_VALUE is text: wrap it in TO_NUMBER before counting with it",
        "both",
        _json_value_as_number,
    ),
    Rule(
        "ORA25c", "MIN, MAX and COUNT take one argument: use LEAST or GREATEST", "both", _scalar_max
    ),
)
