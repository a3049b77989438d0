"""What a member's things are taken by."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from fittrack.activities.editing.models import Edit
from fittrack.activities.imports.models import Import, ImportItem
from fittrack.activities.models import Activity, ActivityLap


@dataclass(frozen=True, slots=True)
class ActivityId:
    """One activity, by its id."""

    activity_id: str


@dataclass(frozen=True, slots=True)
class ImportId:
    """One upload, by its id."""

    import_id: str


@dataclass(frozen=True, slots=True)
class FileId:
    """One file as it was brought in, by its id."""

    original_file_id: str


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file as it was brought in, without its bytes."""

    original_file_id: str
    file_name: str
    content_sha256: str
    byte_count: int
    received_at: datetime


@dataclass(frozen=True, slots=True)
class ExportedActivity:
    """An activity as its owner takes it along; the samples are in a file of their own."""

    activity: Activity
    laps: list[ActivityLap]
    edits: list[Edit]


@dataclass(frozen=True, slots=True)
class ExportedImport:
    """An upload as its owner takes it along."""

    upload: Import
    files: list[ImportItem]
