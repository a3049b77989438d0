"""The jobs of an archive: one opens it, others read its files, some at a time."""

from __future__ import annotations

from fittrack.activities.archives import service
from fittrack.clock import utc_now
from fittrack.queues import Lease


def open_archive(lease: Lease, *, import_item_id: str) -> None:
    """List what an archive holds. Safe to run twice: what is listed already is left alone."""
    service.open_archive(lease, import_item_id=import_item_id, now=utc_now())


def read_archive(lease: Lease, *, import_item_id: str, round_no: int) -> None:
    """Read some files of an archive. Safe to run twice: what is in already is left alone."""
    service.read_archive(lease, import_item_id=import_item_id, round_no=round_no, now=utc_now())
