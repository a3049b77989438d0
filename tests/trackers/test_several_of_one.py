"""Objects of which several activities come, fewer after an edit, or none."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from fittrack import queues
from fittrack.clock import utc_now
from fittrack.simulator.trackers import oura
from fittrack.trackers.connections import endings
from fittrack.trackers.connections.endings import BATCH_ROWS
from fittrack.trackers.providers.base import SLEEP, WORKOUTS, Malformed, RawItem
from fittrack.trackers.syncing import storing, visits
from tests.factories_accounts import login, make_account
from tests.factories_trackers import EMAIL, connect, shorten, sync
from tests.recovery.test_recovery import read
from tests.trackers.test_a_small_provider import Treadmill
from tests.trackers.test_endings import balance, disconnect, do_jobs
from tests.trackers.test_polar_oura_withings import tell
from tests.trackers.test_sync import all_of
from tests.trackers.test_webhooks import do_due

BEGAN_AT = utc_now() - timedelta(hours=9)


class Gym(Treadmill):
    """A studio whose visits hold a run on the treadmill for each hour that is named."""

    def normalise(self, stream, item):
        if "hours" not in item.body:
            raise Malformed("no_hours")
        runs = [replace(item, body=run_at(hour)) for hour in item.body["hours"]]
        return [record for run in runs for record in Treadmill.normalise(self, stream, run)]


def run_at(hour):
    return {
        "start": f"{BEGAN_AT + timedelta(hours=hour):%Y-%m-%dT%H:%M:%SZ}",
        "seconds": 1800,
        "metres": 5000 + hour,
    }


@pytest.fixture
def ana(client, trackers):
    return login(client, make_account())


@pytest.fixture
def held(client, ana, strava):
    connection = connect(client, ana, "strava")
    return visits.take(connection["connection_id"], "due", utc_now).held


def store(held, **body):
    item = RawItem("7", str(body)[:64], body)
    read_now = storing.read_items(Gym(), WORKOUTS, [item])
    return storing.store_objects(held, WORKOUTS, read_now, now=utc_now())


def metres(client, headers):
    return sorted(one["distance_m"] for one in all_of(client, headers))


def test_each_activity_of_an_object_follows_its_edits(client, ana, held):
    store(held, hours=[0, 2, 4])
    assert metres(client, ana) == [5000, 5002, 5004]
    points = balance(client, ana)
    store(held, hours=[1, 2])
    assert metres(client, ana) == [5001, 5002]
    assert 0 < balance(client, ana) < points
    store(held, unreadable=True)
    assert metres(client, ana) == [5001, 5002]
    store(held, hours=[])
    assert (metres(client, ana), balance(client, ana)) == ([], 0)
    store(held, hours=[0, 2, 4])
    assert (metres(client, ana), balance(client, ana)) == ([5000, 5002, 5004], points)


def test_what_its_member_has_deleted_of_an_object_stays_so(client, ana, held):
    store(held, hours=[0, 2, 4])
    middle = next(one for one in all_of(client, ana) if one["distance_m"] == 5002)
    client.delete(f"/api/v1/activities/{middle['activity_id']}", headers=ana)
    store(held, hours=[0, 3, 4, 6])
    assert metres(client, ana) == [5000, 5004, 5006]
    store(held, hours=[0])
    assert metres(client, ana) == [5000]


def test_all_activities_of_an_object_that_is_gone_are_buried(client, ana, held):
    store(held, hours=[0, 2, 4])
    storing.delete_object(held, WORKOUTS, "7", now=utc_now())
    assert (metres(client, ana), balance(client, ana)) == ([], 0)
    store(held, hours=[0, 2, 4, 6])  # a late page
    assert metres(client, ana) == []


def test_all_activities_go_with_a_connection_whose_data_goes(client, ana, held):
    store(held, hours=[0, 2, 4])
    assert disconnect(client, ana, "delete") == 204
    do_jobs()
    assert (all_of(client, ana), balance(client, ana)) == ([], 0)


def test_what_is_too_much_for_one_job_is_deleted_by_several_one_after_the_other(
    client, ana, held, strava
):
    hours = range(-22, 0)
    store(held, hours=list(hours))
    assert disconnect(client, ana, "delete") == 204
    first = leases()[0]
    late = leases(ahead=timedelta(hours=1))[0]  # the first one's worker was away for too long
    with pytest.raises(queues.LeaseLost):
        delete_a_little(first)
    assert len(all_of(client, ana)) == len(hours) - BATCH_ROWS
    assert leases() == []
    delete_a_little(late)
    assert all_of(client, ana) == []
    [last] = leases()
    delete_a_little(last)
    assert (leases(), leases(ahead=timedelta(hours=2))) == ([], [])


def leases(*, ahead=timedelta(0)):
    """Take all jobs that delete what a connection brought, as workers do."""
    now = utc_now() + ahead
    due = [one for one in queues.list_due(now=now) if one.job_name == "delete_brought"]
    return [queues.claim(one.outbox_id, now=now) for one in due]


def delete_a_little(lease):
    endings.delete_brought(**lease.payload, lease=lease, now=utc_now(), working_s=0.0)


@pytest.mark.parametrize("is_told", [True, False])
def test_a_sleep_that_is_deleted_on_the_list_of_oura_is_forgotten(client, ana, trackers, is_told):
    tracker = trackers["oura"]
    shorten(tracker, days=2)
    connection = connect(client, ana, "oura")
    sync(connection, now=utc_now())
    before = read(client, ana, "/sleep")
    account = tracker.account(EMAIL)
    night = max(
        (one for one in account.nights.values() if one.ended_at < utc_now()),
        key=lambda one: one.started_at,
    )
    account.nights[night.number] = replace(night, is_deleted=True)
    if is_told:
        named = oura.id_of(SLEEP, night.number)
        event = oura.event_of(account, "delete", SLEEP, named, utc_now())
        body, headers = oura.webhook("our-secret-at-oura", event, at=utc_now())
        assert tell(client, "oura", body, headers) == 200
        assert do_due() == 1
    else:
        assert sync(connection, now=utc_now() + timedelta(hours=1)).outcome == "done"
    assert read(client, ana, "/sleep") == before[1:]
    account.nights[night.number] = night
    sync(connection, now=utc_now() + timedelta(hours=2))
    # Said to be gone it never comes back; a list may say another time that it is there.
    assert len(read(client, ana, "/sleep")) == len(before) - is_told
