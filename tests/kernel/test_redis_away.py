"""Redis may be gone at any time: what it did is done without it, or waits."""

from __future__ import annotations

import dataclasses
import os
import time
import traceback
from socket import AF_UNIX, SOCK_STREAM
from socket import socket as Listener

import pytest

from fittrack import create_app, db, queues
from fittrack.clock import utc_now
from tests.factories_accounts import login, make_account
from tests.kernel.statements import statement


@pytest.fixture
def away(settings, database):
    """Return a function that runs a check in a process of its own whose Redis is away."""

    def run(check, **over):
        child = os.fork()
        if child == 0:
            try:
                nowhere = {"redis_url": "redis://127.0.0.1:1/0"}
                file = {"database_url": f"sqlite:///{database.path}"}
                config = dataclasses.replace(settings, **{**nowhere, **file, **over})
                check(create_app(config).test_client())
                os._exit(0)
            except BaseException:
                traceback.print_exc()
            os._exit(1)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0

    return run


@pytest.fixture
def hanging_redis(tmp_path):
    """Return the address of a Redis that takes connections and never answers."""
    socket = tmp_path / "redis.sock"
    listener = Listener(AF_UNIX, SOCK_STREAM)
    listener.bind(str(socket))
    listener.listen(64)
    yield f"unix://{socket}"
    listener.close()


def test_requests_are_answered_as_ever(away):
    def check(client):
        headers = login(client, make_account())
        assert client.get("/api/v1/notifications", headers=headers).status_code == 200
        assert client.get("/api/v1/notifications").status_code == 401

    away(check)


def test_limits_are_kept_by_the_process_itself(away):
    def check(client):
        statuses = [client.get("/api/v1/notifications").status_code for _ in range(4)]
        assert statuses == [401, 401, 401, 429]

    away(check, limit_anonymous="3 per minute")


def test_a_redis_that_hangs_holds_nobody_up(away, hanging_redis):
    def check(client):
        started_s = time.monotonic()
        headers = login(client, make_account())
        for _ in range(3):
            assert client.get("/api/v1/notifications", headers=headers).status_code == 200
        assert time.monotonic() - started_s < 4

    away(check, redis_url=hanging_redis)


def test_a_job_is_decided_though_redis_hangs(away, hanging_redis):
    def check(_client):
        started_s = time.monotonic()
        with db.transaction("decide") as tx:
            queues.enqueue(tx, "send_mail", "k1", now=utc_now(), template="verify_email")
        assert time.monotonic() - started_s < 4
        with db.reading("count_jobs") as tx:
            assert tx.value(statement("SELECT COUNT(*) AS job_count FROM outbox")) == 1

    away(check, redis_url=hanging_redis)


def test_a_unit_that_decided_many_jobs_waits_for_redis_once(away):
    def check(_client):
        started_s = time.monotonic()
        with db.transaction("decide") as tx:
            for number in range(300):
                queues.enqueue(tx, "send_mail", f"k{number}", now=utc_now(), template="prize_won")
        assert time.monotonic() - started_s < 2

    away(check)


def test_readiness_names_redis(away):
    def check(client):
        answer = client.get("/health/ready")
        assert answer.status_code == 503
        assert answer.json["parts"] == {"database": "ok", "schema": "ok", "redis": "failing"}
        assert client.get("/health/live").status_code == 200

    away(check)
