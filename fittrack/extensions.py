"""What create_app binds: made here once, so that domains import it without importing the app."""

from __future__ import annotations

from flask import Flask
from flask_jwt_extended import JWTManager
from flask_limiter import Limit, Limiter
from marshmallow import fields
from redis import Redis
from redis.backoff import ExponentialBackoff, NoBackoff
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import TimeoutError as RedisTimeoutError
from redis.retry import Retry

from fittrack import auth, clock, limits
from fittrack.config import Config
from fittrack.openapi import FitTrackApi

WEB_TIMEOUT_S = 0.5

api = FitTrackApi()
jwt = JWTManager()
limiter = Limiter(
    key_func=limits.caller,
    # One counter for all that a caller does, not one for each address of the API.
    default_limits=[
        Limit(
            limits.of_caller,
            key_function=limits.caller,
            scope=limits.EVERYWHERE,
            shared=True,
        )
    ],
    strategy="moving-window",
    in_memory_fallback_enabled=True,
)

# For views where secrets could be guessed at: besides the caller's own limit, not instead of it.
limit_credentials = limiter.limit(
    limits.of_credentials, key_func=limits.credential_caller, override_defaults=False
)

limit_public_reads = limiter.shared_limit(
    limits.of_public_reads, scope=limits.scope_of_public_reads
)


def make_redis(url: str, *, retries: int = 1) -> Redis:
    """Return a client that rides out a short restart; without an explicit Retry it would die.

    Web processes soon go on without Redis, for a request waits; workers and schedulers ask for
    many tries.
    """
    patient = retries > 1
    return Redis.from_url(
        url,
        socket_connect_timeout=2 if patient else WEB_TIMEOUT_S,
        socket_timeout=None if patient else WEB_TIMEOUT_S,
        health_check_interval=30,
        retry=Retry(ExponentialBackoff(cap=2, base=0.05), retries),
        retry_on_error=[RedisConnectionError, RedisTimeoutError],
    )


def init_app(app: Flask, settings: Config) -> None:
    """Bind all of them to the application."""
    # Instants end in `Z`, where the library writes `+00:00`; days have one form, not four.
    fields.DateTime.SERIALIZATION_FUNCS["iso"] = clock.rfc3339
    fields.Date.DESERIALIZATION_FUNCS["iso"] = clock.day_from_text
    app.config.update(
        API_TITLE="FitTrack",
        API_VERSION="v1",
        OPENAPI_VERSION="3.1.0",
        # The limits library has its own word for a Redis behind a socket.
        RATELIMIT_STORAGE_URI=settings.redis_url.replace("unix://", "redis+unix://", 1),
        RATELIMIT_STORAGE_OPTIONS={
            # A Redis that hangs must not hold requests up: limits fall back to memory.
            "socket_connect_timeout": WEB_TIMEOUT_S,
            "socket_timeout": WEB_TIMEOUT_S,
            "retry": Retry(NoBackoff(), 0),
        },
        RATELIMIT_KEY_PREFIX="limits",
        RATELIMIT_SWALLOW_ERRORS=True,
    )
    auth.init_app(app, jwt, settings)
    limiter.init_app(app)
    api.init_app(app)
