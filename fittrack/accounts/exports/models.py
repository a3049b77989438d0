"""Archives of everything about a member: how each stands, and what it is stored as."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Export:
    """One archive as stored; its bytes are `chunk_count` pieces of the attempt that counts."""

    export_id: str
    account_id: str
    state: str
    progress_percent: int
    attempt_no: int
    byte_count: int
    chunk_count: int
    content_sha256: str | None
    asked_at: datetime
    finished_at: datetime | None
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Asked:
    """How many exports a member asked for, and when the first of them was."""

    asked: int
    first_asked_at: datetime | None


@dataclass(frozen=True, slots=True)
class ChunkKey:
    """The place of one piece of an archive."""

    export_id: str
    attempt_no: int
    chunk_no: int


@dataclass(frozen=True, slots=True)
class ShownExport:
    """An archive as its owner sees it; the link is there while the archive can be had."""

    export_id: str
    state: str
    progress_percent: int
    byte_count: int | None
    content_sha256: str | None
    asked_at: datetime
    finished_at: datetime | None
    expires_at: datetime
    download_url: str | None
    download_expires_at: datetime | None


@dataclass(frozen=True, slots=True)
class Link:
    """Until when an archive may be fetched by a link, in Unix seconds, and the proof of that."""

    expires_s: int
    signature: str


@dataclass(frozen=True, slots=True)
class Written:
    """A whole archive: its size, in how many pieces, and the SHA-256 of it in hex."""

    byte_count: int
    chunk_count: int
    content_sha256: str
