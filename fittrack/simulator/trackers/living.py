"""The simulated world goes on: whoever is connected does something every few minutes."""

from __future__ import annotations

import hmac
import logging
import random
import threading
from collections.abc import Mapping
from datetime import timedelta
from itertools import count

import orjson

from fittrack import wire
from fittrack.clock import epoch_s
from fittrack.simulator.trackers import strava
from fittrack.simulator.trackers.histories import Account, Workout, new_workout
from fittrack.simulator.trackers.service import Tracker
from fittrack.wire import Request, Unreachable

logger = logging.getLogger(__name__)
EVERY_S = 180.0
TOLD_WITHIN_S = 5.0
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
    tell(tracker, account, workout)
    return workout


def tell(tracker: Tracker, account: Account, workout: Workout) -> None:
    """Send the webhook of a new workout, signed as Strava does; nobody minds where it is lost."""
    client = tracker.client
    if client is None:
        return
    at_s = epoch_s(tracker.world.now())
    event = strava.event_of(account.number, workout.number, "create", at_s)
    body = orjson.dumps(event)
    made = hmac.new((client.secret or "").encode(), f"{at_s}.".encode() + body, "sha256")
    headers = {
        "X-Strava-Signature": f"t={at_s},v1={made.hexdigest()}",
        "Content-Type": "application/json",
    }
    address = client.redirect_uri.partition("/api/v1/")[0]
    request = Request(f"{address}/api/v1/webhooks/strava", "POST", headers=headers, json=event)
    try:
        wire.call(request, deadline_s=TOLD_WITHIN_S, most_bytes=64 * 1024)
    except Unreachable:
        logger.warning("the application could not be told")
