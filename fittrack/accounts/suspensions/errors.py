"""What can go wrong with suspensions and appeals."""

from __future__ import annotations

from fittrack.errors import Conflict, NotFound


class NotSuspended(Conflict):
    """This account is not suspended, so that there is nothing to appeal against."""

    code = "not_suspended"


class AppealOpen(Conflict):
    """An appeal is open already; wait for its decision."""

    code = "appeal_open"


class TooManyAppeals(Conflict):
    """Three appeals against one suspension are all that is possible."""

    code = "too_many_appeals"


class AppealNotFound(NotFound):
    """There is no such appeal."""

    code = "appeal_not_found"


class AppealClosed(Conflict):
    """This appeal was decided or settled already."""

    code = "appeal_closed"


class AnotherAdminDecides(Conflict):
    """You suspended this member; another admin decides the appeal."""

    code = "another_admin_decides"
