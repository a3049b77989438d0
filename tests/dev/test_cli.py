from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime

import pyotp
import pytest
from click.testing import CliRunner

from fittrack import clock, config
from fittrack.accounts.factors import rules as factor_rules
from fittrack.dev import cli, demo, seed
from tests.conformance import engines
from tests.dev.conftest import ANCHOR_AT
from tests.factories_accounts import make_account

pytestmark = [
    pytest.mark.skipif(engines.name() != "sqlite", reason="makes a world in a SQLite file"),
    pytest.mark.xdist_group("demo world"),
]


def run(command, *arguments):
    return CliRunner().invoke(command, arguments)


def outcome(command, *arguments):
    result = run(command, *arguments)
    return result.exit_code, result.output.strip()


@pytest.mark.parametrize("command", [cli.seed, cli.show_demo])
def test_production_is_refused(database, settings, command):
    config.use(replace(settings, fittrack_env="production"))
    try:
        status, said = outcome(command)
    finally:
        config.use(settings)
    assert status == 1
    assert "never runs in production" in said


def test_a_database_with_accounts_is_left_alone(database):
    make_account()
    assert outcome(cli.seed, "--if-empty") == (0, "")
    status, said = outcome(cli.seed)
    assert status == 1
    assert "accounts in this database already" in said


def test_an_interrupted_seeding_is_told(database):
    def interrupted(events, _total):
        for number, event in enumerate(events):
            if number == 5:
                raise KeyboardInterrupt
            yield event

    with pytest.raises(KeyboardInterrupt):
        seed.make_world(seed=1, anchor_at=ANCHOR_AT, days=1, progress=interrupted)
    for arguments in ((), ("--if-empty",)):
        status, said = outcome(cli.seed, *arguments)
        assert status == 1
        assert "interrupted" in said


def test_without_a_demo_world_only_addresses_are_told(database):
    status, said = outcome(cli.show_demo)
    assert status == 0
    assert "/docs" in said
    assert demo.PASSWORD not in said
    assert outcome(cli.show_demo, "--json")[0] == 1


def test_the_demo_says_how_to_log_in(world, app):
    status, said = outcome(cli.show_demo, "--json")
    assert status == 0
    told = json.loads(said)
    assert told["base_url"] == config.current().base_url
    client = app.test_client()
    for role in ("member", "sponsor"):
        assert _log_in(client, told[role]).json["access_token"]
    challenge = _log_in(client, told["admin"]).json
    code = pyotp.TOTP(told["admin"]["totp_secret"]).now()
    body = {"mfa_token": challenge["mfa_token"], "code": code}
    assert client.post("/api/v1/auth/login/mfa", json=body).json["access_token"]


def _log_in(client, login):
    body = {"email": login["email"], "password": login["password"]}
    return client.post("/api/v1/auth/login", json=body)


def test_the_demo_text_has_a_code_that_is_right_now(world):
    said = outcome(cli.show_demo)[1]
    line = next(line for line in said.splitlines() if demo.ADMIN_EMAIL in line)
    secret = demo.totp_secret(demo.ADMIN_EMAIL)
    assert secret in line
    assert factor_rules.matching_step(secret, line[-6:], clock.utc_now()) is not None


def test_an_anchor_is_where_its_day_begins(settings):
    config.use(settings)
    begins_at = datetime(2026, 11, 18, 5, tzinfo=UTC)  # midnight in New York
    assert cli.anchor_of(datetime(2026, 11, 18)) == begins_at  # noqa: DTZ001 - a day
