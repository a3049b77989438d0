"""What can go wrong with notices."""

from __future__ import annotations

from fittrack.errors import NotFound


class NotificationNotFound(NotFound):
    """There is no such notification."""

    code = "notification_not_found"
