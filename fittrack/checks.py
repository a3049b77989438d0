"""What is wrong with settings: nonsense anywhere, and in production whatever is not safe.

Each problem is one sentence that begins with the setting's name; all are told at once.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields
from email.utils import parseaddr
from urllib.parse import urlsplit
from zoneinfo import available_timezones

from limits import parse_many

from fittrack import check_beacon, check_oidc, check_production, check_secrets
from fittrack.config import Config

ENVIRONMENTS = ("development", "test", "production")
MAIL_SCHEMES = ("smtp", "smtp+starttls", "smtps", "folder")
REDIS_SCHEMES = ("redis", "rediss", "unix")
SYNCHRONOUS = ("FULL", "NORMAL", "OFF")
LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")
GREATEST_NUMBER = 1_000_000_000
LEAST_KIB_PER_LANE = 8  # of argon2 (RFC 9106, 3.1)
# As addresses, for a name such as localhost may lead elsewhere.
LOOPBACK_ADDRESSES = frozenset({"127.0.0.1", "::1"})
ANDROID_ORIGIN = "android:apk-key-hash:"
_STATE = re.compile("[A-Z]{2}")
_STATE_AGE = re.compile("[A-Z]{2}:(1[89]|[2-9][0-9])")
_YEAR_CENTS = re.compile(r"20[0-9]{2}:[0-9]{1,12}")
_SQLITE = re.compile(r"sqlite:///.*[^/]")
_DOMAIN = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)*")
# 0 has a meaning of its own.
MAY_BE_ZERO = frozenset(
    {
        "second_admin_points",
        "trusted_proxies",
        "cache_activities_s",
        "cache_music_s",
        "cache_playing_s",
        "cache_profiles_s",
        "cache_statistics_s",
    }
)


def problems(config: Config, given: Mapping[str, str | None] | None = None) -> Iterator[str]:
    """Yield what is wrong with settings; `given` is the environment that they were read from."""
    if config.fittrack_env not in ENVIRONMENTS:
        yield f"FITTRACK_ENV must be one of {', '.join(ENVIRONMENTS)}"
    yield from _url_problems(config)
    yield from _return_problems(config)
    yield from _passkey_problems(config)
    yield from _word_problems(config)
    yield from _limit_problems(config)
    yield from _number_problems(config)
    yield from check_secrets.problems(config)
    yield from check_oidc.problems(config)
    yield from check_beacon.problems(config)
    if config.is_production:
        yield from check_production.problems(config, given or {})


def _url_problems(config: Config) -> Iterator[str]:
    yield from _database_problems(config.database_url)
    if not _has_scheme(config.mail_url, MAIL_SCHEMES):
        yield f"MAIL_URL must begin with one of {', '.join(MAIL_SCHEMES)}"
    if not _has_scheme(config.redis_url, REDIS_SCHEMES):
        yield f"REDIS_URL must begin with one of {', '.join(REDIS_SCHEMES)}"
    if not _has_scheme(config.base_url, {"http", "https"}):
        yield "BASE_URL must begin with http:// or https://"
    for origin in sorted(config.origins - {"*"}):
        if not _has_scheme(origin, {"http", "https"}) or urlsplit(origin).path:
            yield f"CORS_ORIGINS {origin!r} is no origin such as https://app.example"


def _return_problems(config: Config) -> Iterator[str]:
    """Yield why Spotify would send no browser back: it takes https, or an address of loopback."""
    parts = urlsplit(config.base_url) if _has_scheme(config.base_url, {"http", "https"}) else None
    if not config.spotify_client_id or parts is None:
        return
    if parts.hostname == "localhost" or (
        parts.scheme != "https" and parts.hostname not in LOOPBACK_ADDRESSES
    ):
        yield "BASE_URL must be https:// or http://127.0.0.1 where SPOTIFY_CLIENT_ID is set"


def _database_problems(url: str) -> Iterator[str]:
    if not _has_scheme(url, {"sqlite", "oracle", "oracle+tcps"}):
        yield "DATABASE_URL must begin with sqlite:///, oracle:// or oracle+tcps://"
    elif url.startswith("sqlite:") and not _SQLITE.fullmatch(url):
        yield "DATABASE_URL must be sqlite:/// and the path of a file"
    if ":memory:" in url:
        yield "DATABASE_URL must name a file: each connection would have a memory of its own"


def _passkey_problems(config: Config) -> Iterator[str]:
    rp_id = config.webauthn_rp_id
    if rp_id and not _DOMAIN.fullmatch(rp_id):
        yield "WEBAUTHN_RP_ID must be a domain such as fittrack.example"
    for origin in filter(None, (text.strip() for text in config.webauthn_origins.split(","))):
        if origin.startswith(ANDROID_ORIGIN):  # an app's, which stands for the hash of its key
            continue
        if not _has_scheme(origin, {"http", "https"}) or urlsplit(origin).path:
            yield f"WEBAUTHN_ORIGINS {origin!r} is no origin such as https://app.example"
        elif rp_id and not f".{urlsplit(origin).hostname}".endswith(f".{rp_id}"):
            yield f"WEBAUTHN_ORIGINS {origin!r} does not belong to WEBAUTHN_RP_ID"


def _has_scheme(url: str, schemes: Iterable[str]) -> bool:
    try:
        parts = urlsplit(url)
        _ = parts.port  # a port that is no number is told only now
    except ValueError:
        return False
    return parts.scheme in schemes and bool(parts.netloc or parts.path)


def _word_problems(config: Config) -> Iterator[str]:
    if config.platform_time_zone not in available_timezones():
        yield f"PLATFORM_TIME_ZONE {config.platform_time_zone!r} is no IANA zone"
    if config.sqlite_synchronous not in SYNCHRONOUS:
        yield f"SQLITE_SYNCHRONOUS must be one of {', '.join(SYNCHRONOUS)}"
    if config.log_level not in LOG_LEVELS:
        yield f"LOG_LEVEL must be one of {', '.join(LOG_LEVELS)}"
    if "@" not in parseaddr(config.mail_from)[1]:
        yield "MAIL_FROM must hold an address"
    yield from _state_problems(config)
    yield from _operator_problems(config)


def _state_problems(config: Config) -> Iterator[str]:
    for name in ("excluded_states", "registration_states"):
        for code in _parts(getattr(config, name)):
            if not _STATE.fullmatch(code):
                yield f"{name.upper()} {code!r} is no two-letter code of a state"
    for pair in _parts(config.tax_thresholds_cents):
        if not _YEAR_CENTS.fullmatch(pair):
            yield f"TAX_THRESHOLDS_CENTS {pair!r} does not read like `2026:200000`"
    for pair in _parts(config.min_ages):
        if not _STATE_AGE.fullmatch(pair):
            yield f"MIN_AGES {pair!r} does not read like `AL:19`, with an age of 18 to 99"


def _operator_problems(config: Config) -> Iterator[str]:
    """Yield what can't stand in official rules."""
    for name in ("operator_name", "operator_address"):
        if not getattr(config, name).isprintable():
            yield f"{name.upper()} must be one line of text"
    if not config.operator_name.strip():
        yield "OPERATOR_NAME must not be empty"


def _parts(text: str) -> list[str]:
    return [part for one in text.split(",") if (part := one.strip())]


def _limit_problems(config: Config) -> Iterator[str]:
    for item in fields(config):
        if item.name.startswith("limit_") and not _is_limit(getattr(config, item.name)):
            yield f"{item.name.upper()} must read like `10 per minute`"


def _is_limit(text: str) -> bool:
    try:
        return all(limit.amount > 0 for limit in parse_many(text))
    except ValueError:
        return False


def _number_problems(config: Config) -> Iterator[str]:
    for item in fields(config):
        value = getattr(config, item.name)
        if not isinstance(value, int):
            continue
        if value < (0 if item.name in MAY_BE_ZERO else 1):
            yield f"{item.name.upper()} must be positive"
        if value > GREATEST_NUMBER:
            yield f"{item.name.upper()} must be at most {GREATEST_NUMBER}"
    if config.argon2_memory_kib < LEAST_KIB_PER_LANE * config.argon2_parallelism:
        yield "ARGON2_MEMORY_KIB must be at least 8 for each of ARGON2_PARALLELISM"
