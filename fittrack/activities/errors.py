"""What can go wrong with activities and uploads."""

from __future__ import annotations

from fittrack.errors import NotFound, TooLarge


class ActivityNotFound(NotFound):
    """There is no such activity."""

    code = "activity_not_found"


class ImportNotFound(NotFound):
    """There is no such upload."""

    code = "import_not_found"


class OriginalNotKept(NotFound):
    """This activity did not come from a file."""

    code = "original_not_kept"


class FileTooLarge(TooLarge):
    """A file may have 64 MiB."""

    code = "file_too_large"
