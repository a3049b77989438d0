"""What can go wrong with an account."""

from __future__ import annotations

from fittrack.errors import Conflict, Invalid, NotFound, Unavailable


class AccountNotFound(NotFound):
    """There is no such account."""

    code = "account_not_found"


class Underage(Invalid):
    """FitTrack is for people of 18 and older."""

    code = "underage"


class DisplayNameTaken(Conflict):
    """This display name is taken."""

    code = "display_name_taken"


class EmailTaken(Conflict):
    """An account with this e-mail address exists already."""

    code = "email_taken"


class InvalidMailedToken(Invalid):
    """This token is unknown, used or expired; ask for another mail."""

    code = "invalid_mailed_token"


class TooManyLogins(Unavailable):
    """Too many people are logging in just now; try again in a moment."""

    code = "busy"
