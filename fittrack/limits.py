"""Rate limits: whose counter a request moves, and how far it may go.

Flask-Limiter keeps which limits stand on which view; counting is ours, for it would ask Redis four
times where once is enough. What is counted and told: docs/RATE_LIMITS.md.
"""

from __future__ import annotations

import logging
import unicodedata
from collections.abc import Callable, Sequence
from functools import lru_cache
from ipaddress import IPv6Address, ip_address, ip_network
from typing import Any, TypeVar

from flask import Flask, current_app, g, request
from flask_limiter import Limit, Limiter, RouteLimit
from flask_limiter.util import get_qualified_name
from limits import parse_many

from fittrack import auth, cache, config, crypto, metrics, parsing, windows
from fittrack.errors import TooManyRequests
from fittrack.redis_link import RedisAway, RedisLink
from fittrack.windows import Counter, MemoryWindows, Passage, Standing

View = TypeVar("View", bound=Callable[..., Any])
logger = logging.getLogger(__name__)

EVERYWHERE = "everywhere"
IPV6_PREFIX = 64  # what one subscriber is given at least (RFC 6177)


def caller() -> str:
    """Return whose counter this request moves: the account's, else the address's."""
    identity = auth.claimed()
    return f"account:{identity.account_id}" if identity else f"address:{_hidden('')}"


def of_caller() -> str:
    """Return the limit of the caller's kind, as Flask-Limiter writes it."""
    settings = config.current()
    identity = auth.claimed()
    if identity is None:
        return settings.limit_anonymous
    return settings.limit_admin if identity.role in {"admin", "auditor"} else settings.limit_member


def of_public_reads() -> str:
    """Return the limit of results, verification and other public reads."""
    return of_caller() if auth.claimed() else config.current().limit_public


def scope_of_public_reads(_endpoint: str) -> str:
    """Return what a public read counts with: all a member does, or an address's public reads."""
    return EVERYWHERE if auth.claimed() else "public"


def of_credentials() -> str:
    """Return the limit of logins and whatever else guesses at secrets."""
    return config.current().limit_credentials


def of_webhooks() -> str:
    """Return the limit of what providers tell us, per address of theirs."""
    return config.current().limit_webhooks


def credential_caller() -> str:
    """Return the counter of one address and one e-mail, so that neither alone locks others out."""
    body = parsing.peek_json(request)
    email = body.get("email") if isinstance(body, dict) else None
    # Spellings that a log-in takes for one address share a counter.
    spelling = unicodedata.normalize("NFKC", str(email)[:254].strip()).casefold()
    return f"credentials:{_hidden(spelling)}"


def _hidden(more: str) -> str:
    """Return a stand-in for the caller's network: counters lie in Redis and in its files."""
    network = network_of(request.environ.get("REMOTE_ADDR") or "")
    return crypto.mac("limits", f"{network} {more}".encode()).hex()[:32]


@lru_cache(maxsize=4096)
def network_of(address: str) -> str:
    """Return an IPv4 address as it is and an IPv6 address's /64, through which one caller roams."""
    try:
        parsed = ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if not isinstance(parsed, IPv6Address):
        return str(parsed)
    if parsed.ipv4_mapped is not None:
        return str(parsed.ipv4_mapped)
    return str(ip_network((parsed, IPV6_PREFIX), strict=False))


class RequestLimiter(Limiter):
    """Flask-Limiter's decorators and exemptions, with one round trip for all of a request's limits.

    `_check_request_limit` is what its hook and its decorators call, hence the pin below release 5;
    a test walks every decorated view.
    """

    def __init__(self) -> None:
        everywhere = Limit(of_caller, key_function=caller, scope=EVERYWHERE, shared=True)
        super().__init__(key_func=caller, default_limits=[everywhere])
        self.link: RedisLink | None = None
        self.memory = MemoryWindows()

    def init_app(self, app: Flask) -> None:
        """Count each request of an application before its view runs."""
        app.extensions["limits_of_endpoints"] = {}
        app.before_request(self._check_request_limit)

    def bind(self, link: RedisLink) -> None:
        """Let Redis count for all processes, and forget what this one counted."""
        self.link, self.memory = link, MemoryWindows()

    def _check_request_limit(
        self,
        callable_name: str | None = None,  # noqa: ARG002 - Flask-Limiter's signature
        in_middleware: bool = True,
    ) -> None:
        """Raises: TooManyRequests."""
        endpoint = request.endpoint
        # A preflight has no token to be counted by, and does nothing.
        if not in_middleware or endpoint is None or request.method == "OPTIONS":
            return
        limits = self.limits_of(current_app, endpoint)
        counters = [counter for limit in limits for counter in _counters(limit, endpoint)]
        if not counters:
            return
        place = cache.place_of(current_app.view_functions[endpoint])
        passage = self._take(counters, place and place.key)
        g.standing, g.kept_value = passage.nearest, passage.value
        if passage.is_refused:
            logger.info("rate limit exceeded", extra={"endpoint": endpoint})
            raise TooManyRequests(headers={"Retry-After": str(passage.nearest.reset_s)})

    def _take(self, counters: Sequence[Counter], value_key: str | None) -> Passage:
        try:
            if self.link is not None:
                return windows.take(self.link, counters, value_key=value_key)
        except RedisAway:
            metrics.add_redis_error("limits")
        return self.memory.take(counters)

    def stand(self, limit: RouteLimit) -> Callable[[View], View]:
        """Return a decorator that lets a limit stand on views; it needs no wrapper to count."""

        def mark(view: View) -> View:
            self.limit_manager.add_decorated_limit(get_qualified_name(view), limit)
            return view

        return mark

    def limits_of(self, app: Flask, endpoint: str) -> tuple[Limit, ...]:
        """Return the limits that stand on an endpoint; found once, for they don't change."""
        known: dict[str, tuple[Limit, ...]] = app.extensions["limits_of_endpoints"]
        if endpoint not in known:
            known[endpoint] = self._find_limits(app, endpoint)
        return known[endpoint]

    def _find_limits(self, app: Flask, endpoint: str) -> tuple[Limit, ...]:
        blueprint = endpoint.rpartition(".")[0] or None
        manager = self.limit_manager
        if endpoint == "static" or manager.exemption_scope(app, endpoint, blueprint):
            return ()
        own = tuple(
            manager._decorated_limits.get(get_qualified_name(app.view_functions[endpoint]), ())
        )
        defaults = () if any(limit.override_defaults for limit in own) else manager._default_limits
        return (*own, *defaults)


def _counters(limit: Limit, endpoint: str) -> list[Counter]:
    """Return what one limit makes a request of an endpoint move."""
    text = limit.limit_provider() if callable(limit.limit_provider) else limit.limit_provider
    scope = limit.scope(endpoint) if callable(limit.scope) else limit.scope
    if not limit.shared:
        scope = f"{endpoint}:{scope}" if scope else endpoint
    who = limit.key_function() if limit.key_function else caller()
    return [
        Counter(f"limits:{who}:{scope}:{window_s}", amount, window_s)
        for amount, window_s in amounts(text)
    ]


@lru_cache(maxsize=256)
def amounts(text: str) -> tuple[tuple[int, int], ...]:
    """Return the requests and the seconds of each limit in `10 per minute; 100 per hour`."""
    return tuple((item.amount, item.get_expiry()) for item in parse_many(text))


def standing() -> Standing | None:
    """Return how the caller stands after this request, or None where nothing was counted."""
    found: Standing | None = g.get("standing")
    return found
