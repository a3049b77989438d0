"""The notices' SQL, by name."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from fittrack.db import Transaction
from fittrack.db.errors import Unique
from fittrack.db.loader import load_sql
from fittrack.notifications.errors import NotificationNotFound
from fittrack.notifications.models import Notification

SQL = load_sql("notifications")


def insert_notification(tx: Transaction, **columns: Any) -> bool:
    """Store a notice and tell whether it is new: one kind and key reaches a member once."""
    try:
        tx.run(SQL["insert_notification"], **columns)
    except Unique as error:
        if error.constraint != "notifications_key_uq":
            raise
        return False
    return True


def list_notifications(
    tx: Transaction, account_id: str, *, before_id: str | None, unread_only: bool, row_limit: int
) -> list[Notification]:
    """Return a member's notices, newest first."""
    return tx.all(
        Notification,
        SQL["list_notifications"],
        account_id=account_id,
        before_id=before_id,
        unread_only=unread_only,
        row_limit=row_limit,
    )


def get_unread_count(tx: Transaction, account_id: str) -> int:
    """Return how many notices a member has not read."""
    return int(tx.value(SQL["get_unread_count"], account_id=account_id))


def find_notification(
    tx: Transaction, notification_id: str, *, account_id: str
) -> Notification | None:
    """Return one notice of a member, or None."""
    return tx.one(
        Notification,
        SQL["find_notification"],
        notification_id=notification_id,
        account_id=account_id,
    )


def get_notification(tx: Transaction, notification_id: str, *, account_id: str) -> Notification:
    """Return one notice of a member. Raises: NotificationNotFound."""
    notification = find_notification(tx, notification_id, account_id=account_id)
    if notification is None:
        raise NotificationNotFound
    return notification


def update_read_at(
    tx: Transaction, notification_id: str, *, account_id: str, read_at: datetime
) -> None:
    """Note that a notice was read; a second reading changes nothing."""
    tx.run(
        SQL["update_read_at"],
        notification_id=notification_id,
        account_id=account_id,
        read_at=read_at,
    )
