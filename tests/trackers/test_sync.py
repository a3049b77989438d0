"""A member's history comes in from a provider over HTTP, once."""

from __future__ import annotations

from datetime import timedelta

from fittrack.clock import utc_now
from tests.factories_accounts import login, make_account
from tests.factories_trackers import connect, sync, truth


def all_of(client, headers):
    """Return every activity of a member."""
    found, cursor = [], None
    while True:
        query = {"limit": 100, **({"cursor": cursor} if cursor else {})}
        page = client.get("/api/v1/activities", query_string=query, headers=headers).json
        found += page["items"]
        cursor = page["next_cursor"]
        if cursor is None:
            return found


def test_a_connected_member_finds_their_last_30_days(client, strava):
    ana = login(client, make_account())
    connection = connect(client, ana, "strava")
    outcome = sync(connection, now=utc_now())
    assert outcome.outcome == "done", outcome
    since = utc_now() - timedelta(days=30)
    wanted = {row for row in truth(strava) if row[0] >= f"{since:%Y-%m-%dT%H:%M:%S}"}
    found = {(one["started_at"][:19], one["moving_s"]) for one in all_of(client, ana)}
    assert found == wanted
    assert client.get("/api/v1/points/balance", headers=ana).json["balance_points"] > 0
