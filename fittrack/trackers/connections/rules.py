"""Decisions about connections; no I/O."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import replace
from datetime import datetime, timedelta
from urllib.parse import urlencode, urlsplit, urlunsplit

from fittrack.errors import Problem
from fittrack.trackers.connections.errors import ConsentDenied, ScopesMissing, TrackerUnavailable
from fittrack.trackers.connections.models import Connection, Returned
from fittrack.trackers.providers.base import Adapter, App, Facts, Grant

ATTEMPT_LIFE = timedelta(minutes=10)
# How many visits to a provider a member may use up in such a time: each spends calls of all.
MOST_VISITS = 20
DATA_GOES = "data_deleted"
# How long a provider that is away is told of an end, and the waits between.
TOLD_FOR = timedelta(days=7)
FIRST_WAIT, LONGEST_WAIT = timedelta(minutes=1), timedelta(hours=6)
# Of a grant that no connection was ever made of, and of whose nobody could say.
NEVER_USED, UNKNOWN_PERSON = "never_used", "unknown"
# Stands for no scopes at all: an empty text is none to the database.
NO_SCOPE = "-"
# What the provider tells of its member with the grant itself.
_USUAL = Grant("", None, None, frozenset(), external_account_id="")
# RFC 6749, section 4.1.2.1: the provider is in trouble, nobody has declined.
TROUBLE = frozenset({"server_error", "temporarily_unavailable"})


def challenge_of(verifier: str) -> str:
    """Return the S256 challenge of a verifier (RFC 7636, section 4.2)."""
    hashed = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(hashed).rstrip(b"=").decode()


def refusal_of(facts: Facts, error: str) -> Problem:
    """Return what is told of a visit that ended without a code."""
    return TrackerUnavailable() if error in TROUBLE else ConsentDenied(provider=facts.name)


def granted(facts: Facts, grant: Grant, returned: Returned) -> Grant:
    """Return a grant with the scopes that the member left ticked, as far as the provider says.

    Of what was not asked for nothing is known, whatever the browser brings. Raises: ScopesMissing.
    """
    scopes = grant.scopes
    if returned.scope:
        scopes = frozenset(returned.scope.replace(",", " ").split())
    missing = facts.needed_scopes - scopes
    if missing:
        raise ScopesMissing(scopes=sorted(missing))
    return replace(grant, scopes=known_scopes(facts, scopes))


def known_scopes(facts: Facts, scopes: frozenset[str]) -> frozenset[str]:
    """Return those scopes that were asked for, whatever else is said to be granted."""
    return scopes & (facts.needed_scopes | set(facts.scopes)) or frozenset({NO_SCOPE})


def calls_to_connect(adapter: Adapter, app: App) -> int:
    """Return how many calls it takes to be let in, besides the one that exchanges the code."""
    is_asked = adapter.whose(app, _USUAL) is not None
    return is_asked + len(adapter.admit(app, _USUAL))


def opened(
    account_id: str, facts: Facts, grant: Grant, *, connection_id: str, now: datetime
) -> Connection:
    """Return a new connection, due for its first sync at once if anything is synced from it."""
    return Connection(
        connection_id=connection_id,
        account_id=account_id,
        provider=facts.name,
        external_account_id=grant.external_account_id or "",
        status="active",
        status_reason=None,
        is_primary=False,
        scopes=" ".join(sorted(grant.scopes)),
        grant_version=0,
        connected_at=now,
        ended_at=None,
        due_at=now if facts.streams else None,
        last_synced_at=None,
        last_asked_at=None,
        failures=0,
    )


def renewed(connection: Connection, facts: Facts, grant: Grant, *, now: datetime) -> Connection:
    """Return a connection whose member has let us in again."""
    return replace(
        connection,
        status="active",
        status_reason=None,
        scopes=" ".join(sorted(grant.scopes)),
        ended_at=None,
        due_at=now if facts.streams else None,
        failures=0,
    )


def ended(connection: Connection, *, is_data_kept: bool, now: datetime) -> Connection:
    """Return a connection that is no more; one whose data goes is never taken up again."""
    return replace(
        connection,
        status="disconnected",
        status_reason=None if is_data_kept else DATA_GOES,
        ended_at=now,
        due_at=None,
    )


def unused(
    account_id: str, facts: Facts, grant: Grant, *, connection_id: str, now: datetime
) -> Connection:
    """Return the connection that holds a grant, ended from the first, until it is taken back."""
    opening = opened(account_id, facts, grant, connection_id=connection_id, now=now)
    return replace(
        ended(opening, is_data_kept=False, now=now),
        external_account_id=grant.external_account_id or UNKNOWN_PERSON,
        status_reason=NEVER_USED,
    )


def told_again_at(ended_at: datetime, *, now: datetime) -> datetime | None:
    """Return when a provider is told again of an end that it could not be told; None for never."""
    since = now - ended_at
    if since >= TOLD_FOR:
        return None
    return now + min(max(since, FIRST_WAIT), LONGEST_WAIT)


def with_query(address: str, fields: dict[str, str]) -> str:
    """Return a page or app link with further parameters."""
    parts = urlsplit(address)
    query = "&".join(filter(None, (parts.query, urlencode(fields))))
    return urlunsplit(parts._replace(query=query))
