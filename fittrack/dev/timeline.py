"""Simulated time: what happens in the demo world happens in order, each at its own instant."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from heapq import heappop, heappush
from itertools import count

from fittrack import queues
from fittrack.activities.imports import service as imports
from fittrack.drawings.conduct import announcements
from fittrack.entropy import Seeded
from fittrack.mail import service as mail
from fittrack.mail.errors import MailNotSent

Action = Callable[[datetime], object]

# What a worker would do, at the simulated time.
JOBS: dict[str, Callable[..., None]] = {
    "send_mail": mail.send_mail,
    "tell_entrants": announcements.tell_entrants,
    "process_import_item": imports.process_import_item,
}


class Timeline:
    """What is planned; carried out in the order of its instants, then of its planning."""

    def __init__(self, source: Seeded) -> None:
        self._source = source
        self._planned: list[tuple[datetime, int, Action]] = []
        self._number = count()

    def __len__(self) -> int:
        return len(self._planned)

    def at(self, instant: datetime, action: Action) -> None:
        """Plan an action, which will be told its instant."""
        heappush(self._planned, (instant, next(self._number), action))

    def play(self, until: datetime) -> Iterator[datetime]:
        """Do everything that is planned before or at an instant, yielding each one's instant."""
        while self._planned and self._planned[0][0] <= until:
            instant, _, action = heappop(self._planned)
            self._source.move_to(instant)
            action(instant)
            do_jobs(now=instant)
            yield instant


def do_jobs(*, now: datetime) -> None:
    """Do the jobs that are due, as workers would have."""
    while due := queues.list_due(now=now):
        for job in due:
            _do(job.outbox_id, now=now)


def _do(outbox_id: str, *, now: datetime) -> None:
    lease = queues.claim(outbox_id, now=now)
    if lease is None:
        return
    try:
        JOBS[lease.job_name](lease=lease, now=now, **lease.payload)
    except MailNotSent as error:
        queues.fail(lease, str(error), now=now)
