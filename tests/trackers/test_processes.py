"""Many workers at once, and workers that are killed: real processes over one database file.

`make tracker-kills` kills a sync at every statement (FITTRACK_KILLS=0); each test run at a few.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from itertools import count
from pathlib import Path

import pytest

from fittrack import db
from fittrack.clock import utc_now
from fittrack.trackers.budgets import service as budgets
from fittrack.trackers.grants.service import working_grant
from fittrack.trackers.providers import ADAPTERS, app_of
from fittrack.trackers.providers.base import Limit, Throttled
from fittrack.trackers.providers.strava import Strava
from tests.conformance import engines
from tests.drawings.processes import bind, copy_of, killed_at, together
from tests.factories_accounts import login, make_account
from tests.factories_trackers import connect, shorten, sync

KILLS = int(os.environ.get("FITTRACK_KILLS", "8"))
PROCESSES = 8
pytestmark = pytest.mark.skipif(engines.name() != "sqlite", reason="copies SQLite's own file")


class Scarce(Strava):
    """A provider that lets few calls through."""

    facts = replace(
        Strava.facts, limits=(Limit(60, 40), Limit(900, 200, is_aligned=True)), name="scarce"
    )


@pytest.fixture
def connection(client, strava):
    shorten(strava)
    strava.windows = ()
    return connect(client, login(client, make_account()), "strava")


def test_eight_processes_refresh_once(strava, connection):
    strava.world.ahead_s = 7 * 3600
    expired_at = strava.world.now()

    def call():
        adapter = ADAPTERS["strava"]
        grant = working_grant(
            adapter, app_of(adapter), connection["connection_id"], clock=lambda: expired_at
        )
        sys.exit(0 if strava.whose(grant.access_token) is None else 1)  # newer than our copy of it

    assert together([call] * PROCESSES) == [0] * PROCESSES
    assert strava.refreshes == 1
    assert sync(connection, now=expired_at).outcome == "done"
    assert strava.refreshes == 1


def test_eight_processes_spend_no_more_than_a_window_holds(database):
    now = utc_now()

    def spend(is_urgent):
        def run():
            spent = 0
            for _ in range(10):
                try:
                    budgets.spend(Scarce(), "c", is_urgent=is_urgent, now=now)
                    spent += 1
                except Throttled:
                    break
            sys.exit(spent)

        return run

    assert sum(together([spend(False)] * PROCESSES)) == 32
    assert sum(together([spend(True)] * PROCESSES)) == 8


def test_killed_at_any_statement_a_sync_stores_everything_once(database, strava, connection):
    before = copy_of(Path(database.path), "before.db")
    now, lives = utc_now(), count(1)
    statements = measured(connection, now)
    expected = stored()
    assert expected["activities"] > 0
    step = max(1, statements // KILLS) if KILLS else 1
    killed = Counter[bool]()
    for at in range(1, statements + 1, step):
        path = shutil.copyfile(before, before.with_name(f"life-{next(lives)}.db"))
        bind(path)
        killed[killed_at(at, lambda: sync(connection, now=now))] += 1
        sync(connection, now=now + timedelta(minutes=2))
        assert stored() == expected, f"killed at statement {at}"
        db.engine().raw().close()
        for leftover in path.parent.glob(f"{path.name}*"):
            leftover.unlink()
    bind(before)
    print(f"killed at {killed[True]} of {statements} statements of a sync: nothing lost or doubled")
    assert killed[True] >= min(KILLS or statements, statements) * 0.9


def measured(connection, now):
    """Return how many statements a sync takes; it leaves the sync done."""
    done = []
    db.engine().raw().set_trace_callback(done.append)
    assert sync(connection, now=now).outcome == "done"
    db.engine().raw().set_trace_callback(None)
    return len(done)


def stored():
    """Return what a sync has come to."""
    raw = db.engine().raw()
    one = {
        "activities": "SELECT COUNT(*) FROM activities",
        "known": "SELECT COUNT(*) FROM connection_records",
        "sent": "SELECT COUNT(*) FROM provider_payloads",
        "minutes": "SELECT SUM(length(minutes_json)) FROM activity_minutes",
        "balance": "SELECT MAX(balance_points) FROM ledger_accounts",
        "postings": "SELECT COUNT(*) FROM ledger_postings",
    }
    return {name: raw.execute(statement).fetchone()[0] for name, statement in one.items()}
