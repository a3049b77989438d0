"""Where each token of a statement stands: its clause, its call and its query.

No parse tree: one walk over the tokens keeps a stack of parentheses and CASE expressions.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from tests.conformance.tokens import Token

_PLAIN_CLAUSES = frozenset({"WHERE", "HAVING", "ON", "USING", "SET", "VALUES", "RETURNING"})
_JOIN_WORDS = frozenset({"JOIN", "LEFT", "RIGHT", "FULL", "INNER", "CROSS", "NATURAL"})
SET_OPERATORS = frozenset({"UNION", "EXCEPT", "INTERSECT", "MINUS"})
_FROM_IS_AN_ARGUMENT = frozenset({"TRIM", "EXTRACT", "SUBSTRING"})


@dataclass(frozen=True, slots=True)
class Spot:
    """A token in its place.

    `clause` is the nearest clause word (SELECT, FROM, WHERE, GROUP, ORDER, WHEN, THEN …),
    `call` the word before the innermost parenthesis, `query` the number of the innermost SELECT.
    """

    index: int
    token: Token
    depth: int
    clause: str
    call: str
    query: int

    @property
    def key(self) -> str:
        """Return the token's text in capitals."""
        return self.token.key

    @property
    def kind(self) -> str:
        """Return the token's kind."""
        return self.token.kind


@dataclass(slots=True)
class _Frame:
    clause: str
    call: str
    query: int
    is_case: bool = False


@dataclass(slots=True)
class Query:
    """One SELECT: its depth in parentheses and the spots of each of its clauses."""

    number: int
    depth: int
    call: str
    clauses: dict[str, list[Spot]] = field(default_factory=dict)

    def top(self, clause: str) -> list[Spot]:
        """Return the clause's spots outside of any parenthesis inside it."""
        return [s for s in self.clauses.get(clause, []) if s.depth == self.depth]

    def items(self, clause: str) -> list[list[Spot]]:
        """Return the clause cut at its commas, without the words that open it."""
        return split_commas(self.clauses.get(clause, []), self.depth)


class Structure:
    """The spots and queries of one statement."""

    def __init__(self, tokens: Sequence[Token]) -> None:
        self.tokens = tokens
        self.spots: list[Spot] = []
        self.queries: dict[int, Query] = {}
        self._stack = [_Frame("", "", 0)]
        self._depth = 0
        for index in range(len(tokens)):
            self._step(index)

    def at(self, index: int) -> Token:
        """Return the token at an index, or an empty one outside of the statement."""
        return self.tokens[index] if 0 <= index < len(self.tokens) else _NOTHING

    def _step(self, index: int) -> None:
        token = self.tokens[index]
        if token.text == ")" and len(self._stack) > 1:
            self._stack.pop()
            self._depth -= 1
        elif token.kind == "word":
            self._word(index, token.key)
        self._place(index, token)
        if token.text == "(":
            before = self.at(index - 1)
            call = before.key if before.kind in {"word", "quoted"} else ""
            top = self._stack[-1]
            self._stack.append(_Frame(top.clause, call, top.query))
            self._depth += 1
        elif token.key == "END" and self._stack[-1].is_case:
            self._stack.pop()

    def _place(self, index: int, token: Token) -> None:
        top = self._stack[-1]
        spot = Spot(index, token, self._depth, top.clause, top.call, top.query)
        self.spots.append(spot)
        seen: set[int] = set()
        for frame in reversed(self._stack):
            query = self.queries.get(frame.query)
            if query is not None and frame.query not in seen and not frame.is_case:
                seen.add(frame.query)
                self._file_under(query, frame, spot)

    def _file_under(self, query: Query, frame: _Frame, spot: Spot) -> None:
        """Add a spot to the clause its query is in, as seen from the query's own frame."""
        own = next((f for f in self._stack if f.query == query.number), frame)
        query.clauses.setdefault(own.clause, []).append(spot)

    def _word(self, index: int, key: str) -> None:
        top = self._stack[-1]
        if key == "CASE":
            self._stack.append(_Frame("CASE", top.call, top.query, is_case=True))
        elif top.is_case:
            top.clause = {"WHEN": "WHEN", "THEN": "THEN", "ELSE": "THEN"}.get(key, top.clause)
        elif key == "SELECT":
            self._open_query(top)
        elif self._opens_clause(index, key, top):
            top.clause = "FROM" if key in _JOIN_WORDS else key

    def _open_query(self, frame: _Frame) -> None:
        number = len(self.queries) + 1
        self.queries[number] = Query(number, self._depth, frame.call)
        frame.query = number
        frame.clause = "SELECT"

    def _opens_clause(self, index: int, key: str, frame: _Frame) -> bool:
        following = self.at(index + 1).key
        if key in {"GROUP", "ORDER", "PARTITION"}:
            return following == "BY"
        if key == "FROM":
            return frame.call not in _FROM_IS_AN_ARGUMENT
        if key == "FOR":
            return following == "UPDATE"
        if key in _JOIN_WORDS:
            return following != "("
        return key in _PLAIN_CLAUSES or key in SET_OPERATORS or key in {"FETCH", "OFFSET", "INTO"}


_NOTHING = Token("none", "", "", 0)


def split_commas(spots: Iterable[Spot], depth: int) -> list[list[Spot]]:
    """Return the spots cut at the commas of one depth; opening clause words are left out."""
    parts: list[list[Spot]] = [[]]
    for spot in spots:
        if spot.token.text == "," and spot.depth == depth:
            parts.append([])
        elif not (spot.depth == depth and spot.key in _OPENERS and not parts[-1]):
            parts[-1].append(spot)
    return [part for part in parts if part]


_OPENERS = frozenset(
    {"SELECT", "DISTINCT", "ALL", "FROM", "WHERE", "GROUP", "ORDER", "BY", "HAVING", "RETURNING"}
)


def group_after(structure: Structure, index: int) -> tuple[list[Spot], int]:
    """Return the spots inside the parenthesis at `index`, and the index after its end."""
    depth = structure.spots[index].depth
    inside: list[Spot] = []
    for spot in structure.spots[index + 1 :]:
        if spot.token.text == ")" and spot.depth == depth:
            return inside, spot.index + 1
        inside.append(spot)
    return inside, len(structure.spots)


def group_before(structure: Structure, index: int) -> list[Spot]:
    """Return the spots inside the parenthesis that closes at `index`."""
    depth = structure.spots[index].depth
    inside: list[Spot] = []
    for spot in reversed(structure.spots[:index]):
        if spot.token.text == "(" and spot.depth == depth:
            break
        inside.append(spot)
    return inside[::-1]


def column_names(structure: Structure, spots: Iterable[Spot]) -> Iterator[Spot]:
    """Yield the spots that name a column: not a function, a qualifier or a type."""
    for spot in spots:
        following, before = structure.at(spot.index + 1), structure.at(spot.index - 1)
        is_called = following.text in {"(", "."}
        if spot.token.is_name and not is_called and before.key != "AS":
            yield spot
