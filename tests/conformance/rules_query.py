"""Rules about the shape of a query (rules 5, 6, 8 and what Oracle allows where)."""

from __future__ import annotations

from collections.abc import Iterator

from tests.conformance.rulebook import AGGREGATES, COMPARISONS, Rule, Subject
from tests.conformance.structure import (
    SET_OPERATORS,
    Query,
    Spot,
    column_names,
    group_after,
)
from tests.conformance.tokens import Token


def for_update_shape(subject: Subject) -> Iterator[Token]:
    """Yield a FOR UPDATE that stands with what makes its rows no rows of a table."""
    lock = _for_update(subject)
    if lock is None:
        return
    top = [s for s in subject.structure.spots if s.depth == 0]
    clashes = {"DISTINCT", "GROUP", "FETCH", "OFFSET"} | SET_OPERATORS
    aggregates = [s for s in top if _is_aggregate(subject, s)]
    if lock.depth > 0 or aggregates or any(s.key in clashes for s in top):
        yield lock.token


def _for_update(subject: Subject) -> Spot | None:
    at = subject.structure.at
    spots = subject.structure.spots
    return next((s for s in spots if s.key == "FOR" and at(s.index + 1).key == "UPDATE"), None)


def for_update_tail(subject: Subject) -> Iterator[Token]:
    """Yield a FOR UPDATE whose tail is not one that the loader removes."""
    lock = _for_update(subject)
    if lock is None:
        return
    tail = [t.key for t in subject.statement.tokens[lock.index + 2 :]]
    if tail[:1] == ["OF"]:
        tail = [w for w in tail if w in {"NOWAIT", "WAIT", "SKIP", "LOCKED"} or w.isdigit()]
    is_wait = tail[:1] == ["WAIT"] and len(tail) == 2 and tail[1].isdigit()
    if not (is_wait or tail in ([], ["NOWAIT"], ["SKIP", "LOCKED"])):
        yield lock.token


def fetch_at_end(subject: Subject) -> Iterator[Token]:
    """Yield a FETCH or OFFSET that is not one of the two forms at the statement's end."""
    words = subject.words
    for i, word in enumerate(words):
        starts = word == "OFFSET" or (word == "FETCH" and "OFFSET" not in words[max(i - 3, 0) : i])
        if starts and not _is_paging_tail(subject.statement.tokens[i:]):
            yield subject.statement.tokens[i]


def _is_paging_tail(tail: tuple[Token, ...]) -> bool:
    shape = ["#" if t.kind in {"bind", "number"} else t.key for t in tail]
    first = ["FETCH", "FIRST", "#", "ROWS", "ONLY"]
    later = ["OFFSET", "#", "ROWS", "FETCH", "NEXT", "#", "ROWS", "ONLY"]
    return shape in (first, later)


def fetch_without_order(subject: Subject) -> Iterator[Token]:
    """Yield a FETCH FIRST n of rows in no order, but for a queue's single lock."""
    words = subject.words
    if "FETCH" in words and "ORDER" not in words[: words.index("FETCH")]:
        yield subject.statement.tokens[words.index("FETCH")]


def order_in_subquery(subject: Subject) -> Iterator[Token]:
    """Yield an ORDER BY inside IN (…), EXISTS (…) or a scalar subquery (ORA-00907)."""
    for query in subject.structure.queries.values():
        ordered = query.top("ORDER")
        inline_view = query.call in {"FROM", "JOIN", "AS", ","} or query.depth == 0
        if ordered and not inline_view and query.call != "":
            yield ordered[0].token


def with_before_dml(subject: Subject) -> Iterator[Token]:
    """Yield a WITH that opens an INSERT, UPDATE or DELETE."""
    spots = subject.structure.spots
    if spots and spots[0].key == "WITH":
        verbs = {s.key for s in spots if s.depth == 0}
        if verbs & {"INSERT", "UPDATE", "DELETE", "MERGE"} and "FOR" not in verbs:
            yield spots[0].token


def insert_without_columns(subject: Subject) -> Iterator[Token]:
    """Yield INSERT INTO t VALUES without its column list."""
    tokens = subject.statement.tokens
    inserts = [t.key for t in tokens[:2]] == ["INSERT", "INTO"] and len(tokens) > 3
    if inserts and tokens[3].text != "(":
        yield tokens[0]


def several_value_rows(subject: Subject) -> Iterator[Token]:
    """Yield VALUES (…), (…): one row a statement, and run_many for more."""
    for spot in subject.structure.spots:
        if spot.key == "VALUES" and subject.structure.at(spot.index + 1).text == "(":
            _, end = group_after(subject.structure, spot.index + 1)
            if subject.structure.at(end).text == ",":
                yield spot.token


def recursive_cte(subject: Subject) -> Iterator[Token]:
    """Yield a CTE that refers to itself without column list, or by UNION without ALL."""
    for name, columns, body in _ctes(subject):
        keys = [s.key for s in body]
        if name.key not in keys:
            continue
        unions = [i for i, key in enumerate(keys) if key in SET_OPERATORS]
        joins_all = bool(unions) and all(keys[i : i + 2] == ["UNION", "ALL"] for i in unions)
        if not columns or not joins_all:
            yield name.token


def recursive_cte_text(subject: Subject) -> Iterator[Token]:
    """Yield text of a recursive CTE's select list that is not cast to a wide VARCHAR2."""
    for name, _, body in _ctes(subject):
        if name.key not in [s.key for s in body]:
            continue
        for spot in body:
            is_text = spot.kind == "string" or spot.token.text == "||"
            if spot.clause == "SELECT" and is_text and spot.call != "CAST":
                yield spot.token


def _ctes(subject: Subject) -> Iterator[tuple[Spot, bool, list[Spot]]]:
    """Yield (name, has a column list, body) of each common table expression."""
    structure = subject.structure
    for spot in structure.spots:
        before = structure.at(spot.index - 1)
        if spot.kind != "word" or (before.key != "WITH" and before.text != ","):
            continue
        has_columns = structure.at(spot.index + 1).text == "("
        end = group_after(structure, spot.index + 1)[1] if has_columns else spot.index + 1
        if structure.at(end).key == "AS" and structure.at(end + 1).text == "(":
            yield spot, has_columns, group_after(structure, end + 1)[0]


def _is_aggregate(subject: Subject, spot: Spot) -> bool:
    """Return whether a spot calls an aggregate that is no window function."""
    if spot.key not in AGGREGATES or subject.structure.at(spot.index + 1).text != "(":
        return False
    _, end = group_after(subject.structure, spot.index + 1)
    return subject.structure.at(end).key != "OVER"


def ungrouped_column(subject: Subject) -> Iterator[Token]:
    """Yield a selected, ordered or HAVING column that is neither grouped nor aggregated."""
    for query in subject.structure.queries.values():
        grouped_items = query.items("GROUP")
        selected = query.clauses.get("SELECT", [])
        own = [s for s in selected if s.query == query.number]
        has_aggregate = any(_is_aggregate(subject, s) for s in own)
        if not grouped_items and not has_aggregate:
            continue
        grouped = {_text(item) for item in grouped_items}
        names = {s.key for item in grouped_items for s in column_names(subject.structure, item)}
        for item in query.items("SELECT"):
            if _text(_without_alias(subject, item)) not in grouped:
                yield from _bare_columns(subject, query, item, names)
        yield from _bare_columns(subject, query, query.clauses.get("HAVING", []), names)


def _text(item: list[Spot]) -> str:
    return " ".join(s.key for s in item)


def _without_alias(subject: Subject, item: list[Spot]) -> list[Spot]:
    """Return a select item without `AS x`, or without a bare alias at its end."""
    if len(item) > 2 and item[-2].key == "AS":
        return item[:-2]
    if len(item) < 2 or not item[-1].token.is_name:
        return item
    follows_a_value = item[-2].kind != "op" or item[-2].token.text == ")"
    return item[:-1] if follows_a_value else item


def _bare_columns(
    subject: Subject, query: Query, item: list[Spot], grouped: set[str]
) -> Iterator[Token]:
    """Yield the columns of an item outside of aggregates, windows and subqueries."""
    covered = _aggregate_ranges(subject, item)
    inner = [s for s in _without_alias(subject, item) if s.query == query.number]
    for spot in column_names(subject.structure, inner):
        is_covered = any(start <= spot.index < end for start, end in covered)
        if not is_covered and spot.key not in grouped and spot.token.key != "DUAL":
            yield spot.token


def _aggregate_ranges(subject: Subject, item: list[Spot]) -> list[tuple[int, int]]:
    """Return the token ranges that aggregates and their OVER (…) span."""
    ranges = []
    for spot in item:
        if spot.key in AGGREGATES and subject.structure.at(spot.index + 1).text == "(":
            _, end = group_after(subject.structure, spot.index + 1)
            ranges.append((spot.index, end))
    return ranges


def sort_by_position(subject: Subject) -> Iterator[Token]:
    """Yield a number in ORDER BY or GROUP BY."""
    for query in subject.structure.queries.values():
        for clause in ("ORDER", "GROUP"):
            for item in query.items(clause):
                if item[0].kind == "number":
                    yield item[0].token


def alias_in_where(subject: Subject) -> Iterator[Token]:
    """Yield a select list's alias in the same query's WHERE, GROUP BY or HAVING."""
    for query in subject.structure.queries.values():
        aliases = _new_aliases(query)
        for clause in ("WHERE", "GROUP", "HAVING"):
            inside = [s for s in query.clauses.get(clause, []) if s.query == query.number]
            for spot in column_names(subject.structure, inside):
                is_qualified = subject.structure.at(spot.index - 1).text == "."
                if spot.key in aliases and not is_qualified:
                    yield spot.token


def _new_aliases(query: Query) -> set[str]:
    """Return the aliases that are no column named in the select list themselves."""
    aliases = set[str]()
    named = set[str]()
    for item in query.items("SELECT"):
        has_alias = len(item) > 2 and item[-2].key == "AS"
        aliases |= {item[-1].key} if has_alias else set()
        named |= {s.key for s in (item[:-2] if has_alias else item)}
    return aliases - named


def distinct_order(subject: Subject) -> Iterator[Token]:
    """Yield an ORDER BY key of SELECT DISTINCT that is not selected (ORA-01791)."""
    for query in subject.structure.queries.values():
        selected = query.clauses.get("SELECT", [])
        if len(selected) < 2 or selected[1].key != "DISTINCT":
            continue
        known = {s.key for item in query.items("SELECT") for s in item}
        for item in query.items("ORDER"):
            for spot in column_names(subject.structure, item):
                if spot.key not in known:
                    yield spot.token


def comparison_as_value(subject: Subject) -> Iterator[Token]:
    """Yield a comparison where a value is due: SUM(a = b), SELECT x IS NULL, ORDER BY a = b."""
    conditions = COMPARISONS | {"IN", "LIKE", "BETWEEN", "IS", "EXISTS"}
    for spot in subject.structure.spots:
        in_value = spot.clause in {"SELECT", "GROUP", "ORDER", "THEN", "RETURNING"}
        if in_value and (spot.key in conditions or spot.key == "JSON_EXISTS"):
            yield spot.token


def values_compare(subject: Subject) -> Iterator[Token]:
    """Yield a comparison inside VALUES (…) or on the right side of SET."""
    for spot in subject.structure.spots:
        compares = spot.token.text in COMPARISONS and spot.clause == "VALUES"
        if compares:
            yield spot.token


RULES = (
    Rule("ORA05a", "a recursive CTE has a column list and UNION ALL", "both", recursive_cte),
    Rule(
        "ORA05b", "a recursive CTE casts its text to a wide VARCHAR2(n)", "both", recursive_cte_text
    ),
    Rule(
        "ORA06a",
        "FOR UPDATE never with FETCH, DISTINCT, GROUP BY, aggregates, set operators or "
        "in a subquery",
        "both",
        for_update_shape,
    ),
    Rule(
        "ORA06b",
        "FOR UPDATE ends in nothing, OF …, NOWAIT, WAIT n (a digit) or SKIP LOCKED",
        "both",
        for_update_tail,
    ),
    Rule(
        "ORA08a",
        "every column that is not aggregated is in GROUP BY (ORA-00979)",
        "both",
        ungrouped_column,
    ),
    Rule("ORA08b", "no positions in ORDER BY or GROUP BY", "both", sort_by_position),
    Rule("ORA08c", "no SELECT alias in WHERE, GROUP BY or HAVING", "both", alias_in_where),
    Rule("ORA08d", "DISTINCT sorts by selected columns only (ORA-01791)", "both", distinct_order),
    Rule(
        "ORA27a",
        "a comparison is no value on Oracle: use CASE WHEN … END",
        "both",
        comparison_as_value,
    ),
    Rule(
        "ORA27b", "a comparison is no value on Oracle: use CASE WHEN … END", "both", values_compare
    ),
    Rule(
        "ORA28a",
        "paging is `FETCH FIRST n ROWS ONLY` or `OFFSET n ROWS FETCH NEXT n ROWS ONLY`, "
        "and ends the statement",
        "both",
        fetch_at_end,
    ),
    Rule("ORA28b", "FETCH FIRST without ORDER BY takes any rows", "both", fetch_without_order),
    Rule(
        "ORA28c",
        "no ORDER BY in IN, EXISTS or a scalar subquery (ORA-00907)",
        "both",
        order_in_subquery,
    ),
    Rule("ORA29a", "WITH opens a SELECT only; write INSERT … WITH", "both", with_before_dml),
    Rule("ORA29b", "INSERT names its columns", "both", insert_without_columns),
    Rule("ORA29c", "one row per VALUES; run_many for more", "both", several_value_rows),
)
