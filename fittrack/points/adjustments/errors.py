"""What can go wrong with adjustments."""

from __future__ import annotations

from fittrack.errors import Conflict, NotFound


class AdjustmentNotFound(NotFound):
    """There is no such adjustment."""

    code = "adjustment_not_found"


class AdjustmentDecided(Conflict):
    """This adjustment is not waiting for anybody any more."""

    code = "adjustment_decided"


class AnotherAdminConfirms(Conflict):
    """Who asked for an adjustment does not confirm it; another admin can."""

    code = "another_admin_confirms"


class TransactionNotFound(NotFound):
    """There is no such transaction."""

    code = "transaction_not_found"


class NotReversible(Conflict):
    """Only an adjustment can be reversed; awards follow what earned them, tickets are refunded."""

    code = "not_reversible"


class AlreadyReversed(Conflict):
    """This transaction was reversed already."""

    code = "already_reversed"
