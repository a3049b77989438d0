"""The job of one uploaded file."""

from __future__ import annotations

from fittrack.activities.imports import service
from fittrack.clock import utc_now
from fittrack.queues import Lease


def process_import_item(lease: Lease, *, import_item_id: str) -> None:
    """Read one uploaded file. Safe to run twice: what is in already is left alone."""
    service.process_import_item(lease, import_item_id=import_item_id, now=utc_now())
