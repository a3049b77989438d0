"""Sessions and log-ins over real HTTP, by several processes at once."""

from __future__ import annotations

import shutil
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from fittrack import config, db
from tests.factories_accounts import PASSWORD, make_account
from tests.serving import ask_once, served, settings_of

LOGIN = "/api/v1/auth/login"
REFRESH = "/api/v1/auth/refresh"
ME = "/api/v1/users/me"
EVENTS = "/api/v1/users/me/security-events"
BEN = "ben@example.com"
WRONG = "a wrong password of hers"


@pytest.fixture(scope="module")
def prepare(app, settings, migrated_file, redis_url, tmp_path_factory):
    """Return a function that gives the environment of a server whose members it stores."""

    def prepared(*emails, **over):
        path = tmp_path_factory.mktemp("served") / "served.db"
        shutil.copyfile(migrated_file, path)
        environ = settings_of(path, redis_url, fittrack_env="test", **over)
        config.use(replace(settings, **{k: v for k, v in over.items() if "argon2" in k}))
        engine = db.bind(f"sqlite:///{path}", synchronous="OFF")
        for email in emails:
            make_account(email=email)
        engine.close()
        config.use(settings)
        return environ

    return prepared


@pytest.fixture(scope="module")
def server(prepare):
    """Serve cheap log-ins by two processes."""
    cheap = {"argon2_memory_kib": 64, "argon2_iterations": 1, "argon2_parallelism": 1}
    more = {"refresh_grace_s": 4, "login_waiting": 1000}
    with served(prepare("ana@example.com", "ben@example.com", **cheap, **more), workers=2) as one:
        yield one


def log_in(server, password=PASSWORD, email="ana@example.com"):
    return ask_once(server, "POST", LOGIN, {"email": email, "password": password})


def bearer(tokens):
    return {"Authorization": f"Bearer {tokens['access_token']}"}


def test_a_token_refreshed_50_times_at_once_by_two_processes_has_one_successor(server):
    first = log_in(server).body["refresh_token"]
    body = {"refresh_token": first}
    with ThreadPoolExecutor(25) as pool:
        answers = list(pool.map(lambda _: ask_once(server, "POST", REFRESH, body), range(50)))
    refreshed_s = time.monotonic()
    assert {answer.status for answer in answers} == {200}
    (following,) = {answer.body["refresh_token"] for answer in answers}
    sessions = ask_once(server, "GET", "/api/v1/auth/sessions", **bearer(answers[0].body))
    assert len(sessions.body["items"]) == 1

    further = ask_once(server, "POST", REFRESH, {"refresh_token": following})
    assert further.status == 200
    # Its successor is used, so that whoever presents it again has copied it.
    time.sleep(max(0, refreshed_s + 4.2 - time.monotonic()))
    replayed = ask_once(server, "POST", REFRESH, body)
    assert (replayed.status, replayed.body["code"]) == (401, "refresh_token_reused")
    ended = ask_once(server, "GET", ME, **bearer(further.body))
    assert (ended.status, ended.body["code"]) == (401, "session_ended")
    again = bearer(log_in(server).body)
    kinds = [event["kind"] for event in ask_once(server, "GET", EVENTS, **again).body["items"]]
    assert kinds == ["logged_in", "refresh_token_reused", "logged_in"]


def test_of_50_guesses_at_two_processes_5_count(server):
    session = bearer(log_in(server, PASSWORD, BEN).body)
    with ThreadPoolExecutor(25) as pool:
        answers = list(pool.map(lambda _: log_in(server, WRONG, BEN), range(50)))
    assert {answer.status for answer in answers} == {401}
    assert log_in(server, PASSWORD, BEN).status == 401
    events = ask_once(server, "GET", f"{EVENTS}?limit=100", **session).body["items"]
    assert Counter(event["kind"] for event in events) == {"logged_in": 1, "login_locked": 1}


def test_others_are_served_while_log_ins_wait(prepare):
    """A process of four threads hashes two passwords, keeps one waiting, and sends others back."""
    dear = {"argon2_memory_kib": 16_384, "argon2_iterations": 12, "argon2_parallelism": 1}
    environ = prepare("ana@example.com", **dear)
    with served(environ) as server, ThreadPoolExecutor(10) as pool:
        waiting = [pool.submit(log_in, server) for _ in range(10)]
        others_s = []
        while not all(future.done() for future in waiting):
            others_s.append(ask_once(server, "GET", "/.well-known/jwks.json").took_s)
        answers = [future.result() for future in waiting]

    refused = [answer for answer in answers if answer.status == 503]
    assert {answer.status for answer in answers} == {200, 503}
    assert {answer.body["code"] for answer in refused} == {"busy"}
    assert all(int(answer.headers["Retry-After"]) > 0 for answer in refused)
    hashing_s = min(answer.took_s for answer in answers if answer.status == 200)
    assert sorted(others_s)[len(others_s) // 2] < hashing_s
