"""What can go wrong with handing out an activity."""

from __future__ import annotations

from fittrack.errors import NotFound


class NoPositions(NotFound):
    """This activity has no positions."""

    code = "no_positions"
