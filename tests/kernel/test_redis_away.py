"""Redis may be gone at any time: what it did is done without it, or waits."""

from __future__ import annotations

import dataclasses
import os
import traceback

import pytest

from fittrack import create_app
from tests.factories_accounts import login, make_account


@pytest.fixture
def away(settings, database):
    """Return a function that runs a check in a process of its own whose Redis is away."""

    def run(check, **over):
        child = os.fork()
        if child == 0:
            try:
                config = dataclasses.replace(
                    settings,
                    redis_url="redis://127.0.0.1:1/0",
                    database_url=f"sqlite:///{database.path}",
                    **over,
                )
                check(create_app(config).test_client())
                os._exit(0)
            except BaseException:
                traceback.print_exc()
            os._exit(1)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0

    return run


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


def test_readiness_names_redis(away):
    def check(client):
        answer = client.get("/health/ready")
        assert answer.status_code == 503
        assert answer.json["parts"] == {"database": "ok", "schema": "ok", "redis": "failing"}
        assert client.get("/health/live").status_code == 200

    away(check)
