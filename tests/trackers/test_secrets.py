"""Tokens: sealed, bound to their place, nowhere else; visits of others come to nothing."""

from __future__ import annotations

import json
import logging
from dataclasses import replace

import pytest

from fittrack import config, db
from fittrack.clock import utc_now
from fittrack.crypto import Unsealable
from fittrack.simulator.faults import Fault
from fittrack.trackers.connections import repository
from fittrack.trackers.grants import sealing
from tests.conformance import engines
from tests.factories_accounts import login, make_account
from tests.factories_trackers import begin, connect, consent, shorten, sync

STRAVA = "/api/v1/connections/strava"
sqlite_only = pytest.mark.skipif(engines.name() != "sqlite", reason="dumps SQLite's own file")


@pytest.fixture
def ana(client, strava):
    shorten(strava)
    return login(client, make_account())


def tokens_of(strava):
    return [*strava.access, *strava.refreshing]


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


def test_without_the_key_a_stolen_row_opens_nothing(client, ana, strava):
    own = stored(connect(client, ana, "strava"))
    known = config.current()
    config.use(replace(known, encryption_key=config.new_secret()))
    try:
        with pytest.raises(Unsealable):
            sealing.opened(own)
    finally:
        config.use(known)


@sqlite_only
def test_tokens_and_codes_stand_nowhere_in_clear(client, ana, strava, database, caplog):
    caplog.set_level(logging.DEBUG)
    connection = connect(client, ana, "strava")
    for kind, at in (("error_500", "api"), ("expired", "api"), ("lost_answer", "token")):
        strava.faults.add(Fault(kind, at, 1))
        sync(connection, now=utc_now())
        client.post(f"{STRAVA}/sync", headers=ana)
    client.delete(STRAVA, query_string={"data": "keep"}, headers=ana)
    dump = "\n".join(database.raw().iterdump())
    logged = json.dumps([record.__dict__ for record in caplog.records], default=str) + caplog.text
    secrets = [*tokens_of(strava), *strava.consents, "our-secret-at-strava"]
    assert len(secrets) > 4
    for secret in secrets:
        assert secret not in dump
        assert secret not in logged
        assert secret.encode().hex() not in dump.lower()


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


def test_who_is_signed_in_ends_nobody_elses_visit(client, ana, strava):
    """Ben has allowed what Ana's visit asked for: it must not become Ana's."""
    ben = login(client, make_account())
    path = consent(begin(client, ana, "strava").json["authorization_url"])
    answer = client.get(path, headers=ben)
    assert (answer.status_code, answer.json["code"]) == (400, "invalid_connection_state")
    assert client.get(STRAVA, headers=ben).status_code == 404
    assert client.get(STRAVA, headers=ana).status_code == 404
    assert client.get(path, headers=ana).status_code == 200
