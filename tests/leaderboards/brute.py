"""Leaderboards by brute force: from every posting of the ledger, and from what a test did itself.

It shares no line with the domain: periods, freezing, ties and boards are reckoned anew, slowly.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta

from fittrack.config import current
from tests.factories_activities import select

KINDS = ("daily", "weekly", "monthly", "alltime")
ANY_DAY = date(1970, 1, 1)
HOUR = timedelta(hours=1)


@dataclass
class Member:
    """What a test did with a member: the tiers since when, and whether boards may show them."""

    account_id: str
    tiers: list[tuple[datetime, str, bool]] = field(default_factory=list)
    tier_code: str = "OPEN"
    is_in_open: bool = False
    is_shown: bool = True

    def note(self, at: datetime) -> None:
        """Note the tier as it is from now on; clocks that go back don't turn the order round."""
        if self.tiers and self.tiers[-1][1:] == (self.tier_code, self.is_in_open):
            return
        if self.tiers:
            at = max(at, self.tiers[-1][0] + timedelta(microseconds=1))
        self.tiers.append((at, self.tier_code, self.is_in_open))


def period_of(kind: str, day_on: date) -> date:
    """Return the first day of the period of a kind that a day is in."""
    if kind == "alltime":
        return ANY_DAY
    first = {"daily": True, "weekly": day_on.isoweekday() == 1, "monthly": day_on.day == 1}
    return day_on if first[kind] else period_of(kind, day_on - timedelta(days=1))


def freezes_at(kind: str, starts_on: date) -> datetime:
    """Return when nothing counts any more for a period."""
    if kind == "alltime":
        return datetime.max.replace(tzinfo=UTC)
    last_on = starts_on
    while period_of(kind, last_on + timedelta(days=1)) == starts_on:
        last_on += timedelta(days=1)
    end_at = datetime.combine(last_on + timedelta(days=1), time(), current().zone)
    return end_at.astimezone(UTC) + 48 * HOUR


def boards(members: list[Member]) -> dict[tuple[str, str, date], list[tuple[str, int, int]]]:
    """Return every board with its places, best first: whose, the points, the active days."""
    ranked = defaultdict(list)
    for member in members:
        if member.is_shown:
            for kind, starts_on, points, reached_at, days in totals(member.account_id):
                order = (-points, reached_at, -days, member.account_id)
                for code in codes(member, freezes_at(kind, starts_on)):
                    ranked[code, kind, starts_on].append((order, points, days))
    return {
        board: [(order[-1], points, days) for order, points, days in sorted(places)]
        for board, places in ranked.items()
    }


def codes(member: Member, before_at: datetime) -> set[str]:
    """Return the boards that a member was on last before an instant, or else at first."""
    known = [tier for tier in member.tiers if tier[0] < before_at] or member.tiers[:1]
    _, tier_code, is_in_open = known[-1]
    return {tier_code, "OPEN"} if is_in_open else {tier_code}


def totals(account_id: str) -> Iterator[tuple[str, date, int, datetime, int]]:
    """Yield a member's periods with points: kind, start, points, since when, active days."""
    posted = postings(account_id)
    for kind in KINDS:
        for starts_on in sorted({period_of(kind, day_on) for _, day_on, _ in posted}):
            counted = [
                one
                for one in posted
                if period_of(kind, one[1]) == starts_on and one[0] < freezes_at(kind, starts_on)
            ]
            points = sum(one[2] for one in counted)
            if points > 0:
                of_days = defaultdict(int)
                for _, day_on, amount in counted:
                    of_days[day_on] += amount
                days = sum(amount > 0 for amount in of_days.values())
                yield kind, starts_on, points, reached_at(counted, points), days


def reached_at(counted: list[tuple[datetime, date, int]], points: int) -> datetime:
    """Return the first instant since which the total was never less than it is."""
    instants = sorted({at for at, _, _ in counted})
    rests = [sum(amount for at, _, amount in counted if at <= instant) for instant in instants]
    return next(at for n, at in enumerate(instants) if all(rest >= points for rest in rests[n:]))


def postings(account_id: str) -> list[tuple[datetime, date, int]]:
    """Return what the ledger posted for a member's days; no instant is before that of the last."""
    rows = select(
        "SELECT t.created_at, t.day_on, 0 - p.amount_points AS amount_points"
        " FROM ledger_transactions t JOIN ledger_postings p ON p.sequence_no = t.sequence_no"
        " WHERE t.account_id = :account_id AND p.ledger_account_id = 'house/issued'"
        " ORDER BY t.sequence_no",
        "created_at",
        "day_on",
        "amount_points",
        account_id=account_id,
    )
    latest_at = datetime.min.replace(tzinfo=UTC)
    posted = []
    for created_at, day_on, amount in rows:
        latest_at = max(latest_at, created_at)
        posted.append((latest_at, day_on, amount))
    return posted
