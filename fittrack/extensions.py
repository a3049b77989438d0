"""What create_app binds: made here once, so that domains import it without importing the app."""

from __future__ import annotations

from flask import Flask
from flask_jwt_extended import JWTManager
from marshmallow import fields
from redis import Redis
from redis.backoff import ExponentialBackoff
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import TimeoutError as RedisTimeoutError
from redis.retry import Retry

from fittrack import auth, cache, clock, limits
from fittrack.config import Config
from fittrack.openapi import FitTrackApi
from fittrack.redis_link import RedisLink

WEB_TIMEOUT_S = 0.5

api = FitTrackApi()
jwt = JWTManager()
limiter = limits.RequestLimiter()

# For views where secrets could be guessed at: besides the caller's own limit, not instead of it.
limit_credentials = limiter.stand(
    limiter.limit(limits.of_credentials, key_func=limits.credential_caller, override_defaults=False)
)

limit_public_reads = limiter.stand(
    limiter.shared_limit(limits.of_public_reads, scope=limits.scope_of_public_reads)
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
    )
    auth.init_app(app, jwt, settings)
    link = RedisLink(settings.redis_url)
    limiter.bind(link)
    cache.bind(link)
    limiter.init_app(app)
    api.init_app(app)
