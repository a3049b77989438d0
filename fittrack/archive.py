"""What domains hand out of a member's data: the files of an archive, read while it is written.

Nothing is held whole: a list is read page by page, each in a short transaction of its own, so that
an archive shows every thing as it was at some moment while it was made.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import orjson

from fittrack import db
from fittrack.db import Transaction

T = TypeVar("T")
K = TypeVar("K")
PAGE_ROWS = 200
_OPTIONS = orjson.OPT_UTC_Z


@dataclass(frozen=True, slots=True)
class ArchiveFile:
    """One file of an archive; its pieces are read once, in order."""

    name: str
    pieces: Iterable[bytes]


def pages(
    name: str,
    read: Callable[[Transaction, K | None], list[T]],
    key: Callable[[T], K],
) -> Iterator[list[T]]:
    """Yield page after page of a list, each read in a unit called `name`.

    `read` takes the key of the last row seen, None at first, and returns PAGE_ROWS rows, or fewer
    at the end.
    """
    after: K | None = None
    is_last = False
    while not is_last:
        with db.reading(name) as tx:
            rows = read(tx, after)
        is_last = len(rows) < PAGE_ROWS
        if rows:
            after = key(rows[-1])
            yield rows


def json_list(name: str, found: Iterable[Sequence[Any]]) -> ArchiveFile:
    """Return a file that holds a JSON array of rows: dataclasses, or what JSON knows."""
    return ArchiveFile(name, _array(found))


def json_object(name: str, value: Any) -> ArchiveFile:
    """Return a file that holds one JSON value."""
    return ArchiveFile(name, (orjson.dumps(value, option=_OPTIONS),))


def json_columns(name: str, columns: Mapping[str, Iterable[int | None]]) -> ArchiveFile:
    """Return a file that holds a JSON object of lists, each of which is written by itself."""
    return ArchiveFile(name, _object(columns))


def plain_file(name: str, content: bytes) -> ArchiveFile:
    """Return a file as it is, byte for byte."""
    return ArchiveFile(name, (content,))


def safe_name(name: str) -> str:
    """Return a member's own file name as it may stand in an archive: no path, no odd characters."""
    kept = "".join(c if c.isalnum() or c in "-_. " else "_" for c in name.strip())
    return kept.lstrip(".")[-100:] or "file"


def _object(columns: Mapping[str, Iterable[int | None]]) -> Iterator[bytes]:
    separator = b"{"
    for name, values in columns.items():
        yield separator + orjson.dumps(name) + b":"
        yield orjson.dumps(list(values))
        separator = b","
    yield b"{}" if separator == b"{" else b"}"


def _array(found: Iterable[Sequence[Any]]) -> Iterator[bytes]:
    separator = b"[\n"
    for rows in found:
        yield separator + b",\n".join(orjson.dumps(row, option=_OPTIONS) for row in rows)
        separator = b",\n"
    yield b"[]\n" if separator == b"[\n" else b"\n]\n"
