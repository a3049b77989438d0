"""Each migration stands twice, for Oracle and SQLite, and both say the same schema."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path

from tests.conformance.catalog import Catalog, Column, Constraint, Table, apply_statement
from tests.conformance.rulebook import Finding
from tests.conformance.sources import Statement

_FILE = re.compile(r"(\d{4})_([a-z0-9]+(?:_[a-z0-9]+)+)\.(oracle|sqlite)\.sql")
_SQLITE_TYPES = {
    "VARCHAR2": "TEXT",
    "CLOB": "TEXT",
    "JSON": "TEXT",
    "DATE": "TEXT",
    "TIMESTAMP": "TEXT",
    "NUMBER": "INTEGER",
    "BLOB": "BLOB",
}
REASONS = {
    "PAIR01": "NNNN_verb_object.oracle.sql and its .sqlite.sql stand side by side",
    "PAIR02": "migrations are numbered 0001, 0002, … without gap or repeat",
    "PAIR03": "both engines have the same tables",
    "PAIR04": "both engines have the same columns in the same order",
    "PAIR05": "both engines agree on NOT NULL and DEFAULT",
    "PAIR06": "the SQLite type is the Oracle type's twin",
    "PAIR07": "both engines have the same named constraints on the same columns",
    "PAIR08": "both engines have the same indexes",
    "PAIR09": "SQLite tables are STRICT",
    "PAIR10": "a VARCHAR2(n CHAR) has CHECK (length(x) <= n) on SQLite",
    "PAIR11": "a JSON column has CHECK (x IS NULL OR json_valid(x)) on SQLite",
    "PAIR12": "an IMMUTABLE or BLOCKCHAIN table has UPDATE and DELETE triggers on SQLite",
}


def check_pairs(statements: Iterable[Statement], paths: Iterable[Path]) -> Iterator[Finding]:
    """Yield every way in which the two sets of migrations differ."""
    yield from _check_files(sorted(paths))
    catalogs = {"oracle": Catalog(), "sqlite": Catalog()}
    by_version = defaultdict[str, list[Statement]](list)
    for statement in statements:
        by_version[statement.path.name[:4]].append(statement)
    reported = set[tuple[str, str]]()
    for version in sorted(by_version):
        for statement in by_version[version]:
            apply_statement(catalogs[statement.engine], statement)
        place = _oracle_place(by_version[version])
        for code, detail in _differences(catalogs["oracle"], catalogs["sqlite"]):
            if (code, detail) not in reported:
                reported.add((code, detail))
                yield Finding(place, 1, code, f"{REASONS[code]}: {detail}")
    yield from _missing_triggers(catalogs["oracle"], list(by_version.values()))


def _oracle_place(statements: list[Statement]) -> str:
    oracle = [s for s in statements if s.engine == "oracle"] or statements
    return oracle[0].place.partition("#")[0]


def _check_files(paths: list[Path]) -> Iterator[Finding]:
    names = {path.name for path in paths}
    versions = set[int]()
    for name in sorted(names):
        found = _FILE.fullmatch(name)
        if found is None:
            yield Finding(f"migrations/{name}", 1, "PAIR01", REASONS["PAIR01"])
            continue
        version, stem, engine = found.groups()
        twin = f"{version}_{stem}.{'sqlite' if engine == 'oracle' else 'oracle'}.sql"
        if twin not in names:
            yield Finding(f"migrations/{name}", 1, "PAIR01", REASONS["PAIR01"])
        repeats = engine == "oracle" and int(version) in versions
        versions.add(int(version))
        if repeats:
            yield Finding(f"migrations/{name}", 1, "PAIR02", REASONS["PAIR02"])
    if versions and versions != set(range(1, max(versions) + 1)):
        yield Finding("migrations", 1, "PAIR02", REASONS["PAIR02"])


def _differences(oracle: Catalog, sqlite: Catalog) -> Iterator[tuple[str, str]]:
    """Yield (code, detail) of each difference between the two schemas."""
    for name in sorted(oracle.tables.keys() ^ sqlite.tables.keys()):
        yield "PAIR03", name.lower()
    for name in sorted(oracle.tables.keys() & sqlite.tables.keys()):
        yield from _table_differences(oracle.tables[name], sqlite.tables[name])
    yield from _index_differences(oracle, sqlite)


def _table_differences(oracle: Table, sqlite: Table) -> Iterator[tuple[str, str]]:
    table = oracle.name.lower()
    if list(oracle.columns) != list(sqlite.columns):
        odd = sorted(oracle.columns.keys() ^ sqlite.columns.keys())
        yield "PAIR04", f"{table}: {', '.join(odd).lower() or 'another order'}"
    for name in oracle.columns.keys() & sqlite.columns.keys():
        yield from _column_differences(oracle.columns[name], sqlite.columns[name], sqlite)
    yield from _constraint_differences(oracle, sqlite)
    if "STRICT" not in sqlite.options:
        yield "PAIR09", table


def _column_differences(oracle: Column, sqlite: Column, table: Table) -> Iterator[tuple[str, str]]:
    where = f"{table.name}.{oracle.name}".lower()
    checks = [c.text for c in table.constraints if c.kind == "CHECK"]
    if (oracle.is_nullable, oracle.has_default) != (sqlite.is_nullable, sqlite.has_default):
        yield "PAIR05", where
    if sqlite.type_text != _SQLITE_TYPES.get(oracle.type_text.split(" ")[0]):
        yield "PAIR06", where
    width = re.match(r"VARCHAR2 \( (\d+)", oracle.type_text)
    wanted = rf"LENGTH \( {oracle.name} \) (<= {width.group(1) if width else 0}|= \d+|BETWEEN)"
    if width and not any(re.search(wanted, text) for text in checks):
        yield "PAIR10", where
    if oracle.type_text == "JSON" and not any(_is_json_check(oracle.name, t) for t in checks):
        yield "PAIR11", where


def _is_json_check(name: str, text: str) -> bool:
    return f"JSON_VALID ( {name} )" in text


def _shape(constraint: Constraint) -> tuple[object, ...]:
    return (
        constraint.kind,
        constraint.columns if constraint.kind != "CHECK" else (),
        constraint.refers_to,
        "CASCADE" in constraint.text,
    )


def _constraint_differences(oracle: Table, sqlite: Table) -> Iterator[tuple[str, str]]:
    left = {c.name: _shape(c) for c in oracle.constraints if c.name}
    right = {c.name: _shape(c) for c in sqlite.constraints if c.name}
    extra = {c.name for c in sqlite.constraints if c.kind == "CHECK" and _mirrors_a_type(c.text)}
    for name in sorted(left.keys() | right.keys()):
        if left.get(name) != right.get(name) and not (name in extra and name not in left):
            yield "PAIR07", f"{oracle.name}.{name}".lower()
    keys = [c for c in sqlite.constraints if not c.name and c.kind != "CHECK"]
    checks = [c for c in sqlite.constraints if not c.name and c.kind == "CHECK"]
    if keys or any(not _mirrors_a_type(c.text) for c in checks):
        yield "PAIR07", f"{oracle.name}: an unnamed constraint".lower()


def _mirrors_a_type(text: str) -> bool:
    """Return whether a CHECK only says on SQLite what the type says on Oracle."""
    return any(word in text for word in _TYPE_CHECKS)


_TYPE_CHECKS = ("LENGTH (", "JSON_VALID (", "GLOB", "TYPEOF (", "IN ( 0 , 1 )")


def _index_differences(oracle: Catalog, sqlite: Catalog) -> Iterator[tuple[str, str]]:
    for name in sorted(oracle.indexes.keys() | sqlite.indexes.keys()):
        left, right = oracle.indexes.get(name), sqlite.indexes.get(name)
        one = (left.table, left.columns, left.is_unique) if left else None
        other = (right.table, right.columns, right.is_unique) if right else None
        if one != other:
            yield "PAIR08", name.lower()


def _missing_triggers(oracle: Catalog, groups: list[list[Statement]]) -> Iterator[Finding]:
    """Yield immutable tables that SQLite lets anyone update or delete from."""
    texts = [
        " ".join(t.key for t in s.tokens) for group in groups for s in group if s.engine == "sqlite"
    ]
    for table in oracle.tables.values():
        if {"IMMUTABLE", "BLOCKCHAIN"} & {t.key for t in table.statement.tokens[:2]}:
            for event in ("UPDATE", "DELETE"):
                wanted = f"{event} ON {table.name} "
                if not any("TRIGGER" in t and wanted in t for t in texts):
                    detail = f"{table.name.lower()} {event}"
                    place = table.statement.place.partition("#")[0]
                    yield Finding(place, 1, "PAIR12", f"{REASONS['PAIR12']}: {detail}")
