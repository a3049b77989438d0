"""Rules that need the schema: sort keys, NULL in `||`, large objects (rules 9, 11 and 18)."""

from __future__ import annotations

from collections.abc import Iterator

from fittrack.db.oracle import TEXT_ENDINGS
from tests.conformance.catalog import Table
from tests.conformance.rulebook import COMPARISONS, Rule, Subject
from tests.conformance.structure import (
    SET_OPERATORS,
    Query,
    Spot,
    column_names,
    group_after,
    group_before,
    split_commas,
)
from tests.conformance.tokens import Token

_JOINING = frozenset({"JOIN", "FROM", ","})


def tables_of(subject: Subject, query: Query) -> dict[str, Table]:
    """Return the base tables of a query's FROM by alias."""
    found: dict[str, Table] = {}
    top = query.top("FROM")
    for i, spot in enumerate(top):
        before = top[i - 1].key if i else ""
        table = subject.catalog.tables.get(spot.key)
        if table is not None and before in _JOINING:
            follower = top[i + 1] if i + 1 < len(top) else None
            has_alias = follower is not None and follower.token.is_name
            found[follower.key if follower and has_alias else spot.key] = table
    return found


def _is_derived(query: Query, tables: dict[str, Table]) -> bool:
    """Return whether the query reads anything but base tables."""
    top = query.top("FROM")
    sources = sum(s.key in _JOINING for s in top)
    return sources != len(tables) or not tables


def _outer_aliases(query: Query) -> set[str]:
    """Return the aliases that a LEFT JOIN may fill with NULL."""
    top = [s for s in query.top("FROM") if s.key != "OUTER"]
    return {
        top[i + 3].key if i + 3 < len(top) and top[i + 3].token.is_name else top[i + 2].key
        for i, s in enumerate(top[:-2])
        if s.key == "LEFT"
    }


def nullable_sort_key(subject: Subject) -> Iterator[Token]:
    """Yield a sort key that may be NULL and does not say NULLS FIRST or LAST."""
    for query in subject.structure.queries.values():
        tables = tables_of(subject, query)
        for item in query.items("ORDER"):
            if not any(s.key == "NULLS" for s in item) and _may_be_null(
                subject, query, tables, item
            ):
                yield item[0].token


def _may_be_null(
    subject: Subject, query: Query, tables: dict[str, Table], item: list[Spot]
) -> bool:
    names = [s for s in item if s.key not in {"ASC", "DESC"}]
    columns = list(column_names(subject.structure, names))
    is_plain = len(names) in {1, 3} and len(columns) == 1 and names[-1] is columns[0]
    if not is_plain:
        return False
    alias = names[0].key if len(names) == 3 else ""
    if alias in _outer_aliases(query):
        return True
    owners = [tables[alias]] if alias in tables else list(tables.values())
    found = [t.columns[columns[0].key] for t in owners if columns[0].key in t.columns]
    is_filled = columns[0].key in _compared_columns(subject, query)
    return len(found) == 1 and found[0].is_nullable and not is_filled


def _compared_columns(subject: Subject, query: Query) -> set[str]:
    """Return the columns that a row can't have NULL in, for WHERE compares them."""
    where = query.top("WHERE")
    if any(spot.key == "OR" for spot in where):
        return set()
    at = subject.structure.at
    compared = {at(s.index - 1).key for s in where if s.token.text in COMPARISONS}
    told = {at(s.index - 1).key for s in where if s.key == "IS" and at(s.index + 1).key == "NOT"}
    return compared | told


def missing_tie_break(subject: Subject) -> Iterator[Token]:
    """Yield an ORDER BY of one base table that does not end in a unique key."""
    compound = any(t.key in SET_OPERATORS for t in subject.statement.tokens)
    for query in subject.structure.queries.values():
        ordered = query.items("ORDER")
        tables = tables_of(subject, query)
        if not ordered or compound or _is_derived(query, tables):
            continue
        fixed = _fixed_columns(subject, query)
        sorted_by = {s.key for item in ordered for s in column_names(subject.structure, item)}
        if not _is_unique(subject, query, tables, fixed | sorted_by):
            yield ordered[-1][0].token


def _is_unique(subject: Subject, query: Query, tables: dict[str, Table], known: set[str]) -> bool:
    grouped = query.items("GROUP")
    if grouped:
        names = {s.key for item in grouped for s in column_names(subject.structure, item)}
        return names <= known
    selected = query.clauses["SELECT"]
    if len(selected) > 1 and selected[1].key == "DISTINCT":
        items = [item for item in query.items("SELECT") if item]
        return all(item[-1].key in known for item in items)
    keys = [k for t in tables.values() for k in subject.catalog.unique_keys(t.name)]
    return any(set(key) <= known for key in keys)


def _fixed_columns(subject: Subject, query: Query) -> set[str]:
    """Return the columns that WHERE or ON binds to one value by `=`."""
    fixed = set[str]()
    for clause in ("WHERE", "ON"):
        for spot in query.top(clause):
            if spot.token.text == "=":
                for side in (spot.index - 1, spot.index + 1):
                    token = subject.structure.at(side)
                    fixed |= {token.key} if token.is_name else set()
    return fixed | _after_dots(subject, query)


def _after_dots(subject: Subject, query: Query) -> set[str]:
    """Return the columns on the right of `= alias.column`."""
    at = subject.structure.at
    return {
        at(s.index + 3).key
        for clause in ("WHERE", "ON")
        for s in query.top(clause)
        if s.token.text == "=" and at(s.index + 2).text == "."
    }


def concatenated_null(subject: Subject) -> Iterator[Token]:
    """Yield a `||` with a side that may be NULL and no NVL around it."""
    structure = subject.structure
    for spot in structure.spots:
        if spot.token.text == "||":
            sides = (_operand_before(subject, spot.index), _operand_after(subject, spot.index))
            if any(_operand_may_be_null(subject, side) for side in sides):
                yield spot.token


def _operand_before(subject: Subject, index: int) -> list[Spot]:
    spots, at = subject.structure.spots, subject.structure.at
    if at(index - 1).text != ")":
        start = index - 3 if at(index - 2).text == "." else index - 1
        return spots[max(start, 0) : index]
    inside = group_before(subject.structure, index - 1)
    start = index - len(inside) - 3
    return spots[max(start, 0) : index]


def _operand_after(subject: Subject, index: int) -> list[Spot]:
    spots, at = subject.structure.spots, subject.structure.at
    if at(index + 2).text == "(":
        return spots[index + 1 : group_after(subject.structure, index + 2)[1]]
    if at(index + 1).text == "(":
        return spots[index + 1 : group_after(subject.structure, index + 1)[1]]
    return spots[index + 1 : index + (4 if at(index + 2).text == "." else 2)]


def _operand_may_be_null(subject: Subject, operand: list[Spot]) -> bool:
    if operand and operand[0].key in {"NVL", "COALESCE"}:
        return False
    if any(s.kind == "bind" for s in operand):
        return True
    columns = [c for c in column_names(subject.structure, operand) if c.key != "CHAR"]
    return any(not _never_null(subject, c.key) for c in columns)


def _never_null(subject: Subject, name: str) -> bool:
    found = subject.catalog.columns_named(name)
    return bool(found) and not any(c.is_nullable for c in found)


def _is_large(token: Token) -> bool:
    is_value = token.kind == "bind" or token.is_name
    return is_value and token.key.endswith(("_TEXT", "_BYTES", "_JSON"))


def compared_large_object(subject: Subject) -> Iterator[Token]:
    """Yield a CLOB, BLOB or JSON value beside `=`, `<` or IN."""
    at = subject.structure.at
    for spot in subject.structure.spots:
        is_condition = spot.clause not in {"SET", "VALUES"} or spot.token.text != "="
        operator = spot.token.text in COMPARISONS or spot.key in {"IN", "BETWEEN"}
        sides = (at(spot.index - 1), at(spot.index + 1), at(spot.index + 3))
        near = sides[:2] if at(spot.index + 2).text != "." else sides
        if operator and is_condition and any(_is_large(t) for t in near):
            yield spot.token


def sorted_large_object(subject: Subject) -> Iterator[Token]:
    """Yield a large object in DISTINCT, GROUP BY, ORDER BY, MIN, MAX or a UNION that compares."""
    structure = subject.structure
    for query in structure.queries.values():
        places = [*query.clauses.get("ORDER", []), *query.clauses.get("GROUP", [])]
        selected = query.clauses.get("SELECT", [])
        if len(selected) > 1 and (selected[1].key == "DISTINCT" or _is_compared_union(subject)):
            places += [s for s in selected if s.depth == query.depth]
        yield from (s.token for s in places if _is_large(s.token) and s.query == query.number)
    for spot in structure.spots:
        if spot.call in {"MIN", "MAX"} and _is_large(spot.token):
            yield spot.token


def _is_compared_union(subject: Subject) -> bool:
    words = subject.words
    return any(
        word in SET_OPERATORS and words[i + 1 : i + 2] != ["ALL"] for i, word in enumerate(words)
    )


def returned_type(subject: Subject) -> Iterator[Token]:
    """Yield an out name from which the Oracle engine would tell the wrong type."""
    spots = [s for s in subject.structure.spots if s.clause == "RETURNING"]
    for spot in column_names(subject.structure, spots):
        types = {c.type_text.split(" ")[0] for c in subject.catalog.columns_named(spot.key)}
        is_told_text = spot.key.lower().endswith(TEXT_ENDINGS)
        if ("VARCHAR2" in types and not is_told_text) or ("NUMBER" in types and is_told_text):
            yield spot.token


def returned_under_its_name(subject: Subject) -> Iterator[Token]:
    """Yield a RETURNING whose first out name is not `out_` and the column's name."""
    words = subject.words
    if "RETURNING" in words and "INTO" in words[words.index("RETURNING") :]:
        start = words.index("RETURNING")
        into = words.index("INTO", start)
        if into == start + 2 and words[into + 1] != f"OUT_{words[start + 1]}":
            yield subject.statement.tokens[into + 1]


def unknown_table(subject: Subject) -> Iterator[Token]:
    """Yield the target of an INSERT, UPDATE or DELETE that no migration creates."""
    words = subject.words
    starts = {"INSERT": 2, "UPDATE": 1, "DELETE": 2, "MERGE": 2}
    index = starts.get(words[0]) if words else None
    if index is not None and index < len(words) and words[index] not in subject.catalog.tables:
        yield subject.statement.tokens[index]


def insert_arity(subject: Subject) -> Iterator[Token]:
    """Yield an INSERT whose VALUES are not as many as its columns (ORA-00947, ORA-00913)."""
    words = subject.words
    if words[:2] != ["INSERT", "INTO"] or len(words) < 5 or words[3] != "(":
        return
    columns, end = group_after(subject.structure, 3)
    if words[end : end + 2] == ["VALUES", "("]:
        values, _ = group_after(subject.structure, end + 1)
        if len(split_commas(columns, 1)) != len(split_commas(values, 1)):
            yield subject.statement.tokens[end]


RULES = (
    Rule(
        "ORA09a",
        "a nullable sort key says NULLS FIRST or NULLS LAST",
        "statement",
        nullable_sort_key,
    ),
    Rule("ORA09b", "ORDER BY ends with a unique tie-break", "statement", missing_tie_break),
    Rule("ORA11", "`||` with NULL differs: NVL both sides", "both", concatenated_null),
    Rule("ORA18a", "no CLOB, BLOB or JSON in a comparison", "both", compared_large_object),
    Rule(
        "ORA18b",
        "no CLOB, BLOB or JSON in DISTINCT, GROUP BY, ORDER BY, MIN, MAX or UNION",
        "both",
        sorted_large_object,
    ),
    Rule(
        "ORA04d",
        "RETURNING tells a type by the name: text ends in one of oracle.TEXT_ENDINGS",
        "statement",
        returned_type,
    ),
    Rule("ORA04e", "RETURNING x INTO :out_x", "statement", returned_under_its_name),
    Rule("ORA30a", "no migration creates this table", "statement", unknown_table),
    Rule("ORA30b", "as many VALUES as columns", "both", insert_arity),
)
