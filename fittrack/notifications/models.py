"""What a member was told."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Notification:
    """One notice to one member; `data_json` holds the ids of what it is about."""

    notification_id: str
    kind: str
    title: str
    body: str
    data_json: dict[str, Any]
    created_at: datetime
    read_at: datetime | None


@dataclass(frozen=True, slots=True)
class NotificationList:
    """One page of a member's notices, and how many of all of theirs are unread."""

    items: list[Notification]
    next_cursor: str | None
    unread_count: int
