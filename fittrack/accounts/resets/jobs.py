"""The job that tells the owner of lost second factors."""

from __future__ import annotations

from fittrack.accounts.resets import service
from fittrack.clock import utc_now
from fittrack.queues import Lease


def remind_owner(lease: Lease, *, reset_id: str) -> None:
    """Mail the owner once more. Safe to run twice: each of the three notices is one mail."""
    service.remind_owner(lease, reset_id=reset_id, now=utc_now())
