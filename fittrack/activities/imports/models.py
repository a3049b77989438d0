"""Uploads and what became of their files; every instant is an aware UTC datetime."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import IO


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a file does not come in; `reason` says it to the member in English."""

    reason_code: str
    reason: str


@dataclass(frozen=True, slots=True)
class Upload:
    """One file of a request, still unread; `content` can be read again after a seek.

    `byte_count` and hash are those of the file as it came, also where its content `is_packed`.
    """

    file_name: str
    byte_count: int
    content_sha256: str
    content: IO[bytes]
    archive_kind: str | None = None
    is_packed: bool = False


@dataclass(frozen=True, slots=True)
class Import:
    """One upload as stored."""

    import_id: str
    account_id: str
    file_count: int
    created_at: datetime


@dataclass(frozen=True, slots=True)
class ImportItem:
    """One file of an upload and what became of it: pending, created, duplicate or refused.

    `inside_no` is the number of the archive that holds it, 0 for what was uploaded itself.
    """

    import_item_id: str
    import_id: str
    item_no: int
    inside_no: int
    file_name: str
    byte_count: int
    archive_kind: str | None
    original_file_id: str | None
    state: str
    reason_code: str | None
    reason: str | None
    finished_at: datetime | None


@dataclass(frozen=True, slots=True)
class ImportedFile:
    """A file of an upload with the activities that stand for it now."""

    item: ImportItem
    activity_ids: list[str]


@dataclass(frozen=True, slots=True)
class ImportSummary:
    """An upload with how many of its files came to which end."""

    import_id: str
    created_at: datetime
    file_count: int
    created_count: int
    duplicate_count: int
    refused_count: int

    @property
    def pending_count(self) -> int:
        return self.file_count - self.created_count - self.duplicate_count - self.refused_count

    @property
    def state(self) -> str:
        return "pending" if self.pending_count else "done"


@dataclass(frozen=True, slots=True)
class ImportDetail:
    """An upload with its first files; done when none of them all is pending."""

    upload: ImportSummary
    files: list[ImportedFile]

    @property
    def has_more_files(self) -> bool:
        return len(self.files) < self.upload.file_count


@dataclass(frozen=True, slots=True)
class ImportSource:
    """What the job of one file works on; without bytes the file is gone."""

    import_item_id: str
    state: str
    file_name: str
    account_id: str
    original_file_id: str | None
    content_bytes: bytes | None


@dataclass(frozen=True, slots=True)
class ItemActivity:
    """An activity that stands for a file of an upload."""

    import_item_id: str
    activity_id: str
