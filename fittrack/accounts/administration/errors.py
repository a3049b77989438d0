"""What can go wrong with looking after accounts."""

from __future__ import annotations

from fittrack.errors import Conflict


class OwnAccount(Conflict):
    """Nobody does this to the own account; another admin can."""

    code = "own_account"


class LastAdmin(Conflict):
    """This is the last active admin; make another one first."""

    code = "last_admin"


class AccountErased(Conflict):
    """This account was deleted; nothing of it can be changed."""

    code = "account_erased"


class StatusNotChangeable(Conflict):
    """Only an active account can be suspended, and only a suspended one let in again."""

    code = "status_not_changeable"
