"""Zip archives, read as a stream: the directory first, then one entry at a time, nothing unpacked.

Sizes are believed only as upper bounds: an entry that unpacks to more than its directory says, or
to other bytes than its checksum says, is damaged. Entries never overlap, names are never paths.
Format: PKWARE APPNOTE.TXT 6.3.10, sections 4.3 and 4.4.
"""

from __future__ import annotations

import stat
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from itertools import pairwise
from typing import Protocol

from fittrack.activities.files.errors import refused

MAX_ENTRIES = 50_000
MAX_DIRECTORY_BYTES = 32 * 1024 * 1024
# More than the histories of whole lives; beyond it nobody waits for the end.
MAX_UNPACKED_BYTES = 64 * 1024**3
# Honest archives of text stay below a hundredth; small ones may do as they like.
HARMLESS_BYTES = 1024**3
MOST_TIMES_LARGER = 200

STORED, DEFLATED = 0, 8
PIECE_BYTES = 256 * 1024

_END, _END_BYTES = b"PK\x05\x06", 22
_END64, _END64_BYTES = b"PK\x06\x06", 56
_LOCATOR64, _LOCATOR64_BYTES = b"PK\x06\x07", 20
_ENTRY, _ENTRY_BYTES = b"PK\x01\x02", 46
_LOCAL, _LOCAL_BYTES = b"PK\x03\x04", 30
_LONGEST_COMMENT = 0xFFFF
_NONE_16, _NONE_32 = 0xFFFF, 0xFFFFFFFF
_ZIP64_EXTRA = 1
_ENCRYPTED, _UTF8 = 0x1, 0x800
_UNIX = 3
STARTS = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")


class Source(Protocol):
    """Bytes that can be read anywhere."""

    def seek(self, offset: int, /) -> int:
        """Let the next read begin at `offset`."""

    def read(self, size: int, /) -> bytes:
        """Return up to `size` bytes."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of an archive; `offset` is that of its local header from the first byte."""

    name: str
    offset: int
    packed_bytes: int
    byte_count: int
    crc32: int
    method: int
    is_encrypted: bool
    is_link: bool

    @property
    def is_folder(self) -> bool:
        return self.name.endswith("/")


@dataclass(frozen=True, slots=True)
class _Place:
    """Where the directory lies; `shift` is what was put before the archive's first byte."""

    at: int
    byte_count: int
    shift: int


def is_zip(head: bytes) -> bool:
    """Tell whether content that begins so is a zip archive."""
    return head.startswith(STARTS)


def read_directory(stream: Source, byte_count: int) -> list[Entry]:
    """Return the entries of an archive of `byte_count` bytes in the order of its directory.

    Raises: FileRefused.
    """
    place = _place(stream, byte_count)
    if place.byte_count > MAX_DIRECTORY_BYTES:
        raise refused("too_many_files", f"its directory has more than {MAX_DIRECTORY_BYTES} bytes")
    entries = list(_entries(_read(stream, place.at, place.byte_count), place.shift))
    _check_honest(entries, place.at)
    return entries


def _place(stream: Source, byte_count: int) -> _Place:
    """Raises: FileRefused."""
    tail_at = max(0, byte_count - _END_BYTES - _LONGEST_COMMENT)
    tail = _read(stream, tail_at, byte_count - tail_at)
    found = tail.rfind(_END)
    if found < 0 or found + _END_BYTES > len(tail):
        raise refused("archive_damaged", "its directory is missing: it may be cut short")
    disk, _, _, _, length, offset, _ = struct.unpack_from("<4H2LH", tail, found + 4)
    if disk not in {0, _NONE_16}:
        raise refused("archive_damaged", "it is one part of several")
    end_at = tail_at + found
    if tail[max(0, found - _LOCATOR64_BYTES) : found].startswith(_LOCATOR64):
        end_at, length, offset = _place64(stream, end_at)
    at = end_at - length
    if at < offset or at < 0:
        raise refused("archive_damaged", "its directory lies elsewhere")
    return _Place(at, length, at - offset)


def _place64(stream: Source, end_at: int) -> tuple[int, int, int]:
    """Return where the directory's end is, its length and its offset, as archives over 4 GiB say.

    Raises: FileRefused.
    """
    # Without an extensible data sector, which nobody writes, the record ends where the locator is.
    record_at = end_at - _LOCATOR64_BYTES - _END64_BYTES
    record = _read(stream, record_at, _END64_BYTES) if record_at >= 0 else b""
    if record[:4] != _END64:
        raise refused("archive_damaged", "its directory is missing")
    length, offset = struct.unpack_from("<2Q", record, 40)
    return record_at, length, offset


def _entries(directory: bytes, shift: int) -> Iterator[Entry]:
    """Raises: FileRefused."""
    at = count = 0
    while at < len(directory):
        if directory[at : at + 4] != _ENTRY or at + _ENTRY_BYTES > len(directory):
            raise refused("archive_damaged", "its directory can't be read")
        count += 1
        if count > MAX_ENTRIES:
            raise refused("too_many_files", f"more than {MAX_ENTRIES}")
        entry, at = _entry(directory, at, shift)
        yield entry


def _entry(directory: bytes, at: int, shift: int) -> tuple[Entry, int]:
    """Return the entry described at a place of the directory, and where the next one begins."""
    (made_by, _, flags, method, _, _, crc32, packed, size, name_length, extra_length) = (
        struct.unpack_from("<6H3L2H", directory, at + 4)
    )
    comment_length, _, _, attributes, offset = struct.unpack_from("<3H2L", directory, at + 32)
    name_at = at + _ENTRY_BYTES
    extra_at = name_at + name_length
    sizes = [size, packed, offset]
    _widen(sizes, directory[extra_at : extra_at + extra_length])
    entry = Entry(
        name=_name(directory[name_at:extra_at], flags),
        offset=sizes[2] + shift,
        packed_bytes=sizes[1],
        byte_count=sizes[0],
        crc32=crc32,
        method=method,
        is_encrypted=bool(flags & _ENCRYPTED),
        is_link=made_by >> 8 == _UNIX and stat.S_ISLNK(attributes >> 16),
    )
    return entry, extra_at + extra_length + comment_length


def _name(raw: bytes, flags: int) -> str:
    """Return the name up to a NUL; a backslash parts folders, as some programs write them."""
    text = raw.decode("utf-8" if flags & _UTF8 else "cp437", errors="replace")
    return text.partition("\0")[0].replace("\\", "/")


def _widen(sizes: list[int], extra: bytes) -> None:
    """Take those of size, packed size and offset that didn't fit from the field made for them."""
    at = 0
    while at + 4 <= len(extra):
        kind, length = struct.unpack_from("<2H", extra, at)
        wide = extra[at + 4 : at + 4 + length]
        at += 4 + length
        if kind != _ZIP64_EXTRA:
            continue
        numbers = iter(struct.unpack(f"<{len(wide) // 8}Q", wide[: len(wide) // 8 * 8]))
        for place, size in enumerate(sizes):
            if size == _NONE_32:
                sizes[place] = next(numbers, size)


def _check_honest(entries: list[Entry], directory_at: int) -> None:
    """Raises: FileRefused for entries that share bytes or unpack to beyond all measure."""
    ordered = sorted(entries, key=lambda entry: entry.offset)
    for entry, following in pairwise(ordered):
        if _end(entry) > following.offset:
            raise refused("archive_bomb", "entries that share their bytes")
    if ordered and (_end(ordered[-1]) > directory_at or ordered[0].offset < 0):
        raise refused("archive_damaged", "an entry lies outside of it")
    unpacked_bytes = sum(entry.byte_count for entry in entries)
    most_bytes = max(HARMLESS_BYTES, MOST_TIMES_LARGER * directory_at)
    if unpacked_bytes > min(most_bytes, MAX_UNPACKED_BYTES):
        raise refused("archive_bomb", f"{unpacked_bytes} bytes of {directory_at}")


def _end(entry: Entry) -> int:
    """Return where an entry ends at the earliest."""
    return entry.offset + _LOCAL_BYTES + entry.packed_bytes


def unpacked(stream: Source, entry: Entry) -> Iterator[bytes]:
    """Yield the content of an entry piece by piece; the last one has been checked.

    Raises: FileRefused.
    """
    if entry.is_encrypted:
        raise refused("encrypted")
    if entry.is_link:
        raise refused("link")
    if entry.method not in {STORED, DEFLATED}:
        raise refused("method_not_supported", f"method {entry.method}")
    pieces = _packed(stream, entry)
    checked_bytes, crc32 = 0, 0
    for piece in pieces if entry.method == STORED else _inflated(pieces):
        checked_bytes += len(piece)
        if checked_bytes > entry.byte_count:
            raise refused("unreadable", "the entry unpacks to more than the archive says")
        crc32 = zlib.crc32(piece, crc32)
        yield piece
    if checked_bytes != entry.byte_count or crc32 != entry.crc32:
        raise refused("unreadable", "the entry is damaged")


def read_entry(stream: Source, entry: Entry) -> bytes:
    """Return the whole content of an entry. Raises: FileRefused."""
    whole = BytesIO()  # grows in place, and gives away what it holds without a copy
    for piece in unpacked(stream, entry):
        whole.write(piece)
    return whole.getvalue()


def _packed(stream: Source, entry: Entry) -> Iterator[bytes]:
    """Raises: FileRefused."""
    local = _read(stream, entry.offset, _LOCAL_BYTES)
    if local[:4] != _LOCAL:
        raise refused("unreadable", "the entry is not where the archive says")
    name_length, extra_length = struct.unpack_from("<2H", local, 26)
    at = entry.offset + _LOCAL_BYTES + name_length + extra_length
    left_bytes = entry.packed_bytes
    while left_bytes:
        piece = _read(stream, at, min(left_bytes, PIECE_BYTES))
        yield piece
        at += len(piece)
        left_bytes -= len(piece)


def _inflated(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """Raises: FileRefused."""
    inflater = zlib.decompressobj(wbits=-15)
    try:
        for packed in pieces:
            waiting = packed
            while waiting and not inflater.eof:
                yield inflater.decompress(waiting, PIECE_BYTES)
                waiting = inflater.unconsumed_tail
        while rest := inflater.decompress(inflater.unconsumed_tail, PIECE_BYTES):
            yield rest
    except zlib.error as error:
        raise refused("unreadable", "the entry is damaged") from error
    if not inflater.eof:
        raise refused("unreadable", "the entry ends early")


def _read(stream: Source, at: int, length: int) -> bytes:
    """Raises: FileRefused where the archive ends before."""
    stream.seek(at)
    content = stream.read(length)
    if len(content) != length:
        raise refused("archive_damaged", "it ends early")
    return content
