"""The week itself: it jumps from one event to the next, and workers do what is due then."""

from __future__ import annotations

import heapq
import os
import random
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import count
from typing import Any

from fittrack import db, queues
from fittrack.errors import Problem
from fittrack.queues import Lease
from fittrack.simulator import faults
from fittrack.simulator.faults import Fault
from fittrack.simulator.trackers import telling
from fittrack.trackers.connections import endings
from fittrack.trackers.connections import service as connecting
from fittrack.trackers.connections.errors import TrackerUnavailable
from fittrack.trackers.providers import ADAPTERS
from fittrack.trackers.providers.base import ProviderDown, Throttled, TokenRefused
from fittrack.trackers.syncing import repository
from fittrack.trackers.syncing import service as syncing
from fittrack.trackers.webhooks import service as webhooks
from tests.factories_accounts import login, make_account
from tests.factories_trackers import come_back
from tests.trackers.week import sending
from tests.trackers.week.people import DELETING, Deed, Member, can_be, days_of, do

CONNECTIONS = int(os.environ.get("FITTRACK_WEEK", "6"))
SEED = int(os.environ.get("FITTRACK_SEED", "1"))
IS_WHOLE = CONNECTIONS > 60
PROVIDERS = ("strava", "whoop", "google_health", "oura", "polar", "withings")
DAY, SECOND = timedelta(days=1), timedelta(seconds=1)
# What happens within so little time is looked at together.
LEAST_STEP_S = 5.0
HISTORY = timedelta(days=6 if IS_WHOLE else 2)
# Twice what a bad week has: of twenty calls two go wrong, and a provider is away for a whole day.
FAULT_RATE = 0.1
# They take real seconds, or two hundred calls: a few will do.
SLOW = ("slow", "slow_headers", "drip", "drip_of_length", "gzip_bomb", "huge", "endless_pages")
AWAY = (Fault("error_503", faults.API, 10**9), Fault("error_500", faults.TOKEN, 10**9))
# Who ends it: at the provider, for good or to come back, or here, keeping the data or not.
LEAVING = {3: "revoked", 9: "back", 17: "delete", 22: "keep"}
JOBS = ("do_webhook", "revoke_grant", "delete_brought")
_PENDING = (
    "FROM outbox WHERE state = 'pending' AND job_name IN ('do_webhook', 'revoke_grant',"
    " 'delete_brought')"
)


class Week:
    """Members, what is still to happen, and who waits for a worker."""

    def __init__(self, client: Any, trackers: Any, database: Any) -> None:
        self.client, self.trackers, self.database = client, trackers, database
        self.world = trackers["strava"].world
        self.chance = random.Random(SEED)
        self.came = Counter[str]()
        self.syncs = {name: Counter[str]() for name in PROVIDERS}
        self.members: list[Member] = []
        self.by_id: dict[str, Member] = {}
        self.waiting: dict[str, datetime] = {}
        self.away: set[str] = set()
        self._ahead: list[tuple[datetime, int, Callable[[], None]]] = []
        self._sequence, self._numbers = count(), count(1)

    def join(self, number: int) -> Member:
        """Let a member join who is connected to one provider, on which they are new."""
        tracker = self.trackers[PROVIDERS[number % len(PROVIDERS)]]
        email, account_id = f"member{number}@gmail.test", make_account()
        account = tracker.account(email)
        since_at = self.world.now() - HISTORY
        for kept, began in (
            (account.workouts, "started_at"),
            (account.nights, "started_at"),
            (account.days, "updated_at"),
        ):
            for key in [key for key, one in kept.items() if getattr(one, began) < since_at]:
                del kept[key]
        connection_id = self.let_in(account_id, tracker.name, email)
        leaving = LEAVING.get(number % 25, "")
        member = Member(email, account_id, tracker, account, connection_id, leaving)
        self.members.append(member)
        self.by_id[connection_id] = member
        self.waiting[connection_id] = self.world.now()
        return member

    def let_in(self, account_id: str, provider: str, email: str) -> str:
        """Connect a member, who comes again while there is no room; return the connection's id."""
        returned = come_back(account_id, provider, email=email, now=self.world.now())
        while True:
            try:
                found = connecting.finish_connection(
                    provider=provider, returned=returned, now=self.world.now()
                )
            except TrackerUnavailable as refused:
                self.came["let in later"] += 1
                self._go_to(self.world.now() + int(refused.headers["Retry-After"]) * SECOND)
            else:
                return found.connection_id

    def at(self, at: datetime, happen: Callable[[], None]) -> None:
        """Let something happen at an instant."""
        heapq.heappush(self._ahead, (at, next(self._sequence), happen))

    def plan(self, from_at: datetime, days: int, *, is_calm: bool) -> None:
        """Plan what everybody does on some days, and what is told of it."""
        for member in self.members:
            for day in range(days):
                begins_at = from_at + DAY * day
                for deed in days_of(member, self.chance, self._numbers, begins_at):
                    self._plan_deed(deed, is_calm=is_calm)

    def _plan_deed(self, deed: Deed, *, is_calm: bool) -> None:
        self.at(deed.at, lambda: self._do(deed))
        if deed.aspect == "steps":
            return
        word, delays = sending.delays(deed.aspect, self.chance, is_calm=is_calm)
        self.came[f"webhooks {word}"] += 1
        for delay in delays:
            self.at(deed.at + delay, lambda: self._tell(deed))

    def _do(self, deed: Deed) -> None:
        if not can_be(deed):
            return
        do(deed)
        self.came[deed.aspect] += 1

    def _tell(self, deed: Deed) -> None:
        member, now = deed.member, self.world.now()
        if member.provider in self.away:
            return
        if deed.aspect in {"night", "score", "no_night"}:
            told = sending.about_night(member, deed.number, deed.aspect, now)
        else:
            if deed.aspect != "create" and not can_be(deed):
                return
            workout = member.account.workouts.get(deed.number, deed.made)
            told = sending.about_workout(member, workout, deed.aspect, now)
        for one in told:
            assert sending.receive(member, one, now), (member.provider, deed.aspect)

    def leave(self, member: Member) -> None:
        """Let a member end it in their own way."""
        member.is_away = True
        self.came[f"left: {member.leaving}"] += 1
        if member.leaving in {"delete", "keep"}:
            headers = login(self.client, member.account_id)
            address = f"/api/v1/connections/{member.provider}?data={member.leaving}"
            answer = self.client.delete(address, headers=headers)
            assert answer.status_code in {202, 204}, answer.json
            self.waiting.pop(member.connection_id, None)
            self.at(self.world.now() + DAY, lambda: self._know(member))
            return
        member.tracker.revoke_account(member.account)
        now = self.world.now()
        told = telling.of_the_end(member.tracker, member.account, now)
        if told is not None and self.chance.random() < 0.5:
            assert sending.receive(member, told, now)

    def _know(self, member: Member) -> None:
        """Note that we know by now that a member has left."""
        if member.knocks_known is None:
            member.knocks_known = member.knocks()

    def be_away(self, name: str) -> None:
        """Let a provider be away for a day."""
        tracker = self.trackers[name]
        tracker.faults.clear()
        for fault in AWAY:
            tracker.faults.add(Fault(fault.kind, fault.at, fault.times))
        self.away.add(name)
        self.at(self.world.now() + DAY, lambda: self.come_back(name))

    def come_back(self, name: str) -> None:
        """Let a provider be there again."""
        self.trackers[name].faults.clear()
        self.away.discard(name)

    def spoil(self, calls: int) -> None:
        """Let every provider go wrong at some of the calls that are still to come."""
        for name in PROVIDERS:
            if name in self.away:
                continue
            for at, kinds in ((faults.API, _api_kinds(name)), (faults.TOKEN, _token_kinds(name))):
                share = calls * FAULT_RATE * (1.0 if at == faults.API else 0.1)
                for _ in range(int(share + self.chance.random()) if kinds else 0):
                    kind = self.chance.choice(kinds)
                    after = self.chance.randrange(max(1, calls))
                    self.trackers[name].faults.add(Fault(kind, at, 1, after=after))
                    self.came[f"{at} {kind}"] += 1

    def live(self, until_at: datetime, look: timedelta, *, only: set[str] | None = None) -> None:
        """Jump from event to event; every `look` polls are done, and members look after theirs."""
        looks_at = self.world.now()
        while self.world.now() < until_at:
            is_look = self.world.now() >= looks_at
            if is_look:
                looks_at = self.world.now() + look
            self._happen()
            self.do_jobs()
            if is_look or min(self.waiting.values(), default=until_at) <= self.world.now():
                self._sync(is_look=is_look, only=only)
            if is_look and only is None:
                self._look_after()
            self._go_to(min(until_at, looks_at, *self._next(only)))
            if only is not None and not self.waiting.keys() & only:
                return

    def _go_to(self, at: datetime) -> None:
        left_s = (at - self.world.now()).total_seconds()
        self.world.ahead_s += max(LEAST_STEP_S, left_s)

    def _next(self, only: set[str] | None) -> list[datetime]:
        found = [self._ahead[0][0]] if self._ahead else []
        found += [at for one, at in self.waiting.items() if only is None or one in only]
        [row] = self.database.raw().execute(f"SELECT MIN(due_at) {_PENDING}")
        return found + ([datetime.fromisoformat(row[0])] if row[0] else [])

    def _happen(self) -> None:
        while self._ahead and self._ahead[0][0] <= self.world.now():
            heapq.heappop(self._ahead)[2]()

    def do_jobs(self) -> None:
        """Do what is due of webhooks and endings."""
        now = self.world.now()
        rows = self.database.raw().execute(
            f"SELECT outbox_id, job_name {_PENDING} AND due_at <= ? ORDER BY due_at",
            (f"{now:%Y-%m-%dT%H:%M:%S.%fZ}",),
        )
        for outbox_id, job_name in rows.fetchall():
            lease = queues.claim(outbox_id, now=self.world.now())
            if lease is None:
                continue
            try:
                self._do_job(job_name, lease)
                self.came[job_name] += 1
            except (ProviderDown, Throttled, TokenRefused) as error:
                queues.fail(lease, str(error), now=self.world.now())

    def _do_job(self, name: str, lease: Lease) -> None:
        now, ids = self.world.now(), lease.payload
        if name == "do_webhook":
            webhooks.do_webhook(**ids, lease=lease, clock=self.world.now)
        elif name == "revoke_grant":
            endings.revoke_grant(**ids, lease=lease, now=now)
        else:
            endings.delete_brought(**ids, lease=lease, now=now)

    def _sync(self, *, is_look: bool, only: set[str] | None) -> None:
        now = self.world.now()
        with db.reading("list_due_connections") as tx:
            due = repository.list_due_connections(tx, now_at=now, row_limit=500)
        for connection_id in due:
            if only is not None and connection_id not in only:
                continue
            if is_look or self.waiting.get(connection_id, now + DAY) <= now:
                self._sync_one(connection_id)
        for connection_id in [one for one, at in self.waiting.items() if at <= now]:
            if connection_id not in due:
                del self.waiting[connection_id]

    def _sync_one(self, connection_id: str) -> None:
        self.waiting.pop(connection_id, None)
        outcome = syncing.sync_connection(connection_id=connection_id, clock=self.world.now)
        if outcome is None:
            return
        word = outcome.outcome if outcome.outcome == "done" else outcome.error_code
        self.syncs[self.by_id[connection_id].provider][str(word)] += 1
        if outcome.due_at and (outcome.outcome != "done" or outcome.due_at <= self.world.now()):
            self.waiting[connection_id] = outcome.due_at

    def _look_after(self) -> None:
        """Let members who are asked to connect again do so, unless they have left for good."""
        rows = self.database.raw().execute(
            "SELECT connection_id FROM connections WHERE status = 'reauth_required'"
        )
        asked = {row[0] for row in rows.fetchall()}
        for member in self.members:
            if member.connection_id not in asked:
                continue
            if member.leaving == "revoked" and member.is_away:
                self._know(member)
            elif self.chance.random() < 0.5 and self._ask_in(member):
                member.is_away = False
                self.came["connected again"] += 1
                self.waiting[member.connection_id] = self.world.now()

    def _ask_in(self, member: Member) -> bool:
        returned = come_back(
            member.account_id, member.provider, email=member.email, now=self.world.now()
        )
        try:
            connecting.finish_connection(
                provider=member.provider, returned=returned, now=self.world.now()
            )
        except Problem:
            return False
        return True


def _api_kinds(name: str) -> list[str]:
    """Return how an answer goes wrong; what takes long is rare, what nobody tells of never is."""
    kinds = [kind for kind in faults.OF_TRACKERS[faults.API] if kind not in SLOW]
    if name not in DELETING:
        kinds.remove("shrunk_page")
    return kinds * 5 + [*SLOW] if IS_WHOLE else kinds


def _token_kinds(name: str) -> list[str]:
    kinds = [kind for kind in faults.OF_TRACKERS[faults.TOKEN] if kind not in SLOW]
    return kinds if ADAPTERS[name].facts.refreshes else []
