"""Every setting: its type, default, unit and meaning. The process refuses to start on nonsense.

A setting is read from the environment under the field's name in capitals, else from the file `.env`
(which `make run` writes with secrets of its own), else it has the default that stands here.
"""

from __future__ import annotations

import base64
import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import Field, dataclass, field, fields
from email.utils import parseaddr
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from dotenv import dotenv_values
from limits import parse_many

ENVIRONMENTS = ("development", "test", "production")
MAIL_SCHEMES = ("smtp", "smtp+starttls", "smtps", "folder")
REDIS_SCHEMES = ("redis", "rediss", "unix")
SYNCHRONOUS = ("FULL", "NORMAL", "OFF")
LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")
GREATEST_NUMBER = 1_000_000_000
LEAST_KIB_PER_LANE = 8  # of argon2 (RFC 9106, 3.1)


class BadConfig(ValueError):
    """Settings that the process must not start with; the message names each one."""


def key(default: Any, meaning: str) -> Any:
    """Return a dataclass field that carries its meaning into the documents."""
    return field(default=default, metadata={"meaning": meaning})


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """The settings of one process."""

    fittrack_env: str = key("development", "`development`, `test` or `production`")
    database_url: str = key(
        "sqlite:///var/fittrack.db",
        "`sqlite:///path` or `oracle://user:password@host:1521/service`",
    )
    sqlite_synchronous: str = key(
        "FULL", "SQLite's durability: `FULL`; `NORMAL` and `OFF` may lose commits (tests only)"
    )
    redis_url: str = key("redis://127.0.0.1:6379/0", "Redis, for queues, limits and caches")
    base_url: str = key("http://127.0.0.1:8000", "address under which members reach the API")
    secret_key: str = key("", "32 random bytes, base64url: cursors, mailed tokens, refresh tokens")
    jwt_signing_key: str = key("", "32 random bytes, base64url: Ed25519 key of access tokens")
    jwt_former_keys: str = key(
        "",
        "public keys (`x` of the key set), comma-separated, that tokens may still be signed with",
    )
    encryption_key: str = key("", "32 random bytes, base64url: AES-256-GCM of secrets at rest")
    operator_key: str = key("", "32 random bytes, base64url: Ed25519 key that signs drawings")
    platform_time_zone: str = key("America/New_York", "IANA zone of points days and drawings")
    mail_url: str = key(
        "folder:var/mailbox",
        "`smtp://`, `smtp+starttls://` or `smtps://`, `user:password@host:port`; or `folder:path`",
    )
    mail_from: str = key("FitTrack <no-reply@fittrack.example>", "sender of mails")
    access_token_s: int = key(900, "life of an access token, s")
    refresh_token_s: int = key(604_800, "life of a refresh token, s")
    refresh_grace_s: int = key(10, "time in which a used token gives its successor again, s")
    argon2_memory_kib: int = key(65_536, "memory of a password hash, KiB")
    argon2_iterations: int = key(3, "passes of a password hash")
    argon2_parallelism: int = key(4, "lanes of a password hash")
    login_concurrency: int = key(2, "password hashes at the same time in one process")
    limit_anonymous: str = key("10 per minute", "requests per address without an account")
    limit_public: str = key("60 per minute", "public reads per address: results and verification")
    limit_member: str = key("100 per minute", "requests per account")
    limit_admin: str = key("500 per minute", "requests per admin or auditor")
    limit_credentials: str = key("5 per minute", "logins and the like per address and e-mail")
    cors_origins: str = key("", "origins whose pages may call the API, comma-separated; `*` is all")
    trusted_proxies: int = key(0, "number of reverse proxies whose X-Forwarded-* is believed")
    job_timeout_s: int = key(30, "time limit of a job, s; its lease is 5 s longer")
    import_timeout_s: int = key(60, "time limit of reading one activity file, s")
    audit_timeout_s: int = key(600, "time limit of the ledger's nightly audit, s")
    sweep_interval_s: int = key(2, "time between two looks for work that is due and not done, s")
    drawing_interval_s: int = key(1, "time between two looks for drawings that are due, s")
    close_lead_s: int = key(300, "time between the end of sales and the draw, s")
    reveal_deadline_s: int = key(86_400, "time after which a missing reveal aborts a drawing, s")
    carried_sales_s: int = key(86_400, "time in which a drawing that replaces a void one sells, s")
    operator_only_cents: int = key(
        5_000, "prize value up to which a drawing needs no second source of randomness, US cents"
    )
    second_admin_cents: int = key(
        100_000, "prize value above which a draw by hand takes two admins, US cents"
    )
    excluded_states: str = key("NY,FL,RI", "states whose members can't enter drawings by default")
    log_level: str = key("INFO", "`DEBUG`, `INFO`, `WARNING` or `ERROR`")

    @property
    def is_production(self) -> bool:
        """Tell whether members and money depend on this process."""
        return self.fittrack_env == "production"

    @property
    def former_keys(self) -> tuple[str, ...]:
        """Return the public keys that access tokens were signed with before."""
        return tuple(text.strip() for text in self.jwt_former_keys.split(",") if text.strip())

    @property
    def has_dev_routes(self) -> bool:
        """Tell whether mails are left in a folder that developers read over HTTP."""
        return not self.is_production and self.mail_url.startswith("folder:")

    @property
    def zone(self) -> ZoneInfo:
        """Return the platform's time zone."""
        return ZoneInfo(self.platform_time_zone)

    @property
    def origins(self) -> frozenset[str]:
        """Return the origins whose pages may call the API."""
        return frozenset(filter(None, (text.strip() for text in self.cors_origins.split(","))))


SECRETS = ("secret_key", "jwt_signing_key", "encryption_key", "operator_key")

_current: Config | None = None


def current() -> Config:
    """Return the settings of this process. Raises: RuntimeError before `use`."""
    if _current is None:
        raise RuntimeError("no settings are loaded")
    return _current


def use(config: Config) -> Config:
    """Make settings those of this process."""
    global _current
    _current = config
    return config


def load(environ: Mapping[str, str] | None = None) -> Config:
    """Return the settings of the environment and the `.env` file, checked. Raises: BadConfig."""
    file = dotenv_values(os.environ.get("FITTRACK_ENV_FILE", ".env"))
    given = {**file, **(os.environ if environ is None else environ)}
    values: dict[str, Any] = {}
    wrong: list[str] = []
    for item in fields(Config):
        text = given.get(item.name.upper())
        if text is None:
            continue
        try:
            values[item.name] = _parsed(item, text)
        except ValueError:
            wrong.append(f"{item.name.upper()} must be a whole number, not {text!r}")
    config = Config(**values)
    wrong.extend(problems(config))
    if config.is_production and _is_on(given.get("FLASK_DEBUG")):
        wrong.append("FLASK_DEBUG must be off in production")
    if wrong:
        raise BadConfig("; ".join(wrong))
    return config


def problems(config: Config) -> Iterator[str]:
    """Yield what is wrong with settings, each in words that name the setting."""
    if config.fittrack_env not in ENVIRONMENTS:
        yield f"FITTRACK_ENV must be one of {', '.join(ENVIRONMENTS)}"
    yield from _url_problems(config)
    yield from _word_problems(config)
    yield from _limit_problems(config)
    yield from _number_problems(config)
    yield from _secret_problems(config)
    if config.is_production:
        yield from _production_problems(config)


def _url_problems(config: Config) -> Iterator[str]:
    if not _has_scheme(config.database_url, {"sqlite", "oracle"}):
        yield "DATABASE_URL must begin with sqlite:/// or oracle://"
    if not _has_scheme(config.mail_url, MAIL_SCHEMES):
        yield f"MAIL_URL must begin with one of {', '.join(MAIL_SCHEMES)}"
    if not _has_scheme(config.redis_url, REDIS_SCHEMES):
        yield f"REDIS_URL must begin with one of {', '.join(REDIS_SCHEMES)}"
    if not _has_scheme(config.base_url, {"http", "https"}):
        yield "BASE_URL must begin with http:// or https://"
    for origin in config.origins - {"*"}:
        if not _has_scheme(origin, {"http", "https"}) or urlsplit(origin).path:
            yield f"CORS_ORIGINS {origin!r} is no origin such as https://app.example"


def _has_scheme(url: str, schemes: Iterable[str]) -> bool:
    try:
        parts = urlsplit(url)
        _ = parts.port  # a port that is no number is told only now
    except ValueError:
        return False
    return parts.scheme in schemes and bool(parts.netloc or parts.path)


def _word_problems(config: Config) -> Iterator[str]:
    if config.platform_time_zone not in _zones():
        yield f"PLATFORM_TIME_ZONE {config.platform_time_zone!r} is no IANA zone"
    if config.sqlite_synchronous not in SYNCHRONOUS:
        yield f"SQLITE_SYNCHRONOUS must be one of {', '.join(SYNCHRONOUS)}"
    if config.log_level not in LOG_LEVELS:
        yield f"LOG_LEVEL must be one of {', '.join(LOG_LEVELS)}"
    if "@" not in parseaddr(config.mail_from)[1]:
        yield "MAIL_FROM must hold an address"
    for code in filter(None, (text.strip() for text in config.excluded_states.split(","))):
        if not (len(code) == 2 and code.isascii() and code.isalpha()):
            yield f"EXCLUDED_STATES {code!r} is no two-letter code of a state"


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
        if value < (0 if item.name == "trusted_proxies" else 1):
            yield f"{item.name.upper()} must be positive"
        if value > GREATEST_NUMBER:
            yield f"{item.name.upper()} must be at most {GREATEST_NUMBER}"
    if config.argon2_memory_kib < LEAST_KIB_PER_LANE * config.argon2_parallelism:
        yield "ARGON2_MEMORY_KIB must be at least 8 for each of ARGON2_PARALLELISM"


def _secret_problems(config: Config) -> Iterator[str]:
    seen: set[str] = set()
    for name in SECRETS:
        value = getattr(config, name)
        if not _is_key(value):
            yield f"{name.upper()} must be 32 bytes in base64url"
        elif value in seen or len(set(secret_bytes(value))) < 8:
            yield f"{name.upper()} repeats another secret or is not random"
        seen.add(value)
    if not all(map(_is_key, config.former_keys)):
        yield "JWT_FORMER_KEYS must each be 32 bytes in base64url"


def _production_problems(config: Config) -> Iterator[str]:
    if config.sqlite_synchronous != "FULL":
        yield "SQLITE_SYNCHRONOUS must be FULL in production: other settings can lose commits"
    if not config.base_url.startswith("https://"):
        yield "BASE_URL must be https in production"
    if "*" in config.origins:
        yield "CORS_ORIGINS must name each origin in production"
    if config.mail_url.startswith("folder:"):
        yield "MAIL_URL must be an SMTP server in production"


def secret_bytes(text: str) -> bytes:
    """Return the bytes of a base64url secret, padding optional. Raises: ValueError."""
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def new_secret() -> str:
    """Return 32 fresh random bytes in base64url without padding."""
    return base64.urlsafe_b64encode(os.urandom(32)).rstrip(b"=").decode()


def _is_on(flag: str | None) -> bool:
    """Tell whether an environment flag is on, as Flask reads its own."""
    return flag is not None and flag.lower() not in {"", "0", "false", "no"}


def _is_key(text: str) -> bool:
    try:
        return len(secret_bytes(text)) == 32
    except ValueError:
        return False


def _parsed(item: Field[Any], text: str) -> Any:
    return int(text) if isinstance(item.default, int) else text


def _zones() -> set[str]:
    from zoneinfo import available_timezones

    return available_timezones()
