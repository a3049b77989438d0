"""What operators do with connections, and what members are told of silence."""

from __future__ import annotations

from datetime import timedelta

import pytest

from fittrack.clock import utc_now
from fittrack.simulator.faults import Fault
from fittrack.trackers.connections import belongings
from fittrack.trackers.providers.base import WORKOUTS, Malformed, RawItem, Window
from fittrack.trackers.providers.strava import Strava
from fittrack.trackers.syncing import storing, visits
from fittrack.trackers.syncing.models import Outcome
from fittrack.trackers.syncing.silence import tell_of_silence
from tests.factories_accounts import login, make_account
from tests.factories_trackers import connect, shorten, sync, truth
from tests.trackers.test_sync import all_of


@pytest.fixture
def ana_id(strava):
    shorten(strava)
    return make_account()


@pytest.fixture
def ana(client, ana_id):
    return login(client, ana_id)


def run(app, *command):
    return app.test_cli_runner().invoke(app.cli, ["trackers", *command])


def kinds(client, headers):
    return [
        one["kind"] for one in client.get("/api/v1/notifications", headers=headers).json["items"]
    ]


class OlderStrava(Strava):
    """Strava as it was read before a sport was known."""

    def normalise(self, stream, item):
        if item.body["sport_type"] == "Run":
            raise Malformed("no_sport")
        return super().normalise(stream, item)


def sync_as_before(connection):
    """Let a version that has the older mapping read what there is; return how much it refused."""
    visit, adapter = visits.take(connection["connection_id"], "due", utc_now), OlderStrava()
    window = Window(utc_now() - timedelta(days=30), utc_now())
    answer = visit.ask(lambda grant: adapter.page(visit.app, grant, WORKOUTS, window, None))
    page = adapter.read_page(WORKOUTS, answer, None)
    timeless = RawItem("7", "v1", {"id": 7, "sport_type": "Ride"})
    found = storing.read_items(adapter, WORKOUTS, [*page.items, timeless])
    storing.store_objects(visit.held, WORKOUTS, found, now=utc_now())
    visits.lay_back(visit, Outcome("done", None, utc_now(), 0, is_read=True))
    return sum(one.refusal is not None for one in found)


def test_what_could_not_be_read_comes_in_when_the_mapping_is_mended(client, app, ana, strava):
    account = strava.account("ana@gmail.test")
    for number in account.workouts.keys() - {min(account.workouts)}:
        account.edit(number, now=utc_now(), sport="Ride")
    account.edit(min(account.workouts), now=utc_now(), sport="Run")
    assert sync_as_before(connect(client, ana, "strava")) == 2
    assert len(all_of(client, ana)) == len(truth(strava)) - 1
    answer = run(app, "replay", "--refused")
    assert (answer.exit_code, answer.output) == (1, "2 objects read, 1 still can't be\n")
    assert len(all_of(client, ana)) == len(truth(strava))
    answer = run(app, "replay", "--refused")
    assert (answer.exit_code, answer.output) == (1, "1 objects read, 1 still can't be\n")
    balance = client.get("/api/v1/points/balance", headers=ana).json["balance_points"]
    answer = run(app, "replay", "--provider", "strava")
    assert answer.output == f"{len(truth(strava)) + 1} objects read, 1 still can't be\n"
    assert len(all_of(client, ana)) == len(truth(strava))
    assert client.get("/api/v1/points/balance", headers=ana).json["balance_points"] == balance > 0


def test_operators_see_how_connections_stand_and_sync_what_is_due(client, app, ana, strava):
    connect(client, ana, "strava")
    answer = run(app, "list")
    assert (answer.exit_code, "1 connections" in answer.output) == (0, True)
    answer = run(app, "sync", "--provider", "strava")
    assert (answer.exit_code, "done" in answer.output) == (0, True), answer.output
    assert len(all_of(client, ana)) == len(truth(strava))
    assert "not due" in run(app, "sync").output


def test_a_member_is_told_of_silence_once(client, ana, strava):
    connection = connect(client, ana, "strava")
    sync(connection, now=utc_now())
    assert tell_of_silence(now=utc_now() + timedelta(days=2)) == 0
    strava.faults.add(Fault("error_503", "api", 9))
    later_at = utc_now() + timedelta(days=4)
    assert sync(connection, now=later_at).outcome == "failed"
    assert tell_of_silence(now=later_at) == 1
    assert sync(connection, now=later_at + timedelta(hours=1)).outcome == "failed"
    assert tell_of_silence(now=later_at + timedelta(hours=2)) == 0
    assert kinds(client, ana) == ["connection_silent"]
    strava.faults.clear()
    assert sync(connection, now=later_at + timedelta(hours=9)).outcome == "done"
    assert tell_of_silence(now=later_at + timedelta(days=4)) == 1


def test_a_member_takes_connections_along_without_tokens(client, ana, ana_id, strava):
    connection = connect(client, ana, "strava")
    sync(connection, now=utc_now())
    files = {file.name: b"".join(file.pieces) for file in belongings.export_member(ana_id)}
    whole = b"".join(files.values())
    assert b'"strava"' in files["trackers/connections.json"]
    assert whole.count(b'"done"') == 1
    for token in (*strava.access, *strava.refreshing):
        assert token.encode() not in whole
    assert b"token" not in whole
