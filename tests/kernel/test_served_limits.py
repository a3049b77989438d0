"""Limits over real HTTP: exact over two processes, and there though Redis is not."""

from __future__ import annotations

import re
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest
from redis import Redis

from fittrack.redis_link import LONGEST_PAUSE_S
from tests.private_redis import RestartableRedis
from tests.serving import ask_once, served, settings_of

PATH = "/api/v1/notifications"
KEYS = "/.well-known/jwks.json"


@pytest.fixture
def redis(tmp_path):
    server = RestartableRedis(tmp_path)
    server.start()
    yield server
    server.kill()


@pytest.fixture(scope="module")
def two_processes(redis_url, tmp_path_factory):
    """Serve by two processes under limits that no other test moves."""
    Redis.from_url(redis_url).flushall()
    folder = tmp_path_factory.mktemp("served")
    limits = {"limit_anonymous": "5 per minute", "limit_public": "30 per minute"}
    with served(environ(redis_url, folder, **limits), workers=2) as server:
        yield server


def environ(redis_url, folder, **over):
    return settings_of(folder / "unused.db", redis_url, fittrack_env="test", **over)


def statuses(server, path, count):
    with ThreadPoolExecutor(10) as pool:
        return Counter(
            answer.status
            for answer in pool.map(lambda _: ask_once(server, "GET", path), range(count))
        )


def left_of(answer):
    return int(re.match(r'"default";r=(\d+);', answer.headers["RateLimit"])[1])


def test_two_processes_let_through_exactly_as_many_as_allowed(two_processes):
    assert statuses(two_processes, PATH, 60) == {401: 5, 429: 55}


def test_what_is_left_is_told_right_whichever_process_answers(two_processes):
    told = [left_of(ask_once(two_processes, "GET", KEYS)) for _ in range(30)]
    assert told == list(range(29, -1, -1))
    refused = ask_once(two_processes, "GET", KEYS)
    assert (refused.status, left_of(refused)) == (429, 0)
    assert 40 <= int(refused.headers["Retry-After"]) <= 60


def test_whoever_waits_as_long_as_told_is_let_through(redis, tmp_path):
    settings = environ(redis.url, tmp_path, limit_public="2 per 2 seconds")
    with served(settings) as server:
        while (refused := ask_once(server, "GET", KEYS)).status == 200:
            pass
        assert refused.status == 429
        time.sleep(int(refused.headers["Retry-After"]))
        assert ask_once(server, "GET", KEYS).status == 200


def test_redis_killed_on_the_way_is_no_failure_and_no_way_around(redis, tmp_path):
    settings = environ(redis.url, tmp_path, limit_public="20 per minute")
    with served(settings) as server:
        assert statuses(server, KEYS, 4) == {200: 4}
        redis.kill()
        assert statuses(server, KEYS, 60) == {200: 20, 429: 40}
        redis.start()
        time.sleep(LONGEST_PAUSE_S + 0.2)
        assert statuses(server, KEYS, 60) == {200: 20, 429: 40}
