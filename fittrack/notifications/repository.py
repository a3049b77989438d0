"""The notices' SQL, by name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from fittrack.db import Transaction
from fittrack.db.errors import Unique
from fittrack.db.loader import load_sql
from fittrack.notifications.errors import NotificationNotFound
from fittrack.notifications.models import Notification

SQL = load_sql("notifications")


@dataclass(frozen=True, slots=True)
class NotificationId:
    """One notice, by its id."""

    notification_id: str


def insert_notification(tx: Transaction, **columns: Any) -> bool:
    """Store a notice and tell whether it is new: one kind and key reaches a member once.

    For a member who was erased none is.
    """
    try:
        return tx.run(SQL["insert_notification"], **columns) == 1
    except Unique as error:
        if error.constraint != "notifications_key_uq":
            raise
        return False


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


def list_erasable_notifications(tx: Transaction, account_id: str, *, row_limit: int) -> list[str]:
    """Return the ids of notices of a member, the oldest first."""
    rows = tx.all(
        NotificationId,
        SQL["list_erasable_notifications"],
        account_id=account_id,
        row_limit=row_limit,
    )
    return [row.notification_id for row in rows]


def erase_notifications(tx: Transaction, notification_ids: Sequence[str]) -> None:
    """Forget notices."""
    rows = [{"notification_id": notification_id} for notification_id in notification_ids]
    tx.run_many(SQL["erase_notifications"], rows)
