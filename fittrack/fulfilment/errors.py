"""What can go wrong with deliveries."""

from __future__ import annotations

from fittrack.errors import NotFound


class FulfilmentNotFound(NotFound):
    """There is no such fulfilment."""

    code = "fulfilment_not_found"
