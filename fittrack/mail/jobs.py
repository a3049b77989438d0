"""The job that sends one mail."""

from __future__ import annotations

from typing import Any

from fittrack.clock import utc_now
from fittrack.mail import service
from fittrack.queues import Lease


def send_mail(lease: Lease, *, template: str, account_id: str, context: dict[str, Any]) -> None:
    """Send one mail. Safe to run twice: the second is the same mail with the same Message-ID."""
    service.send_mail(
        lease, template=template, account_id=account_id, context=context, now=utc_now()
    )
