"""Reports for sponsors."""

from __future__ import annotations

from fittrack import db
from fittrack.sponsors import repository as sponsors
from fittrack.sponsors.reports import repository, rules
from fittrack.sponsors.reports.models import Report


def get_report(*, sponsor_id: str, account_id: str | None) -> Report:
    """Return what a sponsor's drawings come to; an `account_id` sees only its own sponsor's.

    Raises: SponsorNotFound.
    """
    with db.reading("get_report") as tx:
        sponsors.get_visible(tx, sponsor_id, account_id=account_id)
        return rules.report(
            sponsor_id,
            repository.get_sponsored_sums(tx, sponsor_id),
            repository.get_inventory_sums(tx, sponsor_id),
            repository.list_winners_by_state(tx, sponsor_id),
        )
