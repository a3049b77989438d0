"""What a lint rule is, and the names that the rules share."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from tests.conformance.catalog import Catalog, Column, Constraint, Index, Table
from tests.conformance.sources import Statement
from tests.conformance.structure import Structure
from tests.conformance.tokens import Token


@dataclass(slots=True)
class Subject:
    """One statement under the linter, with the schema it runs against."""

    statement: Statement
    catalog: Catalog
    structure: Structure = field(init=False)

    def __post_init__(self) -> None:
        self.structure = Structure(self.statement.tokens)

    @property
    def words(self) -> list[str]:
        """Return the texts of all tokens in capitals."""
        return [token.key for token in self.statement.tokens]


def own_columns(subject: Subject) -> list[Column]:
    """Return the columns that this statement creates or adds."""
    tokens = set(map(id, subject.statement.tokens))
    return [
        column
        for table in subject.catalog.tables.values()
        for column in table.columns.values()
        if id(column.token) in tokens
    ]


def own_constraints(subject: Subject) -> list[tuple[Table, Constraint]]:
    """Return the constraints that this statement makes, each with its table."""
    tokens = set(map(id, subject.statement.tokens))
    return [
        (table, constraint)
        for table in subject.catalog.tables.values()
        for constraint in table.constraints
        if id(constraint.token) in tokens
    ]


def own_index(subject: Subject) -> Index | None:
    """Return the index that this statement creates."""
    tokens = set(map(id, subject.statement.tokens))
    indexes = subject.catalog.indexes.values()
    return next((index for index in indexes if id(index.token) in tokens), None)


Check = Callable[[Subject], Iterator[Token]]


@dataclass(frozen=True, slots=True)
class Rule:
    """A check that yields each offending token; `applies` is "statement", "ddl" or "both"."""

    code: str
    reason: str
    applies: str
    check: Check


@dataclass(frozen=True, slots=True)
class Finding:
    """A broken rule and where."""

    place: str
    line_no: int
    code: str
    reason: str

    def __str__(self) -> str:
        """Return `place:line: code reason`."""
        return f"{self.place}:{self.line_no}: {self.code} {self.reason}"


# Words that Oracle refuses as a bind (ORA-01745), a column or a table (ORA-00903, ORA-00904).
RESERVED = frozenset(
    """
    ACCESS ADD ALL ALTER AND ANY AS ASC AUDIT BETWEEN BY CHAR CHECK CLUSTER COLUMN COLUMN_VALUE
    COMMENT COMPRESS CONNECT CREATE CURRENT DATE DECIMAL DEFAULT DELETE DESC DISTINCT DROP ELSE
    EXCLUSIVE EXISTS FILE FLOAT FOR FROM GRANT GROUP HAVING IDENTIFIED IMMEDIATE IN INCREMENT INDEX
    INITIAL INSERT INTEGER INTERSECT INTO IS LEVEL LIKE LOCK LONG MAXEXTENTS MINUS MLSLABEL MODE
    MODIFY NESTED_TABLE_ID NOAUDIT NOCOMPRESS NOT NOWAIT NULL NUMBER OF OFFLINE ON ONLINE OPTION OR
    ORDER PCTFREE PRIOR PUBLIC RAW RENAME RESOURCE REVOKE ROW ROWID ROWNUM ROWS SELECT SESSION SET
    SHARE SIZE SMALLINT START SUCCESSFUL SYNONYM SYSDATE TABLE THEN TO TRIGGER UID UNION UNIQUE
    UPDATE USER VALIDATE VALUES VARCHAR VARCHAR2 VIEW WHENEVER WHERE WITH
    """.split()  # noqa: SIM905 - a word list reads better as text
)

AGGREGATES = frozenset({"COUNT", "SUM", "MIN", "MAX", "LISTAGG", "JSON_ARRAYAGG"})
_WINDOW_ONLY = frozenset(
    {"ROW_NUMBER", "RANK", "DENSE_RANK", "LAG", "LEAD", "FIRST_VALUE", "LAST_VALUE", "NTILE"}
)

# Rule 25: whoever needs another one adds it here, with its meaning on both engines looked up.
FUNCTIONS = (
    frozenset(
        {"ABS", "CAST", "COALESCE", "COUNT", "GREATEST", "INSTR", "JSON_EXISTS", "JSON_VALUE"}
        | {"LEAST", "LENGTH", "LOWER", "LPAD", "MAX", "MIN", "NULLIF", "NVL", "REPLACE", "SIGN"}
        | {"SUBSTR", "SUM", "TO_CHAR", "TO_NUMBER", "TRIM"}
    )
    | _WINDOW_ONLY
)
# COLUMNS is the clause of JSON_TABLE, which reads like a call.
ORACLE_ONLY = frozenset(
    {"MERGE", "JSON_TABLE", "COLUMNS", "LISTAGG", "JSON_ARRAYAGG", "JSON_OBJECT"}
)
COLUMN_TYPES = frozenset({"VARCHAR2", "NUMBER", "TIMESTAMP", "DATE", "CLOB", "BLOB", "JSON"})
COMPARISONS = frozenset({"=", "<>", "!=", "<", ">", "<=", ">="})
