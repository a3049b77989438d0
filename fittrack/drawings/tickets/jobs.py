"""What workers do for entries; each is safe to run twice."""

from __future__ import annotations

from fittrack.drawings.tickets import voiding
from fittrack.queues import Lease


def take_member_out(lease: Lease, *, account_id: str) -> None:
    """Void the tickets that a member who is excluded holds in drawings that still sell."""
    voiding.take_member_out(lease, account_id=account_id)


def refund_void_entries(lease: Lease, *, drawing_id: str, account_id: str) -> None:
    """Give back what a member paid for entries that were voided."""
    voiding.refund_void_entries(lease, drawing_id=drawing_id, account_id=account_id)
