"""`flask user create-admin`."""

from __future__ import annotations

import re
from datetime import timedelta

import pyotp

from fittrack.clock import utc_now
from tests.accounts.steps import bearer, log_in
from tests.factories_accounts import PASSWORD, make_account


def create(app, email, name, password=PASSWORD):
    arguments = ["user", "create-admin", "--email", email, "--display-name", name]
    return app.test_cli_runner().invoke(args=arguments, env={"FITTRACK_ADMIN_PASSWORD": password})


def test_an_admin_made_by_command_logs_in_with_the_printed_secret(app, client):
    made = create(app, "root@example.com", "Admin")
    secret = re.search(r"secret\s+(\w+)", made.output).group(1)

    asked = log_in(client, "root@example.com").json
    code = pyotp.TOTP(secret).at(utc_now() + timedelta(seconds=1))
    body = {"mfa_token": asked["mfa_token"], "code": code}
    tokens = client.post("/api/v1/auth/login/mfa", json=body).json

    assert made.exit_code == 0
    assert f"secret={secret}" in made.output
    assert client.get("/api/v1/users/me", headers=bearer(tokens)).json["role"] == "admin"


def test_a_taken_address_or_name_makes_no_second_admin(app, client):
    make_account(email="root@example.com", display_name="Rooty")

    address = create(app, "ROOT@example.com", "Admin")
    name = create(app, "other@example.com", "ROOTY")

    assert (address.exit_code, name.exit_code) == (1, 1)
    assert "email_taken" in address.output
    assert "display_name_taken" in name.output
    assert "secret " not in address.output + name.output


def test_an_admin_needs_a_good_password_and_a_real_address(app, client):
    weak = create(app, "root@example.com", "Admin", password="password1234")
    wrong = create(app, "root", "Admin")

    assert (weak.exit_code, wrong.exit_code) == (1, 1)
    assert "password:" in weak.output
    assert "email:" in wrong.output
