"""Drawings for tests, made through the services; the defaults are valid and dull."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from importlib import import_module
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from fittrack import db, queues
from fittrack.clock import from_epoch_s, utc_now
from fittrack.drawings import rules, service
from fittrack.drawings.conduct import service as conduct
from fittrack.drawings.models import Actor, Drawing, HistoryEvent, Prize
from fittrack.drawings.record import publication
from fittrack.drawings.tickets import service as tickets
from fittrack.drawings.tickets.models import Purchase
from fittrack.errors import Problem
from fittrack.ids import new_id
from fittrack.pagination import Cursor
from fittrack.points import service as points
from fittrack.sponsors import service as sponsors
from tests.factories_accounts import make_account

SALES = timedelta(hours=1)
LEAD = timedelta(minutes=5)


def start() -> datetime:
    """Return the whole second from which a test counts; drawings open an hour later."""
    return from_epoch_s(int(utc_now().timestamp()))


def prize(**over: Any) -> dict[str, Any]:
    """Return the fields of a prize as the API hands them on."""
    fields = {
        "name": "Running shoes",
        "description": None,
        "value_cents": 5_000,
        "quantity": 1,
        "kind": "physical",
        "sponsor_id": None,
        "image_url": None,
    }
    return fields | over


def draft_fields(now: datetime, **over: Any) -> dict[str, Any]:
    """Return the fields of a draft that opens in an hour, as the API hands them on."""
    opens_at = now + timedelta(hours=1)
    fields = {
        "type": "daily",
        "name": "Friday's shoes",
        "description": None,
        "image_url": None,
        "ticket_price_points": 100,
        "ticket_limit": None,
        "alternates": 2,
        "distinct_by": "holder",
        "audience": "everybody",
        "min_account_age_days": 7,
        "min_age_years": 18,
        "excluded_states_json": ["NY", "FL", "RI"],
        "registered_states_json": [],
        "sponsor_id": None,
        "opens_at": opens_at,
        "closes_at": opens_at + SALES,
        "draws_at": opens_at + SALES + LEAD,
        "prizes": [prize()],
    }
    return fields | over


def make_sponsor(*, is_revealing_by_itself: bool = True, name: str | None = None) -> str:
    """Return the id of a new sponsor; by default its kept values are revealed when due."""
    fields = {
        "name": name or f"Sponsor {new_id()}",
        "contact_email": None,
        "website": None,
        "logo_url": None,
        "notes": None,
        "is_revealing_by_itself": is_revealing_by_itself,
    }
    return sponsors.create_sponsor(fields=fields, now=utc_now()).sponsor_id


def make_sponsor_account(sponsor_id: str) -> str:
    """Return the id of an account that is one of a sponsor's people."""
    account_id = make_account(role="sponsor")
    sponsors.add_account(sponsor_id=sponsor_id, account_id=account_id, now=utc_now())
    return account_id


def make_draft(now: datetime, **over: Any) -> Drawing:
    """Return a new draft."""
    fields = draft_fields(now, **over)
    return service.create_drawing(fields=fields, actor=_admin(), now=now).drawing


def make_scheduled(now: datetime, **over: Any) -> Drawing:
    """Return a scheduled drawing that opens in an hour."""
    draft = make_draft(now, **over)
    return schedule(draft.drawing_id, now=now)


def schedule(drawing_id: str, *, now: datetime) -> Drawing:
    """Schedule a draft and return it."""
    return service.schedule_drawing(drawing_id=drawing_id, actor=_admin(), now=now).drawing


def make_open(now: datetime, **over: Any) -> Drawing:
    """Return a drawing that has just opened; it closes an hour later and is drawn 5 min after."""
    drawing = make_scheduled(now, **over)
    advance(drawing, drawing.opens_at)
    return drawing


def advance(drawing: Drawing, now: datetime) -> list[str]:
    """Take what is due at an instant and return the names of the steps."""
    return conduct.advance_drawing(drawing_id=drawing.drawing_id, clock=lambda: now)


def make_player(points_: int = 1_000, **over: Any) -> str:
    """Return the id of a member with some points."""
    account_id = make_account(**over)
    give_points(account_id, points_)
    return account_id


def give_points(account_id: str, amount_points: int) -> None:
    """Give a member points."""
    if amount_points == 0:
        return
    with db.transaction("give_points") as tx:
        points.grant(
            tx,
            account_id,
            amount_points,
            reference_id=new_id(),
            reason="for a test",
            actor_id=account_id,
            now=utc_now(),
        )


def buy(drawing: Drawing, account_id: str, ticket_count: int = 1, **over: Any) -> Purchase:
    """Buy tickets a minute after the opening."""
    clock: Callable[[], datetime] = lambda: drawing.opens_at + timedelta(minutes=1)  # noqa: E731
    values = {"clock": clock} | over
    return tickets.buy_tickets(
        drawing_id=drawing.drawing_id, account_id=account_id, ticket_count=ticket_count, **values
    )


def cancel(drawing: Drawing, now: datetime) -> Drawing:
    """Cancel a drawing and return it; refunds follow when it is advanced."""
    return service.cancel_drawing(
        drawing_id=drawing.drawing_id, reason="No prize.", actor=_admin(), now=now
    ).drawing


def edit(drawing: Drawing, changes: dict[str, Any], *, now: datetime) -> Drawing:
    """Change a drawing and return it."""
    return service.edit_drawing(
        drawing_id=drawing.drawing_id, changes=changes, revisions=None, actor=_admin(), now=now
    ).drawing


def bundle(drawing: Drawing) -> bytes:
    """Return the file from which a drawing is verified."""
    parts = publication.get_bundle(drawing_id=drawing.drawing_id)
    return "".join(publication.bundle_text(parts)).encode()


def bare(**over: Any) -> Drawing:
    """Return a drawing that is not stored."""
    now = start()
    fields = {k: v for k, v in draft_fields(now).items() if k != "prizes"}
    draft = rules.new_draft(new_id(), fields, actor=Actor(None, "admin"), now=now)
    return replace(draft, **over)


def bare_prize(**over: Any) -> Prize:
    """Return a prize that is not stored."""
    return Prize(prize_id=new_id(), drawing_id="d", rank_no=1, **prize(**over))


def zone() -> ZoneInfo:
    """Return the zone that the platform counts in."""
    return ZoneInfo("America/New_York")


def start_of(moment: datetime) -> datetime:
    """Return the whole second that holds an instant."""
    return moment.replace(microsecond=0)


def successors(drawing: Drawing) -> list[Drawing]:
    """Return the drawings that took over a drawing's entries."""
    rows = _rows("SELECT drawing_id FROM drawings WHERE carried_from_id = ?", drawing.drawing_id)
    return [
        service.get_drawing(drawing_id=drawing_id, with_drafts=True).drawing
        for (drawing_id,) in rows
    ]


def notices(account_id: str) -> list[str]:
    """Return the kinds of a member's notices, in order."""
    rows = _rows(
        "SELECT kind FROM notifications WHERE account_id = ? ORDER BY notification_id", account_id
    )
    return [kind for (kind,) in rows]


def count(table: str) -> int:
    """Return how many rows a table has."""
    return int(_rows(f"SELECT COUNT(*) FROM {table}")[0][0])


def dump() -> list[bytes]:
    """Return every value of every table as bytes."""
    tables = [name for (name,) in _rows("SELECT name FROM sqlite_master WHERE type = 'table'")]
    cells = [cell for table in tables for row in _rows(f"SELECT * FROM {table}") for cell in row]
    return [cell if isinstance(cell, bytes) else str(cell).encode() for cell in cells]


def run_jobs(job_name: str, *, now: datetime) -> None:
    """Do the pending jobs of one kind."""
    pending = "SELECT outbox_id FROM outbox WHERE job_name = ? AND state = 'pending'"
    module, _, name = queues.JOBS[job_name].path.rpartition(".")
    function = getattr(import_module(module), name)
    for (outbox_id,) in _rows(pending, job_name):
        lease = queues.claim(outbox_id, now=now)
        if lease is not None:
            function(lease, **lease.payload)


def _rows(statement: str, *binds: Any) -> list[Any]:
    return db.engine().raw().execute(statement, binds).fetchall()


def my_tickets(drawing: Drawing, account_id: str, *, limit: int = 100) -> list[str]:
    """Return the ids of a member's entries of a drawing, page by page."""
    cursor, seen = Cursor("t"), list[str]()
    while True:
        page = tickets.list_my_tickets(
            drawing_id=drawing.drawing_id, account_id=account_id, cursor=cursor, limit=limit
        )
        seen += [ticket.entry_id for ticket in page.items]
        if page.next_cursor is None:
            return seen
        cursor = Cursor.parse(page.next_cursor, scope="t")


def get(drawing: Drawing) -> Drawing:
    """Return a drawing as it is now."""
    return service.get_drawing(drawing_id=drawing.drawing_id, with_drafts=True).drawing


def balance(account_id: str) -> int:
    """Return what a member can spend."""
    return points.get_balance(account_id=account_id).balance_points


_admins: dict[int, str] = {}


def _admin() -> Actor:
    """Return an admin of this test's database."""
    key = id(db.engine())
    if key not in _admins:
        _admins[key] = make_account(role="admin")
    return Actor(_admins[key], "admin")


def reveal(drawing: Drawing, account_id: str, now: datetime, value: bytes | None = None) -> Drawing:
    """Reveal a sponsor's value: the given one, or the one that is kept for it."""
    return service.reveal_value(
        drawing_id=drawing.drawing_id, account_id=account_id, value=value, clock=lambda: now
    ).drawing


def reveal_refused(
    drawing: Drawing, account_id: str, now: datetime, value: bytes | None = None
) -> Problem:
    """Return why a sponsor's value is refused."""
    with pytest.raises(Problem) as refused:
        reveal(drawing, account_id, now, value)
    return refused.value


def audit() -> list[str]:
    """Return what the audit finds wrong with drawings."""
    with db.reading("audit") as tx:
        return service.audit(tx)


def history(drawing: Drawing) -> list[HistoryEvent]:
    """Return what happened to a drawing, at most a hundred events."""
    page = service.list_events(drawing_id=drawing.drawing_id, cursor=Cursor("h"), limit=100)
    return page.items
