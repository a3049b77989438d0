"""Whom providers know, visits to them that were begun, and what they have proved."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from fittrack.accounts.sessions.models import MfaRequired, OpenSession, SteppedUp


class Intent(StrEnum):
    """What a visit to a provider is for."""

    SIGN_IN = "sign_in"
    LINK = "link"
    STEP_UP = "step_up"


class Purpose(StrEnum):
    """What is still missing after a provider's proof: a registration, or the account's own."""

    REGISTER = "register"
    LINK = "link"


@dataclass(frozen=True, slots=True)
class Identity:
    """Whose account a provider's subject signs in to; the address is what it said last."""

    provider: str
    subject: str
    account_id: str
    email: str | None
    linked_at: datetime
    last_used_at: datetime


@dataclass(frozen=True, slots=True)
class Attempt:
    """A visit to a provider that was begun; for linking and stepping up, in which session."""

    state_hash: str
    token_hash: str
    provider: str
    intent: Intent
    account_id: str | None
    session_id: str | None
    return_to: str | None
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class StoredProof:
    """What a provider has proved and what is still open; `account_id` is whose address it is."""

    token_hash: str
    purpose: Purpose
    provider: str
    subject: str
    email: str
    email_key: str
    account_id: str | None
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Claims:
    """What a provider says of somebody; an address that it has not verified is left out."""

    provider: str
    subject: str
    email: str | None


@dataclass(frozen=True, slots=True)
class Begun:
    """Where to send the browser, and the secret that only the client keeps."""

    authorization_url: str
    state: str
    attempt_token: str
    expires_in_s: int


@dataclass(frozen=True, slots=True)
class Returned:
    """What a browser brings back from a provider, as it is handed on to the client."""

    return_to: str | None
    fields: dict[str, str]


@dataclass(frozen=True, slots=True)
class RegistrationRequired:
    """A proved address without an account: this token lets its owner become a member."""

    registration_token: str
    email: str


@dataclass(frozen=True, slots=True)
class LinkOffer:
    """A proved address that has an account: this token and a proof from its owner link the two."""

    link_token: str
    provider: str
    methods: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Linked:
    """A provider that signs the member in from now on."""

    identity: Identity


Outcome = OpenSession | MfaRequired | RegistrationRequired | LinkOffer | Linked | SteppedUp
