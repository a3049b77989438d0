"""What leaderboards cost among many: `python -m tests.bench.leaderboard [members] [rebuilt]`.

It makes a database of its own in a temporary folder and leaves nothing behind. All members stand on
one board of one period: once spread as a busy day spreads them, once all at the cap of the day.
"""

from __future__ import annotations

import random
import sqlite3
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from fittrack import config, db
from fittrack.config import Config
from fittrack.db import migrate
from fittrack.db.values import instant_to_text
from fittrack.ids import new_id
from fittrack.leaderboards import repository, rules, service, steps
from fittrack.leaderboards.models import Board, Period, Total
from fittrack.points import ledger
from fittrack.points import service as points
from fittrack.points.models import Request

MEMBERS = 1_000_000
DAY_ON = date(2026, 6, 15)
MIDNIGHT = datetime(2026, 6, 15, 4, tzinfo=UTC)
NOON = datetime(2026, 6, 15, 16, tzinfo=UTC)
DAY_S = 86_400
CAP_POINTS = 1_000
TIER = "F-30-39-INT"
BOARD = Board(TIER, Period("daily", DAY_ON))
ASKED: dict[str, Any] = {
    "kind": "daily",
    "day_on": DAY_ON,
    "tier_code": TIER,
    "scope": None,
    "now": NOON,
}
RUNS = 500
REBUILT = 20_000
DAYS = 5


def main() -> None:
    """Measure both boards, the awards on them, and a rebuild."""
    members = int(sys.argv[1]) if len(sys.argv) > 1 else MEMBERS
    for name, worth in (("spread", spread), ("all at the cap", lambda _: CAP_POINTS)):
        with tempfile.TemporaryDirectory() as folder:
            config.use(Config())
            path = Path(folder) / "bench.db"
            engine = db.bind(f"sqlite:///{path}", synchronous="NORMAL")
            migrate.upgrade()
            print(f"== {members:,} members on one board, {name}")
            filled = fill(members, worth)
            reads(members)
            if name == "spread":
                elsewise(members, path)
            awards(filled)
            engine.close()
    rebuilt = int(sys.argv[2]) if len(sys.argv) > 2 else REBUILT
    with tempfile.TemporaryDirectory() as folder:
        engine = db.bind(f"sqlite:///{Path(folder) / 'bench.db'}", synchronous="NORMAL")
        migrate.upgrade()
        rebuild(rebuilt)
        engine.close()


def spread(chance: random.Random) -> int:
    """Return points of a busy day: many at the cap, many with steps alone, the others between."""
    kind = chance.random()
    if kind < 0.15:
        return CAP_POINTS
    if kind < 0.45:
        return 10 * chance.randint(1, 20)
    return chance.randint(1, CAP_POINTS)


def fill(members: int, worth: Callable[[random.Random], int]) -> list[str]:
    """Write members who stand on the board, with its buckets; return the ids."""
    raw, chance = db.engine().raw(), random.Random(1)  # type: ignore[attr-defined]
    ids = [f"{number:036x}" for number in range(members)]
    totals = [Total(worth(chance), 1, _reached(chance)) for _ in ids]
    raw.execute("PRAGMA foreign_keys = OFF")
    raw.execute("BEGIN")
    _insert_members(raw, ids)
    raw.executemany(
        "INSERT INTO standings (account_id, starts_on, period, board_code, tier_code, points,"
        " active_days, reached_at, place_key) VALUES (?, ?, 'daily', ?, ?, ?, 1, ?, ?)",
        _standings(ids, totals),
    )
    buckets: Counter[str] = Counter()
    for account_id, total in zip(ids, totals, strict=True):
        buckets.update(rules.prefixes_of(rules.place_key(total, account_id)))
    raw.executemany(
        "INSERT INTO board_buckets VALUES (?, 'daily', ?, ?, ?, ?)",
        ((TIER, DAY_ON.isoformat(), len(p), p, n) for p, n in sorted(buckets.items())),
    )
    raw.execute("COMMIT")
    raw.execute("PRAGMA foreign_keys = ON")
    print(f"{len(buckets):,} buckets, the largest last one of {_largest(buckets):,} members")
    return ids


def rebuild(members: int) -> None:
    """Write a ledger of some days of members, and print how long their boards take from it."""
    raw, chance = db.engine().raw(), random.Random(4)  # type: ignore[attr-defined]
    ids = [f"{number:036x}" for number in range(members)]
    raw.execute("PRAGMA foreign_keys = OFF")
    raw.execute("BEGIN")
    _insert_members(raw, ids)
    for day in range(DAYS):
        _insert_day(raw, ids, day, chance)
    raw.execute("COMMIT")
    raw.execute("PRAGMA foreign_keys = ON")
    began_s = time.process_time()
    done = service.rebuild(now=NOON + timedelta(days=DAYS), progress=lambda _: None)
    took_s = time.process_time() - began_s
    print(f"rebuilt {done.members:,} members of {DAYS} days in {took_s:.1f} s of CPU")
    began_s = time.process_time()
    problems = list(service.check(now=NOON + timedelta(days=DAYS)))
    took_s = time.process_time() - began_s
    print(f"checked them in {took_s:.1f} s of CPU: {len(problems)} differences")


def _insert_day(raw: sqlite3.Connection, ids: list[str], day: int, chance: random.Random) -> None:
    first_no = day * len(ids) + 1
    day_on = (DAY_ON + timedelta(days=day)).isoformat()
    raw.executemany(
        "INSERT INTO ledger_transactions (sequence_no, transaction_id, kind, account_id,"
        " reference_id, idempotency_key, request_hash, description, actor, day_on, created_at,"
        " previous_hash, content_hash)"
        " VALUES (?1, ?1, 'award', ?2, 'r', ?1, 'h', 'd', 'system', ?3, ?4, 'h', 'h')",
        (
            (str(number), one, day_on, instant_to_text(_reached(chance) + timedelta(days=day)))
            for number, one in enumerate(ids, start=first_no)
        ),
    )
    raw.executemany(
        "INSERT INTO ledger_postings VALUES (?, 'house/issued', ?, 0)",
        ((number, -spread(chance)) for number, _ in enumerate(ids, start=first_no)),
    )


def _insert_members(raw: sqlite3.Connection, ids: list[str]) -> None:
    raw.executemany(
        "INSERT INTO accounts (account_id, email_key, display_name, display_name_key, role, status,"
        " created_at) VALUES (?1, ?1, SUBSTR(?1, -12), ?1, 'user', 'active', ?2)",
        ((account_id, instant_to_text(NOON)) for account_id in ids),
    )
    raw.executemany(
        "INSERT INTO profiles (account_id, tier_code, time_zone, updated_at)"
        " VALUES (?, ?, 'America/New_York', ?)",
        ((account_id, TIER, instant_to_text(NOON)) for account_id in ids),
    )


def _standings(ids: list[str], totals: list[Total]) -> Iterator[tuple[Any, ...]]:
    for account_id, total in zip(ids, totals, strict=True):
        key = rules.place_key(total, account_id)
        day, reached = DAY_ON.isoformat(), instant_to_text(total.reached_at)
        yield account_id, day, TIER, TIER, total.points, reached, key


def _reached(chance: random.Random) -> datetime:
    return MIDNIGHT + timedelta(seconds=chance.uniform(0, DAY_S))


def _largest(buckets: Counter[str]) -> int:
    """Return how many places a rank counts one by one at most."""
    last = {p: n for p, n in buckets.items() if p == rules.prefixes_of(p.ljust(66, "0"))[-1]}
    return max(last.values())


def reads(members: int) -> None:
    """Print what the three questions cost, in the database and as whole use cases."""
    chance = random.Random(2)
    keys = _keys(chance, members)
    timed("top 100: the query", lambda _: _top())
    timed("my rank: the query", lambda n: _rank(keys[n]))
    timed("the 10 above and the 10 below", lambda n: _around(keys[n]))
    viewers = [f"{chance.randrange(members):036x}" for _ in range(RUNS)]
    timed("top 100: the use case", lambda n: service.get_table(viewer_id=viewers[n], **_asked()))
    timed(
        "my place: the use case", lambda n: service.get_own_place(viewer_id=viewers[n], **_asked())
    )


def _asked() -> dict[str, Any]:
    return {**ASKED, "now": NOON}


def _keys(chance: random.Random, members: int) -> list[str]:
    with db.reading("find_keys") as tx:
        found = (
            repository.find_standing(tx, f"{chance.randrange(members):036x}", BOARD)
            for _ in range(RUNS)
        )
        return [one.place_key for one in found if one is not None and one.place_key]


def _top() -> None:
    with db.reading("top") as tx:
        repository.list_places_after(tx, BOARD, service.BEFORE_ALL, row_limit=100)


def _rank(key: str) -> None:
    with db.reading("rank") as tx:
        repository.count_places_before(tx, BOARD, key)


def _around(key: str) -> None:
    with db.reading("around") as tx:
        repository.list_places_before(tx, BOARD, key, row_limit=10)
        repository.list_places_after(tx, BOARD, key, row_limit=10)


def elsewise(members: int, path: Path) -> None:
    """Print what a rank would cost otherwise, on the same rows."""
    raw = sqlite3.connect(path)
    chance = random.Random(2)
    keys = _keys(chance, members)
    where = "board_code = ? AND period = 'daily' AND starts_on = ?"
    counted = f"SELECT COUNT(*) FROM standings WHERE {where} AND place_key < ?"
    timed(
        "my rank by COUNT(*)",
        lambda n: raw.execute(counted, (TIER, DAY_ON.isoformat(), keys[n])).fetchone(),
        5,
    )
    ranked = (
        "SELECT place FROM (SELECT account_id, RANK() OVER (ORDER BY SUM(points) DESC) AS place"
        f" FROM standings WHERE {where} GROUP BY account_id) WHERE account_id = ?"
    )
    binds = (TIER, DAY_ON.isoformat(), f"{chance.randrange(members):036x}")
    timed("my rank by GROUP BY and RANK", lambda _: raw.execute(ranked, binds).fetchone(), 1)
    raw.close()


def awards(ids: list[str]) -> None:
    """Print what an award costs with and without the boards, and then a rebuild of some."""
    chance = random.Random(3)
    chosen = chance.sample(ids, 4 * RUNS)
    bare, first, later = chosen[:RUNS], chosen[RUNS : 2 * RUNS], chosen[2 * RUNS : 3 * RUNS]
    for account_id in chosen:
        with db.transaction("open_accounts") as tx:
            points.open_accounts(tx, account_id, now=NOON)
    timed("an award without boards", lambda n: award(bare[n], is_counted=False))
    timed("a member's first award", lambda n: award(first[n]))
    for account_id in later:
        award(account_id)
    timed("an award", lambda n: award(later[n], day=1))
    timed("an award seen as a rank", lambda n: seen(later[n]))


def award(account_id: str, *, day: int = 0, is_counted: bool = True) -> None:
    """Award a day as points do."""
    day_on, now = DAY_ON + timedelta(days=day), NOON + timedelta(days=day)
    request = Request(
        kind="award",
        account_id=account_id,
        house=ledger.ISSUED,
        amount_points=130,
        reference_id=account_id,
        idempotency_key=new_id(),
        description="A day",
        actor=ledger.SYSTEM,
        day_on=day_on,
        may_owe=True,
    )
    with db.transaction("award") as tx:
        ledger.post(tx, request, now=now)
        if is_counted:
            steps.count(tx, account_id, {day_on: (0, 130)}, now=now)


def seen(account_id: str) -> None:
    """Award another day, and ask for the rank of it."""
    award(account_id, day=2)
    now = NOON + timedelta(days=2)
    asked = {**ASKED, "day_on": None, "tier_code": None, "now": now}
    assert service.get_own_place(viewer_id=account_id, **asked).points == 130


def timed(what: str, use: Callable[[int], Any], runs: int = RUNS) -> None:
    """Print the median and the 99th percentile of some runs, and the median of their CPU."""
    times_s, cpu_s = [], []
    for number in range(runs):
        began_s, began_cpu_s = time.perf_counter(), time.thread_time()
        use(number)
        cpu_s.append(time.thread_time() - began_cpu_s)
        times_s.append(time.perf_counter() - began_s)
    times_s.sort()
    p50, p99 = times_s[len(times_s) // 2] * 1000, times_s[len(times_s) * 99 // 100] * 1000
    cpu_ms = sorted(cpu_s)[len(cpu_s) // 2] * 1000
    print(f"{what:<32} p50 {p50:9.3f} ms  p99 {p99:9.3f} ms  CPU {cpu_ms:9.3f} ms", flush=True)


if __name__ == "__main__":
    main()
