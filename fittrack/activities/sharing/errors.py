"""What can go wrong with other members' activities."""

from __future__ import annotations

from fittrack.errors import NotFound


class MemberNotFound(NotFound):
    """There is no such member, or they are not for you to see."""

    code = "member_not_found"
