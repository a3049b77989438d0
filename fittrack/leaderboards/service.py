"""Use cases of leaderboards: the top of a board, one's own place, all of a member's."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta

from fittrack import archive, db
from fittrack.archive import PAGE_ROWS, ArchiveFile
from fittrack.clock import day_of
from fittrack.db import Transaction
from fittrack.errors import field_error
from fittrack.leaderboards import auditing, circles, repository, rules
from fittrack.leaderboards.auditing import Progress
from fittrack.leaderboards.calendar import next_on, period_of
from fittrack.leaderboards.circles import Members
from fittrack.leaderboards.models import (
    Board,
    OwnPlace,
    Period,
    Place,
    Rebuilt,
    Shown,
    Span,
    Table,
)
from fittrack.leaderboards.steps import calendar

TOP = 100
NEIGHBOURS = 10
# Sorts before any key of a place, and after none.
BEFORE_ALL = "-"
FIRST_EXPORTED = (date(1900, 1, 1), "-", "-")
DAY = timedelta(days=1)


def get_table(
    *,
    kind: str,
    day_on: date | None,
    tier_code: str | None,
    scope: str | None,
    viewer_id: str,
    now: datetime,
) -> Table:
    """Return the top of a board in the period that holds a day, today's without one.

    The board is a tier's, the viewer's own without one; or a circle, which `scope` names.
    Raises: Invalid, ScopeNotAvailable, NotFound.
    """
    period = _period(kind, day_on, now=now)
    _check_scope(tier_code, scope)
    with db.reading("get_table") as tx:
        if scope is not None:
            members = circles.list_members(tx, viewer_id, scope)
            rows = repository.list_places_of(tx, list(members.account_ids), period)
            places = _places(rows[:TOP], 1, viewer_id, are_friends=members.are_friends)
            return Table(_span(period, now=now), None, scope, len(rows), places)
        board = Board(tier_code or _own_tier(tx, viewer_id, period), period)
        rows = repository.list_places_after(tx, board, BEFORE_ALL, row_limit=TOP)
        member_count = repository.count_places(tx, board)
    places = _places(rows, 1, viewer_id)
    return Table(_span(period, now=now), board.code, None, member_count, places)


def get_own_place(
    *,
    kind: str,
    day_on: date | None,
    tier_code: str | None,
    scope: str | None,
    viewer_id: str,
    now: datetime,
) -> OwnPlace:
    """Return where a member stands on a board, as `get_table` names it, with who is around.

    Raises: Invalid, ScopeNotAvailable, NotFound.
    """
    period = _period(kind, day_on, now=now)
    _check_scope(tier_code, scope)
    span = _span(period, now=now)
    with db.reading("get_own_place") as tx:
        if scope is not None:
            members = circles.list_members(tx, viewer_id, scope)
            rows = repository.list_places_of(tx, list(members.account_ids), period)
            return _place_within(rows, members, viewer_id, span, scope)
        board = Board(tier_code or _own_tier(tx, viewer_id, period), period)
        return _place_on(tx, board, viewer_id, span)


def export_member(account_id: str) -> Iterator[ArchiveFile]:
    """Yield every place of a member on every board."""
    yield archive.json_list(
        "leaderboards/standings.json",
        archive.pages(
            "export_standings",
            lambda tx, after: repository.list_standings_after(
                tx, account_id, after or FIRST_EXPORTED, row_limit=PAGE_ROWS
            ),
            lambda one: (one.starts_on, one.period, one.board_code),
        ),
    )


def audit(tx: Transaction, *, now: datetime) -> Iterator[str]:
    """Yield what differs between the boards and the ledger; a step, read-only."""
    return auditing.audit(tx, now=now)


def check(*, now: datetime) -> Iterator[str]:
    """Yield what differs between the boards and the ledger, on one snapshot."""
    with db.reading("check_boards") as tx:
        yield from auditing.audit(tx, now=now)


def count_accounts() -> int:
    """Return how many accounts a rebuild goes through."""
    return auditing.count_accounts()


def rebuild(*, now: datetime, progress: Progress) -> Rebuilt:
    """Make all boards what the ledger says, batch by batch; return how much was not right."""
    return auditing.rebuild(now=now, progress=progress)


def _period(kind: str, day_on: date | None, *, now: datetime) -> Period:
    """Return the period that holds a day. Raises: Invalid for a day that is to come."""
    today_on = day_of(now, calendar().zone)
    if day_on is not None and day_on > today_on:
        raise field_error("/date", "This day is still to come.")
    return period_of(kind, day_on or today_on)


def _check_scope(tier_code: str | None, scope: str | None) -> None:
    """Raises: Invalid."""
    if tier_code is not None and scope is not None:
        raise field_error("/tier", "A circle has members of all tiers: give tier or scope.")


def _span(period: Period, *, now: datetime) -> Span:
    end_on, final_at = next_on(period), calendar().freezes_at(period)
    if end_on is None or final_at is None:
        return Span(period.kind, None, None, None, is_final=False)
    return Span(period.kind, period.starts_on, end_on - DAY, final_at, is_final=now >= final_at)


def _own_tier(tx: Transaction, viewer_id: str, period: Period) -> str:
    """Return the tier that a member had in a period, or has now where they earned nothing in it."""
    standing = repository.find_own_standing(tx, viewer_id, period)
    if standing is not None:
        return standing.tier_code
    [candidate] = repository.list_ranked(tx, viewer_id, viewer_id)
    return candidate.tier_code or rules.OPEN_BOARD


def _place_on(tx: Transaction, board: Board, viewer_id: str, span: Span) -> OwnPlace:
    member_count = repository.count_places(tx, board)
    own = repository.find_standing(tx, viewer_id, board)
    if own is None or own.place_key is None:
        return _no_place(span, board.code, None, member_count)
    rank = repository.count_places_before(tx, board, own.place_key) + 1
    ahead = repository.list_places_before(tx, board, own.place_key, row_limit=NEIGHBOURS)
    behind = repository.list_places_after(tx, board, own.place_key, row_limit=NEIGHBOURS)
    return OwnPlace(
        span,
        board.code,
        None,
        member_count,
        rank,
        rules.percentile(rank, member_count),
        own.points,
        own.active_days,
        ahead[0].points - own.points + 1 if ahead else None,
        _places(ahead[::-1], rank - len(ahead), viewer_id),
        _places(behind, rank + 1, viewer_id),
    )


def _place_within(
    rows: Sequence[Shown], members: Members, viewer_id: str, span: Span, scope: str
) -> OwnPlace:
    """Return where the viewer stands among the places of a circle."""
    at = next((at for at, row in enumerate(rows) if row.account_id == viewer_id), None)
    if at is None:
        return _no_place(span, None, scope, len(rows))
    first = max(0, at - NEIGHBOURS)
    places = _places(
        rows[first : at + NEIGHBOURS + 1], first + 1, viewer_id, are_friends=members.are_friends
    )
    return OwnPlace(
        span,
        None,
        scope,
        len(rows),
        at + 1,
        rules.percentile(at + 1, len(rows)),
        rows[at].points,
        rows[at].active_days,
        rows[at - 1].points - rows[at].points + 1 if at else None,
        places[: at - first],
        places[at - first + 1 :],
    )


def _no_place(span: Span, tier_code: str | None, scope: str | None, member_count: int) -> OwnPlace:
    return OwnPlace(span, tier_code, scope, member_count, None, None, 0, 0, None, [], [])


def _places(
    rows: Sequence[Shown], first_rank: int, viewer_id: str, *, are_friends: bool = False
) -> list[Place]:
    """Return lines of a board as a viewer sees them; the own one is told in full."""
    return [
        _place(row, rank, is_me=row.account_id == viewer_id, are_friends=are_friends)
        for rank, row in enumerate(rows, start=first_rank)
    ]


def _place(row: Shown, rank: int, *, is_me: bool, are_friends: bool) -> Place:
    allowed = {"public", "friends"} if are_friends else {"public"}
    is_open = is_me or row.leaderboards_privacy in allowed
    return Place(
        rank=rank,
        account_id=row.account_id if is_open else None,
        display_name=row.display_name if is_open else rules.initials(row.display_name),
        is_me=is_me,
        points=row.points,
        active_days=row.active_days,
        tier_code=row.tier_code if is_open else None,
    )
