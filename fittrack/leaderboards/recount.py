"""Members' places out of the ledger, and out of the moves between boards that were noted.

The caller holds the head of the ledger's chain, or only reads one snapshot.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import groupby
from operator import attrgetter
from typing import Any, TypeVar

from fittrack.db import Transaction
from fittrack.leaderboards import repository, rules
from fittrack.leaderboards.calendar import Calendar
from fittrack.leaderboards.history import totals_of
from fittrack.leaderboards.models import BoardMember, Candidate, Earning, Move, Standing
from fittrack.leaderboards.store import store

T = TypeVar("T")
_account_of: Callable[[Any], str] = attrgetter("account_id")
_MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Reckoned:
    """A member as stored, and as the ledger and the moves say; no member has no place."""

    candidate: Candidate
    moves: Sequence[Move]
    due_moves: Sequence[Move]
    standings: Sequence[Standing]
    due_standings: Sequence[Standing]
    due_member: BoardMember | None

    @property
    def is_right(self) -> bool:
        """Tell whether what is stored is what shall be."""
        return (
            list(self.standings) == list(self.due_standings)
            and list(self.moves) == list(self.due_moves)
            and _known(self.candidate) == self.due_member
        )


def find_member(tx: Transaction, account_id: str) -> BoardMember | None:
    """Return what the boards note of a member, None before their first award."""
    [candidate] = repository.list_ranked(tx, account_id, account_id)
    return _known(candidate)


def recount(
    tx: Transaction, first_id: str, last_id: str, calendar: Calendar, *, now: datetime
) -> int:
    """Make the places of a range of members what they shall be; return how many were not."""
    wrong = [one for one in reckoned(tx, first_id, last_id, calendar, now=now) if not one.is_right]
    _note(tx, wrong)
    store(
        tx,
        [standing for one in wrong for standing in one.standings],
        [standing for one in wrong for standing in one.due_standings],
    )
    return len(wrong)


def follow(tx: Transaction, account_id: str, calendar: Calendar, *, now: datetime) -> None:
    """Let a member's places follow what the account says now; the totals stay."""
    [candidate] = repository.list_ranked(tx, account_id, account_id)
    member = _known(candidate)
    if member is None:
        return
    moves = repository.list_moves(tx, account_id, account_id)
    due_moves = _due_moves(candidate, moves, calendar, now=now)
    due_member = replace(member, is_listed=candidate.may_be_listed)
    if (member, moves) == (due_member, due_moves):
        return
    standings = repository.list_standings(tx, account_id, account_id)
    due = rules.standings_of(
        account_id,
        rules.totals_in(standings),
        due_moves,
        calendar,
        is_listed=due_member.is_listed,
    )
    one = Reckoned(candidate, moves, due_moves, standings, due, due_member)
    _note(tx, [one])
    store(tx, standings, due)


def reckoned(
    tx: Transaction, first_id: str, last_id: str, calendar: Calendar, *, now: datetime
) -> Iterator[Reckoned]:
    """Yield everyone of a range of ids, as they are and as they shall be."""
    candidates = repository.list_ranked(tx, first_id, last_id)
    moves = _by_account(repository.list_moves(tx, first_id, last_id))
    standings = _by_account(repository.list_standings(tx, first_id, last_id))
    earnings = _by_account(repository.list_earnings(tx, first_id, last_id))
    for candidate in candidates:
        account_id = candidate.account_id
        yield _reckoned(
            candidate,
            moves.get(account_id, []),
            standings.get(account_id, []),
            earnings.get(account_id, []),
            calendar,
            now=now,
        )


def _reckoned(
    candidate: Candidate,
    moves: list[Move],
    standings: list[Standing],
    earnings: list[Earning],
    calendar: Calendar,
    *,
    now: datetime,
) -> Reckoned:
    if candidate.status == "erased" or not earnings:
        # What is left of an erased member the erasure's job takes.
        return Reckoned(candidate, moves, moves, standings, [], _known(candidate))
    due_moves = _due_moves(candidate, moves, calendar, now=now)
    member = BoardMember(
        candidate.account_id,
        candidate.may_be_listed,
        max(earning.created_at for earning in earnings),
    )
    due = rules.standings_of(
        candidate.account_id,
        totals_of(earnings, calendar),
        due_moves,
        calendar,
        is_listed=member.is_listed,
    )
    due.sort(key=attrgetter("starts_on", "period", "board_code"))
    return Reckoned(candidate, moves, due_moves, standings, due, member)


def _due_moves(
    candidate: Candidate, moves: list[Move], calendar: Calendar, *, now: datetime
) -> list[Move]:
    """Return a member's moves with the one that the account has made since the last, if any.

    A move that no period was frozen after is told by none: the next one takes its place, so that
    there is at most one a day. The first is kept, for periods that were frozen before it.
    """
    if candidate.status == "erased":
        return moves
    from_at = max(now, moves[-1].from_at + _MICROSECOND) if moves else now
    tier_code = candidate.tier_code or rules.OPEN_BOARD
    is_untold = len(moves) > 1 and calendar.last_freeze_at(from_at) <= moves[-1].from_at
    kept = moves[:-1] if is_untold else moves
    move = Move(candidate.account_id, len(kept) + 1, from_at, tier_code, bool(candidate.is_in_open))
    if moves and rules.boards_of(moves[-1]) == rules.boards_of(move):
        return moves
    return [*kept, move]


def _note(tx: Transaction, members: Iterable[Reckoned]) -> None:
    """Store who is on boards and where to; the places are another's."""
    come: list[BoardMember] = []
    changed: list[BoardMember] = []
    moves: list[Move] = []
    changed_moves: list[Move] = []
    for one in members:
        moves += one.due_moves[len(one.moves) :]
        pairs = zip(one.moves, one.due_moves, strict=False)
        changed_moves += [due for old, due in pairs if due != old]
        known = _known(one.candidate)
        if one.due_member is not None and one.due_member != known:
            (changed if known else come).append(one.due_member)
    if come:
        repository.insert_board_members(tx, come)
    if changed:
        repository.update_board_members(tx, changed)
    if moves:
        repository.insert_board_moves(tx, moves)
    if changed_moves:
        repository.update_board_moves(tx, changed_moves)


def _known(candidate: Candidate) -> BoardMember | None:
    if candidate.is_listed is None or candidate.counted_at is None:
        return None
    return BoardMember(candidate.account_id, candidate.is_listed, candidate.counted_at)


def _by_account(rows: Iterable[T]) -> dict[str, list[T]]:
    return {account_id: list(group) for account_id, group in groupby(rows, key=_account_of)}
