"""What production refuses though development may have it, and that no process starts on it."""

from __future__ import annotations

import base64
import hashlib
import os
import subprocess
import sys
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from fittrack import config, crypto
from fittrack.config import BadConfig
from tests.guards.source import ROOT

PRODUCTION = {
    "FITTRACK_ENV": "production",
    "BASE_URL": "https://fittrack.example",
    "MAIL_URL": "smtp+starttls://mail.example:587",
}
RFC_8037 = "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A"
SECRETS = [name.upper() for name in config.SECRETS]
REFUSED = [
    ("FLASK_DEBUG", "1"),
    ("LOG_LEVEL", "DEBUG"),
    ("SQLITE_SYNCHRONOUS", "NORMAL"),
    ("SQLITE_SYNCHRONOUS", "OFF"),
    ("BASE_URL", "http://fittrack.example"),
    ("BASE_URL", "https://localhost"),
    ("BASE_URL", "https://127.0.0.1:8443"),
    ("BASE_URL", "https://0.0.0.0"),
    ("BASE_URL", "https://user@fittrack.example"),
    ("BASE_URL", "https://fittrack.example/api"),
    ("CORS_ORIGINS", "https://a.example,*"),
    ("CORS_ORIGINS", "https://*.example.com"),
    ("CORS_ORIGINS", "http://app.example"),
    ("MAIL_URL", "folder:var/mailbox"),
    ("MAIL_URL", "smtp://mail.example:587"),
    ("REDIS_URL", "redis://redis.internal:6379/0"),
    ("REDIS_URL", "rediss://:redis@redis.internal:6379/0"),
    ("DATABASE_URL", "oracle://db.internal/FITTRACK"),
    ("DATABASE_URL", "oracle://fittrack:fittrack@db.internal/FITTRACK"),
    ("DATABASE_URL", "oracle://system:oracle@db.internal/FITTRACK"),
    ("DATABASE_URL", "oracle://fittrack:qK4-tame-otter@db.internal"),
    ("DATABASE_URL", "oracle+tcps://fittrack:fittrack@db.internal/FITTRACK"),
    ("DATABASE_URL", "oracle+tcps://u:qK4-tame-otter@db.internal/F?ssl_server_dn_match=off"),
    ("REDIS_URL", "rediss://:r4nd0m-w0rds@redis.internal/0?ssl_cert_reqs=none"),
    ("REDIS_URL", "rediss://:r4nd0m-w0rds@redis.internal/0?ssl_check_hostname=0"),
    ("ARGON2_MEMORY_KIB", "8192"),
    ("ARGON2_ITERATIONS", "0"),
    ("ACCESS_TOKEN_S", "3601"),
    ("REFRESH_TOKEN_S", "7776001"),
    ("REFRESH_TOKEN_S", "600"),
    ("SESSION_MAX_S", "31622401"),
    ("REFRESH_GRACE_S", "61"),
    ("LIMIT_CREDENTIALS", "1000 per minute"),
    ("LIMIT_ANONYMOUS", "100000 per minute"),
    ("LIMIT_MEMBER", "2000 per second"),
    ("TRUSTED_PROXIES", "100"),
    ("METRICS_TOKEN", "short"),
    ("METRICS_TOKEN", "a" * 40),
    ("METRICS_FOLDER", f"{__file__}/metrics"),
]


@pytest.fixture
def given(monkeypatch, tmp_path):
    """Return an environment in which production starts, and no .env file."""
    monkeypatch.setenv("FITTRACK_ENV_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("FLASK_SKIP_DOTENV", "1")  # `make run` has left one here, perhaps
    secrets = {name: config.new_secret() for name in SECRETS}
    return {**secrets, **PRODUCTION, "DATABASE_URL": f"sqlite:///{tmp_path}/var/fittrack.db"}


def text_of(raw):
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def test_production_starts_with_sound_settings(given):
    assert config.load(given).is_production


@pytest.mark.parametrize(
    "more",
    [
        {"FLASK_DEBUG": "0"},
        {"REDIS_URL": "redis://:r4nd0m-w0rds@redis.internal:6379/0"},
        {"REDIS_URL": "rediss://u:r4nd0m-w0rds@redis.internal:6379/0"},
        {"REDIS_URL": "unix:///run/redis.sock"},
        {"REDIS_URL": "redis://[::1]:6379"},
        {"MAIL_URL": "smtp://127.0.0.1:25"},
        {"MAIL_URL": "smtps://user:pass@mail.example"},
        {"DATABASE_URL": "oracle://fittrack:qK4-tame-otter@db.internal:1521/FITTRACK"},
        {"DATABASE_URL": "oracle+tcps://u:qK4-tame-otter@db.internal/F?wallet_location=/etc/w"},
        {"REDIS_URL": "rediss://:r4nd0m-w0rds@redis.internal/0?ssl_check_hostname=True"},
        {"ARGON2_MEMORY_KIB": "19456", "ARGON2_ITERATIONS": "2", "ARGON2_PARALLELISM": "1"},
        {"CORS_ORIGINS": "https://app.example,https://www.example:8443"},
        {"METRICS_TOKEN": "a-Long_randomish.token+of/32-characters"},
        {"TRUSTED_PROXIES": "2"},
        {"LIMIT_MEMBER": "1000 per minute;20 per second"},
    ],
    ids=str,
)
def test_production_starts_with_sound_choices(given, more):
    assert config.load({**given, **more}).is_production


@pytest.mark.parametrize(("name", "value"), REFUSED)
def test_production_refuses(given, name, value):
    with pytest.raises(BadConfig, match=name):
        config.load({**given, name: value})


@pytest.mark.parametrize("folder", ["/dev/shm", "/dev/shm/deeper"])
def test_production_refuses_a_database_that_can_not_last(given, folder):
    with pytest.raises(BadConfig, match="DATABASE_URL"):
        config.load({**given, "DATABASE_URL": f"sqlite:///{folder}/fittrack.db"})


@pytest.mark.parametrize("name", SECRETS)
@pytest.mark.parametrize(
    "bad",
    [
        "",
        "short",
        "changeme",
        "é" * 43,
        RFC_8037,
        text_of(b"a" * 32),
        text_of(bytes(range(32))),
        text_of(bytes(range(0, 160, 5))),
        text_of(b"a secret that somebody has typed"),
        text_of(hashlib.md5(b"half", usedforsecurity=False).digest() * 2),
        text_of(hashlib.sha256(b"secret").digest()),
    ],
)
def test_a_secret_that_is_no_secret_is_refused(given, name, bad):
    with pytest.raises(BadConfig, match=name):
        config.load({**given, name: bad})


@pytest.mark.parametrize("name", SECRETS[1:])
def test_a_secret_that_repeats_another_is_refused(given, name):
    with pytest.raises(BadConfig, match=f"{name} repeats"):
        config.load({**given, name: given["SECRET_KEY"]})


@pytest.mark.parametrize(
    "name", ["SECRET_FORMER_KEYS", "ENCRYPTION_FORMER_KEYS", "OPERATOR_FORMER_KEYS"]
)
def test_a_former_key_is_another_and_as_strong(given, name):
    former = config.new_secret()
    assert config.load({**given, name: former})
    for bad in ("short", RFC_8037, given["ENCRYPTION_KEY"], f"{former},{former}"):
        with pytest.raises(BadConfig, match=name):
            config.load({**given, name: bad})


def test_a_former_public_key_is_another_and_no_secret(given):
    def public(secret):
        key = Ed25519PrivateKey.from_private_bytes(config.secret_bytes(secret)).public_key()
        return crypto.base64url(key.public_bytes_raw())

    assert config.load({**given, "JWT_FORMER_KEYS": public(config.new_secret())})
    for bad in (public(given["JWT_SIGNING_KEY"]), given["JWT_SIGNING_KEY"]):
        with pytest.raises(BadConfig, match="JWT_FORMER_KEYS"):
            config.load({**given, "JWT_FORMER_KEYS": bad})


def test_a_metrics_token_is_no_secret_of_another_kind(given):
    with pytest.raises(BadConfig, match="METRICS_TOKEN"):
        config.load({**given, "METRICS_TOKEN": given["SECRET_KEY"]})


def test_no_secret_is_told_in_a_refusal(given):
    wrong = {**given, "JWT_SIGNING_KEY": given["SECRET_KEY"], "METRICS_TOKEN": "hunter2"}
    with pytest.raises(BadConfig) as refused:
        config.load({**wrong, "DATABASE_URL": "oracle://u:hunter3@db"})
    for secret in (given["SECRET_KEY"], "hunter2", "hunter3"):
        assert secret not in refused.value.told()


def test_operators_are_told_of_each_setting_that_is_refused():
    page = (ROOT / "docs" / "operating.md").read_text(encoding="utf-8")
    told = page.split("### What production refuses")[1].split("\n## ")[0]
    for name in {*SECRETS, *(name for name, _ in REFUSED)}:
        assert f"`{name}`" in told or name.startswith("LIMIT_"), name


def start(command, environ, cwd=ROOT):
    return subprocess.run(
        [sys.executable, "-m", *command],
        env={**os.environ, **environ},
        cwd=cwd,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


@pytest.mark.parametrize(
    "command",
    [
        ("gunicorn", "-c", "deploy/gunicorn.conf.py", "wsgi:app"),
        ("flask", "worker"),
        ("flask", "scheduler"),
        ("flask", "db", "upgrade"),
    ],
    ids=lambda command: command[-1],
)
def test_no_process_starts_and_each_reason_has_a_line(given, command):
    bad = {"BASE_URL": "http://localhost", "SECRET_KEY": "changeme", "CORS_ORIGINS": "*"}
    done = start(command, {**given, **bad, "PORT": "8169"})
    lines = done.stderr.splitlines()
    assert done.returncode == 1
    assert lines[0] == "FitTrack does not start:"
    assert all(line.startswith("- ") for line in lines[1:])
    for name in bad:
        assert any(line.startswith(f"- {name} ") for line in lines), name
    assert not Path(given["DATABASE_URL"].removeprefix("sqlite:///")).parent.exists()


def test_one_reason_stands_on_the_line_itself(given):
    done = start(("flask", "db", "status"), {**given, "BASE_URL": "http://fittrack.example"})
    assert done.returncode == 1
    assert done.stderr == "FitTrack does not start: BASE_URL must be https in production\n"
