"""What can go wrong with a change of address."""

from __future__ import annotations

from fittrack.errors import TooManyRequests


class TooManyEmailChanges(TooManyRequests):
    """Other addresses were asked for too often today; try again tomorrow."""

    code = "too_many_email_changes"
