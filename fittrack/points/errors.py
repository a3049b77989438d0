"""What can go wrong with points."""

from __future__ import annotations

from fittrack.errors import Conflict, Invalid, NotFound


class InsufficientPoints(Invalid):
    """There are not enough points for this."""

    code = "insufficient_points"


class DayNotFound(NotFound):
    """There is no such day."""

    code = "day_not_found"


class PurchaseNotFound(NotFound):
    """There is no such purchase."""

    code = "purchase_not_found"


class LedgerKeyReused(Conflict):
    """Something else was posted under this key."""

    code = "ledger_key_reused"
