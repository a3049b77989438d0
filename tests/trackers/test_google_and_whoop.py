"""Histories from Google Health and WHOOP come in over HTTP."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest

from fittrack import config
from fittrack.clock import utc_now
from fittrack.simulator.trackers.histories import Day
from tests.factories_accounts import login, make_account
from tests.factories_trackers import EMAIL, connect, shorten, sync
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


def _days(found):
    return {one["started_at"][:10]: one["steps"] for one in found if one["type"] == "steps"}


def test_a_day_of_steps_grows_and_is_counted_once(client, trackers):
    ana = login(client, make_account())
    google = trackers["google_health"]
    connection = connect(client, ana, "google_health")
    days = google.account(EMAIL).days
    newest = max(days)
    sync(connection, now=utc_now())
    before = _days(all_of(client, ana))
    assert before[newest] == days[newest].steps
    assert len(before) >= 30
    days[newest] = replace(days[newest], steps=days[newest].steps + 777)
    sync(connection, now=utc_now() + timedelta(minutes=20))
    assert _days(all_of(client, ana)) == before | {newest: days[newest].steps}


def test_a_day_that_has_not_begun_here_waits(client, trackers):
    ana = login(client, make_account())
    google = trackers["google_health"]
    connection = connect(client, ana, "google_health")
    zone = config.current().zone
    today = utc_now().astimezone(zone).date()
    tomorrow = f"{today + timedelta(days=1)}"
    google.account(EMAIL).days[tomorrow] = Day(tomorrow, 321, 1, utc_now())
    sync(connection, now=utc_now())
    assert tomorrow not in _days(all_of(client, ana))
    midnight = datetime.combine(today + timedelta(days=1), time(), zone)
    sync(connection, now=midnight.astimezone(UTC) + timedelta(minutes=20))
    assert _days(all_of(client, ana))[tomorrow] == 321


def test_googles_refresh_token_stays_and_whoops_is_good_once(client, trackers):
    ana = login(client, make_account())
    for provider in ("google_health", "whoop"):
        tracker = trackers[provider]
        shorten(tracker)
        connection = connect(client, ana, provider)
        for hours in (0, 3, 6):
            tracker.world.ahead_s = hours * 3600
            now = utc_now() + timedelta(hours=hours)
            assert sync(connection, now=now).outcome == "done"
        assert tracker.refreshes == 2
        tracker.world.ahead_s = 0
