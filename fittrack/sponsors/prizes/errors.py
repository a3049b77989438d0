"""What can go wrong with inventories."""

from __future__ import annotations

from fittrack.errors import Conflict, NotFound, PreconditionFailed


class PrizeNotFound(NotFound):
    """There is no such prize."""

    code = "prize_not_found"


class UnitsTaken(Conflict):
    """So many units of this prize are not left; others are reserved or won."""

    code = "units_taken"


class StalePrize(PreconditionFailed):
    """Somebody else has edited this prize since you read it."""

    code = "stale_prize"
