"""The job that mails a token which somebody asked for."""

from __future__ import annotations

from fittrack.accounts.credentials import requests
from fittrack.clock import utc_now
from fittrack.queues import Lease


def mail_requested_token(lease: Lease, *, account_id: str, purpose: str) -> None:
    """Mail a token to an account that may get one. Safe to run twice: the lease ends with it."""
    requests.mail_requested_token(lease, account_id=account_id, purpose=purpose, now=utc_now())
