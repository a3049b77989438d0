"""Makes archives: sound ones, and the odd and hostile ones that no program writes."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Iterable

Files = Iterable[tuple[str, bytes]]


def zip_of(*files: tuple[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """Return an archive of (name, content) pairs, as the standard library writes it."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", method) as archive:
        for name, content in files:
            archive.writestr(name, content)
    return written.getvalue()


def zip_by_hand(
    *files: tuple[bytes, bytes],
    flags: int = 0,
    method: int = 8,
    attributes: int = 0,
    byte_count: int | None = None,
    crc32: int | None = None,
    shared: bool = False,
) -> bytes:
    """Return an archive whose headers say what they are told to, true or not.

    With `shared`, every entry is said to lie where the first one lies.
    """
    body, directory = b"", b""
    for name, content in files:
        packer = zlib.compressobj(wbits=-15)
        packed = packer.compress(content) + packer.flush() if method == 8 else content
        crc = zlib.crc32(content) if crc32 is None else crc32
        size = len(content) if byte_count is None else byte_count
        common = struct.pack(
            "<HHHHLLLHH", flags, method, 0, 0, crc, len(packed), size, len(name), 0
        )
        offset = 0 if shared else len(body)
        directory += b"PK\x01\x02" + struct.pack("<HH", 0x0314, 20) + common
        directory += struct.pack("<HHHLL", 0, 0, 0, attributes, offset) + name
        if not (shared and body):
            body += b"PK\x03\x04" + struct.pack("<H", 20) + common + name + packed
    count = directory.count(b"PK\x01\x02")
    end = struct.pack("<HHHHLLH", 0, 0, count, count, len(directory), len(body), 0)
    return body + directory + b"PK\x05\x06" + end
