"""Every setting: its type, default, unit and meaning. The process refuses to start on nonsense.

A setting is read from the environment under the field's name in capitals, else from the file `.env`
(which `make run` writes with secrets of its own), else it has the default that stands here.
"""

from __future__ import annotations

import base64
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import Field, dataclass, field, fields
from typing import Any
from zoneinfo import ZoneInfo

from dotenv import dotenv_values

KEY_BYTES = 32


class BadConfig(ValueError):
    """Settings that the process must not start with; the message names each one."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("; ".join(problems))
        self.problems = tuple(problems)

    def told(self) -> str:
        """Return the problems for a person: one on the line, several in a list below it."""
        if len(self.problems) == 1:
            return f"FitTrack does not start: {self.problems[0]}"
        return "\n- ".join(("FitTrack does not start:", *self.problems))


def key(default: Any, meaning: str) -> Any:
    """Return a dataclass field that carries its meaning into the documents."""
    return field(default=default, metadata={"meaning": meaning})


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """The settings of one process."""

    fittrack_env: str = key("development", "`development`, `test` or `production`")
    database_url: str = key(
        "sqlite:///var/fittrack.db",
        "`sqlite:///path`, `oracle://user:password@host:1521/service`, `oracle+tcps://` for TLS",
    )
    sqlite_synchronous: str = key(
        "FULL", "SQLite's durability: `FULL`; `NORMAL` and `OFF` may lose commits (tests only)"
    )
    redis_url: str = key("redis://127.0.0.1:6379/0", "Redis, for queues, limits and caches")
    base_url: str = key("http://127.0.0.1:8000", "address under which members reach the API")
    secret_key: str = key("", "32 random bytes, base64url: cursors, mailed tokens, refresh tokens")
    secret_former_keys: str = key(
        "", "former values of `SECRET_KEY`, comma-separated, whose cursors and tokens still count"
    )
    jwt_signing_key: str = key("", "32 random bytes, base64url: Ed25519 key of access tokens")
    jwt_former_keys: str = key(
        "",
        "public keys (`x` of the key set), comma-separated, that tokens may still be signed with",
    )
    encryption_key: str = key("", "32 random bytes, base64url: AES-256-GCM of secrets at rest")
    encryption_former_keys: str = key(
        "", "other keys that sealed secrets may still need, comma-separated: former or coming ones"
    )
    operator_key: str = key("", "32 random bytes, base64url: Ed25519 key that signs drawings")
    operator_former_keys: str = key(
        "",
        "former values of `OPERATOR_KEY`, comma-separated, which end the drawings that they began;"
        " then their public keys (64 hex digits)",
    )
    platform_time_zone: str = key("America/New_York", "IANA zone of points days and drawings")
    mail_url: str = key(
        "folder:var/mailbox",
        "`smtp://`, `smtp+starttls://` or `smtps://`, `user:password@host:port`; or `folder:path`",
    )
    mail_from: str = key("FitTrack <no-reply@fittrack.example>", "sender of mails")
    access_token_s: int = key(900, "life of an access token, s")
    refresh_token_s: int = key(604_800, "life of a refresh token, s")
    session_max_s: int = key(7_776_000, "longest life of a session, however often refreshed, s")
    refresh_grace_s: int = key(10, "time in which a used token gives its successor again, s")
    argon2_memory_kib: int = key(65_536, "memory of a password hash, KiB")
    argon2_iterations: int = key(3, "passes of a password hash")
    argon2_parallelism: int = key(4, "lanes of a password hash")
    login_concurrency: int = key(2, "password hashes at the same time in one process")
    login_waiting: int = key(
        1, "password hashes that may wait for their turn in one process; more are answered 503"
    )
    unverified_days: int = key(
        7, "time after which a registration that was never verified is deleted, days"
    )
    limit_anonymous: str = key("10 per minute", "requests per address without an account")
    limit_public: str = key("60 per minute", "public reads per address: results and verification")
    limit_member: str = key("100 per minute", "requests per account")
    limit_admin: str = key("500 per minute", "requests per admin or auditor")
    limit_credentials: str = key("5 per minute", "logins and the like per address and e-mail")
    limit_webhooks: str = key("6000 per minute", "what trackers tell us, per address of theirs")
    cache_activities_s: int = key(300, "life of a kept list of activities, s; 0 keeps none")
    cache_profiles_s: int = key(3_600, "life of a kept profile, s; 0 keeps none")
    cache_statistics_s: int = key(1_800, "life of kept numbers of members, s; 0 keeps none")
    cache_music_s: int = key(60, "life of a kept answer about a member's music, s; 0 keeps none")
    cache_playing_s: int = key(5, "life of a kept answer about what is playing, s; 0 keeps none")
    cors_origins: str = key("", "origins whose pages may call the API, comma-separated; `*` is all")
    webauthn_rp_id: str = key(
        "", "domain that passkeys belong to; empty: the host of `BASE_URL`; changing it voids them"
    )
    webauthn_origins: str = key(
        "",
        "origins whose pages may use passkeys, comma-separated;"
        " empty: `BASE_URL` and `CORS_ORIGINS`",
    )
    oidc_google_issuer: str = key("https://accounts.google.com", "who signs members in with Google")
    oidc_google_client_id: str = key("", "our id at Google; empty: nobody signs in with Google")
    oidc_google_client_secret: str = key("", "our secret at Google")
    oidc_apple_issuer: str = key("https://appleid.apple.com", "who signs members in with Apple")
    oidc_apple_client_id: str = key(
        "", "our Services ID at Apple; empty: nobody signs in with Apple"
    )
    oidc_apple_team_id: str = key("", "our Team ID at Apple")
    oidc_apple_key_id: str = key("", "id of our key at Apple")
    oidc_apple_private_key: str = key(
        "", "our key at Apple: the `.p8` file's text, line breaks may be missing"
    )
    oidc_return_urls: str = key(
        "",
        "pages and app links that browsers may come back to from Google and Apple, comma-separated",
    )
    trackers_url: str = key(
        "", "address that stands in for all trackers' own, such as the simulator's; empty: theirs"
    )
    tracker_call_ms: int = key(20_000, "longest time of one call to a tracker, ms")
    connected_url: str = key(
        "", "page or app link on which members land from a tracker; empty: a plain page"
    )
    strava_client_id: str = key("", "our id at Strava; empty: nobody connects to it")
    strava_client_secret: str = key("", "our secret at Strava")
    strava_webhook_secret: str = key("", "secret in the address that Strava calls")
    google_health_client_id: str = key("", "our id at Google Health; empty: nobody connects to it")
    google_health_client_secret: str = key("", "our secret at Google Health")
    google_health_webhook_secret: str = key(
        "", "what Google Health sends as `Authorization`, scheme and all, such as `Bearer xyz`"
    )
    google_health_webhook_keys: str = key(
        "", "public keys of its webhooks, as Tink keeps them; empty: those that it publishes"
    )
    whoop_client_id: str = key("", "our id at WHOOP; empty: nobody connects to it")
    whoop_client_secret: str = key("", "our secret at WHOOP; it signs webhooks too")
    spotify_client_id: str = key("", "our id at Spotify; empty: nobody connects to it")
    polar_client_id: str = key("", "our id at Polar; empty: nobody connects to it")
    polar_client_secret: str = key("", "our secret at Polar")
    polar_webhook_secret: str = key("", "key that Polar signs webhooks with, as it told it once")
    oura_client_id: str = key("", "our id at Oura; empty: nobody connects to it")
    oura_client_secret: str = key("", "our secret at Oura; it signs webhooks too")
    oura_webhook_secret: str = key("", "token by which Oura proves itself when it asks our address")
    withings_client_id: str = key("", "our id at Withings; empty: nobody connects to it")
    withings_client_secret: str = key("", "our secret at Withings")
    withings_webhook_secret: str = key(
        "", "secret in the address that Withings calls; empty: it is not asked to call"
    )
    trusted_proxies: int = key(0, "number of reverse proxies whose X-Forwarded-* is believed")
    job_timeout_s: int = key(30, "time limit of a job, s; its lease is 5 s longer")
    import_timeout_s: int = key(60, "time limit of reading one activity file, s")
    archive_timeout_s: int = key(900, "time limit of opening an archive of activity files, s")
    audit_timeout_s: int = key(600, "time limit of the ledger's nightly audit, s")
    export_timeout_s: int = key(1800, "time limit of making the archive of a member's data, s")
    exports_a_day: int = key(3, "archives of all their data that a member may ask for in 24 h")
    export_kept_days: int = key(7, "days for which such an archive can be fetched")
    board_grace_s: int = key(
        172_800, "time after its end in which a leaderboard's period still counts late days, s"
    )
    sweep_interval_s: int = key(2, "time between two looks for work that is due and not done, s")
    drawing_interval_s: int = key(1, "time between two looks for drawings that are due, s")
    close_lead_s: int = key(300, "time between the end of sales and the draw, s")
    reveal_deadline_s: int = key(86_400, "time after which a missing reveal aborts a drawing, s")
    beacon_url: str = key(
        "", "address of a drand relay; empty: drawings are bound to no beacon and need no network"
    )
    beacon_chain: str = key(
        "", "the chain's `/info` as JSON; empty: drand's quicknet (`bls-unchained-g1-rfc9380`)"
    )
    carried_sales_s: int = key(86_400, "time in which a drawing that replaces a void one sells, s")
    operator_only_cents: int = key(
        5_000, "prize value up to which a drawing needs no second source of randomness, US cents"
    )
    second_admin_cents: int = key(
        100_000, "prize value above which a draw by hand takes two admins, US cents"
    )
    second_admin_points: int = key(
        1_000,
        "points by which one admin may adjust a member's in 24 h; more takes two, 0 always",
    )
    excluded_states: str = key("NY,FL,RI", "states whose members can't enter drawings by default")
    tax_thresholds_cents: str = key(
        "2025:60000,2026:200000",
        "`year:sum` from which on what a member won of one payer in a year waits for a tax form,"
        " US cents; a year that is not listed goes by the one before it",
    )
    min_ages: str = key(
        "AL:19,MS:21,NE:19", "least ages of states where it is not 18, in drawings by default"
    )
    registration_states: str = key(
        "FL,NY", "states in which drawings of much value must be registered and bonded, or void"
    )
    registration_cents: int = key(
        500_000, "prize value above which those states ask for it, US cents"
    )
    operator_name: str = key("FitTrack", "who operates the drawings, in their official rules")
    operator_address: str = key(
        "", "postal address for free entries, in the official rules; empty: none by mail"
    )
    metrics_token: str = key(
        "", "bearer token of `/metrics`, 32 characters or more; without it only loopback may read"
    )
    metrics_folder: str = key("var/metrics", "folder in which a machine's processes count")
    log_level: str = key("INFO", "`DEBUG`, `INFO`, `WARNING` or `ERROR`")

    @property
    def is_production(self) -> bool:
        """Tell whether members and money depend on this process."""
        return self.fittrack_env == "production"

    @property
    def former_keys(self) -> tuple[str, ...]:
        """Return the public keys that access tokens were signed with before."""
        return _listed(self.jwt_former_keys)

    @property
    def former_secret_keys(self) -> tuple[str, ...]:
        """Return the former values of `SECRET_KEY`."""
        return _listed(self.secret_former_keys)

    @property
    def former_encryption_keys(self) -> tuple[str, ...]:
        """Return the other keys that sealed values may be opened with."""
        return _listed(self.encryption_former_keys)

    @property
    def former_operator_keys(self) -> tuple[str, ...]:
        """Return the operator's former keys: secrets, or public keys in hex."""
        return _listed(self.operator_former_keys)

    @property
    def has_dev_routes(self) -> bool:
        """Tell whether mails are left in a folder that developers read over HTTP."""
        return not self.is_production and self.mail_url.startswith("folder:")

    @property
    def zone(self) -> ZoneInfo:
        """Return the platform's time zone."""
        return ZoneInfo(self.platform_time_zone)

    @property
    def tax_thresholds(self) -> dict[int, int]:
        """Return from which sum on prizes of a year wait for a tax form, US cents by year."""
        pairs = (part.partition(":") for part in _listed(self.tax_thresholds_cents))
        return {int(year): int(cents) for year, _, cents in pairs}

    @property
    def state_ages(self) -> dict[str, int]:
        """Return the least ages of states where it is not 18."""
        pairs = (part.partition(":") for part in _listed(self.min_ages))
        return {state: int(age) for state, _, age in pairs}

    @property
    def bonding_states(self) -> tuple[str, ...]:
        """Return the states in which drawings of much value must be registered, or void."""
        return _listed(self.registration_states)

    @property
    def return_urls(self) -> tuple[str, ...]:
        """Return the pages and app links that a sign-in elsewhere may come back to."""
        return _listed(self.oidc_return_urls)

    @property
    def origins(self) -> frozenset[str]:
        """Return the origins whose pages may call the API."""
        return frozenset(_listed(self.cors_origins))


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
    wrong.extend(problems(config, given))
    if wrong:
        raise BadConfig(wrong)
    return config


def problems(config: Config, given: Mapping[str, str | None] | None = None) -> Iterator[str]:
    """Yield what is wrong with settings, each in words that begin with the setting's name."""
    from fittrack import checks  # it knows these settings; they do not know it

    yield from checks.problems(config, given)


def secret_bytes(text: str) -> bytes:
    """Return the bytes of a base64url secret, padding optional. Raises: ValueError."""
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def new_secret() -> str:
    """Return 32 fresh random bytes in base64url without padding."""
    return base64.urlsafe_b64encode(os.urandom(32)).rstrip(b"=").decode()


def _listed(text: str) -> tuple[str, ...]:
    """Return the parts of a comma-separated setting."""
    return tuple(filter(None, (part.strip() for part in text.split(","))))


def _parsed(item: Field[Any], text: str) -> Any:
    return int(text) if isinstance(item.default, int) else text
