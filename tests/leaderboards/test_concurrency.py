"""Members of one board are awarded and moved at once, by processes of their own."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from functools import partial

import pytest

from fittrack import db
from fittrack.leaderboards import service
from tests.conformance import engines
from tests.factories_points import NOON
from tests.leaderboards.world import OTHER_TIER, TIER, earn, join, lose, move, own
from tests.points.test_concurrency import in_processes

pytestmark = pytest.mark.skipif(engines.name() != "sqlite", reason="binds SQLite's file anew")
PROCESSES, AWARDS = 8, 6
SECOND = timedelta(seconds=1)


def test_whoever_writes_boards_holds_the_head_before_reading_them(database):
    """SQLite holds everything anyway; on Oracle it is this row."""
    ana = join()
    activity_id = earn(ana, 10)
    for write in (
        lambda: move(ana, OTHER_TIER),
        lambda: lose(ana, activity_id),
        lambda: service.rebuild(now=NOON, progress=lambda _: None),
    ):
        seen: list[str] = []
        database.raw().set_trace_callback(seen.append)
        write()
        database.raw().set_trace_callback(None)
        first = {name: place_of(seen, name) for name in ("ledger_head", "standings")}
        assert first["ledger_head"] < first["standings"]


def place_of(statements: list[str], table: str) -> int:
    """Return how many statements come before the first one about a table."""
    return next(at for at, text in enumerate(statements) if table in text)


def test_sums_ranks_and_buckets_are_right_after_many_awards_at_once(database):
    members = [join() for _ in range(PROCESSES)]

    def work(number: int) -> int:
        """Earn, lose and move, of two members in turn, so that processes meet on each."""
        chance = random.Random(number)
        for step in range(AWARDS):
            account_id = members[(number + step % 2) % PROCESSES]
            now = NOON + step * SECOND
            if number == 0:
                service.rebuild(now=now, progress=lambda _: None)
            activity_id = earn_once(account_id, chance.choice([1, 10, 10, 25]), now)
            if step % 3 == 2:
                db.retry(partial(lose, account_id, activity_id, now=now))
            if step % 3 == 1:
                db.retry(partial(move, account_id, chance.choice([TIER, OTHER_TIER]), now=now))
        return number

    def earn_once(account_id: str, points: int, now: datetime) -> str:
        return db.retry(partial(earn, account_id, points, now=now))

    in_processes(PROCESSES, f"sqlite:///{database.path}", work)

    assert list(service.check(now=NOON + 60 * SECOND)) == []
    for tier in (TIER, OTHER_TIER):
        ranks = [own(one, tier_code=tier).rank for one in members]
        placed = sorted(rank for rank in ranks if rank is not None)
        assert placed == list(range(1, len(placed) + 1))
