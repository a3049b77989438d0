"""The bytes of archives in the database: in pieces, so that no process ever holds a whole one."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from fittrack import db
from fittrack.activities.archives import repository
from fittrack.activities.archives.models import Archive, ChunkKey
from fittrack.activities.files.errors import refused
from fittrack.db import Transaction
from fittrack.ids import new_id

CHUNK_BYTES = 1 << 20
# A transaction that writes or forgets so many holds the database shortly.
CHUNKS_AT_ONCE = 8
MAX_ARCHIVE_BYTES = 2 * 1024**3
# What nobody has asked to read by then broke off on its way in.
LONGEST_UPLOAD = timedelta(days=1)


def store(
    account_id: str, pieces: Iterable[bytes], byte_count: int, *, depth: int, now: datetime
) -> Archive:
    """Keep an archive of `byte_count` bytes piece by piece, as yet nobody's file.

    Raises: FileRefused where the pieces are fewer or more.
    """
    if byte_count > MAX_ARCHIVE_BYTES:
        raise refused("too_large", "an archive may have 2 GiB")
    chunk_count = -(-byte_count // CHUNK_BYTES)
    archive = Archive(new_id(), account_id, None, depth, byte_count, chunk_count, now)
    with db.transaction("insert_archive") as tx:
        repository.insert_archive(tx, archive)
    chunk_no = 0
    for chunks in _several(_chunks(pieces)):
        with db.transaction("store_archive_chunks") as tx:
            for chunk in chunks:
                repository.insert_archive_chunk(tx, ChunkKey(archive.archive_id, chunk_no), chunk)
                chunk_no += 1
    return archive


def _chunks(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the same bytes in pieces of 1 MiB, and a shorter last one."""
    waiting = bytearray()
    for piece in pieces:
        waiting += piece
        while len(waiting) >= CHUNK_BYTES:
            yield bytes(waiting[:CHUNK_BYTES])
            del waiting[:CHUNK_BYTES]
    if waiting:
        yield bytes(waiting)


def _several(chunks: Iterator[bytes]) -> Iterator[list[bytes]]:
    group: list[bytes] = []
    for chunk in chunks:
        group.append(chunk)
        if len(group) == CHUNKS_AT_ONCE:
            yield group
            group = []
    if group:
        yield group


class ChunkFile(io.RawIOBase):
    """A kept archive as a file that can be read anywhere; it holds one piece at a time.

    To be used outside of transactions: each piece is read in one of its own.
    """

    def __init__(self, archive: Archive) -> None:
        self._archive = archive
        self._at = 0
        self._chunk_no = -1
        self._chunk = b""

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        starts = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._archive.byte_count}
        self._at = max(0, starts[whence] + offset)
        return self._at

    def read(self, size: int = -1) -> bytes:
        """Return up to `size` bytes, fewer only at the end of the archive."""
        left_bytes = self._archive.byte_count - self._at
        wanted_bytes = left_bytes if size < 0 else min(size, left_bytes)
        pieces = []
        while wanted_bytes > 0:
            chunk_no, within = divmod(self._at, CHUNK_BYTES)
            piece = self._piece(chunk_no)[within : within + wanted_bytes]
            if not piece:
                break
            pieces.append(piece)
            self._at += len(piece)
            wanted_bytes -= len(piece)
        return b"".join(pieces)

    def _piece(self, chunk_no: int) -> bytes:
        """Return a piece; nothing where it is gone, as if the archive were cut short."""
        if chunk_no != self._chunk_no:
            with db.reading("read_archive_chunk") as tx:
                key = ChunkKey(self._archive.archive_id, chunk_no)
                self._chunk = repository.find_archive_chunk(tx, key) or b""
            self._chunk_no = chunk_no
        return self._chunk


def forget(archive_id: str) -> None:
    """Forget an archive that was read, in short transactions."""
    while _forget_some(archive_id):
        pass
    with db.transaction("delete_archive") as tx:
        repository.delete_archive(tx, archive_id)


def _forget_some(archive_id: str) -> bool:
    """Forget some pieces of an archive, and return whether there were any."""
    with db.transaction("forget_archive") as tx:
        keys = repository.list_archive_chunks(tx, archive_id, row_limit=CHUNKS_AT_ONCE)
        repository.delete_archive_chunks(tx, keys)
    return bool(keys)


def clean_up(*, now: datetime) -> int:
    """Forget archives that were read or broke off on their way in; return how many pieces."""
    forgotten = 0
    while keys := _dead_chunks(now):
        forgotten += len(keys)
    with db.transaction("delete_dead_archives") as tx:
        before_at = now - LONGEST_UPLOAD
        for archive_id in repository.list_dead_archives(tx, before_at=before_at, row_limit=100):
            repository.delete_archive(tx, archive_id)
    return forgotten


def _dead_chunks(now: datetime) -> list[ChunkKey]:
    with db.transaction("delete_dead_archive_chunks") as tx:
        keys = repository.list_dead_archive_chunks(
            tx, before_at=now - LONGEST_UPLOAD, row_limit=CHUNKS_AT_ONCE
        )
        repository.delete_archive_chunks(tx, keys)
    return keys


def erase_member(tx: Transaction, account_id: str) -> int:
    """Forget some of an erased member's archives, and return how many pieces it were."""
    keys = repository.list_erasable_archive_chunks(tx, account_id, row_limit=CHUNKS_AT_ONCE)
    repository.delete_archive_chunks(tx, keys)
    if not keys:
        repository.erase_archives(tx, account_id)
    return len(keys)
