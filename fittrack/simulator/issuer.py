"""An OpenID provider: who has agreed to what, codes that work once, and tokens (OIDC Core, 3.1)."""

from __future__ import annotations

import hashlib
import secrets
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from fittrack.clock import epoch_s
from fittrack.simulator import faults, signing
from fittrack.simulator.faults import Faults
from fittrack.simulator.signing import SigningKey
from fittrack.simulator.world import Client, World

CODE_LIFE = timedelta(minutes=5)
TOKEN_LIFE = timedelta(hours=1)


class Refused(ValueError):
    """A request that the provider refuses; the word is that of RFC 6749."""


@dataclass(frozen=True, slots=True)
class Agreement:
    """That somebody agreed to sign in at a client: what the code stands for."""

    client_id: str
    redirect_uri: str
    scope: str
    nonce: str | None
    code_challenge: str | None
    email: str
    name: str
    is_email_verified: bool
    is_email_hidden: bool
    agreed_at: datetime
    is_used: bool = False


@dataclass(slots=True)
class Issuer:
    """One provider's state; `world` has its clock, `service` is its name."""

    world: World
    service: str
    faults: Faults = field(default_factory=Faults)
    agreements: dict[str, Agreement] = field(default_factory=dict)
    access_tokens: dict[str, Agreement] = field(default_factory=dict)
    known: set[str] = field(default_factory=set)
    lock: threading.Lock = field(default_factory=threading.Lock)
    made_keys: list[SigningKey] = field(default_factory=list)
    key_lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def url(self) -> str:
        """Return the issuer's address, its name in tokens."""
        return f"{self.world.base_url}/{self.service}"

    @property
    def client(self) -> Client | None:
        """Return the one client, or None where the application has not set it up."""
        return self.world.clients.get(self.service)

    @property
    def keys(self) -> list[SigningKey]:
        """Return what it signs with; made when it is asked for, for that takes a while."""
        with self.key_lock:
            if not self.made_keys:
                self.made_keys.append(signing.new_key())
            return self.made_keys

    def rotate(self) -> None:
        """Sign with a fresh key from now on; the former one is no longer published."""
        fresh = signing.new_key()
        with self.key_lock:
            self.made_keys[:] = [fresh]

    def subject_of(self, email: str) -> str:
        """Return the id of a person, the same in every run of one seed."""
        return str(self.world.number_of(self.service, email.casefold()))[:21]

    def agree(self, agreement: Agreement) -> str:
        """Keep an agreement and return its code."""
        code = f"{self.service[0]}/{secrets.token_urlsafe(24)}"
        with self.lock:
            self.agreements[code] = agreement
        return code

    def is_first_time(self, email: str) -> bool:
        """Tell whether somebody agrees for the first time, and remember it."""
        with self.lock:
            is_first = email not in self.known
            self.known.add(email)
        return is_first

    def redeem(self, form: Mapping[str, str]) -> Agreement:
        """Return what a code stands for, once. Raises: Refused."""
        with self.lock:
            code = form.get("code", "")
            agreement = self.agreements.get(code)
            if agreement is None or not self._is_good(agreement, form):
                raise Refused("invalid_grant")
            self.agreements[code] = replace(agreement, is_used=True)
        return agreement

    def _is_good(self, agreement: Agreement, form: Mapping[str, str]) -> bool:
        if agreement.is_used and not self.faults.take(faults.TOKEN, ("accept_replay",)):
            return False
        return (
            self.world.now() - agreement.agreed_at < CODE_LIFE
            and form.get("redirect_uri") == agreement.redirect_uri
            and form.get("client_id") == agreement.client_id
            and fits(agreement.code_challenge, form.get("code_verifier"))
        )

    def tokens_of(self, agreement: Agreement, claims: Mapping[str, Any]) -> dict[str, Any]:
        """Return the answer of the token endpoint."""
        access_token = secrets.token_urlsafe(32)
        with self.lock:
            self.access_tokens[access_token] = agreement
        now_s = epoch_s(self.world.now())
        life_s = int(TOKEN_LIFE.total_seconds())
        told = {
            "iss": self.url,
            "aud": agreement.client_id,
            "iat": now_s,
            "exp": now_s + life_s,
            "at_hash": hash_of(access_token),
            **({"nonce": agreement.nonce} if agreement.nonce else {}),
            **claims,
        }
        answer = {"access_token": access_token, "token_type": "Bearer", "expires_in": life_s}
        return answer | self._id_token(self._spoiled(told))

    def _spoiled(self, told: dict[str, Any]) -> dict[str, Any]:
        """Return the claims with what is ordered to be wrong with them."""
        kind = self.faults.take(faults.TOKEN, faults.CLAIMS)
        now_s = told["iat"]
        wrong: dict[str, dict[str, Any]] = {
            "wrong_nonce": {"nonce": "somebody-elses"},
            "no_nonce": {"nonce": None},
            "wrong_audience": {"aud": "another-client"},
            "two_audiences": {"aud": [told["aud"], "another-client"], "azp": None},
            "wrong_azp": {"azp": "another-client"},
            "wrong_at_hash": {"at_hash": hash_of("another token")},
            "other_issuer": {"iss": "https://issuer.test"},
            "expired": {"iat": now_s - 300, "exp": now_s - 120},
            "issued_later": {"iat": now_s + 300},
            "issued_long_ago": {"iat": now_s - 7200},
            "no_subject": {"sub": None},
            "long_subject": {"sub": "1" * 256},
            "no_expiry": {"exp": None},
        }
        return {
            name: value
            for name, value in {**told, **wrong.get(kind or "", {})}.items()
            if value is not None
        }

    def _id_token(self, told: dict[str, Any]) -> dict[str, str]:
        key = self.keys[0]
        match self.faults.take(faults.TOKEN, faults.SIGNATURES):
            case "alg_none":
                token = signing.unsigned(told, key_id=key.key_id)
            case "hs256":
                token = signing.hs256(key, told)
            case "unknown_kid":
                token = signing.rs256(key, told, key_id="unknown")
            case "wrong_key":
                token = signing.rs256(signing.new_key(), told, key_id=key.key_id)
            case "garbled":
                token = signing.rs256(key, told)[:-9]
            case "no_id_token":
                return {}
            case _:
                token = signing.rs256(key, told)
        return {"id_token": token}


def fits(challenge: str | None, verifier: str | None) -> bool:
    """Tell whether a PKCE verifier is that of a challenge; without one, none is asked for."""
    if challenge is None:
        return True
    digest = hashlib.sha256((verifier or "").encode()).digest()
    return secrets.compare_digest(signing.base64url(digest), challenge)


def hash_of(access_token: str) -> str:
    """Return the `at_hash` of an access token."""
    return signing.base64url(hashlib.sha256(access_token.encode()).digest()[:16])
