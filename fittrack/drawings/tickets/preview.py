"""What an entry would cost and change, looked up before anything is bought."""

from __future__ import annotations

from datetime import datetime

from fittrack import config, db
from fittrack.clock import day_of
from fittrack.db import Transaction
from fittrack.drawings import repository as drawings
from fittrack.drawings.models import Drawing
from fittrack.drawings.play import service as play
from fittrack.drawings.tickets import eligibility, repository, rules
from fittrack.drawings.tickets.models import Preview
from fittrack.errors import Problem
from fittrack.points import service as points
from fittrack.points.errors import InsufficientPoints


def preview(*, drawing_id: str, account_id: str, ticket_count: int, now: datetime) -> Preview:
    """Return price and odds of tickets as they stand, and why they would be refused, if so.

    Nothing is held: whoever buys meanwhile changes the odds. Raises: DrawingNotFound.
    """
    with db.reading("preview_entry") as tx:
        drawing = drawings.get_published(tx, drawing_id)
        held = repository.get_units_held(tx, drawing_id, account_id)
        today_on = day_of(now, config.current().zone)
        return Preview(
            drawing_id=drawing_id,
            ticket_count=ticket_count,
            price_points=ticket_count * drawing.ticket_price_points,
            ticket_limit=drawing.ticket_limit,
            rules_sha256=drawing.rules_sha256,
            odds_before=rules.odds_before(drawing, held=held),
            odds_after=rules.odds_after(drawing, held=held, bought=ticket_count),
            refusal=_refusal(tx, drawing, account_id, ticket_count, now=now),
            is_free_entry_used=repository.is_free_entry_used(
                tx, drawing_id, account_id, entered_on=today_on
            ),
        )


def _refusal(
    tx: Transaction, drawing: Drawing, account_id: str, ticket_count: int, *, now: datetime
) -> str | None:
    """Return the code with which a purchase would be refused at this moment, or None."""
    price_points = ticket_count * drawing.ticket_price_points
    try:
        rules.check_on_sale(drawing, now=now)
        eligibility.check_at_entry(tx, drawing, account_id, ticket_count=ticket_count, now=now)
        play.check_month(tx, account_id, price_points=price_points, now=now)
    except Problem as refusal:
        return refusal.code
    is_short = points.read_balance(tx, account_id) < price_points
    return InsufficientPoints.code if is_short else None
