"""Tells what a file is by its content, and takes the gzip wrapper off."""

from __future__ import annotations

import zlib

from fittrack.activities.files import xml, zips
from fittrack.activities.files.apple_head import HEAD_BYTES, is_apple
from fittrack.activities.files.errors import refused

MAX_CONTENT_BYTES = 64 * 1024 * 1024
# Inflated it has 4 MiB at most, a thousand times as much.
_CHUNK_BYTES = 4096

_GZIP = b"\x1f\x8b"
_XML_STARTS = (b"<", b"\xfe\xff", b"\xff\xfe")
_XML_KINDS = {"gpx": "gpx", "TrainingCenterDatabase": "tcx"}


def archive_kind(head: bytes) -> str | None:
    """Return `zip` or `apple` for content that begins so and holds many files, else None."""
    if zips.is_zip(head):
        return "zip"
    return "apple" if is_apple(head) else None


def is_gzip(content: bytes) -> bool:
    """Tell whether bytes are gzip."""
    return content[:2] == _GZIP


def kind_of(content: bytes) -> str:
    """Return `fit`, `tcx`, `gpx` or `apple` for the content of a file that is not wrapped.

    Raises: FileRefused.
    """
    if not content.strip(b"\x00 \t\r\n"):
        raise refused("empty_file")
    if content[8:12] == b".FIT":
        return "fit"
    if zips.is_zip(content) or is_gzip(content):
        raise refused("archive_not_supported")
    if is_apple(content[:HEAD_BYTES]):
        return "apple"
    if content[:64].lstrip(b"\xef\xbb\xbf \t\r\n").startswith(_XML_STARTS):
        return _xml_kind(content)
    raise refused("not_an_activity")


def _xml_kind(content: bytes) -> str:
    name = xml.root_name(content)
    kind = _XML_KINDS.get(name)
    if kind is None:
        raise refused("not_an_activity", f"XML with the root element {name[:40]}")
    return kind


def unwrapped(content: bytes) -> bytes:
    """Return the content, decompressed when it is gzip; members are joined.

    Raises: FileRefused.
    """
    if not is_gzip(content):
        if len(content) > MAX_CONTENT_BYTES:
            raise refused("too_large", "64 MiB at most")
        return content
    pieces = bytearray()
    offset = 0
    while is_gzip(content[offset : offset + 2]):
        offset = _inflate_member(content, offset, pieces)
    return bytes(pieces)


def _inflate_member(content: bytes, offset: int, pieces: bytearray) -> int:
    """Add the content of the member that begins at `offset` to `pieces`; return where it ends.

    It is fed in small chunks: what zlib leaves over is copied, once per member.
    """
    inflater = zlib.decompressobj(wbits=31)
    try:
        while not inflater.eof:
            chunk = content[offset : offset + _CHUNK_BYTES]
            if not chunk:
                raise refused("unreadable", "the gzip data ends early")
            pieces += inflater.decompress(chunk)
            offset += len(chunk)
            if len(pieces) > MAX_CONTENT_BYTES:
                raise refused("too_large", "64 MiB at most when decompressed")
    except zlib.error as error:
        raise refused("unreadable", "the gzip data is damaged") from error
    return offset - len(inflater.unused_data)
