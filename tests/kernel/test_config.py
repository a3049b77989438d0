from __future__ import annotations

import dataclasses

import pytest

from fittrack import config
from fittrack.config import BadConfig, Config


@pytest.fixture
def given(monkeypatch, tmp_path):
    """Return an environment that starts, and no .env file."""
    monkeypatch.setenv("FITTRACK_ENV_FILE", str(tmp_path / "none"))
    return {name.upper(): config.new_secret() for name in config.SECRETS}


def test_defaults_and_four_secrets_are_enough(given):
    assert config.load(given) == Config(**{name: given[name.upper()] for name in config.SECRETS})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("FITTRACK_ENV", "prod"),
        ("DATABASE_URL", "postgres://x"),
        ("PLATFORM_TIME_ZONE", "Mars/Olympus"),
        ("ACCESS_TOKEN_S", "soon"),
        ("ACCESS_TOKEN_S", "0"),
        ("TRUSTED_PROXIES", "-1"),
        ("SECRET_KEY", "short"),
        ("SECRET_KEY", ""),
        ("OPERATOR_KEY", "A" * 43),
        ("JWT_SIGNING_KEY", "é" * 43),
        ("REDIS_URL", "http://127.0.0.1"),
        ("REDIS_URL", ""),
        ("REDIS_URL", "redis://127.0.0.1:many/0"),
        ("BASE_URL", "fittrack.example"),
        ("MAIL_FROM", "nobody"),
        ("WEBAUTHN_RP_ID", "https://app.example"),
        ("WEBAUTHN_RP_ID", "App.example"),
        ("WEBAUTHN_ORIGINS", "app.example"),
        ("WEBAUTHN_ORIGINS", "https://app.example/path"),
        ("CORS_ORIGINS", "app.example"),
        ("CORS_ORIGINS", "https://app.example/"),
        ("SQLITE_SYNCHRONOUS", "SOMETIMES"),
        ("LOG_LEVEL", "LOUD"),
        ("EXCLUDED_STATES", "NY,Florida"),
        ("REGISTRATION_STATES", "ny"),
        ("MIN_AGES", "AL"),
        ("MIN_AGES", "AL:17"),
        ("MIN_AGES", "Alabama:19"),
        ("OPERATOR_NAME", " "),
        ("OPERATOR_NAME", "A\nB"),
        ("OPERATOR_ADDRESS", "1 Main St\nFargo"),
        ("LIMIT_ANONYMOUS", "a few"),
        ("LIMIT_CREDENTIALS", ""),
        ("LIMIT_MEMBER", "0 per minute"),
        ("REFRESH_TOKEN_S", "999999999999"),
        ("ARGON2_MEMORY_KIB", "16"),
        ("DATABASE_URL", "sqlite:///:memory:"),
        ("DATABASE_URL", "sqlite://var/fittrack.db"),
        ("DATABASE_URL", "sqlite:///"),
    ],
)
def test_nonsense_is_refused_by_name(given, name, value):
    with pytest.raises(BadConfig, match=name):
        config.load({**given, name: value})


def test_origins_of_passkeys_belong_to_their_domain(given):
    domain = {"WEBAUTHN_RP_ID": "x.example"}
    good = "https://x.example,https://app.x.example:8443,android:apk-key-hash:abc"
    config.load({**given, **domain, "WEBAUTHN_ORIGINS": good})

    with pytest.raises(BadConfig, match="does not belong to WEBAUTHN_RP_ID"):
        config.load({**given, **domain, "WEBAUTHN_ORIGINS": "https://evilx.example"})


@pytest.mark.parametrize("address", ["http://localhost:8000", "http://fittrack.example"])
def test_spotify_sends_browsers_back_to_safe_addresses_alone(given, address):
    known = {**given, "SPOTIFY_CLIENT_ID": "an-id"}
    for good in ("https://fittrack.example", "http://127.0.0.1:8000", "http://[::1]:8000"):
        config.load({**known, "BASE_URL": good})
    config.load({**given, "BASE_URL": address})
    with pytest.raises(BadConfig, match=r"BASE_URL must be https:// or http://127\.0\.0\.1"):
        config.load({**known, "BASE_URL": address})


def test_a_secret_that_repeats_another_is_refused(given):
    with pytest.raises(BadConfig, match="OPERATOR_KEY"):
        config.load({**given, "OPERATOR_KEY": given["SECRET_KEY"]})


def test_all_that_is_wrong_is_told_at_once(given):
    with pytest.raises(BadConfig, match=r"FITTRACK_ENV.*DATABASE_URL"):
        config.load({**given, "FITTRACK_ENV": "x", "DATABASE_URL": "y"})


def test_the_environment_wins_over_the_file(given, monkeypatch, tmp_path):
    file = tmp_path / "settings"
    file.write_text("LOG_LEVEL=DEBUG\nMAIL_FROM=File <f@fittrack.example>\n")
    monkeypatch.setenv("FITTRACK_ENV_FILE", str(file))
    loaded = config.load({**given, "LOG_LEVEL": "ERROR"})
    assert (loaded.log_level, loaded.mail_from) == ("ERROR", "File <f@fittrack.example>")


def test_every_setting_says_what_it_means():
    for item in dataclasses.fields(Config):
        assert item.metadata["meaning"], item.name
