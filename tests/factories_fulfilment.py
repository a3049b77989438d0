"""Deliveries for tests: prizes of a real drawing, given to members who hold its tickets."""

from __future__ import annotations

from fittrack import db
from fittrack.clock import utc_now
from fittrack.drawings import service as drawings
from fittrack.fulfilment import service
from fittrack.fulfilment.models import Award
from tests.factories_drawings import buy, give_points, make_open, start


def make_awards(*winners: tuple[str, str]) -> tuple[str, list[Award]]:
    """Return a drawing's id and an award for each (account, prize's name); the first is digital."""
    drawing = make_open(start(), distinct_by="entry")
    shown = drawings.get_drawing(drawing_id=drawing.drawing_id, with_drafts=False)
    prize_id = shown.prizes[0].prize_id
    awards = []
    for position, (account_id, prize_name) in enumerate(winners):
        give_points(account_id, 100)
        entry_id = buy(drawing, account_id).entry.entry_id
        is_digital = position == 0
        awards.append(Award(prize_id, entry_id, account_id, position, prize_name, is_digital))
    return drawing.drawing_id, awards


def open_deliveries(*winners: tuple[str, str]) -> str:
    """Open the deliveries of a drawing as its draw would, and return the drawing's id."""
    drawing_id, awards = make_awards(*winners)
    open_awards(drawing_id, awards)
    return drawing_id


def open_awards(drawing_id: str, awards: list[Award]) -> None:
    """Open the deliveries of awards in a transaction of their own."""
    with db.transaction("draw_for_test") as tx:
        service.open_for_winners(tx, drawing_id, awards, now=utc_now())
