"""What a member's things are taken by."""

from __future__ import annotations

from dataclasses import dataclass


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
