"""What can go wrong with leaderboards."""

from __future__ import annotations

from fittrack.errors import NotFound


class ScopeNotAvailable(NotFound):
    """There is no such circle to rank within."""

    code = "scope_not_available"
