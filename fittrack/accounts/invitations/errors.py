"""What can go wrong with inviting somebody."""

from __future__ import annotations

from fittrack.errors import Conflict


class NotInvited(Conflict):
    """This account does not wait for an invitation to be accepted."""

    code = "not_invited"
