"""The steps that check a member against a drawing's terms: at entry, and again at award."""

from __future__ import annotations

from datetime import datetime

from fittrack import config
from fittrack.auth import AccountNotActive
from fittrack.clock import day_of
from fittrack.db import Transaction
from fittrack.drawings import repository as drawings
from fittrack.drawings.models import Drawing
from fittrack.drawings.play import service as play
from fittrack.drawings.tickets import repository, rules
from fittrack.drawings.tickets.models import Entrant
from fittrack.errors import Problem


def check_at_entry(
    tx: Transaction, drawing: Drawing, account_id: str, *, ticket_count: int, now: datetime
) -> int:
    """Check who enters a held drawing, the points held too; return the tickets held so far.

    Raises: AccountNotActive, SelfExcluded, TicketLimitReached, the refusals of
    `rules.check_eligible`, LookupError without such an account.
    """
    entrant = _entrant(tx, drawing.drawing_id, account_id, now=now)
    today_on = day_of(now, config.current().zone)
    rules.check_eligible(drawing, entrant, today_on=today_on, now=now)
    play.check_not_excluded(tx, account_id, now=now)
    held = repository.get_units_held(tx, drawing.drawing_id, account_id)
    rules.check_limit(drawing, held=held, wanted=ticket_count)
    return held


def check_at_award(
    tx: Transaction, drawing_id: str, account_id: str, *, now: datetime
) -> str | None:
    """Return why a member can't be awarded a prize of a drawing, as a code, or None who can.

    A step to be taken before a prize is promised to a winner or an alternate. It checks what it
    did at entry but for tier and premium, which may have ended since: they are terms of entry.
    """
    drawing = drawings.get_drawing(tx, drawing_id)
    today_on = day_of(now, config.current().zone)
    try:
        entrant = _entrant(tx, drawing_id, account_id, now=now)
        rules.check_awardable(drawing, entrant, today_on=today_on, now=now)
        play.check_not_excluded(tx, account_id, now=now)
    except Problem as refusal:
        return refusal.code
    return None


def _entrant(tx: Transaction, drawing_id: str, account_id: str, *, now: datetime) -> Entrant:
    """Return an active account as an entrant. Raises: AccountNotActive, LookupError."""
    entrant = repository.get_entrant(tx, drawing_id, account_id, now_at=now)
    if entrant.status != "active":
        raise AccountNotActive(status_of_account=entrant.status)
    return entrant
