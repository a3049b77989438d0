"""What can go wrong with the removal of lost second factors."""

from __future__ import annotations

from fittrack.errors import Conflict, NotFound


class FactorResetNotFound(NotFound):
    """No reset of second factors was asked for."""

    code = "factor_reset_not_found"


class FactorResetOpen(Conflict):
    """A reset of this account's second factors is open already."""

    code = "factor_reset_open"


class FactorResetClosed(Conflict):
    """This reset was refused, completed or left for too long; ask for a new one."""

    code = "factor_reset_closed"


class FactorResetTooEarly(Conflict):
    """The owner still has time to refuse this reset."""

    code = "factor_reset_too_early"


class OwnFactorReset(Conflict):
    """Another admin must reset your second factors."""

    code = "own_factor_reset"
