"""The project's own source, as the guards read it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
CODE = ROOT / "fittrack"
# Domains have folders of their own; db/ is a folder of the kernel.
DOMAINS = frozenset(
    path.name for path in CODE.iterdir() if (path / "__init__.py").exists() and path.name != "db"
)


@cache
def python_files(folder: Path = CODE) -> tuple[Path, ...]:
    """Return every Python file below a folder."""
    return tuple(sorted(folder.rglob("*.py")))


@cache
def tree_of(path: Path) -> ast.Module:
    """Return a file's syntax tree."""
    return ast.parse(path.read_text(encoding="utf-8"))


def shown(path: Path) -> str:
    """Return a path as messages show it."""
    return str(path.relative_to(ROOT))


def domain_of(path: Path) -> str | None:
    """Return the domain that a file belongs to, None for the kernel's."""
    first = path.relative_to(CODE).parts[0]
    return first if first in DOMAINS else None


def imports_of(path: Path) -> Iterator[tuple[str, int]]:
    """Yield every module or name that a file imports, dotted, with its line."""
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.ImportFrom):
            module = "." * node.level + (node.module or "")
            yield from ((f"{module}.{alias.name}", node.lineno) for alias in node.names)
        elif isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)


def functions_of(path: Path) -> Iterator[ast.FunctionDef]:
    """Yield every function of a file."""
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.FunctionDef):
            yield node


def length_of(function: ast.FunctionDef) -> int:
    """Return how many lines a function has, its decorators left out."""
    return (function.end_lineno or function.lineno) - function.lineno + 1


@cache
def created_tables() -> frozenset[str]:
    """Return the names of all tables that the migrations create."""
    pattern = re.compile(r"^CREATE (?:\w+ )?TABLE (\w+)", re.MULTILINE)
    texts = [path.read_text() for path in (ROOT / "migrations").glob("*.oracle.sql")]
    return frozenset(name for text in texts for name in pattern.findall(text))


@cache
def table_owners() -> dict[str, str]:
    """Return table -> owning domain, as ARCHITECTURE.md tells it."""
    text = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    section = text.split("## Domains and the tables they own")[1].split("\n## ")[0]
    owners = {}
    for row in section.splitlines():
        cells = [cell.strip() for cell in row.strip("|").split("|")]
        if len(cells) == 3:
            owners |= dict.fromkeys(re.findall(r"`(\w+)`", cells[2]), cells[0])
    return owners
