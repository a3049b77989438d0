"""A small SQL tokenizer: words, binds, strings, numbers and operators, each with its line."""

from __future__ import annotations

import re
from dataclasses import dataclass

_TOKEN = re.compile(
    r"""
      (?P<space>\s+)
    | (?P<comment>--[^\n]*|/\*.*?\*/)
    | (?P<string>'(?:[^']|'')*')
    | (?P<quoted>"[^"]*"|`[^`]*`)
    | (?P<bind>:[A-Za-z_][\w$\#]*|:\d+)
    | (?P<number>\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|\.\d+)
    | (?P<word>[A-Za-z_][\w$\#]*)
    | (?P<op>->>|->|::|==|<>|!=|<=|>=|\|\||<<|>>|.)
    """,
    re.VERBOSE | re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Token:
    """One lexical unit; `key` is its text in capitals, a bind's without the colon."""

    kind: str
    text: str
    key: str
    line_no: int

    @property
    def is_name(self) -> bool:
        """Return whether this is a word that may stand for a column, table or function."""
        return self.kind == "word" and self.key not in KEYWORDS


def tokenize(text: str, first_line_no: int = 1) -> list[Token]:
    """Return the tokens of `text` without spaces and comments."""
    tokens: list[Token] = []
    line_no = first_line_no
    for match in _TOKEN.finditer(text):
        kind, part = str(match.lastgroup), match.group()
        if kind not in {"space", "comment"}:
            key = part[1:].upper() if kind == "bind" else part.upper()
            tokens.append(Token(kind, part, key, line_no))
        line_no += part.count("\n")
    return tokens


# Words of the SQL language itself: never a column, a table or a function of ours.
KEYWORDS = frozenset(
    """
    ADD ALL ALTER AND ANY AS ASC BEGIN BETWEEN BY CASCADE CASE CHECK CONSTRAINT CONSTRAINTS CREATE
    CROSS CURRENT DEFAULT DEFERRABLE DELETE DESC DISTINCT DROP ELSE END ESCAPE EXCEPT EXISTS FETCH
    FILTER FIRST FOLLOWING FOR FOREIGN FROM FULL GROUP HAVING IF IN INDEX INNER INSERT INTERSECT
    INTO IS JOIN KEY LAST LEFT LIKE LIMIT LOCKED MATCHED MERGE MINUS NATURAL NEXT NOT NOWAIT NULL
    NULLS OF OFFSET ON ONLY OR ORDER OUTER OVER PARTITION PRECEDING PRIMARY RANGE RECURSIVE
    REFERENCES RENAME RETURNING RIGHT ROWS SELECT SET SKIP TABLE THEN TO UNBOUNDED UNION UNIQUE
    UPDATE USING VALUES WAIT WHEN WHERE WINDOW WITH
    """.split()  # noqa: SIM905 - a word list reads better as text
)
