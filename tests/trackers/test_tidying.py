"""What is of no more use goes, some rows at a time; what is, stays."""

from __future__ import annotations

from datetime import timedelta

from fittrack.clock import utc_now
from fittrack.trackers.tidying.service import forget_old_traffic
from tests.factories_accounts import login, make_account
from tests.factories_trackers import begin, connect, shorten, sync

TABLES = ("connection_attempts", "provider_payloads", "connection_syncs", "webhook_deliveries")


def test_traffic_is_forgotten_in_its_time_and_in_pieces(client, strava, database):
    ana = login(client, make_account())
    shorten(strava, days=6)
    connection = connect(client, ana, "strava")
    for days in (0, 2, 4):
        sync(connection, now=utc_now() + timedelta(days=days))
    begin(client, ana, "strava")
    now = utc_now()

    def counts():
        rows = (database.raw().execute(f"SELECT count(*) FROM {name}") for name in TABLES)
        return [row.fetchone()[0] for row in rows]

    attempts, payloads, syncs, _ = counts()
    assert (attempts, syncs) == (2, 3)
    assert payloads > 3
    assert forget_old_traffic(now=now) == 0
    forget_old_traffic(now=now + timedelta(days=29))
    assert counts() == [0, payloads, syncs, 0]
    forget_old_traffic(now=now + timedelta(days=89), rows=2, working_s=0)
    assert counts() == [0, payloads - 2, syncs, 0]
    forget_old_traffic(now=now + timedelta(days=93), rows=2)
    assert counts() == [0, 0, 1, 0]
