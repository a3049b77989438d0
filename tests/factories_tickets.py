"""Free entries, limits and voiding for tests, through the services."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from fittrack import db
from fittrack.drawings.models import Actor, Drawing
from fittrack.drawings.play import service as play
from fittrack.drawings.play.models import PlayStanding
from fittrack.drawings.tickets import free, voiding
from fittrack.drawings.tickets.models import Disqualification, Entry, Purchase
from tests import factories_drawings as make
from tests.factories_accounts import make_account

JOBS = ("take_member_out", "refund_void_entries")


def in_sales(drawing: Drawing) -> datetime:
    """Return an instant a minute after the opening."""
    return drawing.opens_at + timedelta(minutes=1)


def enter_free(drawing: Drawing, account_id: str, *, at: datetime | None = None) -> Purchase:
    """Enter a member with the free ticket of a day."""
    now = at or in_sales(drawing)
    return free.enter_free(drawing_id=drawing.drawing_id, account_id=account_id, clock=lambda: now)


def enter_from_mail(
    drawing: Drawing,
    account_id: str,
    *,
    on: date | None = None,
    at: datetime | None = None,
    by: str = "",
) -> Entry:
    """Let an operator enter a member whose free entry came by mail."""
    now = at or in_sales(drawing)
    return free.enter_from_mail(
        drawing_id=drawing.drawing_id,
        account_id=account_id,
        received_on=on,
        actor=Actor(by or make_account(role="admin"), "admin"),
        clock=lambda: now,
    )


def disqualify(
    drawing: Drawing, account_id: str, *, at: datetime | None = None, by: str = ""
) -> Disqualification:
    """Shut a member out of a drawing."""
    now = at or in_sales(drawing)
    return voiding.disqualify(
        drawing_id=drawing.drawing_id,
        account_id=account_id,
        reason_code="manipulation",
        actor=Actor(by or make_account(role="admin"), "admin"),
        clock=lambda: now,
    )


def set_limits(account_id: str, now: datetime, **changes: Any) -> PlayStanding:
    """Let a member set a limit, or exclude oneself."""
    return play.change_play_limits(account_id=account_id, changes=changes, now=now)


def do_jobs(now: datetime) -> None:
    """Take out whom it is due for, and give back what is due."""
    for name in JOBS:
        make.run_jobs(name, now=now)


def rows(statement: str, *binds: Any) -> list[Any]:
    """Return what a statement finds."""
    return db.engine().raw().execute(statement, binds).fetchall()
