from __future__ import annotations

import dataclasses
import time
from datetime import timedelta

import jwt
import pytest
from flask import g

from fittrack import auth, config
from fittrack.auth import LiveSession, StepUpRequired
from fittrack.clock import utc_now
from tests.factories_accounts import login, make_account

MINE = "/api/v1/notifications"
ADMINS = "/api/v1/sponsors"


def test_a_session_that_ended_is_refused_on_the_next_request(client, database):
    headers = login(client, make_account())
    assert client.get(MINE, headers=headers).status_code == 200
    database.raw().execute("UPDATE sessions SET ended_at = '2026-01-01T00:00:00.000000Z'")
    answer = client.get(MINE, headers=headers)
    assert (answer.status_code, answer.json["code"]) == (401, "session_ended")


def test_an_operator_without_a_second_factor_is_told_to_enrol(client, database):
    account_id = make_account(role="admin")
    headers = login(client, account_id)
    database.raw().execute("DELETE FROM totp_factors")
    answer = client.get(ADMINS, headers=headers)
    assert (answer.status_code, answer.json["code"]) == (403, "second_factor_required")


def test_the_role_is_the_accounts_not_the_tokens(client, database):
    account_id = make_account(role="admin")
    headers = login(client, account_id)
    assert client.get(ADMINS, headers=headers).status_code == 200
    database.raw().execute("UPDATE accounts SET role = 'user'")
    assert client.get(ADMINS, headers=headers).status_code == 403


@pytest.mark.parametrize(
    ("age_s", "is_fresh"), [(None, False), (0, True), (599, True), (601, False)]
)
def test_step_up_lasts_10_minutes(app, age_s, is_fresh):
    now = utc_now()
    stepped_up_at = None if age_s is None else now - timedelta(seconds=age_s)
    with app.test_request_context():
        g.session = LiveSession("s1", "a1", "admin", "active", False, True, now, stepped_up_at)
        if is_fresh:
            auth.require_step_up(now=now)
        else:
            with pytest.raises(StepUpRequired):
                auth.require_step_up(now=now)


@pytest.mark.parametrize(
    ("has_factor", "began_s", "stepped_up_s", "is_let_in"),
    [
        (False, 599, None, True),
        (False, 601, None, False),
        (False, 601, 0, True),
        (True, 0, None, False),
        (True, 601, 599, True),
    ],
)
def test_a_first_factor_takes_a_recent_log_in_and_a_further_one_a_step_up(
    app, has_factor, began_s, stepped_up_s, is_let_in
):
    now = utc_now()
    started_at = now - timedelta(seconds=began_s)
    stepped_up_at = None if stepped_up_s is None else now - timedelta(seconds=stepped_up_s)
    with app.test_request_context():
        g.session = LiveSession(
            "s1", "a1", "user", "active", False, has_factor, started_at, stepped_up_at
        )
        if is_let_in:
            auth.require_recent_proof(now=now)
        else:
            with pytest.raises(StepUpRequired):
                auth.require_recent_proof(now=now)


@pytest.fixture
def brief_tokens(app):
    """Let access tokens live for one to two seconds: their end is a whole one."""
    usual = app.config["JWT_ACCESS_TOKEN_EXPIRES"]
    app.config["JWT_ACCESS_TOKEN_EXPIRES"] = timedelta(seconds=2)
    yield
    app.config["JWT_ACCESS_TOKEN_EXPIRES"] = usual


@pytest.mark.usefixtures("brief_tokens")
def test_a_token_that_was_accepted_ends_with_its_life(client):
    headers = login(client, make_account())
    assert client.get(MINE, headers=headers).status_code == 200
    token = headers["Authorization"].partition(" ")[2]
    ends_s = jwt.decode(token, options={"verify_signature": False})["exp"]
    time.sleep(max(0.0, ends_s - time.time()) + 0.01)
    answer = client.get(MINE, headers=headers)
    assert (answer.status_code, answer.json["code"]) == (401, "token_expired")


def test_a_token_that_was_accepted_ends_with_its_key(client, settings):
    headers = login(client, make_account())
    assert client.get(MINE, headers=headers).status_code == 200
    config.use(dataclasses.replace(settings, jwt_signing_key=config.new_secret()))
    answer = client.get(MINE, headers=headers)
    assert (answer.status_code, answer.json["code"]) == (401, "invalid_token")
    config.use(settings)
    assert client.get(MINE, headers=headers).status_code == 200
