"""Named SQL: read sql/<domain>/*.sql, check it, and hand it out by name.

Each statement is Oracle text and begins with `-- name: <name>`. A file `<aggregate>.sqlite.sql`
overrides single statements of `<aggregate>.sql` by the same name and the same binds; all others
get the four end-of-statement rewrites below. Anything doubtful fails at start.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable


class BadStatement(ValueError):
    """A file under sql/ breaks the rules of its trade."""


@dataclass(frozen=True, slots=True)
class Statement:
    """One named statement in both dialects; `binds` go in by name, `outs` come back."""

    name: str
    domain: str
    oracle: str
    sqlite: str
    binds: frozenset[str]
    outs: tuple[str, ...]


_NAME = re.compile(r"^-- name: ([a-z][a-z0-9_]*)[ \t]*$", re.MULTILINE)
_LITERAL_OR_COMMENT = re.compile(r"'(?:[^']|'')*'|--[^\n]*|/\*.*?\*/", re.DOTALL)
_BIND = re.compile(r"(?<![:\w]):([a-zA-Z]\w*)")
_INTO = re.compile(r"\s+INTO\s+((?::\w+\s*,\s*)*:\w+)\s*$", re.IGNORECASE)

_LOCK = re.compile(
    r"\s+FOR\s+UPDATE(\s+OF\s+[\w.,\s]+?)?(\s+NOWAIT|\s+WAIT\s+\d+|\s+SKIP\s+LOCKED)?\s*$",
    re.IGNORECASE,
)
_WINDOW = re.compile(
    r"\bOFFSET\s+(\S+)\s+ROWS\s+FETCH\s+NEXT\s+(\S+)\s+ROWS\s+ONLY\s*$", re.IGNORECASE
)
_FIRST = re.compile(r"\bFETCH\s+FIRST\s+(\S+)\s+ROWS\s+ONLY\s*$", re.IGNORECASE)

# Oracle refuses these as bind names (ORA-01745).
RESERVED_BINDS = frozenset(
    re.findall(
        r"\w+",
        """
    access add all alter and any as asc audit between by char check cluster column comment
    compress connect create current date decimal default delete desc distinct drop else
    exclusive exists file float for from grant group having identified immediate in increment
    index initial insert integer intersect into is level like lock long maxextents minus mode
    modify noaudit nocompress not nowait null number of offline on online option or order
    pctfree prior public raw rename resource revoke row rowid rownum rows select session set
    share size smallint start successful synonym sysdate table then to trigger uid union unique
    update user validate values varchar varchar2 view whenever where with
    """,
    )
)

_REWRITES = (
    (_LOCK, ""),
    (_WINDOW, r"LIMIT \2 OFFSET \1"),
    (_FIRST, r"LIMIT \1"),
)


@cache
def load_sql(domain: str) -> Mapping[str, Statement]:
    """Return a domain's statements by name.

    Raises: BadStatement on a duplicate name, a `;`, a reserved bind, an override with other binds
    or without its twin.
    """
    shared: dict[str, str] = {}
    overrides: dict[str, str] = {}
    for path in _files(domain):
        into = overrides if path.name.endswith(".sqlite.sql") else shared
        for name, text in split_statements(path.read_text(encoding="utf-8")):
            if name in into:
                raise BadStatement(f"{domain}: {name} stands twice")
            into[name] = text
    if orphans := overrides.keys() - shared.keys():
        raise BadStatement(f"{domain}: overrides without a twin: {sorted(orphans)}")
    return {
        name: _statement(domain, name, text, overrides.get(name)) for name, text in shared.items()
    }


def domains() -> tuple[str, ...]:
    """Return the names of all folders under sql/."""
    root = resources.files("fittrack_sql")
    return tuple(
        sorted(d.name for d in root.iterdir() if d.is_dir() and not d.name.startswith("_"))
    )


def split_statements(text: str) -> Iterator[tuple[str, str]]:
    """Yield (name, statement) of one file, comments before the statement left out."""
    parts = _NAME.split(text)
    if parts[0].strip() and _without_literals(parts[0]).strip():
        raise BadStatement("a statement stands before the first name")
    for name, body in zip(parts[1::2], parts[2::2], strict=True):
        lines = [line for line in body.strip().splitlines() if not line.startswith("--")]
        yield name, "\n".join(lines).strip()


def to_sqlite(oracle: str) -> str:
    """Return an Oracle statement as SQLite text by the four end-of-statement rewrites."""
    text = _INTO.sub("", oracle)
    for pattern, replacement in _REWRITES:
        text = pattern.sub(replacement, text)
    return text


def _files(domain: str) -> list[Traversable]:
    folder = resources.files("fittrack_sql") / domain
    files = [path for path in folder.iterdir() if path.name.endswith(".sql")]
    return sorted(files, key=lambda path: path.name)


def _statement(domain: str, name: str, oracle: str, override: str | None) -> Statement:
    outs = _outs(oracle)
    binds = _binds(oracle) - set(outs)
    sqlite = override if override is not None else to_sqlite(oracle)
    _check(domain, name, oracle, binds | set(outs))
    if _binds(sqlite) != binds:
        raise BadStatement(f"{domain}: {name} has other binds on SQLite")
    return Statement(name, domain, oracle, sqlite, frozenset(binds), outs)


def _check(domain: str, name: str, oracle: str, binds: set[str]) -> None:
    if not oracle:
        raise BadStatement(f"{domain}: {name} is empty")
    if ";" in _without_literals(oracle):
        raise BadStatement(f"{domain}: {name} has a semicolon")
    if reserved := binds & RESERVED_BINDS:
        raise BadStatement(f"{domain}: {name} has reserved binds {sorted(reserved)}")


def _outs(oracle: str) -> tuple[str, ...]:
    match = _INTO.search(oracle)
    return tuple(re.findall(r":(\w+)", match.group(1))) if match else ()


def _binds(text: str) -> set[str]:
    return set(_BIND.findall(_without_literals(text)))


def _without_literals(text: str) -> str:
    return _LITERAL_OR_COMMENT.sub(" ", text)
