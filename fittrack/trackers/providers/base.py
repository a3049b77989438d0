"""What an adapter is: facts about a provider, requests to it, and its answers read. No I/O.

An adapter builds requests and reads answers; others send them, wait and store. So all that it knows
can be tried with a recorded answer, and none of it can sleep, loop or lose anything.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from fittrack.config import Config
from fittrack.trackers.records import Record
from fittrack.wire import Answer, Request

if TYPE_CHECKING:
    from fittrack.trackers.providers.subscribing import Subscriber

WORKOUTS, STEPS, SLEEP, RECOVERY = "workouts", "steps", "sleep", "recovery"
# Stands between the version of an object's line in a list and that of what it tells beyond.
MORE = "."
# Stands between when an object was changed, in milliseconds, and the hash of what it tells.
CHANGED = "~"


class GrantRefused(Exception):
    """The provider says that a code or refresh token is good for nothing (any more)."""


class TokenRefused(Exception):
    """The access token does not open what was asked: it is to be refreshed once."""


class ScopeLost(Exception):
    """The member has not granted, or has taken back, what this needs."""


class NotThere(Exception):
    """The provider has no such object (any more)."""


class Malformed(Exception):
    """An answer that can't be read; its message is a kind, never what was said."""


class ProviderDown(Exception):
    """The provider is away or in trouble: nothing follows from it but to try later."""


class Throttled(Exception):
    """The provider wants no more calls until `resumes_at`, None where it does not say.

    `said_at` is what its own clock showed then, which need not be right; None where `resumes_at`
    is by ours.
    """

    def __init__(self, resumes_at: datetime | None, said_at: datetime | None = None) -> None:
        super().__init__("throttled")
        self.resumes_at = resumes_at
        self.said_at = said_at

    def resumes_by(self, now: datetime) -> datetime | None:
        """Return when to go on by our own clock, of which only how long is believed."""
        if self.resumes_at is None or self.said_at is None:
            return self.resumes_at
        return now + max(timedelta(0), self.resumes_at - self.said_at)


@dataclass(frozen=True, slots=True)
class Limit:
    """So many calls in a window; an aligned one begins at multiples of its length, in UTC."""

    window_s: int
    calls: int
    is_aligned: bool = False
    is_per_member: bool = False


@dataclass(frozen=True, slots=True)
class Facts:
    """What an adapter declares of its provider.

    `hosts` are its addresses by name; a test or the simulator puts others in their place.
    `overlap` is how far behind what was read already a stream is read again. `grace` is how long
    a refresh token still works after it was used, for the answer may have been lost.
    """

    name: str
    title: str
    hosts: Mapping[str, str]
    scopes: tuple[str, ...]
    needed_scopes: frozenset[str]
    streams: tuple[str, ...]
    limits: tuple[Limit, ...]
    overlap: timedelta
    poll_every: timedelta
    backfill: timedelta = timedelta(days=30)
    uses_pkce: bool = True
    # Whether its terms let others see what its member shows them. What nobody has read is no.
    is_shown_to_others: bool = False
    pushes_deletions: bool = False
    refreshes: bool = True
    grace: timedelta = timedelta(0)
    kind: str = "tracker"
    # Whether what gives and renews grants may count against its limits: where it has the address of
    # the rest, and nobody says that it does not.
    counts_grants: bool = False
    # What it wants to be answered: to a challenge, and to a webhook that was taken.
    challenge_status: int = 200
    hook_status: int = 200


@dataclass(frozen=True, slots=True)
class Credentials:
    """What we are to a provider by the settings; without an id nobody connects to it."""

    client_id: str
    client_secret: str
    webhook_secret: str = ""
    webhook_keys: str = ""


@dataclass(frozen=True, slots=True)
class App:
    """FitTrack as a provider knows it; `hosts` are the addresses in force."""

    client_id: str
    client_secret: str
    redirect_uri: str
    hosts: Mapping[str, str]
    webhook_secret: str = ""
    webhook_keys: str = ""
    webhook_url: str = ""


@dataclass(frozen=True, slots=True)
class Grant:
    """What a member has allowed; never logged, and stored only sealed."""

    access_token: str = field(repr=False)
    refresh_token: str | None = field(repr=False)
    expires_at: datetime | None
    scopes: frozenset[str]
    external_account_id: str | None = None


@dataclass(frozen=True, slots=True)
class Window:
    """The time from which objects are asked for; both ends are aware UTC instants."""

    from_at: datetime
    to_at: datetime


@dataclass(frozen=True, slots=True)
class RawItem:
    """One object as the provider sent it.

    A `version` that another begins, up to MORE, is of the same object with less told. What stands
    before CHANGED tells which of two is newer; where it is missing nothing does.
    """

    external_id: str
    version: str
    body: Any


@dataclass(frozen=True, slots=True)
class RawPage:
    """One page of objects, and what to ask the next one with; None after the last."""

    items: tuple[RawItem, ...]
    next_token: str | None


@dataclass(frozen=True, slots=True)
class Event:
    """What a webhook tells: something of somebody changed, is gone, or the whole grant is.

    `kind` is `upsert`, `delete` or `revoked`. `delivery_key` is the same when it is sent again.
    Without an `external_id` the stream is to be read again from `since_at`, if that is known; of
    what is gone without being named, each known object up to `until_at` is looked for.
    """

    delivery_key: str
    kind: str
    external_account_id: str
    stream: str | None = None
    external_id: str | None = None
    since_at: datetime | None = None
    until_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Usage:
    """What the provider itself says that we have used of one window; it knows better than we."""

    window_s: int
    calls: int
    limit: int


@dataclass(frozen=True, slots=True)
class Hook:
    """A request to our webhook address, as it came; names of headers are in lower case."""

    headers: Mapping[str, str]
    args: Mapping[str, str]
    body: bytes


class Forged(Exception):
    """A webhook that its provider can't have sent, or that is too old to be believed."""


class Adapter(ABC):
    """One provider. Methods that read raise what this module defines, and nothing else."""

    facts: Facts

    @abstractmethod
    def credentials(self, settings: Config) -> Credentials:
        """Return what the settings say that we are to the provider."""

    def authorize_url(self, app: App, *, state: str, challenge: str | None) -> str:
        """Return the provider's page on which a member allows us in; S256 `challenge` for PKCE."""
        asked = {
            "client_id": app.client_id,
            "redirect_uri": app.redirect_uri,
            "response_type": "code",
            "scope": self.scope_text(),
            "state": state,
        }
        if challenge is not None:
            asked |= {"code_challenge": challenge, "code_challenge_method": "S256"}
        return f"{self.authorize_address(app)}?{urlencode(asked | self.authorize_extra())}"

    def scope_text(self) -> str:
        """Return the scopes as the provider wants them written."""
        return " ".join(self.facts.scopes)

    def authorize_extra(self) -> dict[str, str]:
        """Return further parameters of the authorize page."""
        return {}

    @abstractmethod
    def authorize_address(self, app: App) -> str:
        """Return the address of the authorize page."""

    def is_issuer(self, app: App, issuer: str) -> bool:
        """Tell whether the provider may call itself so (RFC 9207): by one of its addresses.

        Few document which one; another provider's it never is.
        """
        return any(f"{issuer}/".startswith(f"{host}/") for host in app.hosts.values())

    @abstractmethod
    def exchange(self, app: App, code: str, verifier: str | None) -> Request:
        """Return what exchanges a code for a grant."""

    @abstractmethod
    def refresh(self, app: App, grant: Grant) -> Request | None:
        """Return what renews a grant; None where the provider knows no refreshing."""

    @abstractmethod
    def read_grant(self, answer: Answer, *, before: Grant | None, now: datetime) -> Grant:
        """Return what an exchange or a refresh answered. Raises: GrantRefused, ProviderDown…"""

    @abstractmethod
    def revoke(self, app: App, grant: Grant) -> Request | None:
        """Return what takes our access away at the provider; None where it knows no such thing."""

    def before_revoking(self, app: App, *, now: datetime) -> Request | None:
        """Return what is to be asked before, such as a nonce to sign; None for nothing."""
        return None

    def revoke_with(self, app: App, grant: Grant, answer: Answer) -> Request:
        """Return what takes our access away, given the answer to that. Raises: ProviderDown…"""
        raise NotImplementedError

    def read_revoked(self, answer: Answer) -> None:
        """Let pass that our access is gone, or was before.

        Raises: TokenRefused, Throttled, ProviderDown where it is to be asked again.
        """
        match answer.status:
            case 401:
                raise TokenRefused
            case 429:
                raise Throttled(None)
            case status if status >= 500 or 300 <= status < 400:  # sent elsewhere, nobody is told
                raise ProviderDown(f"status_{status}")

    def admit(self, app: App, grant: Grant) -> Sequence[Request]:
        """Return what a provider wants to be asked once a member has let us in, in this order."""
        return ()

    def read_admitted(self, answer: Answer) -> None:
        """Let an answer to that pass. Raises: ScopeLost, Throttled, ProviderDown…"""
        raise NotImplementedError

    def whose(self, app: App, grant: Grant) -> Request | None:
        """Return what asks whose grant it is; None where the grant says it."""
        return None

    def read_person(self, answer: Answer) -> str:
        """Return the external account's id. Raises: Malformed…"""
        raise NotImplementedError

    def is_refused(self, answer: Answer) -> bool:
        """Tell whether the access token is taken no more, so that it is to be renewed."""
        return answer.status == 401

    @abstractmethod
    def page(
        self, app: App, grant: Grant, stream: str, window: Window, token: str | None
    ) -> Request:
        """Return what asks for a page of a stream; `token` is that of the page before."""

    @abstractmethod
    def read_page(self, stream: str, answer: Answer, token: str | None) -> RawPage:
        """Return a page of objects. Raises: TokenRefused, ScopeLost, Throttled, ProviderDown…"""

    def one(self, app: App, grant: Grant, stream: str, external_id: str) -> Request | None:
        """Return what asks for one object; None where the provider can't be asked for one."""
        return None

    def read_one(self, stream: str, answer: Answer) -> RawItem:
        """Return one object. Raises: NotThere, TokenRefused, ScopeLost, Throttled…"""
        raise NotImplementedError

    @abstractmethod
    def normalise(self, stream: str, item: RawItem) -> Sequence[Record]:
        """Return the records of one object, none where it is of no use to us. Raises: Malformed."""

    def more(self, app: App, grant: Grant, stream: str, item: RawItem) -> Request | None:
        """Return what asks for the rest of an object, such as its samples; None for no more."""
        return None

    def with_more(self, stream: str, item: RawItem, answer: Answer) -> RawItem:
        """Return an object with its rest.

        Raises: as `read_one`; Malformed where it is none; NotThere where it is empty, too.
        """
        raise NotImplementedError

    def usage(self, answer: Answer) -> Sequence[Usage]:
        """Return what the provider's headers say of its limits."""
        return ()

    def subscriber(self) -> Subscriber | None:
        """Return how our application subscribes to news; None where it does not by itself."""
        return None

    def keyset(self, app: App) -> Request | None:
        """Return what asks for the keys that webhooks are signed with; None where none are."""
        return None

    def is_keyset(self, keys: str) -> bool:
        """Tell whether that is what was answered."""
        return False

    def has_key(self, keys: str, hook: Hook) -> bool:
        """Tell whether the key that a webhook names is among them; one that names none has it."""
        return True

    def challenged(self, app: App, hook: Hook) -> str | None:
        """Return the body that answers a provider's challenge, text or a JSON object; None where
        it is none. Raises: Forged.
        """
        return None

    def events(self, app: App, hook: Hook, *, now: datetime) -> Sequence[Event]:
        """Return what a webhook tells, once it is proven. Raises: Forged, Malformed."""
        raise Forged("no webhooks")
