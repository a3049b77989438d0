"""Connections and visits to providers, as stored."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Connection:
    """A member's link to one provider; its tokens are read elsewhere, where they are needed.

    `status_reason` says in a word why it is not active. `due_at` is when it wants to be synced
    next, None for never. `grant_version` counts its tokens.
    """

    connection_id: str
    account_id: str
    provider: str
    external_account_id: str
    status: str
    status_reason: str | None
    is_primary: bool
    scopes: str
    grant_version: int
    connected_at: datetime
    ended_at: datetime | None
    due_at: datetime | None
    last_synced_at: datetime | None
    last_asked_at: datetime | None
    failures: int


@dataclass(frozen=True, slots=True)
class Attempt:
    """A visit to a provider that a member has begun; the state itself is not kept."""

    state_hash: str
    account_id: str
    provider: str
    return_to: str | None
    begun_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class SealedGrant:
    """Tokens as they are kept: sealed, bound to the connection, the provider and the field."""

    connection_id: str
    provider: str
    access_token_bytes: bytes | None
    refresh_token_bytes: bytes | None
    access_expires_at: datetime | None
    scopes: str
    external_account_id: str
    grant_version: int


@dataclass(frozen=True, slots=True)
class GrantOwner:
    """A connection that has tokens."""

    connection_id: str


@dataclass(frozen=True, slots=True)
class Begun:
    """Where to send the browser."""

    authorization_url: str
    expires_in_s: int


@dataclass(frozen=True, slots=True)
class Returned:
    """What a browser or an app brings back from a provider.

    `account_id` where it is signed in; `issuer` where the provider says who it is.
    """

    state: str
    code: str | None
    error: str | None
    scope: str | None
    account_id: str | None = None
    issuer: str | None = None


@dataclass(frozen=True, slots=True)
class Brought:
    """An activity that a connection brought."""

    activity_id: str


@dataclass(frozen=True, slots=True)
class Provider:
    """A provider as members see it; `is_available` where this installation is known to it."""

    provider: str
    title: str
    kind: str
    streams: tuple[str, ...]
    is_available: bool
    is_shown_to_others: bool
    note: str | None
