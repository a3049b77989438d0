"""What can go wrong with a second factor."""

from __future__ import annotations

from fittrack.errors import Conflict, NotFound, Unauthenticated


class InvalidCode(Unauthenticated):
    """This code is wrong, expired or used already."""

    code = "invalid_code"


class TotpAlreadyEnrolled(Conflict):
    """An authenticator app is enrolled already."""

    code = "totp_already_enrolled"


class TotpNotEnrolled(Conflict):
    """There is no enrolment of an authenticator app to confirm."""

    code = "totp_not_enrolled"


class NoSecondFactor(Conflict):
    """This account has no second factor."""

    code = "no_second_factor"


class LastSecondFactor(Conflict):
    """Admins and auditors need a second factor; add another before this one goes."""

    code = "last_second_factor"


class TotpNotFound(NotFound):
    """There is no authenticator app."""

    code = "totp_not_found"
