"""One simulated tracker: its accounts, who may read them, what it counts and how it misbehaves."""

from __future__ import annotations

import secrets
import threading
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from fittrack.clock import epoch_s
from fittrack.simulator.faults import Faults
from fittrack.simulator.trackers import google_keys
from fittrack.simulator.trackers.histories import Account, account_of
from fittrack.simulator.world import PEOPLE, Client, Person, World

CODE_LIFE = timedelta(minutes=10)


class Refused(ValueError):
    """A code or token that the provider takes no more; the word is that of RFC 6749."""


@dataclass(frozen=True, slots=True)
class Style:
    """How a provider hands out tokens; `grace` is how long a used refresh token goes on working."""

    access_life: timedelta
    rotates: bool
    grace: timedelta = timedelta(0)


@dataclass(slots=True)
class Family:
    """All tokens that come of one consent; reuse of an old refresh token ends it.

    `knocks` counts the calls that were tried with its tokens after its end.
    """

    account: Account
    scopes: frozenset[str]
    is_over: bool = False
    knocks: int = 0
    used_at: dict[str, datetime] = field(default_factory=dict)


@dataclass(slots=True)
class Consent:
    """What a code stands for, until it is exchanged."""

    family: Family
    redirect_uri: str
    challenge: str | None
    agreed_at: datetime
    is_used: bool = False


@dataclass(frozen=True, slots=True)
class Tokens:
    """What an exchange or a refresh answers."""

    access_token: str
    refresh_token: str
    expires_at: datetime
    family: Family


@dataclass(frozen=True, slots=True)
class Window:
    """So many calls in so many seconds; those that are refused count too."""

    window_s: int
    calls: int


@dataclass(slots=True)
class Tracker:
    """A tracker's state; everything here may be asked by several threads at once."""

    world: World
    name: str
    style: Style
    windows: tuple[Window, ...]
    faults: Faults = field(default_factory=Faults)
    consents: dict[str, Consent] = field(default_factory=dict)
    access: dict[str, tuple[Family, datetime]] = field(default_factory=dict)
    refreshing: dict[str, Family] = field(default_factory=dict)
    accounts: dict[str, Account] = field(default_factory=dict)
    asked: Counter[tuple[int, int]] = field(default_factory=Counter)
    # How often each path was asked for.
    paths: Counter[str] = field(default_factory=Counter)
    refreshes: int = 0
    # The most objects that its pages hold, where that is fewer than it says.
    most_rows: int | None = None
    most_asked: dict[int, int] = field(default_factory=dict)
    # The key that signs webhooks now, where a provider signs with one of its own.
    signing_key_no: int = google_keys.FIRST_NO
    # Webhooks of the whole application, by their ids, as the provider tells them.
    subscriptions: dict[str, dict[str, Any]] = field(default_factory=dict)
    lock: threading.RLock = field(default_factory=threading.RLock)

    @property
    def client(self) -> Client | None:
        """Return the one client, or None where the application has not set it up."""
        return self.world.clients.get(self.name)

    def people(self) -> tuple[Person, ...]:
        """Return who has an account here without being made one."""
        return PEOPLE

    def account(self, email: str, name: str = "") -> Account:
        """Return somebody's account; whoever is new gets one with a history."""
        with self.lock:
            if email not in self.accounts:
                self.accounts[email] = account_of(self.world, self.name, email, name or email)
            return self.accounts[email]

    def account_numbered(self, number: int) -> Account:
        """Return an account by its number. Raises: KeyError."""
        return next(one for one in self.accounts.values() if one.number == number)

    def consent(
        self, account: Account, scopes: frozenset[str], redirect_uri: str, challenge: str | None
    ) -> str:
        """Keep somebody's consent and return its code."""
        code = secrets.token_urlsafe(24)
        with self.lock:
            family = Family(account, scopes)
            self.consents[code] = Consent(family, redirect_uri, challenge, self.world.now())
        return code

    def exchange(self, code: str) -> Consent:
        """Return what a code stands for, once. Raises: Refused."""
        with self.lock:
            consent = self.consents.get(code)
            if consent is None or consent.is_used:
                raise Refused("invalid_grant")
            if self.world.now() - consent.agreed_at > CODE_LIFE:
                raise Refused("invalid_grant")
            consent.is_used = True
        return consent

    def issue(self, family: Family, *, refresh_token: str | None = None) -> Tokens:
        """Return fresh tokens of a consent."""
        now = self.world.now()
        access_token = secrets.token_urlsafe(32)
        refresh_token = refresh_token or secrets.token_urlsafe(32)
        expires_at = now + self.style.access_life
        with self.lock:
            self.access[access_token] = (family, expires_at)
            self.refreshing[refresh_token] = family
        return Tokens(access_token, refresh_token, expires_at, family)

    def refresh(self, refresh_token: str) -> Tokens:
        """Return fresh tokens for a refresh token; one used before the grace ends the family.

        Raises: Refused.
        """
        with self.lock:
            family = self.refreshing.get(refresh_token)
            if family is None or family.is_over:
                raise Refused("invalid_grant")
            self.refreshes += 1
            if not self.style.rotates:
                return self.issue(family, refresh_token=refresh_token)
            used_at = family.used_at.get(refresh_token)
            now = self.world.now()
            if used_at is not None and now - used_at > self.style.grace:
                family.is_over = True
                raise Refused("invalid_grant")
            family.used_at.setdefault(refresh_token, now)
            return self.issue(family)

    def revoke(self, token: str) -> None:
        """End the consent that a token is of."""
        with self.lock:
            family = self.refreshing.get(token) or self.access.get(token, (None, None))[0]
            if family is not None:
                family.is_over = True

    def revoke_account(self, account: Account) -> None:
        """End every consent of somebody, as they do it in the provider's own settings."""
        with self.lock:
            for family in self.refreshing.values():
                if family.account is account:
                    family.is_over = True

    def whose(self, access_token: str) -> Family | None:
        """Return the consent behind an access token that is good now."""
        family, expires_at = self.access.get(access_token, (None, self.world.now()))
        if family is not None and family.is_over:
            family.knocks += 1
        if family is None or family.is_over or expires_at <= self.world.now():
            return None
        return family

    def count(self) -> list[tuple[Window, int]]:
        """Count a call and return how full each window is then."""
        now_s = epoch_s(self.world.now())
        with self.lock:
            found = []
            for window in self.windows:
                key = (window.window_s, now_s // window.window_s)
                self.asked[key] += 1
                most = max(self.most_asked.get(window.window_s, 0), self.asked[key])
                self.most_asked[window.window_s] = most
                found.append((window, self.asked[key]))
        return found
