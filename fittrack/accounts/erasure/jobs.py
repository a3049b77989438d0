"""The job that forgets what an erased member left."""

from __future__ import annotations

from fittrack.accounts.erasure import service
from fittrack.clock import utc_now
from fittrack.queues import Lease


def finish_erasure(lease: Lease, *, account_id: str, is_second_look: bool) -> None:
    """Forget what an erased member left. Safe to run twice: what is gone is gone."""
    service.finish_erasure(
        lease, account_id=account_id, is_second_look=is_second_look, now=utc_now()
    )
