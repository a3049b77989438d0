"""What production refuses though development may have it: each refusal names its setting."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from limits import parse_many

from fittrack.config import Config

# OWASP's equally strong least parameters of argon2id: memory in KiB, passes.
LEAST_ARGON2 = ((47_104, 1), (19_456, 2), (12_288, 3), (9_216, 4), (7_168, 5))
GREATEST_ACCESS_S = 3600
GREATEST_REFRESH_S = 90 * 86_400
GREATEST_SESSION_S = 31_622_400
GREATEST_GRACE_S = 60
GREATEST_PROXIES = 8
GREATEST_CREDENTIALS_PER_MINUTE = 60
GREATEST_PER_MINUTE = 50_000
DEFAULT_PASSWORDS = frozenset(
    ("changeme", "fittrack", "guest", "manager", "oracle", "password", "redis", "secret", "tiger")
)
VOLATILE = ("/dev", "/run", "/proc", "/sys")  # kept in memory alone
# Where the drivers' addresses say whether a server's certificate and name are checked.
TLS_CHECKS = ("ssl_cert_reqs", "ssl_check_hostname", "ssl_server_dn_match")
CHECKED = frozenset({"required", "true", "on", "yes", "1"})
NAMES_OF_THIS_MACHINE = frozenset({"localhost", "localhost.localdomain"})


def problems(config: Config, given: Mapping[str, str | None]) -> Iterator[str]:
    """Yield why members and money can't depend on these settings."""
    if _is_on(given.get("FLASK_DEBUG")):
        yield "FLASK_DEBUG must be off in production"
    if config.log_level == "DEBUG":
        yield "LOG_LEVEL must not be DEBUG in production"
    yield from _address_problems(config)
    yield from _database_problems(config)
    yield from _redis_problems(config)
    yield from _tls_problems(config)
    yield from _mail_problems(config)
    yield from _credential_problems(config)
    yield from _limit_problems(config)
    yield from _folder_problems(config)


def _is_on(flag: str | None) -> bool:
    """Tell whether an environment flag is on, as Flask reads its own."""
    return flag is not None and flag.lower() not in {"", "0", "false", "no"}


def _address_problems(config: Config) -> Iterator[str]:
    base = urlsplit(config.base_url)
    if base.scheme != "https":
        yield "BASE_URL must be https in production"
    if not _is_reachable(base.hostname or ""):
        yield "BASE_URL must have the name that members reach, not this machine's own"
    if base.username or base.query or base.fragment or base.path.strip("/"):
        yield "BASE_URL must be an origin, without a user, path or query"
    for origin in sorted(config.origins):
        if "*" in origin:
            yield "CORS_ORIGINS must name each origin in production, without `*`"
        elif not origin.startswith("https://"):
            yield f"CORS_ORIGINS {origin!r} must be https in production"
    if config.trusted_proxies > GREATEST_PROXIES:
        yield f"TRUSTED_PROXIES must be at most {GREATEST_PROXIES}: each is believed"


def _is_reachable(host: str) -> bool:
    try:
        address = ip_address(host)
    except ValueError:
        return "." in host and not host.endswith((".localhost", ".localdomain", ".invalid"))
    return not (address.is_loopback or address.is_unspecified)


def _database_problems(config: Config) -> Iterator[str]:
    if config.sqlite_synchronous != "FULL":
        yield "SQLITE_SYNCHRONOUS must be FULL in production: other settings can lose commits"
    database = urlsplit(config.database_url)
    if database.scheme == "sqlite":
        file = Path(config.database_url.removeprefix("sqlite:///")).resolve()
        if any(file.is_relative_to(folder) for folder in VOLATILE):
            yield "DATABASE_URL must not lie in memory: a restart would lose every commit"
    elif not database.username or not database.path.strip("/"):
        yield "DATABASE_URL must name a user and a service"
    elif (database.password or "").lower() in DEFAULT_PASSWORDS | {"", database.username.lower()}:
        yield "DATABASE_URL must have a password that nobody guesses"


def _redis_problems(config: Config) -> Iterator[str]:
    redis = urlsplit(config.redis_url)
    if redis.scheme == "unix" or _is_loopback(redis.hostname or "127.0.0.1"):
        return
    if not redis.password or redis.password.lower() in DEFAULT_PASSWORDS:
        yield "REDIS_URL must have a password where Redis is on another host"


def _tls_problems(config: Config) -> Iterator[str]:
    for name, url in (("DATABASE_URL", config.database_url), ("REDIS_URL", config.redis_url)):
        query = parse_qs(urlsplit(url).query, keep_blank_values=True)
        said = {value.lower() for key in TLS_CHECKS for value in query.get(key, [])}
        if said - CHECKED:
            yield f"{name} must not turn off that the server's certificate and name are checked"


def _mail_problems(config: Config) -> Iterator[str]:
    mail = urlsplit(config.mail_url)
    if mail.scheme == "folder":
        yield "MAIL_URL must be an SMTP server in production"
    elif mail.scheme == "smtp" and not _is_loopback(mail.hostname or ""):
        yield "MAIL_URL must be smtp+starttls:// or smtps:// where the server is on another host"


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host in NAMES_OF_THIS_MACHINE


def _credential_problems(config: Config) -> Iterator[str]:
    memory_kib, iterations = config.argon2_memory_kib, config.argon2_iterations
    if not any(memory_kib >= kib and iterations >= passes for kib, passes in LEAST_ARGON2):
        yield (
            "ARGON2_MEMORY_KIB and ARGON2_ITERATIONS must be at least OWASP's"
            " 19456 and 2, or 47104 and 1"
        )
    if config.access_token_s > GREATEST_ACCESS_S:
        yield f"ACCESS_TOKEN_S must be at most {GREATEST_ACCESS_S}"
    if config.refresh_token_s > GREATEST_REFRESH_S:
        yield f"REFRESH_TOKEN_S must be at most {GREATEST_REFRESH_S}"
    if config.refresh_token_s < config.access_token_s:
        yield "REFRESH_TOKEN_S must not be less than ACCESS_TOKEN_S"
    if config.session_max_s > GREATEST_SESSION_S:
        yield f"SESSION_MAX_S must be at most {GREATEST_SESSION_S}"
    if config.refresh_grace_s > GREATEST_GRACE_S:
        yield f"REFRESH_GRACE_S must be at most {GREATEST_GRACE_S}"


def _limit_problems(config: Config) -> Iterator[str]:
    kinds = ("anonymous", "public", "member", "admin", "credentials")
    for name in (f"limit_{kind}" for kind in kinds):
        greatest = (
            GREATEST_CREDENTIALS_PER_MINUTE if name == "limit_credentials" else GREATEST_PER_MINUTE
        )
        if _per_minute(getattr(config, name)) > greatest:
            yield f"{name.upper()} must be at most {greatest} per minute in production"


def _per_minute(text: str) -> float:
    """Return the strictest of a setting's limits in requests a minute, 0 where it is no limit."""
    try:
        return min(60 * limit.amount / limit.get_expiry() for limit in parse_many(text))
    except ValueError:
        return 0


def _folder_problems(config: Config) -> Iterator[str]:
    folders = {"METRICS_FOLDER": Path(config.metrics_folder)}
    if config.database_url.startswith("sqlite:"):
        folders["DATABASE_URL"] = Path(config.database_url.removeprefix("sqlite:///")).parent
    for name, folder in folders.items():
        if not _can_be_written(folder):
            yield f"{name} must lie in a folder that this process may write to"


def _can_be_written(folder: Path) -> bool:
    """Tell whether a folder can be written to, or be made where it is missing."""
    existing = next(
        place for place in (folder.absolute(), *folder.absolute().parents) if place.exists()
    )
    return existing.is_dir() and os.access(existing, os.W_OK | os.X_OK)
