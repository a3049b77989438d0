"""Histories from Google Health and WHOOP come in over HTTP."""

from __future__ import annotations

from datetime import timedelta

import pytest

from fittrack.clock import utc_now
from tests.factories_accounts import login, make_account
from tests.factories_trackers import connect, sync
from tests.trackers.test_sync import all_of


def _workouts(found):
    return {one["started_at"][:19] for one in found if one["type"] == "workout"}


@pytest.mark.parametrize("provider", ["google_health", "whoop"])
def test_a_connected_member_finds_their_last_30_days(client, trackers, provider):
    ana = login(client, make_account())
    connection = connect(client, ana, provider)
    outcome = sync(connection, now=utc_now())
    assert outcome.outcome == "done", outcome
    since = utc_now() - timedelta(days=30)
    living = trackers[provider].account("ana@gmail.test").living()
    wanted = {f"{one.started_at:%Y-%m-%dT%H:%M:%S}" for one in living if one.started_at >= since}
    assert _workouts(all_of(client, ana)) >= wanted > set()
