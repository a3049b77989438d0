"""The bytes of a file as a stream without its gzip wrapper, so that no large file is held whole.

What is kept of large files is wrapped by us, if it did not come so.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator
from io import BytesIO

from fittrack.activities.files.errors import refused
from fittrack.activities.files.xml import Readable

MAX_CONTENT_BYTES = 64 * 1024 * 1024
# Smaller ones are not worth the work.
PACKED_FROM_BYTES = 1 << 20
# Inflated it has 4 MiB at most, a thousand times as much.
_CHUNK_BYTES = 4096
_GZIP = b"\x1f\x8b"
_GZIP_BITS = 31


def is_gzip(content: bytes) -> bool:
    """Tell whether bytes are gzip."""
    return content[:2] == _GZIP


def is_worth_packing(head: bytes, byte_count: int) -> bool:
    """Tell whether a file of this length, that begins so, is kept wrapped."""
    return byte_count >= PACKED_FROM_BYTES and not is_gzip(head)


def packed(blocks: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the blocks of a file as one gzip member."""
    packer = zlib.compressobj(1, wbits=_GZIP_BITS)
    for block in blocks:
        yield packer.compress(block)
    yield packer.flush()


def unpacked(content: bytes) -> Iterator[bytes]:
    """Yield the content of gzip in pieces of up to 4 MiB; members are joined.

    Raises: FileRefused, also where it has more than MAX_CONTENT_BYTES.
    """
    offset = byte_count = 0
    while is_gzip(content[offset : offset + 2]):
        inflater = zlib.decompressobj(wbits=_GZIP_BITS)
        while not inflater.eof:
            # Small chunks: what zlib leaves over is copied, once per member.
            chunk = content[offset : offset + _CHUNK_BYTES]
            if not chunk:
                raise refused("unreadable", "the gzip data ends early")
            piece = _inflate(inflater, chunk)
            byte_count += len(piece)
            if byte_count > MAX_CONTENT_BYTES:
                raise refused("too_large", "64 MiB at most when decompressed")
            yield piece
            offset += len(chunk)
        offset -= len(inflater.unused_data)


def _inflate(inflater: zlib._Decompress, chunk: bytes) -> bytes:
    """Raises: FileRefused."""
    try:
        return inflater.decompress(chunk)
    except zlib.error as error:
        raise refused("unreadable", "the gzip data is damaged") from error


class Content:
    """A file's bytes without a wrapper, read from the first as often as needed."""

    def __init__(self, data: bytes) -> None:
        """Raises: FileRefused where they are too many, or the wrapper is damaged."""
        if is_gzip(data):
            # Unpacked once for that alone: a bomb is told before anything is looked for in it.
            sum(len(piece) for piece in unpacked(data))
        elif len(data) > MAX_CONTENT_BYTES:
            raise refused("too_large", "64 MiB at most")
        self._data = data

    def open(self) -> Readable:
        """Return a stream from the first byte."""
        return _Inflated(self._data) if is_gzip(self._data) else BytesIO(self._data)

    def head(self, size: int) -> bytes:
        """Return the first bytes, up to `size`."""
        return _Inflated(self._data).fill(size) if is_gzip(self._data) else self._data[:size]

    def whole(self) -> bytes:
        """Return all bytes."""
        return b"".join(unpacked(self._data)) if is_gzip(self._data) else self._data


class _Inflated:
    """The content of gzip as a file."""

    def __init__(self, content: bytes) -> None:
        self._pieces = unpacked(content)
        self._waiting = BytesIO()

    def read(self, size: int = -1, /) -> bytes:
        """Return up to `size` bytes, none at the end."""
        taken = self._waiting.read(size)
        for piece in self._pieces if not taken else ():
            self._waiting = BytesIO(piece)
            taken = self._waiting.read(size)
            if taken:
                break
        return taken

    def fill(self, size: int) -> bytes:
        """Return `size` bytes, fewer only at the end."""
        filled = bytearray()
        while len(filled) < size and (piece := self.read(size - len(filled))):
            filled += piece
        return bytes(filled)
