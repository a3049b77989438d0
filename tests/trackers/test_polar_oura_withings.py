"""Histories from Polar, Oura and Withings come in over HTTP."""

from __future__ import annotations

from datetime import timedelta

import pytest
import requests

from fittrack.clock import utc_now
from fittrack.simulator.faults import Fault
from tests.factories_accounts import login, make_account
from tests.factories_trackers import begin, connect, consent, sync
from tests.trackers.test_sync import all_of

NAMES = ("polar", "oura", "withings")
CONNECTIONS = "/api/v1/connections"


def starts(found):
    return {one["started_at"][:19] for one in found if one["type"] == "workout"}


def lived(tracker, days=30):
    since = utc_now() - timedelta(days=days)
    living = tracker.account("ana@gmail.test").living()
    return {f"{one.started_at:%Y-%m-%dT%H:%M:%S}" for one in living if one.started_at >= since}


@pytest.mark.parametrize("provider", NAMES)
def test_a_connected_member_finds_their_workouts_and_steps_once(client, trackers, provider):
    ana = login(client, make_account())
    connection = connect(client, ana, provider)
    outcome = sync(connection, now=utc_now())
    assert (outcome.outcome, outcome.error_code) == ("done", None)
    found = all_of(client, ana)
    assert starts(found) >= lived(trackers[provider], days=29) > set()
    days = [one for one in found if one["type"] == "steps"]
    assert len(days) >= 25
    sync(connection, now=utc_now() + timedelta(hours=2))
    assert len(all_of(client, ana)) == len(found)
