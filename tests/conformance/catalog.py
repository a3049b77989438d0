"""The schema as the migrations of one engine say: tables, columns, keys and indexes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from tests.conformance.sources import Statement
from tests.conformance.structure import Spot, Structure, group_after, split_commas
from tests.conformance.tokens import Token


@dataclass(slots=True)
class Column:
    """One column: its type as written, in capitals, such as `VARCHAR2 ( 36 CHAR )`."""

    name: str
    type_text: str
    is_nullable: bool
    has_default: bool
    token: Token


@dataclass(slots=True)
class Constraint:
    """One constraint; `name` is empty when it has none."""

    kind: str
    name: str
    columns: tuple[str, ...]
    refers_to: str
    refers_columns: tuple[str, ...]
    text: str
    token: Token


@dataclass(slots=True)
class Index:
    """One index; `columns` holds plain names, an expression stands as its text."""

    name: str
    table: str
    columns: tuple[str, ...]
    is_unique: bool
    token: Token


@dataclass(slots=True)
class Table:
    """One table with its columns in order."""

    name: str
    statement: Statement
    columns: dict[str, Column] = field(default_factory=dict)
    constraints: list[Constraint] = field(default_factory=list)
    options: tuple[str, ...] = ()

    def keys(self) -> list[tuple[str, ...]]:
        """Return the column lists of the primary and unique constraints."""
        return [c.columns for c in self.constraints if c.kind in {"PRIMARY", "UNIQUE"}]

    def primary_key(self) -> tuple[str, ...]:
        """Return the columns of the primary key, or nothing."""
        return next((c.columns for c in self.constraints if c.kind == "PRIMARY"), ())


@dataclass(slots=True)
class Catalog:
    """Everything that stands after the migrations read so far."""

    tables: dict[str, Table] = field(default_factory=dict)
    indexes: dict[str, Index] = field(default_factory=dict)

    def unique_keys(self, table: str) -> list[tuple[str, ...]]:
        """Return every list of columns that is unique in a table."""
        found = self.tables.get(table)
        keys = found.keys() if found else []
        return keys + [i.columns for i in self.indexes.values() if i.is_unique and i.table == table]

    def columns_named(self, name: str) -> list[Column]:
        """Return the columns of that name, of any table."""
        return [t.columns[name] for t in self.tables.values() if name in t.columns]


def build_catalog(statements: Iterable[Statement], *, engine: str) -> Catalog:
    """Return the schema after the migrations of one engine."""
    catalog = Catalog()
    for statement in statements:
        if statement.engine == engine and statement.kind == "migration":
            apply_statement(catalog, statement)
    return catalog


def apply_statement(catalog: Catalog, statement: Statement) -> None:
    """Apply one migration statement to the catalog; statements without effect on it are skipped."""
    structure = Structure(statement.tokens)
    words = [t.key for t in statement.tokens]
    match words[:1]:
        case ["CREATE"] if "INDEX" in words[1:3]:
            _create_index(catalog, structure, words)
        case ["CREATE"] if "TABLE" in words[1:4]:
            _create_table(catalog, statement, structure, words)
        case ["ALTER"] if words[1:2] == ["TABLE"]:
            _alter_table(catalog, structure, words)
        case ["DROP"]:
            _drop(catalog, words)


def _skip_existence(words: Sequence[str], index: int) -> int:
    while words[index : index + 1] and words[index] in {"IF", "NOT", "EXISTS"}:
        index += 1
    return index


def _create_table(
    catalog: Catalog, statement: Statement, structure: Structure, words: list[str]
) -> None:
    name_at = _skip_existence(words, words.index("TABLE") + 1)
    if words[name_at + 1 : name_at + 2] != ["("]:
        return
    table = Table(words[name_at], statement)
    body, end = group_after(structure, name_at + 1)
    for part in split_commas(body, 1):
        add_element(table, structure, part)
    table.options = tuple(words[end:])
    catalog.tables[table.name] = table


def add_element(table: Table, structure: Structure, part: list[Spot]) -> None:
    """Add one column or constraint definition to a table."""
    if part[0].key in {"CONSTRAINT", "PRIMARY", "UNIQUE", "FOREIGN", "CHECK"}:
        table.constraints.append(_constraint(structure, part, ""))
        return
    depth, name = part[0].depth, part[0].key
    cuts = [i for i, s in enumerate(part) if s.depth == depth and s.key in _COLUMN_ENDS]
    type_end = cuts[0] if cuts else len(part)
    keys = [s.key for s in part if s.depth == depth]
    is_nullable = not any(keys[i : i + 2] == ["NOT", "NULL"] for i in range(len(keys)))
    type_text = " ".join(s.key for s in part[1:type_end])
    table.columns[name] = Column(name, type_text, is_nullable, "DEFAULT" in keys, part[0].token)
    for start in _inline_starts(part, depth):
        constraint = _constraint(structure, part[start:], name)
        table.constraints.append(constraint)
        if constraint.kind == "PRIMARY":
            table.columns[name].is_nullable = False


_COLUMN_ENDS = frozenset(
    {"NOT", "NULL", "DEFAULT", "CONSTRAINT", "PRIMARY", "UNIQUE", "CHECK", "REFERENCES"}
    | {"GENERATED", "COLLATE"}
)


def _inline_starts(part: list[Spot], depth: int) -> list[int]:
    """Return where the constraints written beside a column begin."""
    starts = []
    for i, spot in enumerate(part):
        is_kind = spot.depth == depth and spot.key in {"PRIMARY", "UNIQUE", "CHECK", "REFERENCES"}
        if is_kind:
            is_named = i >= 2 and part[i - 2].key == "CONSTRAINT"
            starts.append(i - 2 if is_named else i)
    return starts


def _constraint(structure: Structure, part: list[Spot], column: str) -> Constraint:
    name, rest = "", part
    if part[0].key == "CONSTRAINT":
        name, rest = part[1].key, part[2:]
    kind = {"REFERENCES": "FOREIGN"}.get(rest[0].key, rest[0].key)
    columns: tuple[str, ...] = (column,) if column else ()
    if kind in {"PRIMARY", "UNIQUE", "FOREIGN"} and not column:
        columns = _first_list(structure, rest)
    refers_to, refers_columns = _target(structure, rest)
    text = " ".join(s.key for s in rest)
    return Constraint(kind, name, columns, refers_to, refers_columns, text, part[0].token)


def _first_list(structure: Structure, part: list[Spot]) -> tuple[str, ...]:
    for spot in part:
        if spot.token.text == "(":
            return _names(group_after(structure, spot.index)[0])
    return ()


def _target(structure: Structure, part: list[Spot]) -> tuple[str, tuple[str, ...]]:
    for i, spot in enumerate(part[:-1]):
        if spot.key == "REFERENCES":
            return part[i + 1].key, _first_list(structure, part[i + 2 : i + 3])
    return "", ()


def _names(inside: list[Spot]) -> tuple[str, ...]:
    if not inside:
        return ()
    parts = split_commas(inside, inside[0].depth)
    return tuple(" ".join(s.key for s in part if s.key != "ASC") for part in parts)


def _create_index(catalog: Catalog, structure: Structure, words: list[str]) -> None:
    name_at = _skip_existence(words, words.index("INDEX") + 1)
    table_at = words.index("ON", name_at) + 1
    columns = _names(group_after(structure, table_at + 1)[0])
    catalog.indexes[words[name_at]] = Index(
        words[name_at], words[table_at], columns, "UNIQUE" in words[:2], structure.at(name_at)
    )


def _alter_table(catalog: Catalog, structure: Structure, words: list[str]) -> None:
    table = catalog.tables.get(words[2])
    if table is None:
        return
    match words[3:]:
        case ["ADD", *_]:
            _add(table, structure, words)
        case ["RENAME", *rest]:
            _rename(catalog, table, rest)
        case ["MODIFY", *_]:
            _modify(table, structure.spots[4:])
        case ["DROP", "CONSTRAINT", name, *_]:
            table.constraints = [c for c in table.constraints if c.name != name]
        case ["DROP", *names]:
            for name in names:
                table.columns.pop(name, None)


def _add(table: Table, structure: Structure, words: list[str]) -> None:
    if words[4] != "(":
        add_element(table, structure, structure.spots[5 if words[4] == "COLUMN" else 4 :])
        return
    for part in split_commas(group_after(structure, 4)[0], 1):
        add_element(table, structure, part)


def _rename(catalog: Catalog, table: Table, words: list[str]) -> None:
    match words:
        case ["TO", name]:
            _rename_table(catalog, table, name)
        case ["COLUMN", old, "TO", new]:
            _rename_column(catalog, table, old, new)


def _rename_table(catalog: Catalog, table: Table, name: str) -> None:
    catalog.tables[name] = catalog.tables.pop(table.name)
    for index in catalog.indexes.values():
        index.table = name if index.table == table.name else index.table
    table.name = name


def _rename_column(catalog: Catalog, table: Table, old: str, new: str) -> None:
    def renamed(columns: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(new if name == old else name for name in columns)

    table.columns = {(new if n == old else n): c for n, c in table.columns.items()}
    if new in table.columns:
        table.columns[new].name = new
    for constraint in table.constraints:
        constraint.columns = renamed(constraint.columns)
    for index in catalog.indexes.values():
        index.columns = renamed(index.columns) if index.table == table.name else index.columns


def _modify(table: Table, spots: Sequence[Spot]) -> None:
    inside = [s for s in spots if s.token.text not in {"(", ")"} or s.depth > 1]
    depth = inside[0].depth if inside else 0
    for part in split_commas(inside, depth):
        column = table.columns.get(part[0].key)
        keys = [s.key for s in part]
        if column is not None and "NULL" in keys:
            column.is_nullable = keys[keys.index("NULL") - 1] != "NOT"


def _drop(catalog: Catalog, words: list[str]) -> None:
    name_at = _skip_existence(words, 2)
    name = words[name_at] if name_at < len(words) else ""
    if words[1:2] == ["TABLE"]:
        catalog.tables.pop(name, None)
        catalog.indexes = {k: i for k, i in catalog.indexes.items() if i.table != name}
    elif words[1:2] == ["INDEX"]:
        catalog.indexes.pop(name, None)
