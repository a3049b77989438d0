"""A week of members on all simulated trackers, every kind of trouble in it: all comes in, once.

`make trackers-week` runs it with 200 connections (FITTRACK_WEEK); each test run with a few.
"""

from __future__ import annotations

import json
import os
import random
from collections import Counter
from contextlib import suppress
from datetime import timedelta

import pytest

from fittrack import db
from fittrack.clock import epoch_s, utc_now
from fittrack.points import service as points
from fittrack.simulator.faults import Fault
from fittrack.simulator.trackers.histories import new_workout
from fittrack.simulator.trackers.strava import event_of
from fittrack.trackers.providers import ADAPTERS
from fittrack.trackers.providers.base import Hook
from fittrack.trackers.webhooks import service as webhooks
from tests.conformance import engines
from tests.factories_accounts import login, make_account
from tests.factories_trackers import connect, shorten, sync
from tests.trackers.test_webhooks import do_due

CONNECTIONS = int(os.environ.get("FITTRACK_WEEK", "6"))
SEED = int(os.environ.get("FITTRACK_SEED", "1"))
TICK = timedelta(hours=6)
DAYS, CALM_DAYS = 7, 3
# Twice as often as a bad week has them.
FAULT_RATE = 0.5
PROVIDERS = ("strava", "whoop", "google_health", "oura", "polar", "withings")
TROUBLE = (
    *("expired", "throttled", "error_500", "error_502", "error_503", "not_json", "cut"),
    *("error_in_200", "shuffled_page", "repeated_page", "not_a_number", "duplicate_keys"),
)
KEY = {"key": "the-address-of-strava"}
pytestmark = pytest.mark.skipif(engines.name() != "sqlite", reason="reads SQLite's own file")


def test_a_week_of_trouble_loses_and_doubles_nothing(client, trackers, database):
    chance = random.Random(SEED)
    members = [join(client, trackers, number) for number in range(CONNECTIONS)]
    world, came = trackers["strava"].world, Counter()
    for tick in range(int(timedelta(days=DAYS + CALM_DAYS) / TICK)):
        world.ahead_s += TICK.total_seconds()
        if tick * TICK < timedelta(days=DAYS):
            happen(trackers, members, chance, came)
        else:
            for tracker in trackers.values():
                tracker.faults.clear()
        work(members, world, came)
    lost = {one["email"]: truth(one) - brought(database, one) for one in members}
    doubled = {one["email"]: brought(database, one) - truth(one) for one in members}
    report(trackers, members, came, lost, doubled)
    assert not any(lost.values()), lost
    assert not any(doubled.values()), doubled
    assert recomputed(members, database) == []
    for tracker in (trackers[name] for name in PROVIDERS):
        for window in tracker.windows:
            assert tracker.most_asked.get(window.window_s, 0) <= window.calls, tracker.name


def join(client, trackers, number):
    """Let a member join who is connected to one provider."""
    provider, email = PROVIDERS[number % len(PROVIDERS)], f"member{number}@gmail.test"
    account_id = make_account()
    tracker = trackers[provider]
    shorten(tracker, days=2, email=email)
    connection = connect(client, login(client, account_id), provider, email=email)
    return {
        "email": email,
        "account_id": account_id,
        "connection": connection,
        "tracker": tracker,
        "account": tracker.account(email),
    }


def happen(trackers, members, chance, came):
    """Let people do, edit and delete things, and providers get into trouble."""
    for one in members:
        if chance.random() < 0.3:
            do_something(one, chance)
            came["done"] += 1
        if one["tracker"].name == "strava" and chance.random() < 0.1:
            undo_something(one, chance)
            came["undone"] += 1
    for name in PROVIDERS:
        # A token that can't be renewed and is refused asks the member: that is no trouble to mend.
        kinds = TROUBLE if ADAPTERS[name].facts.refreshes else TROUBLE[1:]
        for kind in kinds:
            if chance.random() < FAULT_RATE / len(TROUBLE) * max(2, CONNECTIONS // 10):
                trackers[name].faults.add(Fault(kind, "api", chance.randrange(1, 4)))
                came[kind] += 1


def do_something(one, chance):
    account, tracker = one["account"], one["tracker"]
    number = max([0, *account.workouts]) + 1 + chance.randrange(3)
    hours_ago = chance.choice((2, 3, 5, 30))  # what is uploaded late, too
    started_at = tracker.world.now() - timedelta(hours=hours_ago, minutes=chance.randrange(59))
    account.workouts[number] = new_workout(number, started_at, chance)
    tell(one, number, "create", chance)


def undo_something(one, chance):
    living = one["account"].living()
    if living:
        number = chance.choice(living).number
        one["account"].edit(number, now=one["tracker"].world.now(), is_deleted=True)
        tell(one, number, "delete", chance, always=True)


def tell(one, number, aspect, chance, *, always=False):
    """Send a webhook: now and then none, now and then twice."""
    if one["tracker"].name != "strava":
        return
    now = one["tracker"].world.now()
    body = json.dumps(event_of(one["account"].number, number, aspect, epoch_s(now))).encode()
    for _ in range(chance.choice((1, 2, 2)) if always else chance.choice((0, 1, 2))):
        webhooks.receive(provider="strava", hook=Hook({}, KEY, body), now=now)


def work(members, world, came):
    """Do what workers do until nothing is due any more at this moment."""
    came["jobs"] += do_due(ahead=timedelta(seconds=world.ahead_s))
    for one in members:
        outcome = sync(one["connection"], now=world.now())
        came[f"sync {outcome.outcome}" if outcome else "not due"] += 1
        if outcome and outcome.status == "reauth_required":
            raise AssertionError(f"{one['email']} was disconnected: {outcome}")


def truth(one):
    since_at = utc_now() - timedelta(days=2)
    return {
        f"{found.started_at:%Y-%m-%dT%H:%M:%S}"
        for found in one["account"].living()
        if found.started_at > since_at
    }


def brought(database, one):
    rows = database.raw().execute(
        "SELECT started_at FROM activities"
        " WHERE account_id = ? AND type = 'workout' AND state <> 'deleted'",
        (one["account_id"],),
    )
    found = [row[0][:19] for row in rows]
    assert len(found) == len(set(found)), one["email"]
    return {at for at in found if at > f"{utc_now() - timedelta(days=2):%Y-%m-%dT%H:%M:%S}"}


def recomputed(members, database):
    """Compute every member's days anew; return those whose points that changes."""
    changed = []
    for one in members:
        account_id = one["account_id"]
        before = points.get_balance(account_id=account_id).balance_points
        rows = database.raw().execute(
            "SELECT DISTINCT day_on FROM activity_minutes WHERE account_id = ?", (account_id,)
        )
        days = [utc_now().date().fromisoformat(row[0]) for row in rows.fetchall()]
        with db.transaction("recompute_for_test") as tx:
            points.recompute_days(tx, account_id, days, now=one["tracker"].world.now())
        if points.get_balance(account_id=account_id).balance_points != before:
            changed.append(one["email"])
    return changed


def report(trackers, members, came, lost, doubled):
    print(f"\n{len(members)} connections, {DAYS} days of trouble, seed {SEED}: {dict(came)}")
    for name in PROVIDERS:
        most = {window.window_s: window.calls for window in trackers[name].windows}
        with suppress(KeyError):
            print(f"{name}: most calls {dict(trackers[name].most_asked)} of {most}")
    print(f"lost {sum(map(len, lost.values()))}, doubled {sum(map(len, doubled.values()))}")
