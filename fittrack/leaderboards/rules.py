"""What decides a place: the order of a board, who is on which, and the buckets that make ranks.

A place's key is text that sorts as the board does: fewer points later, then who reached the total
later, then fewer active days, then the greater id. Buckets count keys by their first characters, at
a few depths, so that a rank is the sum of a few small ranges and one short count.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta

from fittrack.leaderboards.calendar import Calendar, periods_of
from fittrack.leaderboards.models import Board, Difference, Move, Period, Standing, Total

OPEN_BOARD = "OPEN"
MOST_POINTS = 10**9 - 1
MOST_DAYS = 10**5 - 1
POINTS_DIGITS, INSTANT_DIGITS, DAYS_DIGITS = 9, 16, 5
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)

# All, thousands, tens, single points.
POINTS_DEPTHS = (1, 6, 8, 9)
# Below a total that many have, such as the cap of a day: 28 hours, then 17 minutes.
INSTANT_DEPTHS = (14, 16)
DEPTHS = POINTS_DEPTHS + INSTANT_DEPTHS
# Steps, workouts, goals and the caps all give multiples of this; few others share a total.
COMMON_POINTS = 10

Changes = Counter[tuple[Board, str]]


def place_key(total: Total, account_id: str) -> str:
    """Return the text by which a place sorts on its board."""
    reached_us = (total.reached_at - _EPOCH) // _MICROSECOND
    return (
        f"{MOST_POINTS - total.points:0{POINTS_DIGITS}}{reached_us:0{INSTANT_DIGITS}}"
        f"{MOST_DAYS - total.active_days:0{DAYS_DIGITS}}{account_id}"
    )


def prefixes_of(key: str) -> tuple[str, ...]:
    """Return the buckets that count a key, each within the one before."""
    is_common = (MOST_POINTS - int(key[:POINTS_DIGITS])) % COMMON_POINTS == 0
    depths = DEPTHS if is_common else POINTS_DEPTHS
    return tuple(key[:depth] for depth in depths)


def boards_of(move: Move) -> tuple[str, ...]:
    """Return the boards that a member is on: their tier's, and `OPEN` for who chose it besides."""
    if move.is_in_open and move.tier_code != OPEN_BOARD:
        return (move.tier_code, OPEN_BOARD)
    return (move.tier_code,)


def move_within(moves: Sequence[Move], freezes_at: datetime | None) -> Move:
    """Return the last move before a period was frozen, or the first that is known."""
    if freezes_at is None:
        return moves[-1]
    in_time = [move for move in moves if move.from_at < freezes_at]
    return in_time[-1] if in_time else moves[0]


def standings_of(
    account_id: str,
    totals: Mapping[Period, Total],
    moves: Sequence[Move],
    calendar: Calendar,
    *,
    is_listed: bool,
) -> list[Standing]:
    """Return a member's places on all boards; who earned nothing in a period has none there."""
    return [
        Standing(
            account_id=account_id,
            starts_on=period.starts_on,
            period=period.kind,
            board_code=board_code,
            tier_code=move.tier_code,
            points=total.points,
            active_days=total.active_days,
            reached_at=total.reached_at,
            place_key=place_key(total, account_id) if is_listed else None,
        )
        for period, total in totals.items()
        if total.points > 0
        for move in (move_within(moves, calendar.freezes_at(period)),)
        for board_code in boards_of(move)
    ]


def totals_in(standings: Iterable[Standing]) -> dict[Period, Total]:
    """Return the totals of a member's places; places of one period have the same."""
    return {
        Period(one.period, one.starts_on): Total(one.points, one.active_days, one.reached_at)
        for one in standings
    }


def differences(
    days: Mapping[date, tuple[int, int]], calendar: Calendar, *, at: datetime
) -> dict[Period, Difference]:
    """Return how days, with their points before and after, change the periods that still run."""
    points: Counter[Period] = Counter()
    active_days: Counter[Period] = Counter()
    for day_on, (before, after) in days.items():
        for period in periods_of(day_on):
            if not calendar.is_frozen(period, at):
                points[period] += after - before
                active_days[period] += (after > 0) - (before > 0)
    return {period: Difference(points[period], active_days[period]) for period in points}


def added(
    total: Total | None, difference: Difference, at: datetime, *, is_later: bool
) -> Total | None:
    """Return a total that an award has changed, or None where only the ledger can tell.

    It can't be told from here since when a lesser total was reached, nor, where the award is of the
    same instant as the one before (not `is_later`), what this instant began with.
    """
    old = total or Total(0, 0, at)
    points, active_days = old.points + difference.points, old.active_days + difference.active_days
    is_unclear = difference.points < 0 or (difference.points > 0 and not is_later)
    if is_unclear or min(points, active_days) < 0:
        return None
    return Total(points, active_days, at if difference.points > 0 else old.reached_at)


def bucket_changes(before: Iterable[Standing], after: Iterable[Standing]) -> Changes:
    """Return by how much each bucket's count changes; those that stay are left out."""
    changes: Changes = Counter()
    for sign, standings in ((-1, before), (1, after)):
        for one in standings:
            if one.place_key is not None:
                board = Board(one.board_code, Period(one.period, one.starts_on))
                for prefix in prefixes_of(one.place_key):
                    changes[board, prefix] += sign
    return Counter({bucket: count for bucket, count in changes.items() if count})


def percentile(rank: int, member_count: int) -> float:
    """Return what percentage of the others rank lower, cut to two decimals; alone it is 100."""
    if member_count < 2:
        return 100.0
    return (member_count - rank) * 10_000 // (member_count - 1) / 100


def initials(display_name: str) -> str:
    """Return what others see of a name that is not for them, such as `A.R.` of `ana.r`."""
    words = "".join(letter if letter.isalnum() else " " for letter in display_name).split()
    return "".join(f"{word[0].upper()}." for word in words[:2]) or "M."
