"""How the ledger is searched: by number, or by points day."""

from __future__ import annotations

from datetime import date

from fittrack.points.books.models import BooksFilter

FEW_DAYS = 31


def is_by_day(wanted: BooksFilter, *, today_on: date) -> bool:
    """Tell whether the days that are wanted are the shorter way to a page.

    By number, the search walks over all that is newer than the last of these days; by day, over
    all of these days. Both cost about the same a transaction.
    """
    if wanted.account_id is not None or wanted.from_on is None:
        return False
    last_on = min(wanted.to_on or today_on, today_on)
    days = (last_on - wanted.from_on).days + 1
    return days <= max(FEW_DAYS, (today_on - last_on).days)
