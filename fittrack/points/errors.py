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


class RulesEdited(RuntimeError):
    """Versions of the rules that have awarded points were edited; append a new one instead."""

    def __init__(self, versions: list[int]) -> None:
        named = ", ".join(str(version) for version in versions)
        super().__init__(
            f"version {named} of the points rules has awarded points and was edited since:"
            " put it back, and append a version with its own effective day"
        )
        self.versions = versions
