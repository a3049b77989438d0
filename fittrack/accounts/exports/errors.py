"""What can go wrong with an export."""

from __future__ import annotations

from fittrack.errors import Conflict, Forbidden, NotFound, TooManyRequests


class ExportNotFound(NotFound):
    """There is no such export."""

    code = "export_not_found"


class ExportRunning(Conflict):
    """An export is being made already."""

    code = "export_running"


class ExportNotReady(Conflict):
    """This export can't be downloaded now."""

    code = "export_not_ready"


class ExportLinkExpired(Forbidden):
    """This link has expired; look at the export for a new one."""

    code = "export_link_expired"


class TooManyExports(TooManyRequests):
    """No more exports can be asked for today."""

    code = "too_many_exports"


class ExportGone(Exception):
    """The export was given up, or its member erased, while it was being made."""
