"""Let many processes move shared balances over HTTP, and compare their journals with the ledger.

`python -m tests.bench.shared_balances [seconds] [processes]`: gunicorn, workers and schedulers run
as in production, and a web worker is killed every other second. Each client buys tickets, has
points adjusted (and confirms what needs a second admin) and uploads runs; a request without an
answer is sent again under its key until it has one. What was answered must stand in the ledger,
once, and nothing else.
"""

from __future__ import annotations

import http.client
import json
import multiprocessing
import os
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any

from fittrack import db
from fittrack.clock import utc_now
from fittrack.dev.files import make_gpx
from fittrack.ids import new_id
from fittrack.points import audit
from tests import factories_drawings as make
from tests.factories_accounts import login, make_account
from tests.faults.stack import Stack, running
from tests.serving import Said

MEMBERS = 8
START_POINTS = 2_000
PRICE_POINTS = 7
SETTLE_WITHIN_S = 120
KILL_EVERY_S = 2.0
BOUNDARY = "between-the-files"
# Answers that tell nothing about what happened: the same request is sent again.
UNDECIDED = frozenset({429, 500, 502, 503, 504})

Headers = dict[str, str]


@dataclass(frozen=True, slots=True)
class World:
    """Who is there, and what they share."""

    port: int
    drawing_id: str
    members: dict[str, Headers]
    admins: list[Headers]
    folder: Path


@dataclass(frozen=True, slots=True)
class Deed:
    """One request as the client that sent it remembers it: what, for whom, and what was said."""

    kind: str
    account_id: str
    points: int
    status: int
    name: str
    tries: int


class Client:
    """One process: its connection, its chance, its journal."""

    def __init__(self, world: World, number: int, stop_at_s: float) -> None:
        self.world = world
        self.random = Random(number)
        self.stop_at_s = stop_at_s
        self.link: http.client.HTTPConnection | None = None
        self.journal = (world.folder / f"journal-{number}").open("w")

    def run(self) -> None:
        """Do one thing after the other until the time is up."""
        kinds = (self.buy, self.adjust, self.upload)
        while time.monotonic() < self.stop_at_s:
            account_id = self.random.choice(sorted(self.world.members))
            self.random.choices(kinds, weights=(80, 18, 2))[0](account_id)
        self.journal.close()

    def buy(self, account_id: str) -> None:
        """Buy some tickets for one of the members, as all the others do."""
        count = self.random.randint(1, 3)
        path = f"/api/v1/drawings/{self.world.drawing_id}/tickets"
        headers = self.world.members[account_id]
        said, tries = self._settled(path, headers, json.dumps({"ticket_count": count}))
        name = said.body["entry"]["entry_id"] if said.status == 201 else ""
        self._note(Deed("buy", account_id, count * PRICE_POINTS, said.status, name, tries))

    def adjust(self, account_id: str) -> None:
        """Add or take points as one admin; the other one confirms where that is needed."""
        first, second = self.random.sample(self.world.admins, 2)
        points = self.random.randint(-30, 40) or 1
        path = f"/api/v1/admin/users/{account_id}/adjust-points"
        body = json.dumps({"amount_points": points, "reason": "A measurement."})
        said, tries = self._settled(path, first, body)
        name = said.body.get("adjustment_id", "")
        if said.status == 201 and said.body["state"] == "pending":
            said, more = self._settled(f"/api/v1/admin/adjustments/{name}/confirm", second, "")
            tries += more
        self._note(Deed("adjust", account_id, points, said.status, name, tries))

    def upload(self, account_id: str) -> None:
        """Upload a run of ten minutes, on a day and with a way of its own."""
        at = utc_now() - timedelta(days=self.random.randint(2, 25), minutes=self.random.random())
        content = make_gpx(at, 600, seed=self.random.randint(0, 10**6))
        said, tries = self._settled(
            "/api/v1/activities/files",
            self.world.members[account_id],
            _multipart(content),
            f"multipart/form-data; boundary={BOUNDARY}",
        )
        self._note(
            Deed("upload", account_id, 0, said.status, said.body.get("import_id", ""), tries)
        )

    def _settled(
        self, path: str, headers: Headers, body: str, kind: str = "application/json"
    ) -> tuple[Said, int]:
        """Return the answer that decides, and how often the request was sent for it."""
        sent = {**headers, "Idempotency-Key": new_id(), "Content-Type": kind}
        give_up_at_s, tries = self.stop_at_s + SETTLE_WITHIN_S, 0
        while time.monotonic() < give_up_at_s:
            tries += 1
            said = self._sent(path, sent, body)
            if said is not None and not _is_undecided(said):
                return said, tries
            time.sleep(self.random.uniform(0.05, 0.3))
        return Said(0, {}, {}, 0.0), tries

    def _sent(self, path: str, headers: Headers, body: str) -> Said | None:
        """Return the answer, or None where the connection broke before it was there."""
        self.link = self.link or http.client.HTTPConnection("127.0.0.1", self.world.port, 60)
        try:
            self.link.request("POST", path, body.encode(), headers)
            answer = self.link.getresponse()
            text = answer.read()
        except (OSError, http.client.HTTPException):
            self.link.close()
            self.link = None
            return None
        return Said(answer.status, json.loads(text) if text else {}, {}, 0.0)

    def _note(self, deed: Deed) -> None:
        fields = [getattr(deed, name) for name in Deed.__slots__]
        self.journal.write(json.dumps(fields) + "\n")


def main() -> int:
    """Print what was done and what is wrong with it; exit 1 where anything is."""
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 60.0
    processes = int(sys.argv[2]) if len(sys.argv) > 2 else 64
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name:
        folder = Path(name)
        with running(folder) as stack:
            world = _world(stack)
            kills = _let_loose(world, stack, processes, seconds)
            _wait_for_jobs()
            deeds = list(_deeds(folder))
            wrong = _compared(world, deeds)
    _print(deeds, kills, processes, seconds)
    for what, count in wrong.items():
        print(f"{what:<40} {count}")
    return 1 if any(wrong.values()) else 0


def _world(stack: Stack) -> World:
    client = stack.app.test_client()
    now = utc_now() - timedelta(hours=1, minutes=1)
    drawing = make.make_open(
        now, ticket_price_points=PRICE_POINTS, draws_at=now + timedelta(hours=9),
        closes_at=now + timedelta(hours=8),
    )  # fmt: skip
    members = [make.make_player(START_POINTS) for _ in range(MEMBERS)]
    admins = [make_account(role="admin") for _ in range(2)]
    world = World(
        port=int(stack.base_url.rpartition(":")[2]),
        drawing_id=drawing.drawing_id,
        members={account_id: login(client, account_id) for account_id in members},
        admins=[login(client, account_id) for account_id in admins],
        folder=stack.folder,
    )
    db.engine().close()
    return world


def _let_loose(world: World, stack: Stack, processes: int, seconds: float) -> int:
    """Run the clients to their end, and return how many web workers were killed meanwhile."""
    stop_at_s = time.monotonic() + seconds
    context = multiprocessing.get_context("fork")
    clients = [
        context.Process(target=_live, args=(world, number, stop_at_s))
        for number in range(processes)
    ]
    for client in clients:
        client.start()
    kills, random = 0, Random(0)
    while time.monotonic() < stop_at_s:
        time.sleep(KILL_EVERY_S)
        kills += _kill_one(stack, random)
    for client in clients:
        client.join(SETTLE_WITHIN_S + 30)
    assert all(client.exitcode == 0 for client in clients), "a client did not come to its end"
    return kills


def _live(world: World, number: int, stop_at_s: float) -> None:
    Client(world, number, stop_at_s).run()


def _kill_one(stack: Stack, random: Random) -> int:
    """Kill one of gunicorn's workers, as a machine that runs out of memory does."""
    master = next(child.process for child in stack.children if child.name == "api")
    if master is None:
        return 0
    path = Path(f"/proc/{master.pid}/task/{master.pid}/children")
    with suppress(OSError):
        workers = [int(pid) for pid in path.read_text().split()]
        if workers:
            os.kill(random.choice(workers), signal.SIGKILL)
            return 1
    return 0


def _wait_for_jobs() -> None:
    """Return once every job of an upload is done."""
    deadline_s = time.monotonic() + SETTLE_WITHIN_S
    query = "SELECT COUNT(*) FROM outbox WHERE state = 'pending' AND job_name LIKE 'process_%'"
    while _rows(query)[0][0] and time.monotonic() < deadline_s:
        time.sleep(0.5)


def _deeds(folder: Path) -> Iterator[Deed]:
    for path in sorted(folder.glob("journal-*")):
        for line in path.read_text().splitlines():
            yield Deed(*json.loads(line))


def _compared(world: World, deeds: list[Deed]) -> dict[str, int]:
    """Return what is wrong: each count must be zero."""
    done = [deed for deed in deeds if deed.status in {200, 201, 202}]
    wrong = Counter[str]()
    for kind, query in STANDING.items():
        told = Counter(deed.name for deed in done if deed.kind == kind)
        stands = Counter(name for (name,) in _rows(query))
        wrong[f"{kind}: lost"] = sum((told - stands).values())
        wrong[f"{kind}: doubled"] = sum(count - 1 for count in stands.values())
        wrong[f"{kind}: invented"] = len(stands.keys() - told.keys())
    wrong["requests that were never answered"] = sum(deed.status == 0 for deed in deeds)
    odd = [d.status for d in deeds if d.status not in {0, 200, 201, 202, 422}]
    wrong["answers that nobody expects"] = len(odd)
    wrong["members whose points are others"] = sum(
        _points_of(account_id) != _told_points(account_id, done) for account_id in world.members
    )
    wrong["balances that were ever below zero"] = _rows(BELOW_ZERO)[0][0]
    report = audit.audit_ledger(now=utc_now(), is_deep=True)
    for finding in report.findings.kept[:10]:
        print(finding)
    wrong["findings of the deep audit"] = sum(report.findings.counts.values())
    return dict(wrong)


# What stands, under the name by which the client knows it; grants of the beginning left out.
STANDING = {
    "buy": "SELECT e.entry_id FROM ledger_transactions t JOIN entries e"
    " ON e.purchase_id = t.reference_id WHERE t.kind = 'ticket_purchase'",
    "adjust": "SELECT t.reference_id FROM ledger_transactions t JOIN point_adjustments a"
    " ON a.adjustment_id = t.reference_id WHERE t.kind = 'adjustment'",
    "upload": "SELECT import_id FROM imports",
}
BELOW_ZERO = (
    "SELECT COUNT(*) FROM ledger_postings WHERE balance_after_points < 0"
    " AND ledger_account_id LIKE '%/spendable'"
)
NET = (
    "SELECT SUM(balance_points) - (SELECT COALESCE(SUM(awarded_points), 0) FROM day_awards"
    " WHERE account_id = l.account_id) FROM ledger_accounts l WHERE account_id = '{}'"
)


def _points_of(account_id: str) -> int:
    """Return what the ledger has for a member, less the awards, which the deep audit proves."""
    return int(_rows(NET.format(account_id))[0][0])


def _told_points(account_id: str, done: list[Deed]) -> int:
    """Return what the journals say that a member must have."""
    own = [deed for deed in done if deed.account_id == account_id]
    adjusted = sum(deed.points for deed in own if deed.kind == "adjust")
    return START_POINTS + adjusted - sum(deed.points for deed in own if deed.kind == "buy")


def _rows(query: str) -> list[Any]:
    return db.engine().raw().execute(query).fetchall()


def _is_undecided(said: Said) -> bool:
    return said.status in UNDECIDED or said.body.get("code") == "idempotency_key_in_flight"


def _multipart(content: bytes) -> str:
    head = 'Content-Disposition: form-data; name="file"; filename="run.gpx"'
    return f"--{BOUNDARY}\r\n{head}\r\n\r\n{content.decode()}\r\n--{BOUNDARY}--\r\n"


def _print(deeds: list[Deed], kills: int, processes: int, seconds: float) -> None:
    counts = Counter((deed.kind, deed.status) for deed in deeds)
    print(f"{processes} processes for {seconds:.0f} s, {MEMBERS} members, {kills} workers killed")
    for (kind, status), count in sorted(counts.items()):
        print(f"{kind + ' ' + str(status):<40} {count}")
    again = sum(deed.tries - 1 for deed in deeds)
    print(f"{'sent again for want of an answer':<40} {again}")


if __name__ == "__main__":
    sys.exit(main())
