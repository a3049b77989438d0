"""A thousand webhooks at once, from 32 clients, while workers die: how long each waits, and truth.

`python -m tests.bench.webhooks [webhooks] [clients]`: gunicorn, workers, a scheduler and the
simulator run as in production. One client alone first, for the server's own time, and a look at
`/health/live` by all of them, for what the machine does at that moment; then all webhooks, one
forged after every third, and amid them a web worker, a worker and its work-horse are killed.
Whoever gets no answer sends again, as providers do. All clients are one thread that waits, so that
they take little of the cores. In the end every workout told of is there, once.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import tempfile
import time
from asyncio import StreamReader, StreamWriter
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import chain
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
FORGED_EVERY = 3
TRIES = 10
ANSWERED_WITHIN_S = 30
KILLED_AFTER_S = 0.5
READ_WITHIN_S = 60
DONE_WITHIN_S = 900
QUANTILES = (0.5, 0.95, 0.99, 1.0)


@dataclass(frozen=True, slots=True)
class Post:
    """One request, as bytes for one address."""

    path: str
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    method: str = "POST"
    is_forged: bool = False

    def raw(self) -> bytes:
        """Return what goes over the wire."""
        head = [f"{self.method} {self.path} HTTP/1.1", "Host: 127.0.0.1"]
        head += [f"{name}: {value}" for name, value in self.headers.items()]
        head.append(f"Content-Length: {len(self.body)}")
        return "\r\n".join((*head, "", "")).encode() + self.body


HEALTH = Post("/health/live", method="GET")


@dataclass(frozen=True, slots=True)
class Sent:
    """How one request was answered at last, after how many tries, and how long that one took."""

    post: Post
    status: int
    tries: int
    took_s: float

    @property
    def is_right(self) -> bool:
        """Tell whether what is true was taken, and what is forged refused."""
        return self.status == 401 if self.post.is_forged else 200 <= self.status < 300


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
        tell(f"{clients} clients, health", send_all(storm, [HEALTH] * webhooks, clients))
        started_s = time.monotonic()
        sent = send_all(storm, list(with_forged(posts)), clients, is_killing=True)
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


def with_forged(posts: Sequence[Post]) -> Iterator[Post]:
    """Yield webhooks, and after some of them one that nobody has signed."""
    for at, post in enumerate(posts):
        yield post
        if at % FORGED_EVERY == 0:
            yield replace(post, headers={}, is_forged=True)


def send_all(
    storm: Storm, posts: Sequence[Post], clients: int, *, is_killing: bool = False
) -> list[Sent]:
    """Send all requests from so many clients at once; perhaps kill some processes amid them."""
    port = int(storm.base_url.rpartition(":")[2])
    return asyncio.run(_send_all(storm, port, posts, clients, is_killing=is_killing))


async def _send_all(
    storm: Storm, port: int, posts: Sequence[Post], clients: int, *, is_killing: bool
) -> list[Sent]:
    left = iter(posts)
    sending = [asyncio.create_task(_send_some(port, left)) for _ in range(clients)]
    if is_killing:
        await asyncio.sleep(KILLED_AFTER_S)
        kill_some(storm)
    return list(chain.from_iterable(await asyncio.gather(*sending)))


async def _send_some(port: int, posts: Iterator[Post]) -> list[Sent]:
    """Be one client: send what is left, one after the other, until somebody has answered each."""
    client = Client(port)
    try:
        return [await client.send(post) for post in posts]
    finally:
        client.hang_up()


class Client:
    """A client that keeps its connection as long as the server does."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._link: tuple[StreamReader, StreamWriter] | None = None

    async def send(self, post: Post) -> Sent:
        """Send a request until somebody answers."""
        raw = post.raw()
        for tries in range(1, TRIES):
            started_s = time.perf_counter()
            with suppress(OSError, EOFError, TimeoutError):
                status = await asyncio.wait_for(self._ask(raw), ANSWERED_WITHIN_S)
                if status < 500:
                    return Sent(post, status, tries, time.perf_counter() - started_s)
            self.hang_up()
            await asyncio.sleep(0.2 * tries)
        return Sent(post, 0, TRIES, 0.0)

    async def _ask(self, raw: bytes) -> int:
        if self._link is None:
            self._link = await asyncio.open_connection("127.0.0.1", self._port)
        reader, writer = self._link
        writer.write(raw)
        head = (await reader.readuntil(b"\r\n\r\n")).lower()
        _, found, length = head.partition(b"content-length: ")
        await reader.readexactly(int(length.partition(b"\r\n")[0]) if found else 0)
        if b"connection: close" in head:
            self.hang_up()
        return int(head.split()[1])

    def hang_up(self) -> None:
        """Close the connection; the next request opens another."""
        if self._link is not None:
            self._link[1].close()
            self._link = None


def kill_some(storm: Storm) -> None:
    """Kill a web worker, a worker and the work-horse of another, as a machine in need does."""
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
    true = [one for one in sent if not one.post.is_forged]
    forged = [one for one in sent if one.post.is_forged]
    wrong["webhooks refused or never answered"] = sum(not one.is_right for one in true)
    wrong["forged webhooks not refused"] = sum(not one.is_right for one in forged)
    for member in members:
        here, there = member.here(), set(member.there().items())
        wrong["workouts lost"] += len(there - set(here))
        wrong["workouts doubled or wrong"] += len(here) - len(set(here) & there)
    wrong["webhooks never done"] = len(true) - len(
        _rows("SELECT 1 FROM webhook_deliveries WHERE done_at IS NOT NULL")
    )
    wrong["jobs buried"] = len(_rows("SELECT 1 FROM outbox WHERE state = 'dead'"))
    return dict(wrong)


def tell(what: str, sent: Sequence[Sent]) -> None:
    """Print how long answers took, how often somebody had to send again, and how busy it was."""
    took_ms = sorted(one.took_s * 1000 for one in sent)
    figures = [took_ms[min(len(took_ms) - 1, int(share * len(took_ms)))] for share in QUANTILES]
    told = ", ".join(
        f"p{share * 100:.0f} {figure:.1f}" for share, figure in zip(QUANTILES, figures, strict=True)
    )
    again = sum(one.tries - 1 for one in sent)
    statuses = dict(Counter(one.status for one in sent))
    load = os.getloadavg()[0]
    print(f"{what}: {len(sent)}, ms: {told}; sent again {again}; {statuses}; load {load:.1f}")


def _rows(query: str) -> list[object]:
    return list(db.engine().raw().execute(query).fetchall())


if __name__ == "__main__":
    sys.exit(main())
