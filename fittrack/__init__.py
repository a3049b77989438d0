"""FitTrack: activities earn points, points buy tickets, and anyone can verify the drawings."""

from __future__ import annotations

from collections.abc import Callable
from itertools import chain
from typing import Any

import orjson
from flask import Flask, request
from flask.json.provider import JSONProvider
from flask_smorest import Blueprint

from fittrack import (
    cli,
    config,
    db,
    errors,
    extensions,
    headers,
    idempotency,
    log,
    metrics,
    parsing,
    proxies,
    queues,
)
from fittrack.config import Config

MAX_BODY_BYTES = 1 << 20


class OrjsonProvider(JSONProvider):
    """JSON by orjson: the same values, an order of magnitude faster."""

    def dumps(self, obj: Any, **_kwargs: Any) -> str:
        """Return a value as JSON text."""
        return orjson.dumps(obj).decode()

    def loads(self, s: str | bytes, **_kwargs: Any) -> Any:
        """Return the value of JSON text. Raises: ValueError."""
        return orjson.loads(s)


class FitTrack(Flask):
    """Flask, with a whole request run again when the database was busy."""

    json_provider_class = OrjsonProvider

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """Return a view or hook as it is: ours are no coroutines, and asking costs each request."""
        return func

    def dispatch_request(self) -> Any:
        """Answer the request; it holds one unit of work, so that repeating it is safe."""
        parsing.check_length(request)
        return db.retry(super().dispatch_request, may_replay=idempotency.is_looked_up)


def create_app(settings: Config | None = None) -> Flask:
    """Return the application, bound to its settings; connections open when first used."""
    settings = config.use(settings or config.load())
    app = FitTrack(__name__)
    app.config.update(MAX_CONTENT_LENGTH=MAX_BODY_BYTES, TRUSTED_HOSTS=None)
    app.url_map.converters["uuid"] = parsing.IdConverter
    app.url_map.converters["tracker"] = parsing.TrackerConverter
    app.url_map.merge_slashes = False  # a redirect would name the host that the caller claims
    log.init_logging(settings.log_level)
    metrics.init_app(app)  # before all others, so that it sees what they made of an answer
    log.init_app(app)
    headers.init_app(app)
    db.bind(settings.database_url, synchronous=settings.sqlite_synchronous)
    queues.use_redis(extensions.make_redis(settings.redis_url))
    extensions.init_app(app, settings)
    errors.init_app(app)
    register_blueprints(app)
    # The one Api is bound anew by each application; what this one documents stays with it.
    app.extensions["openapi"] = extensions.api.spec
    cli.init_app(app)
    if settings.trusted_proxies:
        app.wsgi_app = proxies.believe(app.wsgi_app, hops=settings.trusted_proxies)  # type: ignore[method-assign,assignment]
    return app


def register_blueprints(app: Flask) -> None:
    """One line per domain; each brings its routes under /api/v1 or, for health, at the root."""
    from fittrack.dev.routes import blp as dev
    from fittrack.drawings.fair.routes import blp as fair
    from fittrack.health.routes import blp as health
    from fittrack.health.routes import telemetry
    from fittrack.reference.routes import blp as reference

    for blueprint in (health, telemetry, reference):
        app.register_blueprint(blueprint)
        extensions.limiter.exempt(blueprint)
    app.register_blueprint(fair)

    domains = (_of_accounts, _of_activities, _of_points, _of_trackers, _of_drawings)
    for blueprint in chain.from_iterable(of_domain() for of_domain in domains):
        extensions.api.register_blueprint(blueprint)
    if config.current().has_dev_routes:
        extensions.api.register_blueprint(dev)
        extensions.limiter.exempt(dev)


def _of_activities() -> tuple[Blueprint, ...]:
    """Return the blueprints of what members do, in the order of the document."""
    from fittrack.activities.analysis.routes import blp as activity_analysis
    from fittrack.activities.editing.routes import blp as activity_editing
    from fittrack.activities.exports.routes import blp as activity_exports
    from fittrack.activities.imports.routes import files as activity_files
    from fittrack.activities.imports.routes import imports
    from fittrack.activities.overview.routes import blp as activity_overview
    from fittrack.activities.pictures.routes import blp as activity_pictures
    from fittrack.activities.privacy.routes import blp as privacy_zones
    from fittrack.activities.routes import blp as activities
    from fittrack.activities.sharing.routes import blp as shared_activities

    return (
        activities,
        activity_editing,
        activity_analysis,
        activity_exports,
        activity_pictures,
        activity_overview,
        privacy_zones,
        shared_activities,
        activity_files,
        imports,
    )


def _of_points() -> tuple[Blueprint, ...]:
    """Return the blueprints of what members earn and are told."""
    from fittrack.leaderboards.routes import blp as leaderboards
    from fittrack.notifications.routes import blp as notifications
    from fittrack.points.adjustments.routes import blp as adjustments
    from fittrack.points.books.routes import blp as books
    from fittrack.points.routes import blp as points
    from fittrack.reviews.routes import blp as reviews
    from fittrack.reviews.routes import own as own_reviews

    return (own_reviews, reviews, points, adjustments, books, leaderboards, notifications)


def _of_trackers() -> tuple[Blueprint, ...]:
    """Return the blueprints of what members connect."""
    from fittrack.music.routes import blp as music
    from fittrack.recovery.routes import blp as recovery
    from fittrack.trackers.connections.routes import blp as connections
    from fittrack.trackers.webhooks.routes import blp as webhooks

    return (connections, webhooks, recovery, music)


def _of_drawings() -> tuple[Blueprint, ...]:
    """Return the blueprints of drawings, from template to doorstep."""
    from fittrack.drawings.play.routes import blp as play_limits
    from fittrack.drawings.record.routes import blp as verification
    from fittrack.drawings.routes import blp as drawings
    from fittrack.drawings.templates.routes import blp as drawing_templates
    from fittrack.drawings.tickets.routes import blp as tickets
    from fittrack.drawings.tickets.routes import entries
    from fittrack.drawings.witnesses.routes import blp as witnesses
    from fittrack.fulfilment.routes import blp as fulfilment
    from fittrack.sponsors.prizes.routes import blp as prizes
    from fittrack.sponsors.routes import blp as sponsors

    return (
        drawings,
        drawing_templates,
        verification,
        sponsors,
        prizes,
        tickets,
        entries,
        play_limits,
        witnesses,
        fulfilment,
    )


def _of_accounts() -> tuple[Blueprint, ...]:
    """Return the blueprints of the largest domain, in the order of the document."""
    from fittrack.accounts.administration.routes import blp as administration
    from fittrack.accounts.credentials.routes import blp as credentials
    from fittrack.accounts.email_changes.routes import blp as email_changes
    from fittrack.accounts.erasure.routes import blp as erasure
    from fittrack.accounts.exports.routes import blp as exports
    from fittrack.accounts.factors.routes import blp as factors
    from fittrack.accounts.invitations.routes import blp as invitations
    from fittrack.accounts.lockouts.routes import blp as lockouts
    from fittrack.accounts.member_profiles.routes import blp as member_profiles
    from fittrack.accounts.oidc.routes import blp as sign_in_providers
    from fittrack.accounts.passkeys.routes import blp as passkeys
    from fittrack.accounts.profiles.routes import blp as profiles
    from fittrack.accounts.registration.routes import blp as registration
    from fittrack.accounts.resets.routes import blp as factor_resets
    from fittrack.accounts.routes import blp as users
    from fittrack.accounts.security_events.routes import blp as security_events
    from fittrack.accounts.sessions.routes import blp as sessions
    from fittrack.accounts.sessions.routes import keys
    from fittrack.accounts.suspensions.routes import blp as appeals
    from fittrack.accounts.suspensions.routes import own as own_appeals
    from fittrack.accounts.tiers.routes import blp as tiers

    return (
        registration,
        lockouts,
        credentials,
        email_changes,
        sessions,
        factors,
        factor_resets,
        passkeys,
        sign_in_providers,
        users,
        security_events,
        keys,
        profiles,
        tiers,
        erasure,
        exports,
        administration,
        member_profiles,
        invitations,
        appeals,
        own_appeals,
    )


__all__ = ["FitTrack", "create_app"]
