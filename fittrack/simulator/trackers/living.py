"""The simulated world goes on: whoever is connected does something every few minutes."""

from __future__ import annotations

import random
import threading
from collections.abc import Mapping
from datetime import timedelta
from itertools import count

from fittrack.clock import epoch_s
from fittrack.simulator.trackers import strava, telling
from fittrack.simulator.trackers.histories import Account, Workout, new_workout
from fittrack.simulator.trackers.service import Tracker

EVERY_S = 180.0
NUMBERS = 9_100_000_000_000_000


def go_on(trackers: Mapping[str, Tracker], *, every_s: float = EVERY_S) -> threading.Thread:
    """Let everybody who is connected go on living, in a thread that ends with the process."""
    numbers = count(NUMBERS + epoch_s(trackers[strava.SERVICE].world.now()))

    def live() -> None:
        pause = threading.Event()
        while not pause.wait(every_s):
            for account in connected(trackers[strava.SERVICE]):
                do_something(trackers[strava.SERVICE], account, next(numbers))

    thread = threading.Thread(target=live, daemon=True)
    thread.start()
    return thread


def connected(tracker: Tracker) -> list[Account]:
    """Return the accounts that somebody may read."""
    with tracker.lock:
        found = {
            one.account.number: one.account
            for one in tracker.refreshing.values()
            if not one.is_over
        }
    return list(found.values())


def do_something(tracker: Tracker, account: Account, number: int) -> Workout:
    """Let somebody end a workout just now, and tell the application by a webhook."""
    chance = random.Random(number)  # noqa: S311 - a history
    # Nobody does two things at once: each goes where the day is still free.
    back = timedelta(hours=2 + 2 * (number % 12), minutes=chance.randrange(30))
    workout = new_workout(number, tracker.world.now() - back, chance)
    with tracker.lock:
        account.workouts[number] = workout
    news = telling.News(account, workout, telling.CREATE, tracker.world.now())
    if told := telling.about(tracker, news):
        telling.send(told)
    return workout
