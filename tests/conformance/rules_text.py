"""Rules about the words of a statement (rules 1 to 4 and 25)."""

from __future__ import annotations

from collections.abc import Iterator

from tests.conformance.rulebook import (
    COLUMN_TYPES,
    FUNCTIONS,
    ORACLE_ONLY,
    RESERVED,
    Rule,
    Subject,
)
from tests.conformance.structure import Spot, group_after, split_commas
from tests.conformance.tokens import KEYWORDS, Token


def _semicolon(subject: Subject) -> Iterator[Token]:
    if "BEGIN" not in subject.words:  # a trigger's body is PL/SQL
        yield from (t for t in subject.statement.tokens if t.text == ";")


def _quoted_name(subject: Subject) -> Iterator[Token]:
    words = subject.words
    for i, token in enumerate(subject.statement.tokens):
        names_a_hash = words[max(i - 2, 0) : i] and words[i - 1] in {"USING", "VERSION"}
        is_quoted = token.kind == "quoted" and not ("BLOCKCHAIN" in words and names_a_hash)
        if is_quoted or token.text in {"[", "]"}:
            yield token


def _foreign_word(subject: Subject) -> Iterator[Token]:
    for i, token in enumerate(subject.statement.tokens):
        after = subject.structure.at(i + 1).key
        pair = f"{token.key} {after}"
        if token.kind == "word" and (token.key in _FOREIGN_WORDS or pair in _FOREIGN_PAIRS):
            yield token


_FOREIGN_WORDS = frozenset(
    {"LIMIT", "ILIKE", "GLOB", "REGEXP", "RECURSIVE", "COLLATE", "AUTOINCREMENT", "PRAGMA"}
    | {"STRICT", "ISNULL", "NOTNULL", "FILTER", "MATERIALIZED", "ROWID", "ROWNUM", "VACUUM"}
)


_FOREIGN_PAIRS = frozenset(
    {"ON CONFLICT", "INSERT OR", "UPDATE OR", "REPLACE INTO", "DEFAULT VALUES", "INDEXED BY"}
    | {"RIGHT JOIN", "FULL JOIN", "RIGHT OUTER", "FULL OUTER", "NATURAL JOIN", "CONNECT BY"}
)


def _foreign_operator(subject: Subject) -> Iterator[Token]:
    bad = {"::", "->", "->>", "==", "<<", ">>", "%", "&", "|", "~", "?", "#", "\\", "^", "'", '"'}
    yield from (t for t in subject.statement.tokens if t.kind == "op" and t.text in bad)


def _is_comparison(subject: Subject) -> Iterator[Token]:
    for spot in subject.structure.spots:
        if spot.key == "IS":
            after = subject.structure.at(spot.index + 1).key
            second = subject.structure.at(spot.index + 2).key
            if (second if after == "NOT" else after) not in {"NULL", "JSON"}:
                yield spot.token


def _star_beside_columns(subject: Subject) -> Iterator[Token]:
    for query in subject.structure.queries.values():
        items = query.items("SELECT")
        for item in items:
            if len(items) > 1 and [s.token.text for s in item] == ["*"]:
                yield item[0].token


def _as_before_table_alias(subject: Subject) -> Iterator[Token]:
    targets = {"UPDATE", "INTO", "FROM"}
    for spot in subject.structure.spots:
        follows_target = subject.structure.at(spot.index - 2).key in targets
        in_from = spot.clause in {"FROM", "USING"} or (follows_target and spot.clause != "SELECT")
        if spot.key == "AS" and in_from and not subject.statement.is_ddl:
            yield spot.token


def _reserved_bind(subject: Subject) -> Iterator[Token]:
    for token in subject.statement.tokens:
        if token.kind == "bind" and (token.key in RESERVED or not token.key[0].isalpha()):
            yield token


def _reserved_name(subject: Subject) -> Iterator[Token]:
    structure = subject.structure
    for spot in structure.spots:
        before = structure.at(spot.index - 1)
        is_alias = before.key == "AS" and spot.call != "CAST" and spot.token.kind == "word"
        is_member = before.text == "."
        is_named_so = spot.key in RESERVED and (is_alias or is_member)
        is_never_syntax = spot.key in _NEVER_SYNTAX and not subject.statement.is_ddl
        if spot.kind == "word" and (is_named_so or is_never_syntax):
            yield spot.token


_NEVER_SYNTAX = frozenset(
    {"LEVEL", "COMMENT", "SESSION", "MODE", "SIZE", "USER", "START", "FILE", "ACCESS", "AUDIT"}
    | {"OPTION", "RESOURCE", "SHARE", "UID", "PRIOR", "PUBLIC", "INITIAL", "SUCCESSFUL", "ROW"}
)


def _returning_without_into(subject: Subject) -> Iterator[Token]:
    words = subject.words
    for i, word in enumerate(words):
        if word == "RETURNING" and not _in_call(subject, i) and "INTO" not in words[i:]:
            yield subject.statement.tokens[i]


def _returning_out_names(subject: Subject) -> Iterator[Token]:
    tokens = subject.statement.tokens
    outs = _out_binds(subject)
    ins = {t.key for t in tokens if t.kind == "bind"} - {t.key for t in outs}
    inputs = {t.key for t in tokens if t.kind == "bind" and t not in outs}
    for token in outs:
        if not token.text.startswith(":out_") or token.key in inputs | ins:
            yield token
    yield from _uneven_returning(subject, outs)


def _out_binds(subject: Subject) -> list[Token]:
    words = subject.words
    if "RETURNING" not in words or "INTO" not in words[words.index("RETURNING") :]:
        return []
    start = words.index("INTO", words.index("RETURNING"))
    return [t for t in subject.statement.tokens[start:] if t.kind == "bind"]


def _uneven_returning(subject: Subject, outs: list[Token]) -> Iterator[Token]:
    spots = [s for s in subject.structure.spots if s.clause == "RETURNING"]
    columns = split_commas(spots, spots[0].depth) if spots else []
    if outs and len(columns) != len(outs):
        yield outs[0]


def _returning_from_select(subject: Subject) -> Iterator[Token]:
    words = subject.words
    if words[:1] == ["INSERT"] and "RETURNING" in words:
        at = words.index("RETURNING")
        top = [s.key for s in subject.structure.spots[:at] if s.depth == 0]
        if "SELECT" in top:
            yield subject.statement.tokens[at]


def _in_call(subject: Subject, index: int) -> bool:
    return subject.structure.spots[index].depth > 0


def _unknown_function(subject: Subject) -> Iterator[Token]:
    structure = subject.structure
    for spot in structure.spots:
        if not (spot.kind == "word" and structure.at(spot.index + 1).text == "("):
            continue
        is_ours = spot.key in FUNCTIONS or (spot.key in ORACLE_ONLY and has_override(subject))
        is_language = spot.key in _BEFORE_PARENTHESIS or _names_a_list(subject, spot)
        if not is_ours and not is_language:
            yield spot.token


_BEFORE_PARENTHESIS = (KEYWORDS | COLUMN_TYPES) - {"REPLACE"}


def _names_a_list(subject: Subject, spot: Spot) -> bool:
    """Return whether the word is a table or CTE with its column list, not a function."""
    before = subject.structure.at(spot.index - 1)
    _, end = group_after(subject.structure, spot.index + 1)
    is_cte = subject.structure.at(end).key == "AS" and before.key in {"WITH", ","}
    return before.key == "INTO" or is_cte


def has_override(subject: Subject) -> bool:
    """Return whether SQLite runs a text of its own for this statement."""
    return subject.statement.has_override or subject.statement.kind == "migration"


def _oracle_only_word(subject: Subject) -> Iterator[Token]:
    first = subject.statement.tokens[:1]
    if first and first[0].key == "MERGE" and not has_override(subject):
        yield first[0]


def _boolean_literal(subject: Subject) -> Iterator[Token]:
    yield from (t for t in subject.statement.tokens if t.key in {"TRUE", "FALSE"})


def _bind_in_ddl(subject: Subject) -> Iterator[Token]:
    if subject.statement.kind == "migration" and "TRIGGER" not in subject.words:
        yield from (t for t in subject.statement.tokens if t.kind == "bind")


RULES = (
    Rule("ORA01a", "a statement has no `;`: the driver strips none", "both", _semicolon),
    Rule("ORA01b", "no quoted names: they are case-sensitive on Oracle", "both", _quoted_name),
    Rule("ORA01c", "this word is SQLite's or PostgreSQL's, not Oracle's", "both", _foreign_word),
    Rule("ORA01d", "Oracle has no such operator", "both", _foreign_operator),
    Rule("ORA01e", "IS is followed by [NOT] NULL only", "both", _is_comparison),
    Rule("ORA01f", "`*` stands alone in a select list", "both", _star_beside_columns),
    Rule(
        "ORA01g",
        "TRUE and FALSE: `is_` columns are NUMBER(1), say 1 or 0",
        "both",
        _boolean_literal,
    ),
    Rule("ORA02", "no AS before a table alias", "both", _as_before_table_alias),
    Rule("ORA03a", "a reserved word is no bind name (ORA-01745)", "both", _reserved_bind),
    Rule("ORA03b", "a reserved word is no column, table or alias", "both", _reserved_name),
    Rule("ORA04a", "RETURNING needs INTO :out_x", "both", _returning_without_into),
    Rule(
        "ORA04b",
        "one :out_ name for each returned column, none of them an input",
        "both",
        _returning_out_names,
    ),
    Rule("ORA04c", "INSERT … SELECT can't return on Oracle", "both", _returning_from_select),
    Rule(
        "ORA25a",
        "this function is not on the allow-list (rulebook.FUNCTIONS)",
        "both",
        _unknown_function,
    ),
    Rule("ORA25b", "MERGE needs an override for SQLite", "statement", _oracle_only_word),
    Rule("ORA26", "DDL and migrations take no binds (ORA-01027)", "both", _bind_in_ddl),
)
