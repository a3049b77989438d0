"""What can go wrong with tiers."""

from __future__ import annotations

from fittrack.errors import NotFound


class TierNotFound(NotFound):
    """There is no such tier."""

    code = "tier_not_found"
