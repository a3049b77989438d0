"""Connecting and what may go wrong on the way, against simulated providers over HTTP."""

from __future__ import annotations

from dataclasses import replace

import pytest

from fittrack import config
from fittrack.clock import utc_now
from fittrack.simulator.faults import Fault
from fittrack.trackers.connections.errors import ConsentDenied
from tests.factories_accounts import login, make_account
from tests.factories_trackers import begin, connect, consent, sync

CONNECTIONS = "/api/v1/connections"


@pytest.fixture
def ana(client, strava):
    return login(client, make_account())


def visit(client, headers, provider="strava", **over):
    """Go to a provider and decide; return the answer to what the browser brings back."""
    url = begin(client, headers, provider).json["authorization_url"]
    return client.get(consent(url, **over))


def code_of(answer):
    return answer.status_code, answer.json["code"]


def test_a_connection_is_listed_and_says_how_it_stands(client, ana):
    connection = connect(client, ana, "strava")
    assert (connection["status"], connection["last_synced_at"]) == ("active", None)
    listed = client.get(CONNECTIONS, headers=ana).json["items"]
    assert listed == [connection]
    assert client.get(f"{CONNECTIONS}/strava", headers=ana).json == connection


def test_who_is_not_connected_is_told_so(client, ana):
    ben = login(client, make_account())
    connect(client, ana, "strava")
    assert code_of(client.get(f"{CONNECTIONS}/strava", headers=ben)) == (
        404,
        "connection_not_found",
    )
    assert client.get(CONNECTIONS, headers=ben).json["items"] == []


def test_providers_say_whether_one_can_connect(client, ana):
    found = client.get(f"{CONNECTIONS}/providers", headers=ana).json["items"]
    by_name = {one["provider"]: one for one in found}
    assert by_name["strava"]["is_available"]
    assert not by_name["strava"]["is_shown_to_others"]
    assert not by_name["garmin"]["is_available"]
    assert "FIT" in by_name["garmin"]["note"]


@pytest.mark.parametrize("provider", ["garmin", "nothing"])
def test_nobody_connects_to_what_is_not_configured(client, ana, provider):
    assert code_of(begin(client, ana, provider)) == (404, "tracker_not_configured")


@pytest.mark.parametrize("state", ["", "x", "A" * 43])
def test_an_unknown_state_is_refused(client, ana, state):
    answer = client.get(
        f"{CONNECTIONS}/strava/callback", query_string={"state": state, "code": "x"}
    )
    assert answer.status_code in {400, 422}


def test_who_declines_has_changed_nothing(client, ana):
    assert code_of(visit(client, ana, decision="deny")) == (409, "consent_denied")
    assert client.get(CONNECTIONS, headers=ana).json["items"] == []


def test_too_few_scopes_make_no_connection(client, ana, strava):
    strava.faults.add(Fault("fewer_scopes", "authorize"))
    assert code_of(visit(client, ana)) == (409, "scopes_missing")


def test_a_code_that_the_provider_refuses_is_said_so(client, ana):
    url = begin(client, ana, "strava").json["authorization_url"]
    path = consent(url)
    bad = path.replace("code=", "code=not-")
    assert code_of(client.get(bad)) == (409, "provider_refused_code")


def test_an_account_at_a_provider_belongs_to_one_member(client, ana):
    ben = login(client, make_account())
    connect(client, ana, "strava")
    assert code_of(visit(client, ben)) == (409, "connected_to_another_member")
    assert visit(client, ben, email="ben@gmail.test").status_code == 200


def test_a_provider_that_is_away_is_said_to_be(client, ana, strava):
    strava.faults.add(Fault("error_500"))
    answer = visit(client, ana)
    assert code_of(answer) == (503, "tracker_unavailable")
    assert answer.headers["Retry-After"]


def test_connecting_again_goes_on_with_the_same_connection(client, ana):
    first = connect(client, ana, "strava")
    again = connect(client, ana, "strava")
    assert again["connection_id"] == first["connection_id"]


def test_a_browser_lands_on_the_configured_page(client, ana):
    config.use(replace(config.current(), connected_url="fittrack://connected"))
    answer = visit(client, ana)
    assert answer.status_code == 303
    assert answer.headers["Location"] == "fittrack://connected?provider=strava&status=connected"
    denied = visit(client, ana, decision="deny")
    assert denied.headers["Location"].endswith("status=error&error=consent_denied")


def browse(client, path):
    """Go to a path as browsers do; return the status and the page."""
    accept = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
    answer = client.get(path, headers={"Accept": accept})
    assert answer.content_type == "text/html; charset=utf-8"
    assert answer.headers["Cache-Control"] == "no-store"
    assert "Accept" in answer.headers["Vary"]
    policy = answer.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; style-src 'self'")
    assert "script" not in policy + answer.text
    return answer.status_code, answer.text


def test_a_browser_that_is_sent_on_nowhere_sees_a_page(client, ana):
    path = consent(begin(client, ana, "strava").json["authorization_url"])
    status, page = browse(client, path)
    assert (status, "Connected to Strava" in page) == (200, True)
    [connection] = client.get(CONNECTIONS, headers=ana).json["items"]
    assert not any(str(told) in page for told in (connection["connection_id"], "state", "scope"))
    status, page = browse(client, path)
    assert (status, "you still are" in page) == (400, True)
    denied = consent(begin(client, ana, "strava").json["authorization_url"], decision="deny")
    status, page = browse(client, denied)
    assert (status, "Could not connect to Strava" in page) == (409, True)
    assert ConsentDenied.title() in page


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("strava/callback?code=%3Ci%3E", 422, "invalid"),
        ("%3Ci%3E/callback?state=x&code=x", 404, "tracker_not_configured"),
    ],
)
def test_a_page_names_what_went_wrong_and_repeats_nothing(client, path, status, code):
    told, page = browse(client, f"{CONNECTIONS}/{path}")
    assert (told, f"<code>{code}</code>" in page) == (status, True)
    assert "<i>" not in page
    assert "&lt;i" not in page
    for accept in ("*/*", "application/json", "application/json, text/plain, */*"):
        assert client.get(f"{CONNECTIONS}/{path}", headers={"Accept": accept}).json["code"] == code


def test_a_sync_can_be_asked_for_every_five_minutes(client, ana):
    connect(client, ana, "strava")
    ask = f"{CONNECTIONS}/strava/sync"
    assert client.post(ask, headers=ana).status_code == 202
    answer = client.post(ask, headers=ana)
    assert code_of(answer) == (429, "synced_just_now")
    assert 290 <= int(answer.headers["Retry-After"]) <= 300


def test_a_revoked_grant_asks_for_a_new_one(client, ana, strava):
    connection = connect(client, ana, "strava")
    strava.revoke_account(strava.account("ana@gmail.test"))
    assert sync(connection, now=utc_now()).status == "reauth_required"
    assert client.get(f"{CONNECTIONS}/strava", headers=ana).json["status"] == "reauth_required"
    assert code_of(client.post(f"{CONNECTIONS}/strava/sync", headers=ana)) == (
        409,
        "reauth_required",
    )
    kinds = [one["kind"] for one in client.get("/api/v1/notifications", headers=ana).json["items"]]
    assert "connection_reauth_required" in kinds
    assert connect(client, ana, "strava")["status"] == "active"
    assert sync(connection, now=utc_now()).outcome == "done"


def test_syncs_say_what_they_came_to(client, ana):
    connection = connect(client, ana, "strava")
    sync(connection, now=utc_now())
    [found] = client.get(f"{CONNECTIONS}/strava/syncs", headers=ana).json["items"]
    assert (found["outcome"], found["error_code"]) == ("done", None)
    assert found["created_count"] > 5
    assert found["page_count"] >= 5
