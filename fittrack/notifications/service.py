"""Telling members things, once each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from fittrack import archive, db
from fittrack.archive import PAGE_ROWS, ArchiveFile
from fittrack.db import Transaction
from fittrack.idempotency import NoReply, Reply
from fittrack.ids import new_id
from fittrack.mail import service as mail
from fittrack.notifications import repository, rules
from fittrack.notifications.models import Notification, NotificationList
from fittrack.pagination import Cursor, Page


def notify(
    tx: Transaction,
    account_id: str,
    kind: str,
    *,
    key: str,
    title: str,
    body: str,
    data: Mapping[str, Any],
    now: datetime,
) -> None:
    """Tell a member something in the caller's transaction; told twice, it is one notice.

    `key` makes it one among the account's notices of that kind; a mailed kind is mailed too. `data`
    holds ids and plain values that a client may follow.
    """
    notification_id = new_id()
    is_new = repository.insert_notification(
        tx,
        notification_id=notification_id,
        account_id=account_id,
        kind=kind,
        notification_key=key,
        title=title,
        body=body,
        data_json=dict(data),
        created_at=now,
    )
    template = rules.mail_template(kind)
    if is_new and template is not None:
        words = {"title": title, "body": body}
        key = notification_id
        mail.send_later(tx, template, account_id=account_id, key=key, now=now, **words, **data)


def erase_member(tx: Transaction, account_id: str, *, row_limit: int) -> int:
    """Forget some of what an erased member was told, and return how many notices it were."""
    ids = repository.list_erasable_notifications(tx, account_id, row_limit=row_limit)
    repository.erase_notifications(tx, ids)
    return len(ids)


def export_member(account_id: str) -> Iterator[ArchiveFile]:
    """Yield all that a member was told."""
    found = archive.pages(
        "export_notifications",
        lambda tx, before_id: repository.list_notifications(
            tx, account_id, before_id=before_id, unread_only=False, row_limit=PAGE_ROWS
        ),
        lambda notice: notice.notification_id,
    )
    yield archive.json_list("notifications.json", found)


def list_notifications(
    *, account_id: str, unread_only: bool, cursor: Cursor, limit: int
) -> NotificationList:
    """Return a member's notices, newest first, with the number of unread ones."""
    with db.reading("list_notifications") as tx:
        rows = repository.list_notifications(
            tx,
            account_id,
            before_id=cursor.text(default="") or None,
            unread_only=unread_only,
            row_limit=limit + 1,
        )
        unread_count = repository.get_unread_count(tx, account_id)
    page = Page.of(rows, limit=limit, cursor=cursor, key=lambda row: row.notification_id)
    return NotificationList(page.items, page.next_cursor, unread_count)


def read_notification(
    *, notification_id: str, account_id: str, now: datetime, reply: Reply = NoReply()
) -> Notification:
    """Note that a member has read one of their notices and return it; the first time counts.

    Raises: NotificationNotFound.
    """
    with db.transaction("read_notification") as tx:
        repository.update_read_at(tx, notification_id, account_id=account_id, read_at=now)
        notification = repository.get_notification(tx, notification_id, account_id=account_id)
        reply.record(tx, notification)
    return notification
