"""Members who live on simulated trackers: what they did there, and what of it is here."""

from __future__ import annotations

import random
import shutil
import threading
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

from flask.testing import FlaskClient
from redis import Redis

from fittrack import config, db
from fittrack.clock import utc_now
from fittrack.config import Config
from fittrack.points import service as points
from fittrack.simulator.faults import Fault
from fittrack.simulator.server import server_of
from fittrack.simulator.trackers import telling
from fittrack.simulator.trackers.histories import Account, Day, Night, new_workout
from fittrack.simulator.trackers.service import Tracker
from fittrack.simulator.trackers.telling import News, Told
from fittrack.simulator.world import World, clients_of
from fittrack.trackers.providers import ADAPTERS
from fittrack.trackers.providers.base import RECOVERY, SLEEP, STEPS
from fittrack.trackers.syncing.models import Outcome
from tests.conformance import engines
from tests.factories_accounts import login, make_account
from tests.factories_trackers import connect, sync, tracker_settings
from tests.recovery.test_recovery import read
from tests.trackers.test_sync import all_of
from tests.trackers.test_webhooks import do_due

ACTIVITY_PROVIDERS = ("google_health", "oura", "polar", "strava", "whoop", "withings")
_numbers = count(1_000_000_000)


@dataclass(slots=True)
class Life:
    """One member at one tracker; a few days of history, and whatever happens from then on."""

    client: FlaskClient
    tracker: Tracker
    email: str
    account_id: str = ""
    headers: Any = field(default_factory=dict)
    connection: dict[str, Any] = field(default_factory=dict)

    @property
    def account(self) -> Account:
        return self.tracker.account(self.email)

    @property
    def streams(self) -> tuple[str, ...]:
        return ADAPTERS[self.tracker.name].facts.streams

    def join(self, **over: Any) -> None:
        """Connect, and let what there is come in."""
        if not self.account_id:
            self.account_id = make_account()
            self.headers = login(self.client, self.account_id)
        self.connection = connect(
            self.client, self.headers, self.tracker.name, email=self.email, **over
        )

    def spoil(self, kind: str, times: int = 1, at: str = "api", **over: Any) -> None:
        """Let the tracker misbehave."""
        self.tracker.faults.add(Fault(kind, at, times, **over))

    def happen(self, hours_ago: float = 5.0) -> int:
        """Let them exercise, sleep and walk; return the workout's number."""
        now, number = self.tracker.world.now(), next(_numbers)
        chance = random.Random(number)
        started_at = now - timedelta(hours=hours_ago, minutes=number % 50)
        self.account.workouts[number] = new_workout(number, started_at, chance)
        nights = self.account.nights
        last = max(nights.values(), key=lambda one: one.ended_at, default=None)
        if last is not None and now - last.scored_at > timedelta(days=1):
            nights[number] = _night_before(now, last, number)
        day = f"{now - timedelta(days=1):%Y-%m-%d}"
        self.account.days.setdefault(day, Day(day, 4000 + number % 5000, 20, now))
        return number

    def pass_time(self, wait: timedelta) -> None:
        self.tracker.world.ahead_s += wait.total_seconds()

    def live(self, *, most: int = 40, behind: timedelta = timedelta(0)) -> list[Outcome]:
        """Let time pass until all is read, and return how each sync ended.

        `behind` is how far the worker's clock is behind that of the tracker.
        """
        outcomes: list[Outcome] = []
        due_at = datetime.fromisoformat(self.told_of("due_at"))
        for _ in range(most):
            left = due_at - (self.tracker.world.now() - behind)
            self.pass_time(max(timedelta(0), left) + timedelta(milliseconds=10))
            outcome = sync(self.connection, now=self.tracker.world.now() - behind)
            assert outcome is not None
            outcomes.append(outcome)
            if outcome.due_at is None or outcome.outcome == "done":
                break
            due_at = outcome.due_at
        return outcomes

    def calm(self, **over: Any) -> list[Outcome]:
        """End the trouble, and let the tracker be read once more."""
        self.tracker.faults.clear()
        return self.live(**over)

    def tell(self, number: int, aspect: str, *, times: int = 1, at: datetime | None = None) -> int:
        """Send a webhook to the application; return how the last one was answered."""
        news = News(self.account, self.account.workouts[number], aspect, at or utc_now())
        told = telling.about(self.tracker, news)
        return self.post(told, times=times)

    def post(self, told: Told | None, *, times: int = 1) -> int:
        """Send what a tracker tells, so many times."""
        assert told is not None
        path, _, query = told.url.partition("/api/v1/")[2].partition("?")
        for _ in range(times):
            answer = self.client.post(
                f"/api/v1/{path}", data=told.body, headers=dict(told.headers), query_string=query
            )
        return answer.status_code

    def do_what_was_told(self, *, after: timedelta = timedelta(0)) -> int:
        """Do as workers what webhooks have left to be done; return how much."""
        return do_due(ahead=timedelta(seconds=self.tracker.world.ahead_s) + after)

    def delete(self, number: int) -> None:
        self.account.edit(number, now=self.tracker.world.now(), is_deleted=True)

    def told_of(self, name: str) -> Any:
        """Return what a member sees of the connection."""
        path = f"/api/v1/connections/{self.tracker.name}"
        return self.client.get(path, headers=self.headers).json[name]

    def status(self) -> tuple[str, str | None]:
        """Return how the connection stands, as its member sees it."""
        return self.told_of("status"), self.told_of("status_reason")

    def told(self) -> list[str]:
        """Return the kinds of what the member was told, the latest first."""
        items = self.client.get("/api/v1/notifications?limit=100", headers=self.headers).json[
            "items"
        ]
        return [one["kind"] for one in items]

    def points(self, *, is_recomputed: bool = False) -> int:
        """Return their balance, as it is or once every day is computed anew."""
        if is_recomputed:
            now = self.tracker.world.now()
            days = [(now - timedelta(days=ago)).date() for ago in range(400)]
            with db.transaction("recompute_for_test") as tx:
                points.recompute_days(tx, self.account_id, days, now=now)
        told = self.client.get("/api/v1/points/balance", headers=self.headers).json
        return int(told["balance_points"])

    def there(self) -> dict[str, Counter[Any]]:
        """Return what they did, as the tracker has it."""
        nights = [one for one in self.account.nights.values() if not one.is_deleted]
        scored = [one for one in nights if one.scored_at <= self.tracker.world.now()]
        return {
            "workouts": Counter(f"{one.started_at:%FT%T}" for one in self.account.living()),
            "steps": self._if(STEPS, ((one.day, one.steps) for one in self.account.days.values())),
            "sleep": self._if(SLEEP, (f"{one.started_at:%FT%T}" for one in nights)),
            "recovery": self._if(RECOVERY, (one.recovery_percent for one in scored)),
        }

    def _if(self, stream: str, found: Iterable[Any]) -> Counter[Any]:
        # Polar tells recovery in six words alone.
        is_told = stream in self.streams and (stream != RECOVERY or self.tracker.name != "polar")
        return Counter(found if is_told else ())

    def amiss(self) -> dict[str, tuple[list[Any], list[Any]]]:
        """Return what is there and not here, and what is here and not there, by stream."""
        there, here = self.there(), self.here()
        return {
            name: (
                list((there[name] - here[name]).elements()),
                list((here[name] - there[name]).elements()),
            )
            for name in there
            if there[name] != here[name]
        }

    def amiss_of(self, stream: str) -> tuple[list[Any], list[Any]]:
        """Return the same of one stream alone."""
        return self.amiss().get(stream, ([], []))

    def here(self) -> dict[str, Counter[Any]]:
        """Return what of it came in, as the member sees it; each once."""
        found = all_of(self.client, self.headers)
        slept = read(self.client, self.headers, "/sleep", limit=100)
        scores = [one["score_percent"] for one in read(self.client, self.headers, limit=100)]
        steps = ((one["started_at"][:10], one["steps"]) for one in found if one["type"] == "steps")
        return {
            "workouts": Counter(
                one["started_at"][:19] for one in found if one["type"] == "workout"
            ),
            "steps": self._if(STEPS, steps),
            "sleep": self._if(SLEEP, (one["started_at"][:19] for one in slept)),
            "recovery": self._if(RECOVERY, (round(one) for one in scores if one is not None)),
        }


class Lives:
    """All members of a test module, one of its own for each tracker unless asked for another."""

    def __init__(self, client: FlaskClient, trackers: dict[str, Tracker]) -> None:
        self.client, self.trackers = client, trackers
        self._known: dict[str, Life] = {}

    def at(self, provider: str) -> Life:
        """Return who is connected to a tracker, without trouble now."""
        if provider not in self._known:
            self._known[provider] = self.joined(provider)
        self.trackers[provider].faults.clear()
        return self._known[provider]

    def joined(self, provider: str) -> Life:
        """Return somebody new who is connected to a tracker, and whose history is here."""
        life = self.new(provider)
        life.join()
        assert life.live()[-1].outcome == "done"
        return life

    def new(self, provider: str, *, days: int = 2) -> Life:
        """Return somebody who has worn a tracker for a few days, and is not connected yet."""
        life = Life(self.client, self.trackers[provider], f"member{next(_numbers)}@gmail.test")
        self.trackers[provider].faults.clear()
        since_at = self.trackers[provider].world.now() - timedelta(days=days)
        account = life.account
        for things in (account.workouts, account.nights):
            for number in [one.number for one in things.values() if one.started_at < since_at]:
                del things[number]
        for day in [day for day in account.days if day < f"{since_at:%Y-%m-%d}"]:
            del account.days[day]
        return life


@contextmanager
def lives_beside(
    app: Any, settings: Config, migrated_file: Path, folder: Path, **over: Any
) -> Iterator[Lives]:
    """Run trackers and an application with a database of its own, until the block ends."""
    path = folder / "fittrack.db"
    shutil.copyfile(migrated_file, path)
    config.use(settings)
    engine = engines.bind(path)
    Redis.from_url(settings.redis_url).flushall()
    server = server_of(world := World({}))
    thread = threading.Thread(
        target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True
    )
    thread.start()
    known = replace(tracker_settings(settings, world.base_url), **over)
    world.clients.update(clients_of(known))
    config.use(known)
    try:
        yield Lives(app.test_client(), server.app.extensions["trackers"])
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
        engine.close()


def _night_before(now: datetime, last: Night, number: int) -> Night:
    """Return the night like another one that was over last, some days after it."""
    later = timedelta(days=(now - last.scored_at) // timedelta(days=1))
    return replace(
        last,
        number=number,
        started_at=last.started_at + later,
        ended_at=last.ended_at + later,
        updated_at=last.updated_at + later,
        scored_at=last.scored_at + later,
        recovery_percent=1 + number % 98,
    )
