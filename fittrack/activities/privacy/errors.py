"""What can go wrong with privacy zones."""

from __future__ import annotations

from fittrack.errors import Conflict, NotFound


class ZoneNotFound(NotFound):
    """There is no such privacy zone."""

    code = "privacy_zone_not_found"


class TooManyZones(Conflict):
    """A member has 20 privacy zones at most."""

    code = "too_many_privacy_zones"
