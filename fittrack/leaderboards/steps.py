"""Steps that keep the boards up with awards and with accounts, in their callers' transactions.

Whoever writes here holds the head of the ledger's chain: who has posted an award does, the others
take it first. So all of this happens one after the other, on Oracle as on SQLite, and what is read
here under READ COMMITTED is what the writer before has committed: a row that is read, reckoned with
and written again can't have changed meanwhile, and the hot buckets are locked in no order of their
own. A member's tier, choice and status are read after the head is held; whoever changes them takes
the head after the change (`follow`), so that an award either sees the change or is seen by it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

from fittrack import config
from fittrack.db import Transaction
from fittrack.leaderboards import recount, repository, rules
from fittrack.leaderboards.calendar import ALL_TIME, Calendar
from fittrack.leaderboards.history import totals_of
from fittrack.leaderboards.models import BoardMember, Difference, Move, Period, Standing, Total
from fittrack.leaderboards.store import store


def calendar() -> Calendar:
    """Return the platform's calendar of periods."""
    settings = config.current()
    return Calendar(settings.zone, timedelta(seconds=settings.board_grace_s))


def count(
    tx: Transaction, account_id: str, days: Mapping[date, tuple[int, int]], *, now: datetime
) -> None:
    """Take the changed awards of days into the boards: points before and after of each.

    The award's transaction has posted them, and so holds the head of the ledger's chain.
    """
    moved = {day_on: points for day_on, points in days.items() if points[0] != points[1]}
    if not moved:
        return
    member = recount.find_member(tx, account_id)
    moves = repository.list_moves(tx, account_id, account_id) if member else []
    if member is None or not moves:
        # New here: the ledger tells all, this award among it.
        recount.recount(tx, account_id, account_id, calendar(), now=now)
    else:
        _add(tx, member, moves, moved, now=now)


def follow(tx: Transaction, account_id: str, *, now: datetime) -> None:
    """Let a member's places follow a change of tier, of the choice of `OPEN`, or of status.

    Called after the change, and late: it holds the head of the ledger's chain.
    """
    repository.hold_boards(tx)
    recount.follow(tx, account_id, calendar(), now=now)


def erase_member(tx: Transaction, account_id: str, *, row_limit: int) -> int:
    """Forget some of an erased member's places, and return how many it were."""
    standings = repository.list_erasable_standings(tx, account_id, row_limit=row_limit)
    if any(one.place_key is not None for one in standings):
        repository.hold_boards(tx)
        standings = repository.list_erasable_standings(tx, account_id, row_limit=row_limit)
    store(tx, standings, [])
    if not standings:
        repository.erase_board_moves(tx, account_id)
        repository.erase_board_member(tx, account_id)
    return len(standings)


def _add(
    tx: Transaction,
    member: BoardMember,
    moves: Sequence[Move],
    days: Mapping[date, tuple[int, int]],
    *,
    now: datetime,
) -> None:
    """Add what changed on days to a member's totals, and move the places."""
    calendar_ = calendar()
    at = max(now, member.counted_at)
    differences = rules.differences(days, calendar_, at=at)
    before = _places_in(tx, member.account_id, differences.keys())
    totals = _totals(tx, member, rules.totals_in(before), differences, calendar_, at=at)
    after = rules.standings_of(
        member.account_id, totals, moves, calendar_, is_listed=member.is_listed
    )
    store(tx, before, after)
    if at > member.counted_at:
        repository.update_board_members(tx, [replace(member, counted_at=at)])


def _places_in(tx: Transaction, account_id: str, periods: Collection[Period]) -> list[Standing]:
    """Return a member's places of some periods."""
    first_on = min((period.starts_on for period in periods if period != ALL_TIME), default=date.max)
    stored = repository.list_recent_standings(tx, account_id, first_on)
    return [one for one in stored if Period(one.period, one.starts_on) in periods]


def _totals(
    tx: Transaction,
    member: BoardMember,
    totals: Mapping[Period, Total],
    differences: Mapping[Period, Difference],
    calendar_: Calendar,
    *,
    at: datetime,
) -> dict[Period, Total]:
    """Return totals with what changed; where the stored ones do not tell enough, the ledger's."""
    is_later = at > member.counted_at
    added = {
        period: rules.added(totals.get(period), difference, at, is_later=is_later)
        for period, difference in differences.items()
    }
    if None in added.values():
        earnings = repository.list_earnings(tx, member.account_id, member.account_id)
        told = totals_of(earnings, calendar_)
        added = {period: total or told.get(period) for period, total in added.items()}
    return {period: total for period, total in added.items() if total is not None}
