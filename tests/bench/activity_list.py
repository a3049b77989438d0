"""Print what a page of activities costs: `python -m tests.bench.activity_list`.

A page of 20 of a member with 10,000 activities beside one of a member with 100, first, in the
middle and last, with filters that leave little, and one activity; in this process, on SQLite, with
nothing kept in Redis.
"""

from __future__ import annotations

import dataclasses
import statistics
import sys
import time
from datetime import timedelta
from typing import Any

from fittrack import config, db
from fittrack.activities import repository
from fittrack.pagination import Cursor
from tests.activities import records
from tests.activities.world import world
from tests.factories_activities import NOON_AT, Member

FEW, MANY = 100, 10_000
EVERY_MIN = 6 * 60
CALLS, ROUNDS = 20, 7
MOST_RATIO = 1.2
FILTERS: tuple[dict[str, Any], ...] = (
    {},
    {"duplicates": "hidden"},
    {"sport": "yoga"},  # nobody's
    {"q": "nowhere"},
    {"from": "2025-03-15", "to": "2025-03-20"},
)


def main() -> int:
    """Print the costs in microseconds of CPU; exit 1 where many activities make a page slower."""
    with world() as client:
        config.use(dataclasses.replace(config.current(), cache_activities_s=0))
        few, many = Member(client), Member(client)
        fill(few, FEW)
        fill(many, MANY)
        first = _compare("first page", few, many, {})
        middle = _compare("a page in the middle", few, many, {"cursor": ""})
        for filters in FILTERS[1:]:
            _compare(str(filters), few, many, filters)
        activity_id = many.get("activities").json["items"][0]["activity_id"]
        print(f"{'one activity':<44} {_cost_us(many, f'activities/{activity_id}', {}):6.0f} us")
    return 0 if max(first, middle) <= MOST_RATIO else 1


def fill(member: Member, count: int) -> None:
    """Give a member activities, as bare rows."""
    with db.transaction("fill_for_bench") as tx:
        for place in range(count):
            part = records.part_of(
                member.account_id, start_min=place * EVERY_MIN, name=f"Run {place}"
            )
            repository.insert_activity(tx, part.activity)


def _compare(title: str, few: Member, many: Member, query: dict[str, Any]) -> float:
    """Print one kind of page of both members, in turns, and return how many times the cost is."""
    costs: tuple[list[float], list[float]] = ([], [])
    for _ in range(ROUNDS):
        for member, rounds, count in ((few, costs[0], FEW), (many, costs[1], MANY)):
            middle = {"cursor": _middle(count)} if "cursor" in query else {}
            rounds.append(_cost_us(member, "activities", {**query, **middle}))
    of_few, of_many = map(statistics.median, costs)
    ratio = of_many / of_few
    print(
        f"{title:<44} of {FEW} {of_few:6.0f} us   of {MANY} {of_many:6.0f} us   {ratio:.2f} times"
    )
    return ratio


def _middle(count: int) -> str:
    """Return the cursor that leads to the middle of a list."""
    middle_at = NOON_AT + timedelta(minutes=count // 2 * EVERY_MIN)
    return Cursor("activities", (middle_at, "~")).encode()


def _cost_us(member: Member, path: str, query: dict[str, Any]) -> float:
    began_s = time.process_time()
    for _ in range(CALLS):
        if member.get(path, **query).status_code != 200:
            raise RuntimeError(path)
    return (time.process_time() - began_s) / CALLS * 1e6


if __name__ == "__main__":
    sys.exit(main())
