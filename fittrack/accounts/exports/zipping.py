"""A zip file written as a stream: nothing of it is held but what is being written."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from zipfile import ZIP_DEFLATED, ZipFile

from fittrack import archive
from fittrack.accounts.exports.models import Written
from fittrack.archive import ArchiveFile

CHUNK_BYTES = 1 << 20
LEVEL = 3  # a quarter of the time that the usual 6 takes, for a seventh more bytes
README = """\
Everything that FitTrack has about you, as it was while this archive was made.

account/        the account, profile, devices, what happened to its safety, appeals
activities.json every activity with its laps; distances in cm, speeds in mm/s, times in UTC
samples/        what was recorded in each activity, in columns; positions in degrees x 10^7
figures.json    what is computed of each activity: time at each heart rate, power, best efforts
files.json      the files that you brought in; originals/ has them byte for byte
imports.json    your uploads and what became of each file
reviews.json    what was held of it, why, what was decided, and your appeals
points/         balance, statement, each day with its receipt, maximum heart rates
drawings/       entries with receipts and what opens their tags, wins, prizes
notifications.json
manifest.json   every file of this archive with its size and SHA-256

Passwords, second factors and tokens are not in here: FitTrack keeps no readable ones.
"""


@dataclass(frozen=True, slots=True)
class Listed:
    """One file of the manifest."""

    name: str
    byte_count: int
    sha256: str


class ChunkStream:
    """What a zip file is written to: hands on whole pieces of 1 MiB, and a shorter last one."""

    def __init__(self, store: Callable[[int, bytes], None]) -> None:
        self._store = store
        self._waiting = bytearray()
        self._digest = hashlib.sha256()
        self._byte_count = 0
        self._chunk_count = 0

    def write(self, data: bytes, /) -> int:
        """Take bytes; store each piece that is full."""
        self._waiting += data
        while len(self._waiting) >= CHUNK_BYTES:
            self._hand_on(CHUNK_BYTES)
        return len(data)

    def flush(self) -> None:
        """Do nothing: pieces are stored when they are full."""

    def close(self) -> None:
        """Do nothing: `finish` stores the last piece."""

    def finish(self) -> Written:
        """Store the last piece and return what was written."""
        if self._waiting:
            self._hand_on(len(self._waiting))
        return Written(self._byte_count, self._chunk_count, self._digest.hexdigest())

    def _hand_on(self, length: int) -> None:
        piece = bytes(self._waiting[:length])
        self._store(self._chunk_count, piece)
        del self._waiting[:length]
        self._digest.update(piece)
        self._byte_count += len(piece)
        self._chunk_count += 1


def write_zip(files: Iterable[ArchiveFile], stream: ChunkStream) -> Written:
    """Write an archive with a README first and a manifest of all files last."""
    with ZipFile(stream, "w", ZIP_DEFLATED, compresslevel=LEVEL) as zipped:
        listed = [_add(zipped, archive.plain_file("README.txt", README.encode()))]
        listed += [_add(zipped, file) for file in files]
        _add(zipped, archive.json_object("manifest.json", listed))
    return stream.finish()


def _add(zipped: ZipFile, file: ArchiveFile) -> Listed:
    digest, byte_count = hashlib.sha256(), 0
    # Sizes are known only at the end, and may be beyond 4 GiB.
    with zipped.open(file.name, "w", force_zip64=True) as into:
        for piece in file.pieces:
            into.write(piece)
            digest.update(piece)
            byte_count += len(piece)
    return Listed(file.name, byte_count, digest.hexdigest())
