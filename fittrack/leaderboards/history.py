"""Totals of a member's periods out of what the ledger posted, each with its moment.

What counts for a period is what was posted before it was frozen. Several postings of one instant
count as one. Clocks of different machines differ: an award never counts as earlier than the one
before it in the ledger.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import groupby
from operator import itemgetter

from fittrack.leaderboards.calendar import Calendar, periods_of
from fittrack.leaderboards.models import Earning, Period, Total


@dataclass(slots=True)
class Course:
    """How a total moved; `steps` are the totals never fallen below since, with their moments."""

    points: int = 0
    of_days: Counter[date] = field(default_factory=Counter)
    steps: list[tuple[int, datetime]] = field(default_factory=list)

    def add(self, day_on: date, points: int) -> None:
        """Take in a posting."""
        self.points += points
        self.of_days[day_on] += points

    def rest(self, at: datetime) -> None:
        """Note what the total is when an instant is over."""
        since_at = at
        while self.steps and self.steps[-1][0] >= self.points:
            since_at = self.steps.pop()[1]
        self.steps.append((self.points, since_at))

    def total(self) -> Total:
        """Return where the total stands."""
        active_days = sum(points > 0 for points in self.of_days.values())
        return Total(self.points, active_days, self.steps[-1][1])


def totals_of(earnings: Iterable[Earning], calendar: Calendar) -> dict[Period, Total]:
    """Return the totals of one member, whose earnings come in the ledger's order."""
    courses: defaultdict[Period, Course] = defaultdict(Course)
    for at, group in groupby(_in_time(earnings), key=itemgetter(0)):
        moved = set()
        for _, earning in group:
            for period in periods_of(earning.day_on):
                if not calendar.is_frozen(period, at):
                    courses[period].add(earning.day_on, earning.points)
                    moved.add(period)
        for period in moved:
            courses[period].rest(at)
    return {period: course.total() for period, course in courses.items() if course.points > 0}


def _in_time(earnings: Iterable[Earning]) -> Iterator[tuple[datetime, Earning]]:
    """Yield earnings with the instants at which they count, which never go back."""
    latest_at = None
    for earning in earnings:
        latest_at = max(latest_at or earning.created_at, earning.created_at)
        yield latest_at, earning
