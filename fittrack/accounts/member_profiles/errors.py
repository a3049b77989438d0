"""What can go wrong with members' profiles."""

from __future__ import annotations

from fittrack.errors import Conflict


class ProfileExists(Conflict):
    """This account has a profile already; change that one."""

    code = "profile_exists"
