"""What becomes of a connection's row when a key, a provider's settings or its member goes."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from fittrack import config, db
from fittrack.clock import utc_now
from fittrack.keys import service as keys
from fittrack.trackers.connections import endings, repository
from fittrack.trackers.grants import sealing
from tests.factories_accounts import login, make_account
from tests.factories_trackers import connect, sync


@pytest.fixture
def ana_id(database):
    return make_account()


@pytest.fixture
def connection(client, ana_id, trackers):
    return connect(client, login(client, ana_id), "whoop")


def stored(connection):
    with db.reading("find_grant") as tx:
        return repository.find_grant(tx, connection["connection_id"])


def test_tokens_under_a_new_key_open_without_the_old_one(connection, trackers):
    old = config.current()
    new = replace(
        old, encryption_key=config.new_secret(), encryption_former_keys=old.encryption_key
    )
    config.use(new)
    [done] = [one for one in keys.reseal(told=lambda _: None) if "tokens" in one.name]
    assert (done.seen, done.changed) == (1, 1)
    config.use(replace(new, encryption_former_keys=""))
    assert sealing.opened(stored(connection)).access_token in trackers["whoop"].access


def test_a_provider_that_is_set_up_no_more_is_asked_an_hour_later(connection, trackers):
    known, now = config.current(), utc_now()
    config.use(replace(known, whoop_client_id=""))
    assert sync(connection, now=now) is None
    config.use(known)
    assert sync(connection, now=now + timedelta(minutes=59)) is None
    assert sync(connection, now=now + timedelta(minutes=61)) is not None


def test_of_whoever_leaves_no_connection_is_kept(connection, ana_id):
    with db.transaction("leave") as tx:
        endings.erase_at_once(tx, ana_id, now=utc_now())
        endings.erase_member(tx, ana_id, row_limit=10)
        assert repository.list_all_connections(tx, ana_id) != []  # its tokens end it first
        repository.forget_grant(tx, connection["connection_id"])
        assert endings.erase_member(tx, ana_id, row_limit=10) >= 1
        assert repository.list_all_connections(tx, ana_id) == []
