"""The caller's address as proxies tell it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.test import Client

from fittrack import proxies
from tests.accounts.steps import bearer
from tests.factories_accounts import PASSWORD, make_account

LONGEST = 45  # of what is stored
PROXY = "198.51.100.9"


@pytest.fixture
def proxied(client):
    """Return a client of the application that reaches it by one proxy."""
    app = client.application
    return Client(proxies.believe(app.wsgi_app, hops=1), app.response_class)


@pytest.mark.parametrize(
    ("told", "address"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("192.0.2.7:49152", "192.0.2.7"),
        ("2001:DB8::1", "2001:db8::1"),
        ("[2001:db8::1]:443", "2001:db8::1"),
        ('"[2001:db8::1]"', "2001:db8::1"),
        ("fe80::1%eth0", "fe80::1"),
        ("unknown", None),
        ("_hidden", None),
        ("", None),
        ("9" * 100, None),
        ("192.0.2.7, 198.51.100.1", None),
    ],
)
def test_an_address_is_read_without_what_proxies_add(told, address):
    assert proxies.address_in(told) == address


@given(st.text(max_size=80))
def test_whatever_is_told_is_an_address_that_fits_or_none(told):
    found = proxies.address_in(told)

    assert found is None or len(found) <= LONGEST


@pytest.mark.parametrize(
    ("told", "address"), [("192.0.2.7:49152", "192.0.2.7"), ("x" * 100, PROXY)]
)
def test_a_log_in_is_stored_with_the_callers_address_or_the_proxys(proxied, told, address):
    make_account(email="ana@example.com")

    answer = proxied.post(
        "/api/v1/auth/login",
        json={"email": "ana@example.com", "password": PASSWORD},
        headers={"X-Forwarded-For": told},
        environ_overrides={"REMOTE_ADDR": PROXY},
    )
    sessions = proxied.get("/api/v1/auth/sessions", headers=bearer(answer.json))

    assert sessions.json["items"][0]["remote_address"] == address
