"""What trackers leave behind: no token anywhere, and of a member who leaves nothing at all."""

from __future__ import annotations

import io
import logging
import zipfile
import zlib
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest
from flask.testing import FlaskClient

from fittrack import config, db
from fittrack.clock import utc_now
from fittrack.crypto import Unsealable
from fittrack.log import JsonFormatter
from fittrack.simulator.faults import Fault
from fittrack.simulator.trackers.service import Tracker
from fittrack.trackers.connections import repository
from fittrack.trackers.grants import sealing
from fittrack.trackers.providers import ADAPTERS
from tests.accounts.steps import run_jobs
from tests.accounts.test_traceless import cells, everything
from tests.conformance import engines
from tests.factories_accounts import PASSWORD
from tests.factories_activities import Member, make_all_due, select
from tests.factories_trackers import EMAIL, PROVIDERS, begin, consent, shorten, sync

pytestmark = pytest.mark.skipif(engines.name() != "sqlite", reason="looks into SQLite's own files")

# Whoever is connected to Spotify ends it there: it knows no way to say so.
UNTOLD = {"spotify"}
SECRETS = ("our-secret-at-", "the-address-of-")


@dataclass(frozen=True)
class Traces:
    """A member who is connected to everything, and all that was logged meanwhile."""

    client: FlaskClient
    ana: Member
    trackers: dict[str, Tracker]
    states: list[str]
    logged: io.StringIO

    def secrets(self):
        """Return each token, code, state and secret that was ever passed on."""
        passed = [
            secret
            for tracker in self.trackers.values()
            for secret in (*tracker.access, *tracker.refreshing, *tracker.consents)
        ]
        ours = [f"{word}{name}" for word in SECRETS for name in PROVIDERS]
        return [secret.encode() for secret in (*passed, *self.states, *ours)]

    def places(self):
        """Yield (where, bytes) of all that is kept and logged, and of what is packed in it."""
        for where, content in everything(config.current(), self.logged):
            yield where, content
            with suppress(zlib.error):
                yield where, zlib.decompress(content, 31)
        yield "metrics", self.client.get("/metrics").data


def connect_everything(client, ana, trackers):
    """Connect a member to everything, with some trouble on the way; return the states."""
    states = []
    for name in PROVIDERS:
        shorten(trackers[name], days=3)
        url = begin(client, ana.headers, name).json["authorization_url"]
        path = consent(url)
        states.append(path.partition("state=")[2].partition("&")[0])
        connection = client.get(path).json
        if name not in UNTOLD:
            trackers[name].faults.add(Fault("error_500", "api", 1))
            if ADAPTERS[name].facts.refreshes:
                trackers[name].faults.add(Fault("expired", "api", 1))
            for hours in range(4):
                outcome = sync(connection, now=utc_now() + timedelta(hours=hours))
                if outcome.outcome == "done":
                    break
            assert outcome.outcome == "done", (name, outcome)
    return states


@pytest.fixture(scope="module")
def traces(app, lasting_trackers):
    lines = io.StringIO()
    handler, root = logging.StreamHandler(lines), logging.getLogger()
    handler.setFormatter(JsonFormatter())
    own = logging.getLogger("fittrack")
    level = own.level
    root.addHandler(handler)
    own.setLevel(logging.DEBUG)
    client = app.test_client()
    ana = Member(client)
    states = connect_everything(client, ana, lasting_trackers)
    told = {"userid": "1", "appli": "16", "startdate": "1", "enddate": "2"}
    hook = "/api/v1/webhooks/withings?key=the-address-of-withings"
    assert client.post(hook, data=told).status_code == 200
    yield Traces(client, ana, lasting_trackers, states, lines)
    root.removeHandler(handler)
    own.setLevel(level)


def exported(traces):
    """Return all that a member's export holds, unpacked."""
    export = traces.ana.post("users/me/export", {}).json
    run_jobs()
    content = traces.ana.get(f"users/me/export/{export['export_id']}/download").data
    archive = zipfile.ZipFile(io.BytesIO(content))
    return b"\n".join(archive.read(name) for name in archive.namelist())


def test_no_token_code_or_secret_stands_anywhere_in_clear(traces):
    secrets, mine = traces.secrets(), exported(traces)
    assert len(secrets) > 5 * len(PROVIDERS)
    places = [*traces.places(), ("export", mine)]
    assert any(where == "provider_payloads" for where, _ in places)
    assert {where for where, content in places for one in secrets if one in content} == set()
    # What is a member's own goes with them, whoever else may not see it.
    for tracker in traces.trackers.values():
        for workout in tracker.account(EMAIL).living():
            started_at = f"{workout.started_at:%Y-%m-%dT%H:%M:%S}".encode()
            assert started_at in mine or tracker.name in UNTOLD, (tracker.name, started_at)


def test_without_the_key_a_stolen_dump_opens_no_token(traces):
    ids = [row[0] for row in select("SELECT connection_id FROM connections", "connection_id")]
    with db.reading("find_grant") as tx:
        stored = [repository.find_grant(tx, connection_id) for connection_id in ids]
    assert len(stored) == len(PROVIDERS)
    assert all(sealing.opened(one).access_token for one in stored)
    known = config.current()
    config.use(replace(known, encryption_key=config.new_secret()))
    try:
        for one in stored:
            with pytest.raises(Unsealable):
                sealing.opened(one)
    finally:
        config.use(known)


def is_let_in(tracker):
    return any(not family.is_over for family in tracker.refreshing.values())


def test_whoever_leaves_is_forgotten_and_every_provider_told(traces):
    whoop = traces.trackers["whoop"]
    numbers = [
        str(number).encode()
        for tracker in traces.trackers.values()
        for number in (tracker.account(EMAIL).number, *tracker.account(EMAIL).workouts)
    ]
    held = {table for table, cell in cells() for number in numbers if number in cell}
    assert {"connections", "connection_records"} <= held
    whoop.faults.add(Fault("error_500", "api", 1))
    answer = traces.client.delete(
        "/api/v1/users/me", json={"password": PASSWORD}, headers=traces.ana.headers
    )
    assert answer.status_code == 202, answer.json
    run_jobs()
    assert is_let_in(whoop)
    make_all_due()
    run_jobs()
    assert {name for name, tracker in traces.trackers.items() if is_let_in(tracker)} == UNTOLD
    left = [(table, cell) for table, cell in cells() for number in numbers if number in cell]
    assert left == []
    for table in ("connections", "provider_payloads", "connection_syncs", "sleeps", "recoveries"):
        assert select(f"SELECT COUNT(*) AS row_count FROM {table}", "row_count") == [(0,)], table
