"""Settings of signing in with Google and Apple: complete or off, and safe."""

from __future__ import annotations

from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
)

from fittrack import check_oidc
from fittrack.config import Config
from fittrack.simulator.beside import new_apple_key
from tests.factories_oidc import oidc_settings

HERE = "http://127.0.0.1:8190"


@pytest.fixture(scope="module")
def good():
    return oidc_settings(Config(), HERE)


def found(settings, **over):
    return list(check_oidc.problems(replace(settings, **over)))


def pem(key, *, encryption=None):
    encryption = encryption or NoEncryption()
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption).decode()


def test_without_providers_nothing_is_wrong_and_complete_ones_are_right(good):
    assert found(Config()) == []
    assert found(good) == []


@pytest.mark.parametrize(
    "name",
    [
        "oidc_google_client_secret",
        "oidc_apple_team_id",
        "oidc_apple_key_id",
        "oidc_apple_private_key",
    ],
)
def test_half_a_provider_is_refused(good, name):
    problems = found(good, **{name: ""})
    assert len(problems) == 1
    assert problems[0].startswith(name.upper())


@pytest.mark.parametrize(
    "issuer",
    [
        "",
        "accounts.google.com",
        "ftp://accounts.google.com",
        "http://accounts.google.com",
        "https://accounts.google.com/",
        "https://accounts.google.com?x=1",
        "https://accounts.google.com#x",
        "https://user@accounts.google.com",
        "https://[",
        "https://host:port",
    ],
)
def test_an_issuer_is_an_address_over_tls(good, issuer):
    assert [words.split()[0] for words in found(good, oidc_google_issuer=issuer)] == [
        "OIDC_GOOGLE_ISSUER"
    ]


def test_the_simulator_is_refused_in_production(good):
    problems = found(good, fittrack_env="production")
    assert {words.split()[0] for words in problems} == {"OIDC_GOOGLE_ISSUER", "OIDC_APPLE_ISSUER"}


def test_a_key_of_apple_is_read_however_it_is_pasted(good):
    key = ec.generate_private_key(ec.SECP256R1())
    text = pem(key)
    for form in (text, text.replace("\n", "\\n"), text.replace("\n", ""), new_apple_key()):
        assert found(good, oidc_apple_private_key=form) == []
    assert check_oidc.apple_key(text).private_numbers() == key.private_numbers()


def test_any_other_key_is_refused(good):
    others = (
        "secret",
        "MIGHAgEA",
        pem(ec.generate_private_key(ec.SECP384R1())),
        pem(rsa.generate_private_key(65_537, 2048)),
        pem(ec.generate_private_key(ec.SECP256R1()), encryption=BestAvailableEncryption(b"x")),
    )
    for form in others:
        assert len(found(good, oidc_apple_private_key=form)) == 1


@pytest.mark.parametrize(
    ("url", "is_good"),
    [
        ("https://app.fittrack.example/signed-in", True),
        ("fittrack://signed-in", True),
        ("com.fittrack.app:/signed-in", True),
        ("http://127.0.0.1:5173/signed-in", True),
        ("http://app.fittrack.example/signed-in", False),
        ("https://app.fittrack.example/#in", False),
        ("https://user@app.fittrack.example/", False),
        ("https:///signed-in", False),
        ("javascript:alert(1)", False),
        ("data:text/html,x", False),
        ("signed-in", False),
        ("https://app.fittrack.example/a b", False),
        (f"https://app.fittrack.example/{'a' * 400}", False),
        ("x:y", False),
    ],
)
def test_browsers_return_to_pages_over_tls_and_to_app_links(good, url, is_good):
    assert (found(good, oidc_return_urls=url) == []) == is_good


def test_in_production_no_browser_returns_to_this_machine(good):
    real = replace(
        good,
        fittrack_env="production",
        oidc_google_issuer="https://accounts.google.com",
        oidc_apple_issuer="https://appleid.apple.com",
    )
    assert found(real) == []
    assert len(found(real, oidc_return_urls="http://127.0.0.1:5173/signed-in")) == 1
