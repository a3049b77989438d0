"""The job that makes an archive."""

from __future__ import annotations

from fittrack.accounts.exports import service
from fittrack.queues import Lease


def make_export(lease: Lease, *, export_id: str) -> None:
    """Make an archive. Safe to run twice: a finished one is left alone."""
    service.make_export(lease, export_id=export_id)
