"""What can go wrong with a change of an activity."""

from __future__ import annotations

from fittrack.errors import PreconditionFailed


class ActivityChanged(PreconditionFailed):
    """The activity has changed since you read it."""

    code = "activity_changed"
