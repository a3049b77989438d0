"""Tokens: sealed, and bound to their place; visits of others come to nothing."""

from __future__ import annotations

import traceback
from dataclasses import replace
from datetime import timedelta
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from fittrack import db, wire
from fittrack.clock import utc_now
from fittrack.crypto import Unsealable
from fittrack.trackers.connections import repository, service
from fittrack.trackers.connections.errors import InvalidState
from fittrack.trackers.connections.models import Returned
from fittrack.trackers.grants import sealing
from tests.factories_accounts import login, make_account
from tests.factories_trackers import begin, connect, consent, shorten, sync

STRAVA = "/api/v1/connections/strava"


@pytest.fixture
def ana(client, strava):
    shorten(strava)
    return login(client, make_account())


def stored(connection):
    with db.reading("find_grant") as tx:
        return repository.find_grant(tx, connection["connection_id"])


def test_a_row_that_was_copied_to_another_connection_opens_nothing(client, ana, strava):
    own = stored(connect(client, ana, "strava"))
    ben = login(client, make_account())
    other = stored(connect(client, ben, "strava", email="ben@gmail.test"))
    assert sealing.opened(own).access_token in strava.access
    copied = replace(
        other,
        access_token_bytes=own.access_token_bytes,
        refresh_token_bytes=own.refresh_token_bytes,
    )
    with pytest.raises(Unsealable):
        sealing.opened(copied)
    swapped = replace(own, access_token_bytes=own.refresh_token_bytes)
    with pytest.raises(Unsealable):
        sealing.opened(swapped)
    with pytest.raises(Unsealable):
        sealing.opened(replace(own, provider="whoop"))


def test_tokens_that_do_not_open_fail_a_sync(client, ana, strava, database):
    connection, now = connect(client, ana, "strava"), utc_now()
    database.raw().execute("UPDATE connections SET access_token_bytes = refresh_token_bytes")
    for minutes in (0, 2):
        with pytest.raises(Unsealable):
            sync(connection, now=now + timedelta(minutes=minutes))
        assert sync(connection, now=now + timedelta(minutes=minutes, seconds=20)) is None
    latest = client.get(f"{STRAVA}/syncs", headers=ana).json["items"][0]
    assert (latest["outcome"], latest["error_code"]) == ("failed", "unsealable")


def test_no_traceback_tells_of_an_address_and_the_token_in_it():
    asked = wire.Request("http://127.0.0.1:9/revoke?access_token=a-token-of-ana")
    with pytest.raises(wire.Unreachable) as caught:
        wire.call(asked, deadline_s=2.0, most_bytes=10)
    assert "a-token-of-ana" not in "".join(traceback.format_exception(caught.value))


def test_a_visit_is_worth_nothing_to_another_provider_or_a_second_time(client, ana, strava):
    url = begin(client, ana, "strava").json["authorization_url"]
    path = consent(url)
    mixed = client.get(path.replace("/strava/", "/whoop/"))
    assert (mixed.status_code, mixed.json["code"]) == (400, "invalid_connection_state")
    assert client.get(path).status_code == 200
    again = client.get(path)
    assert (again.status_code, again.json["code"]) == (400, "invalid_connection_state")


def test_a_code_that_was_used_is_refused_under_a_fresh_state(client, ana, strava):
    first = consent(begin(client, ana, "strava").json["authorization_url"])
    assert client.get(first).status_code == 200
    code = first.partition("code=")[2].partition("&")[0]
    second = consent(begin(client, ana, "strava").json["authorization_url"])
    other = second.partition("code=")[2].partition("&")[0]
    answer = client.get(second.replace(other, code))
    assert (answer.status_code, answer.json["code"]) == (409, "provider_refused_code")


def swapped(path, **over):
    """Return what a browser brings back with other words in it."""
    parts = urlsplit(path)
    told = {name: values[0] for name, values in parse_qs(parts.query).items()}
    return f"{parts.path}?{urlencode(told | over)}"


def told_in(path, name):
    return parse_qs(urlsplit(path).query)[name][0]


def test_a_code_of_another_members_visit_is_worth_nothing_in_ones_own(client, ana, trackers):
    """What the visit proves (PKCE) is another's, for the provider as for us."""
    ben = login(client, make_account())
    google = "/api/v1/connections/google_health"
    of_ana, of_ben = (
        consent(begin(client, who, "google_health").json["authorization_url"]) for who in (ana, ben)
    )
    answer = client.get(swapped(of_ben, code=told_in(of_ana, "code")))
    assert (answer.status_code, answer.json["code"]) == (409, "provider_refused_code")
    for who in (ana, ben):
        assert client.get(google, headers=who).status_code == 404


def test_a_code_of_another_provider_is_worth_nothing(client, ana, strava):
    of_strava, of_whoop = (
        consent(begin(client, ana, name).json["authorization_url"]) for name in ("strava", "whoop")
    )
    answer = client.get(swapped(of_whoop, code=told_in(of_strava, "code")))
    assert (answer.status_code, answer.json["code"]) == (409, "provider_refused_code")
    assert client.get(of_strava).status_code == 200


def test_whoever_says_to_be_another_provider_is_shown_nothing(client, ana, trackers):
    path = consent(begin(client, ana, "google_health").json["authorization_url"])
    others = (
        told_in(path, "iss").replace("google_health", "whoop"),
        told_in(path, "iss") + ".example",
    )
    for issuer in (*others, "https://accounts.google.com", ""):
        answer = client.get(swapped(path, iss=issuer))
        assert (answer.status_code, answer.json["code"]) == (400, "invalid_connection_state")
    assert all(not one.is_used for one in trackers["google_health"].consents.values())
    beneath = swapped(path, iss=told_in(path, "iss") + "/oauth/")
    assert client.get(beneath).status_code == 200


def test_a_visit_that_took_eleven_minutes_shows_the_provider_nothing(client, ana, strava):
    path = consent(begin(client, ana, "strava").json["authorization_url"])
    returned = Returned(told_in(path, "state"), told_in(path, "code"), None, None)
    late_at = utc_now() + timedelta(minutes=11)
    with pytest.raises(InvalidState):
        service.finish_connection(provider="strava", returned=returned, now=late_at)
    assert all(not one.is_used for one in strava.consents.values())


def test_who_is_signed_in_ends_nobody_elses_visit(client, ana, strava):
    """Ben has allowed what Ana's visit asked for: it must not become Ana's."""
    ben = login(client, make_account())
    path = consent(begin(client, ana, "strava").json["authorization_url"])
    answer = client.get(path, headers=ben)
    assert (answer.status_code, answer.json["code"]) == (400, "invalid_connection_state")
    assert client.get(STRAVA, headers=ben).status_code == 404
    assert client.get(STRAVA, headers=ana).status_code == 404
    assert client.get(path, headers=ana).status_code == 200
