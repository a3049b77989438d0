"""What can go wrong with recoveries."""

from __future__ import annotations

from fittrack.errors import NotFound


class RecoveryNotFound(NotFound):
    """None of your trackers has told how recovered you are."""

    code = "recovery_not_found"
