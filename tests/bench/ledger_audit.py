"""How long an audit of a large ledger takes, and how fast purchases are posted.

Run: python -m tests.bench.ledger_audit [postings] [purchases]
It makes a database of its own in a temporary folder and leaves nothing behind.
"""

from __future__ import annotations

import random
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from fittrack import config, db
from fittrack.config import Config
from fittrack.db import migrate
from fittrack.db.values import instant_to_text
from fittrack.ids import new_id
from fittrack.points import ledger, service
from fittrack.points.audit import audit_ledger
from fittrack.points.models import Head, Link, Posting, Record
from tests.factories_points import make_member

NOON = datetime(2026, 6, 15, 16, tzinfo=UTC)
MEMBERS = 1_000


def main() -> None:
    """Measure both and print the figures."""
    posting_count = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    purchase_count = int(sys.argv[2]) if len(sys.argv) > 2 else 2_000
    with tempfile.TemporaryDirectory() as folder:
        config.use(Config())
        url = f"sqlite:///{Path(folder) / 'bench.db'}"
        engine = db.bind(url, synchronous="OFF")
        migrate.upgrade()
        fill(posting_count // 2)
        time_audit()
        engine.close()
        engine = db.bind(url, synchronous="FULL")
        time_purchases(purchase_count)
        engine.close()


def fill(transaction_count: int) -> None:
    """Write a ledger of awards in one go, chained as the real one is."""
    members = [make_member() for _ in range(MEMBERS)]
    for member in members:
        with db.transaction("open_accounts") as tx:
            service.open_accounts(tx, member, now=NOON)
    began = time.perf_counter()
    chain = Chain(members)
    raw = db.engine().raw()
    raw.execute("BEGIN")
    for record, link, postings in chain.links(transaction_count):
        raw.execute(*_insert("ledger_transactions", _plain(record) | asdict(link)))
        for posting in postings:
            row = {"sequence_no": link.sequence_no, **asdict(posting)}
            raw.execute(*_insert("ledger_postings", row))
    for name, balance in chain.balances.items():
        raw.execute(
            "UPDATE ledger_accounts SET balance_points = ? WHERE ledger_account_id = ?",
            (balance, name),
        )
    raw.execute(
        "UPDATE ledger_head SET sequence_no = ?, content_hash = ?",
        (chain.head.sequence_no, chain.head.content_hash),
    )
    raw.execute(
        "INSERT INTO day_awards SELECT account_id, day_on, 1, 1, SUM(p.amount_points), 0, 0, 0,"
        " '{}', '[]', MAX(t.created_at) FROM ledger_transactions t JOIN ledger_postings p"
        " ON p.sequence_no = t.sequence_no AND p.amount_points > 0 GROUP BY account_id, day_on"
    )
    raw.execute("COMMIT")
    print(f"filled {transaction_count} transactions in {time.perf_counter() - began:.1f} s")


class Chain:
    """Makes the next link of a ledger in memory."""

    def __init__(self, members: list[str]) -> None:
        self.members = members
        self.head = Head(0, ledger.GENESIS_HASH)
        self.balances: dict[str, int] = {}
        self.random = random.Random(1)

    def links(self, count: int) -> Iterator[tuple[Record, Link, list[Posting]]]:
        """Yield awards of random members, one a day and member on the average."""
        for number in range(1, count + 1):
            member = self.members[number % len(self.members)]
            points = self.random.randint(1, 1_000)
            postings = [
                self._posting(ledger.spendable_id(member), points),
                self._posting(ledger.ISSUED, -points),
            ]
            record = _award(member, number // len(self.members), number)
            content = ledger.content_of(record, number, self.head.content_hash, postings)
            link = Link(number, self.head.content_hash, ledger.hash_of(content))
            self.head = Head(number, link.content_hash)
            yield record, link, postings

    def _posting(self, name: str, points: int) -> Posting:
        self.balances[name] = self.balances.get(name, 0) + points
        return Posting(name, points, self.balances[name])


def _award(member: str, day: int, number: int) -> Record:
    day_on = date(2020, 1, 1) + timedelta(days=day)
    return Record(
        transaction_id=new_id(),
        kind="award",
        account_id=member,
        reference_id=f"{member}/{day_on}",
        reverses_no=None,
        idempotency_key=f"award/{member}/{day_on}/{number}",
        request_hash="0" * 64,
        description=f"Points for {day_on}",
        actor=ledger.SYSTEM,
        rules_version=1,
        day_on=day_on,
        created_at=NOON + timedelta(seconds=number),
    )


def _plain(record: Record) -> dict[str, object]:
    dated = {
        "day_on": record.day_on.isoformat(),
        "created_at": instant_to_text(record.created_at),
    }
    return asdict(record) | dated


def _insert(table: str, row: dict[str, object]) -> tuple[str, tuple[object, ...]]:
    marks = ", ".join("?" * len(row))
    return f"INSERT INTO {table} ({', '.join(row)}) VALUES ({marks})", tuple(row.values())


def time_audit() -> None:
    """Audit all of it and print how long it took and what it found."""
    began, began_cpu = time.perf_counter(), time.process_time()
    report = audit_ledger(now=NOON)
    seconds, cpu_s = time.perf_counter() - began, time.process_time() - began_cpu
    found = dict(report.findings.counts)
    print(f"audited {report.postings} postings in {seconds:.1f} s ({cpu_s:.1f} s CPU): {found}")


def time_purchases(count: int) -> None:
    """Buy with one process and durable commits, and print the rate and the statements of one."""
    ana = make_member(points=count)
    statements: list[str] = []
    db.engine().raw().set_trace_callback(statements.append)
    _buy(ana)
    db.engine().raw().set_trace_callback(None)
    began = time.perf_counter()
    for _ in range(count - 1):
        _buy(ana)
    rate = (count - 1) / (time.perf_counter() - began)
    print(f"{rate:.0f} purchases a second, {len(statements)} statements each with BEGIN and COMMIT")


def _buy(account_id: str) -> None:
    with db.transaction("buy") as tx:
        service.spend(tx, account_id, 1, reference_id=new_id(), description="Ticket", now=NOON)


if __name__ == "__main__":
    main()
