"""docs/adding-a-provider.md, tried: a small provider, from consent to points."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import timedelta
from urllib.parse import urlencode

import pytest
from flask import Flask, jsonify, request
from werkzeug.serving import make_server

from fittrack import config
from fittrack.activities import sports
from fittrack.activities.recording import Recording
from fittrack.activities.samples import empty_samples
from fittrack.clock import utc_now
from fittrack.trackers.providers import ADAPTERS, reading
from fittrack.trackers.providers.base import (
    WORKOUTS,
    Adapter,
    Credentials,
    Facts,
    Grant,
    Limit,
    RawItem,
    RawPage,
)
from fittrack.trackers.records import Origin, WorkoutRecord
from fittrack.wire import Request
from tests.factories_accounts import login, make_account
from tests.factories_trackers import begin, sync
from tests.trackers.test_sync import all_of


class Treadmill(Adapter):
    """A treadmill's service: tokens that never end, one page, seconds and metres."""

    facts = Facts(
        name="treadmill",
        title="Treadmill",
        hosts={"api": "https://treadmill.example"},
        scopes=("runs",),
        needed_scopes=frozenset({"runs"}),
        streams=(WORKOUTS,),
        limits=(Limit(60, 30),),
        overlap=timedelta(days=1),
        poll_every=timedelta(minutes=15),
        uses_pkce=False,
        refreshes=False,
    )

    def credentials(self, settings):
        return Credentials("fittrack", "secret")

    def authorize_address(self, app):
        return f"{app.hosts['api']}/authorize"

    def exchange(self, app, code, verifier):
        return Request(f"{app.hosts['api']}/token", "POST", form=urlencode({"code": code}))

    def refresh(self, app, grant):
        return None

    def read_grant(self, answer, *, before, now):
        body = reading.check_grant(answer)
        return Grant(body["token"], None, None, frozenset(self.facts.scopes), body["user"])

    def revoke(self, app, grant):
        return None

    def page(self, app, grant, stream, window, token):
        headers = {"Authorization": f"Bearer {grant.access_token}"}
        return Request(f"{app.hosts['api']}/runs", headers=headers)

    def read_page(self, stream, answer, token):
        found = reading.items(reading.json_of(answer))
        rows = [
            RawItem(reading.identity(run.get("id")), reading.version_of(run), run) for run in found
        ]
        return RawPage(tuple(rows), None)

    def normalise(self, stream, item):
        run_s = reading.number(item.body.get("seconds"), most=86_400) or 0.0
        recording = Recording(
            file_format="",
            sport=sports.from_name("run"),
            started_at=reading.instant(item.body.get("start")),
            elapsed_s=run_s,
            moving_s=run_s,
            distance_m=reading.number(item.body.get("metres")),
            track_distance_m=None,
            ascent_m=None,
            descent_m=None,
            calories_kcal=None,
            steps=None,
            avg_speed_mps=None,
            max_speed_mps=None,
            utc_offset_s=None,
            device="Treadmill",
            name="",
            notes="",
            laps=(),
            samples=empty_samples(),
        )
        return [WorkoutRecord(Origin(item.external_id, item.version), recording)]


@pytest.fixture
def treadmill(trackers, monkeypatch):
    """Run the service itself, and let FitTrack know it."""
    app = Flask("treadmill")

    @app.post("/treadmill/api/token")
    def token():
        return jsonify({"token": f"opened-by-{request.form['code']}", "user": "7"})

    @app.get("/treadmill/api/runs")
    def runs():
        assert request.headers["Authorization"] == "Bearer opened-by-sesame"
        start = f"{utc_now() - timedelta(hours=3):%Y-%m-%dT%H:%M:%SZ}"
        run = {"id": 2**60 + 1, "start": start, "seconds": 1800, "metres": 5000}
        return jsonify([run, {"id": 5, "start": "yesterday"}])

    server = make_server("127.0.0.1", 0, app)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    monkeypatch.setitem(ADAPTERS, "treadmill", Treadmill())
    config.use(replace(config.current(), trackers_url=f"http://127.0.0.1:{server.port}"))
    yield
    server.shutdown()
    server.server_close()
    thread.join()


def test_a_small_provider_is_a_module_and_a_line(client, treadmill):
    ana = login(client, make_account())
    url = begin(client, ana, "treadmill").json["authorization_url"]
    state = url.partition("state=")[2].partition("&")[0]
    path = f"/api/v1/connections/treadmill/callback?state={state}&code=sesame"
    connection = client.get(path).json
    outcome = sync(connection, now=utc_now())
    assert outcome.outcome == "done"
    [activity] = all_of(client, ana)
    assert (activity["distance_m"], activity["moving_s"]) == (5000, 1800)
    # Nobody has said that its terms let others see it.
    assert activity["is_owner_only"]
    assert client.get("/api/v1/points/balance", headers=ana).json["balance_points"] > 0
    [listed] = client.get("/api/v1/connections/treadmill/syncs", headers=ana).json["items"]
    assert (listed["created_count"], listed["skipped_count"]) == (1, 1)
