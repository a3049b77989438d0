from __future__ import annotations

import dataclasses
import re

import pytest
from redis import Redis

from fittrack import config
from tests.factories_accounts import login, make_account

PATH = "/api/v1/notifications"


@pytest.fixture
def tight(client, settings):
    """Return a client under limits that are soon reached."""
    tight = {"limit_anonymous": "3 per minute", "limit_member": "5 per minute"}
    config.use(dataclasses.replace(settings, **tight))
    yield client
    config.use(settings)


def test_an_address_without_an_account_has_its_limit(tight):
    answers = [tight.get(PATH) for _ in range(4)]
    assert [answer.status_code for answer in answers] == [401, 401, 401, 429]
    assert answers[3].json["code"] == "rate_limited"
    assert 0 < int(answers[3].headers["Retry-After"]) <= 61
    assert answers[0].headers["RateLimit-Policy"] == '"default";q=3;w=60'
    left = [re.match(r'"default";r=(\d+);t=\d+$', a.headers["RateLimit"])[1] for a in answers]
    assert left == ["2", "1", "0", "0"]


def test_each_address_and_each_account_has_a_counter_of_its_own(tight):
    ana, ben = login(tight, make_account()), login(tight, make_account())
    for _ in range(3):
        assert tight.get(PATH).status_code == 401
    assert tight.get(PATH, environ_base={"REMOTE_ADDR": "192.0.2.9"}).status_code == 401
    assert [tight.get(PATH, headers=ana).status_code for _ in range(6)] == [200] * 5 + [429]
    assert tight.get(PATH, headers=ben).status_code == 200


def test_health_and_documents_are_not_limited(tight):
    for path in ("/health/live", "/docs/errors", "/api/v1/openapi.json"):
        answers = [tight.get(path) for _ in range(6)]
        assert {answer.status_code for answer in answers} == {200}
        assert "RateLimit" not in answers[0].headers


def test_only_a_429_says_when_to_come_back(tight):
    assert "Retry-After" not in tight.get(PATH).headers


def test_what_is_counted_lies_in_redis(tight, settings):
    tight.get(PATH)
    keys = Redis.from_url(settings.redis_url).keys("*address:127.0.0.1*")
    assert keys
