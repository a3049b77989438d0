"""Second factors raced for over real HTTP, served by two processes of gunicorn."""

from __future__ import annotations

import shutil
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pyotp
import pytest

from fittrack import db
from tests.accounts.steps import bearer
from tests.authenticator import Authenticator
from tests.factories_accounts import PASSWORD, make_account
from tests.serving import ask_once, served, settings_of

AUTH = "/api/v1/auth"
AT_ONCE = 20
ONE_OF_THEM = {200: 1, 401: AT_ONCE - 1}
CHEAP = {"argon2_memory_kib": 64, "argon2_iterations": 1, "argon2_parallelism": 1}


@pytest.fixture(scope="module")
def server(app, migrated_file, redis_url, tmp_path_factory):
    path = tmp_path_factory.mktemp("served") / "served.db"
    shutil.copyfile(migrated_file, path)
    engine = db.bind(f"sqlite:///{path}", synchronous="OFF")
    for name in ("ana", "ben"):
        make_account(email=f"{name}@example.com")
    engine.close()
    environ = settings_of(path, redis_url, fittrack_env="test", login_waiting=1000, **CHEAP)
    with served(environ, workers=2) as one:
        yield one


def post(server, path, body=None, **headers):
    return ask_once(server, "POST", f"{AUTH}/{path}", body, **headers)


def log_in(server, email):
    return post(server, "login", {"email": email, "password": PASSWORD}).body


def at_once(send, bodies):
    with ThreadPoolExecutor(AT_ONCE) as threads:
        return Counter(answer.status for answer in threads.map(send, bodies))


def test_one_of_20_gets_in_by_the_same_recovery_code(server):
    headers = bearer(log_in(server, "ana@example.com"))
    totp = pyotp.TOTP(post(server, "mfa/totp/enrol", **headers).body["secret"])
    confirmed = post(server, "mfa/totp/confirm", {"code": totp.now()}, **headers)
    code = confirmed.body["recovery_codes"][0]
    tokens = [log_in(server, "ana@example.com")["mfa_token"] for _ in range(AT_ONCE)]

    bodies = [{"mfa_token": token, "code": code} for token in tokens]
    assert at_once(lambda body: post(server, "login/mfa", body), bodies) == ONE_OF_THEM

    shown = ask_once(server, "GET", f"{AUTH}/mfa", **headers).body
    assert shown["recovery_codes_left"] == 9


def test_one_of_20_gets_in_by_the_same_challenge(server):
    headers = bearer(log_in(server, "ben@example.com"))
    phone = Authenticator("http://localhost:8000")
    made = phone.create(post(server, "passkeys/options", **headers).body)
    assert post(server, "passkeys", {"credential": made}, **headers).status == 201
    options = post(server, "passkeys/login/options", {}).body

    bodies = [{"credential": phone.get(options)} for _ in range(AT_ONCE)]
    assert at_once(lambda body: post(server, "passkeys/login", body), bodies) == ONE_OF_THEM

    again = post(server, "passkeys/login/options", {}).body
    assert post(server, "passkeys/login", {"credential": phone.get(again)}).status == 200
