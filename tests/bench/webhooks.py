"""A thousand webhooks at once, from 32 clients, while workers die: how long each waits, and truth.

`python -m tests.bench.webhooks [webhooks] [clients]`: gunicorn, workers, a scheduler and the
simulator run as in production. One client alone first, for the server's own time; then all of them,
and amid them a web worker, a worker and its work-horse are killed. Whoever gets no answer sends
again, as providers do. In the end every workout told of is there, once.
"""

from __future__ import annotations

import http.client
import os
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from multiprocessing import get_context
from pathlib import Path
from random import Random
from urllib.parse import urlsplit

from fittrack import config, db
from fittrack.clock import utc_now
from fittrack.simulator.trackers import google_health, oura, telling
from fittrack.simulator.trackers.histories import new_workout
from fittrack.simulator.trackers.service import Tracker
from fittrack.simulator.world import World, clients_of
from tests.storm.members import Member
from tests.storm.stack import Storm, children_of, running

# Those whose limits let a thousand workouts through in a few minutes.
PROVIDERS = {oura.SERVICE: oura.tracker_of, google_health.SERVICE: google_health.tracker_of}
MEMBERS = 20
ALONE = 100
PROCESSES = 4
READ_WITHIN_S = 60
DONE_WITHIN_S = 900
QUANTILES = (0.5, 0.95, 0.99, 1.0)


@dataclass(frozen=True, slots=True)
class Post:
    """One webhook, as bytes for one address."""

    path: str
    body: bytes
    headers: dict[str, str]


@dataclass(frozen=True, slots=True)
class Sent:
    """How one webhook was answered at last, after how many tries, and how long that one took."""

    status: int
    tries: int
    took_s: float


def main() -> int:
    """Print the figures; exit 1 where a webhook was refused, lost or done twice."""
    webhooks = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    clients = int(sys.argv[2]) if len(sys.argv) > 2 else 32
    name = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
    with name as folder, running(Path(folder)) as storm:
        members = connected(storm)
        alone = send_all(storm, done_by(storm, members, ALONE), 1)
        tell("one client alone", alone)
        posts = done_by(storm, members, webhooks)
        started_s = time.monotonic()
        sent = send_all(storm, posts, clients, is_killing=True)
        tell(f"{clients} clients at once, three processes killed", sent)
        wait_until_done(ALONE + webhooks)
        print(f"all done after {time.monotonic() - started_s:.0f} s")
        wrong = compared(members, [*alone, *sent])
    for what, number in wrong.items():
        print(f"{what:<40} {number}")
    return 1 if any(wrong.values()) else 0


def connected(storm: Storm) -> list[Member]:
    """Connect members without a past and wait until that is read."""
    names = list(PROVIDERS)
    members = [Member(storm, names[number % len(names)], number) for number in range(MEMBERS)]
    for member in members:
        storm.order(f"{member.path}/history", {"days": 0}, method="PUT")
        member.connect()
    ends_s = time.monotonic() + READ_WITHIN_S
    while time.monotonic() < ends_s and _rows(
        "SELECT 1 FROM connections WHERE failures > 0 OR last_synced_at IS NULL"
    ):
        time.sleep(0.5)
    return members


def done_by(storm: Storm, members: Sequence[Member], number: int) -> list[Post]:
    """Let members do so many workouts at their providers; return what tells of them."""
    world = World(clients_of(config.current()), base_url=storm.simulator_url)
    trackers = {name: make(world) for name, make in PROVIDERS.items()}
    chance = Random(number)
    return [_told(trackers, members[at % len(members)], chance) for at in range(number)]


def _told(trackers: dict[str, Tracker], member: Member, chance: Random) -> Post:
    tracker, now = trackers[member.provider], utc_now()
    made = member.order_workout(chance, told={"times": 0})
    account = tracker.account(member.email)
    workout = new_workout(made["number"], datetime.fromisoformat(made["started_at"]), chance)
    told = telling.about(tracker, telling.News(account, workout, telling.CREATE, now))
    if told is None:
        raise ValueError(member.provider)
    return Post(urlsplit(told.url).path, told.body, dict(told.headers))


def send_all(
    storm: Storm, posts: Sequence[Post], clients: int, *, is_killing: bool = False
) -> list[Sent]:
    """Send all webhooks from so many clients at once; perhaps kill some processes amid them."""
    port = int(storm.base_url.rpartition(":")[2])
    processes = min(PROCESSES, clients)
    shares = [posts[at::processes] for at in range(processes)]
    with get_context("fork").Pool(processes) as pool:
        waiting = [
            pool.apply_async(send_share, (port, share, clients // processes)) for share in shares
        ]
        if is_killing:
            kill_some(storm)
        return [sent for one in waiting for sent in one.get(timeout=600)]


def send_share(port: int, posts: Sequence[Post], clients: int) -> list[Sent]:
    """Send some webhooks from the clients of one process."""
    with ThreadPoolExecutor(clients) as pool:
        return list(pool.map(lambda post: send(port, post), posts))


def send(port: int, post: Post) -> Sent:
    """Send a webhook on a connection of its own until somebody answers."""
    for tries in range(1, 10):
        started_s = time.perf_counter()
        with suppress(OSError, http.client.HTTPException):
            link = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
            link.request("POST", post.path, post.body, post.headers)
            answer = link.getresponse()
            answer.read()
            link.close()
            if answer.status < 500:
                return Sent(answer.status, tries, time.perf_counter() - started_s)
        time.sleep(0.2 * tries)
    return Sent(0, tries, 0.0)


def kill_some(storm: Storm) -> None:
    """Kill a web worker, a worker and the work-horse of another, as a machine in need does."""
    time.sleep(0.7)
    pids = {child.name: child.process.pid for child in storm.children if child.process}
    victims = [*children_of(pids["api"])[:1], pids["worker-0"], *children_of(pids["worker-1"])]
    for pid in victims:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def wait_until_done(webhooks: int) -> None:
    """Return once all webhooks are done, or the time is up."""
    ends_s = time.monotonic() + DONE_WITHIN_S
    done = "SELECT 1 FROM webhook_deliveries WHERE done_at IS NOT NULL"
    while len(_rows(done)) < webhooks and time.monotonic() < ends_s:
        time.sleep(0.5)


def compared(members: Sequence[Member], sent: Sequence[Sent]) -> dict[str, int]:
    """Return what is wrong: each number must be zero."""
    wrong = Counter[str]()
    wrong["webhooks refused or never answered"] = sum(not 200 <= one.status < 300 for one in sent)
    for member in members:
        here, there = member.here(), set(member.there().items())
        wrong["workouts lost"] += len(there - set(here))
        wrong["workouts doubled or wrong"] += len(here) - len(set(here) & there)
    wrong["webhooks never done"] = len(sent) - len(
        _rows("SELECT 1 FROM webhook_deliveries WHERE done_at IS NOT NULL")
    )
    wrong["jobs buried"] = len(_rows("SELECT 1 FROM outbox WHERE state = 'dead'"))
    return dict(wrong)


def tell(what: str, sent: Sequence[Sent]) -> None:
    """Print how long answers took, and how often somebody had to send again."""
    took_ms = sorted(one.took_s * 1000 for one in sent)
    figures = [took_ms[min(len(took_ms) - 1, int(share * len(took_ms)))] for share in QUANTILES]
    told = ", ".join(
        f"p{share * 100:.0f} {figure:.1f}" for share, figure in zip(QUANTILES, figures, strict=True)
    )
    again = sum(one.tries - 1 for one in sent)
    statuses = dict(Counter(one.status for one in sent))
    print(f"{what}: {len(sent)} webhooks, ms: {told}; sent again {again}; {statuses}", flush=True)


def _rows(query: str) -> list[object]:
    return list(db.engine().raw().execute(query).fetchall())


if __name__ == "__main__":
    sys.exit(main())
