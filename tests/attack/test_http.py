"""Tricks with methods, hosts, origins, caches and redirects."""

from __future__ import annotations

import re
from dataclasses import replace
from urllib.parse import urlsplit

import pytest

from fittrack import config
from tests.access.rows import EVERYBODY, OWNER, Row
from tests.access.table import ROWS
from tests.accounts.steps import mails_to
from tests.attack.bodies import who_may
from tests.factories_accounts import registration

ME = "/api/v1/users/me"
OVERRIDES = ("X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override", "_method")
PERSONAL = [row for row in ROWS if row.who is not EVERYBODY or not row.is_read]
ALLOWED = "https://app.example.com"


def names(row: Row) -> str:
    return row.operation


@pytest.mark.parametrize("row", PERSONAL, ids=names)
def test_what_is_personal_is_not_for_shared_caches(matrix, row):
    matrix.lay_out()
    kept = matrix.ask(row, who_may(row)).headers["Cache-Control"]
    assert "public" not in kept
    assert "private" in kept or "no-store" in kept


@pytest.mark.parametrize("header", OVERRIDES)
def test_no_header_or_parameter_stands_in_for_the_method(matrix, header):
    matrix.lay_out()
    before, headers = matrix.digest(), matrix.world.headers[OWNER]
    answer = matrix.client.get(ME, headers={**headers, header: "DELETE"})
    assert answer.status_code == 200
    refused = matrix.client.post(f"{ME}?{header}=DELETE", headers={**headers, header: "DELETE"})
    assert (refused.status_code, refused.json["code"]) == (405, "method_not_allowed")
    assert matrix.digest() == before


@pytest.mark.parametrize("method", ["TRACE", "TRACK", "CONNECT", "PROPFIND", "DEBUG", "FOO"])
@pytest.mark.parametrize("path", [ME, "/api/v1/drawings", "/health/live"])
def test_a_method_that_nothing_answers_is_405_and_echoes_nothing(matrix, method, path):
    answer = matrix.client.open(path, method=method, headers={"X-Secret": "echoed"})
    assert (answer.status_code, answer.json["code"]) == (405, "method_not_allowed")
    assert "GET" in answer.headers["Allow"]
    assert b"echoed" not in answer.data


@pytest.mark.parametrize(
    "suffix",
    ["/x.css", ".css", ";x.css", "%2fx.css", "/..%2fx.css", "%00.css", "%0a.css", "/%2e%2e/me.js"],
)
def test_a_personal_answer_has_no_second_address(matrix, suffix):
    """A cache that keeps whatever ends in .css would else keep somebody's account (deception)."""
    matrix.lay_out()
    answer = matrix.client.get(ME + suffix, headers=matrix.world.headers[OWNER])
    assert answer.status_code == 404
    assert matrix.world.things["owner_email"].encode() not in answer.data


@pytest.mark.parametrize(
    "path",
    [
        "//evil.example/",
        "///evil.example/%2e%2e",
        "/\\evil.example",
        "/api/v1//evil.example",
        "/%0d%0aLocation:%20https://evil.example",
        "/docs?next=https://evil.example",
        "/docs/?url=//evil.example",
        "/redoc?spec-url=https://evil.example/a.json",
        "/static//evil.example",
        "/static/../../wsgi.py",
        "/static/%2e%2e/%2e%2e/setup.cfg",
        "/static/..%5c..%5cwsgi.py",
        "/.git/config",
        "/.env",
        "/wsgi.py",
    ],
)
def test_nothing_leads_elsewhere_or_out_of_the_static_folder(client, path):
    answer = client.get(path)
    assert urlsplit(answer.headers.get("Location", "")).netloc in {"", "localhost"}
    assert answer.status_code in {308, 404} or path.startswith(("/docs?", "/redoc?"))


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "evil.example"},
        {"X-Forwarded-Host": "evil.example"},
        {"Forwarded": "host=evil.example;proto=https"},
        {"X-Forwarded-Prefix": "//evil.example"},
        {"X-Original-URL": "/api/v1/users/me", "X-Rewrite-URL": "/api/v1/users/me"},
        {"Referer": "https://evil.example/", "Origin": "https://evil.example"},
    ],
    ids=lambda headers: next(iter(headers)),
)
def test_a_poisoned_host_reaches_neither_mails_nor_addresses(client, headers):
    form = registration(email="poisoned@example.com")
    answer = client.post("/api/v1/auth/register", json=form, headers=headers)
    assert answer.status_code in {201, 400}
    assert b"evil.example" not in answer.data
    for mail in mails_to("poisoned@example.com"):
        assert "evil.example" not in mail.text
        assert config.current().base_url in mail.text


@pytest.mark.parametrize(
    "origin",
    [
        "null",
        "https://evil.example",
        f"{ALLOWED}.evil.example",
        "https://evilapp.example.com",
        "https://app.example.com@evil.example",
        "http://app.example.com",
        f"{ALLOWED}:8443",
        f"{ALLOWED}/",
        "HTTPS://APP.EXAMPLE.COM",
        "https://sub.app.example.com",
        f"{ALLOWED}, https://evil.example",
        f"{ALLOWED}%00.evil.example",
        "",
    ],
)
@pytest.mark.parametrize("method", ["GET", "OPTIONS"])
def test_only_an_allowed_origin_may_read(client, settings, origin, method):
    config.use(replace(settings, cors_origins=ALLOWED))
    asked = {"Origin": origin, "Access-Control-Request-Method": "DELETE"}
    answer = client.open(ME, method=method, headers=asked)
    assert not [name for name in dict(answer.headers) if name.startswith("Access-Control-Allow")]
    assert "Origin" in answer.headers["Vary"]


def test_an_allowed_origin_gets_no_credentials_of_a_browser(client, settings):
    """Nothing is kept in a browser that it would send by itself, so that nothing can be forged."""
    config.use(replace(settings, cors_origins=ALLOWED))
    answer = client.options(ME, headers={"Origin": ALLOWED, "Access-Control-Request-Method": "GET"})
    assert answer.headers["Access-Control-Allow-Origin"] == ALLOWED
    assert "Access-Control-Allow-Credentials" not in answer.headers


@pytest.mark.parametrize(
    "authorization",
    [
        "",
        "Bearer",
        "Bearer ",
        "bearer {token}, Bearer {token}",
        "Basic {token}",
        "Token {token}",
        "{token}",
        "Bearer {token}.",
        "Bearer {token}=",
        "Bearer null",
        "Bearer " + "a" * 6000,
        "Bearer é",
    ],
)
def test_a_token_is_taken_from_one_place_in_one_form(matrix, authorization):
    matrix.lay_out()
    token = matrix.world.headers[OWNER]["Authorization"].removeprefix("Bearer ")
    headers = {"Authorization": authorization.format(token=token)}
    assert matrix.client.get(ME, headers=headers).status_code == 401


@pytest.mark.parametrize("authorization", ["Bearer  {token}", "bearer {token}", "Bearer {token}\t"])
def test_what_http_says_is_the_same_is_the_same(matrix, authorization):
    """One space or more, any case, and white space around a field (RFC 9110, 5.5 and 11.4)."""
    matrix.lay_out()
    token = matrix.world.headers[OWNER]["Authorization"].removeprefix("Bearer ")
    headers = {"Authorization": authorization.format(token=token)}
    assert matrix.client.get(ME, headers=headers).status_code == 200


def test_a_token_in_an_address_or_a_cookie_is_none(matrix):
    matrix.lay_out()
    token = matrix.world.headers[OWNER]["Authorization"].removeprefix("Bearer ")
    assert matrix.client.get(f"{ME}?access_token={token}").status_code == 401
    cookie = {"Cookie": f"access_token_cookie={token}; session={token}"}
    assert matrix.client.get(ME, headers=cookie).status_code == 401


def test_no_address_holds_a_secret(document):
    """Addresses end in logs, histories and referrers; secrets go in bodies and headers."""
    secret = re.compile(r"token|password|secret|code$|email", re.IGNORECASE)
    found = {
        (path, parameter["name"])
        for path, item in document["paths"].items()
        for operation in item.values()
        for parameter in operation["parameters"]
        if parameter["in"] != "header" and secret.search(parameter["name"])
    }
    # OAuth hands a browser back with a code that is worthless without what was kept for it.
    landings = {
        ("/api/v1/auth/oidc/{provider}/landing", "code"),
        ("/api/v1/connections/{provider}/callback", "code"),
    }
    assert found <= {("/api/v1/tiers/{tier_code}", "tier_code"), *landings}
