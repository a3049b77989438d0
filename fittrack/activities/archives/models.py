"""Archives on their way in; every instant is an aware UTC datetime."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from fittrack.activities.files.zips import Entry


@dataclass(frozen=True, slots=True)
class Archive:
    """The bytes of an archive in `chunk_count` pieces; `depth` is 1 for one that was uploaded."""

    archive_id: str
    account_id: str
    import_item_id: str | None
    depth: int
    byte_count: int
    chunk_count: int
    created_at: datetime


@dataclass(frozen=True, slots=True)
class ArchiveItem:
    """A file of an upload that holds files, or one of those files.

    `inside_no` is the number of the file that holds it, 0 for what was uploaded itself.
    `entry_json` says where it lies there, `hints_json` what the archive says about it elsewhere.
    """

    import_item_id: str
    import_id: str
    account_id: str
    item_no: int
    inside_no: int
    file_name: str
    state: str
    archive_kind: str | None
    original_file_id: str | None
    entry_json: dict[str, Any] | None
    hints_json: dict[str, Any] | None

    @property
    def entry(self) -> Entry | None:
        return Entry(**self.entry_json) if self.entry_json else None


@dataclass(frozen=True, slots=True)
class Member:
    """A file found in an archive: waiting to be read, or refused at once."""

    file_name: str
    byte_count: int
    entry: Entry | None = None
    hints: dict[str, Any] | None = None
    original_file_id: str | None = None


@dataclass(frozen=True, slots=True)
class ChunkKey:
    """The place of one piece of an archive."""

    archive_id: str
    chunk_no: int


@dataclass(frozen=True, slots=True)
class Tally:
    """How many of an archive's files came to which end."""

    pending_count: int
    created_count: int
    duplicate_count: int
    refused_count: int

    @property
    def total(self) -> int:
        return self.pending_count + self.created_count + self.duplicate_count + self.refused_count


@dataclass(frozen=True, slots=True)
class Content:
    """One file of an archive: its bytes, or gzip of them, and the file's own length and hash.

    Of one that is kept by itself only the bytes are known.
    """

    data: bytes
    byte_count: int = 0
    content_sha256: str = ""
    is_packed: bool = False
