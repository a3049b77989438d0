"""What can go wrong with reviews."""

from __future__ import annotations

from fittrack.errors import Conflict, NotFound


class ReviewNotFound(NotFound):
    """There is no such review."""

    code = "review_not_found"


class ReviewDecided(Conflict):
    """This review was decided otherwise already; only an appeal opens it again."""

    code = "review_decided"


class AnotherReviewerDecides(Conflict):
    """This review is about yourself or your recording; another admin decides it."""

    code = "another_reviewer_decides"


class AlreadyAppealed(Conflict):
    """You have appealed against this already; an appeal can be made once."""

    code = "already_appealed"


class NothingToAppeal(Conflict):
    """This review ended in your favour, or what it was about is gone."""

    code = "nothing_to_appeal"
