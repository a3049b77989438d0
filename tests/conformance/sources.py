"""Find the project's statements and migrations, with the lines they stand on.

This reader shares no code with the loader on purpose: each is a check on the other.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.conformance.tokens import Token, tokenize

ROOT = Path(__file__).resolve().parents[2]
_NAME = re.compile(r"^--\s*name:\s*(\S+)\s*$")


@dataclass(frozen=True, slots=True)
class Statement:
    """One SQL statement; `engine` is "oracle" or "sqlite", `kind` "statement" or "migration"."""

    path: Path
    name: str
    text: str
    line_no: int
    engine: str
    kind: str
    has_override: bool
    tokens: tuple[Token, ...]

    @property
    def is_ddl(self) -> bool:
        """Return whether this creates, alters or drops something."""
        return bool(self.tokens) and self.tokens[0].key in DDL_WORDS

    @property
    def place(self) -> str:
        """Return `path#name`, with the path relative to the project."""
        path = self.path.relative_to(ROOT) if self.path.is_relative_to(ROOT) else self.path
        return f"{path}#{self.name}"


DDL_WORDS = frozenset({"CREATE", "ALTER", "DROP", "COMMENT", "TRUNCATE", "GRANT", "REVOKE"})


def _engine(path: Path) -> str:
    return "sqlite" if path.name.endswith(".sqlite.sql") else "oracle"


def _named_blocks(text: str) -> Iterator[tuple[str, int, str]]:
    """Yield (name, first line, text) of each `-- name:` block."""
    name, start, lines = "", 1, list[str]()
    for line_no, line in enumerate(text.splitlines(), 1):
        found = _NAME.match(line)
        if found:
            yield name, start, "\n".join(lines)
            name, start, lines = found.group(1), line_no + 1, []
        else:
            lines.append(line)
    yield name, start, "\n".join(lines)


def _slashed_blocks(text: str) -> Iterator[tuple[str, int, str]]:
    """Yield (number, first line, text) of each block ended by a line holding only "/"."""
    start, number, lines = 1, 1, list[str]()
    for line_no, line in enumerate(text.splitlines(), 1):
        if line.strip() == "/":
            yield str(number), start, "\n".join(lines)
            start, number, lines = line_no + 1, number + 1, []
        else:
            lines.append(line)
    yield str(number), start, "\n".join(lines)


def parse_statements(path: Path, text: str, overridden: frozenset[str]) -> list[Statement]:
    """Return the named statements of one file of sql/."""
    return [
        _statement(path, name, line_no, block, "statement", name in overridden)
        for name, line_no, block in _named_blocks(text)
        if name or tokenize(block)
    ]


def parse_migration(path: Path, text: str) -> list[Statement]:
    """Return the statements of one file of migrations/."""
    return [
        _statement(path, name, line_no, block, "migration", False)
        for name, line_no, block in _slashed_blocks(text)
        if tokenize(block)
    ]


def _statement(
    path: Path, name: str, line_no: int, block: str, kind: str, has_override: bool
) -> Statement:
    tokens = tuple(tokenize(block, line_no))
    return Statement(path, name, block, line_no, _engine(path), kind, has_override, tokens)


def overrides_of(path: Path) -> frozenset[str]:
    """Return the names that the SQLite twin of a statement file overrides."""
    twin = path.with_name(path.name.removesuffix(".sql") + ".sqlite.sql")
    if not twin.exists():
        return frozenset()
    return frozenset(name for name, _, _ in _named_blocks(twin.read_text()) if name)


def statements(root: Path = ROOT) -> list[Statement]:
    """Return every Oracle statement under sql/."""
    paths = [p for p in sorted((root / "sql").rglob("*.sql")) if _engine(p) == "oracle"]
    return [
        statement
        for path in paths
        for statement in parse_statements(path, path.read_text(), overrides_of(path))
    ]


def migrations(root: Path = ROOT) -> list[Statement]:
    """Return every statement of every migration of both engines, in order."""
    paths = sorted((root / "migrations").glob("*.sql"))
    return [s for path in paths for s in parse_migration(path, path.read_text())]
