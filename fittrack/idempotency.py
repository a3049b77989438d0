"""Safe retries: the answer to an Idempotency-Key is stored in the transaction of its effect.

`once` first commits a short marker with a lease, so that a second request sees "still running".
The use case then calls `reply.record(tx, result)` inside its own transaction; a crash leaves either
both the effect and its answer, or neither, and the lease lets the client try again.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol, TypeVar

import orjson
from flask import Response, g, request
from marshmallow import Schema

from fittrack import auth, crypto, db, rendering
from fittrack.clock import utc_now
from fittrack.db import Transaction
from fittrack.db.errors import Unique
from fittrack.db.loader import load_sql
from fittrack.errors import BadRequest, Conflict, Invalid
from fittrack.ids import new_id

SQL = load_sql("idempotency")
T = TypeVar("T")
LEASE_S = 60
KEPT_S = 86_400
_KEY = re.compile(r"[\x21-\x7e]{1,255}")


class IdempotencyKeyRequired(BadRequest):
    """This request needs an Idempotency-Key header."""

    code = "idempotency_key_required"


class InvalidIdempotencyKey(BadRequest):
    """An Idempotency-Key is 1 to 255 visible ASCII characters."""

    code = "invalid_idempotency_key"


class IdempotencyKeyReused(Invalid):
    """This Idempotency-Key was used for another request."""

    code = "idempotency_key_reused"


class IdempotencyKeyInFlight(Conflict):
    """The first request with this Idempotency-Key is still running."""

    code = "idempotency_key_in_flight"


@dataclass(frozen=True, slots=True)
class StoredKey:
    """A key as stored: `running` under a lease, or `done` with its answer."""

    state: str
    request_hash: str
    lease_token: str
    leased_until_at: datetime
    expires_at: datetime
    response_status: int | None
    response_text: str | None


class Reply(Protocol):
    """How a use case hands its answer to the transaction that makes it true."""

    def record(self, tx: Transaction, result: Any) -> None:
        """Store the rendered result with the effect."""


class NoReply:
    """The reply of a request without a key, and of jobs and commands: nothing is stored."""

    def record(self, tx: Transaction, result: Any) -> None:
        """Store nothing."""


@dataclass(frozen=True, slots=True)
class KeyedReply:
    """The reply of a request that holds a key's lease."""

    scope_hash: str
    lease_token: str
    schema: type[Schema] | None
    status: int

    def record(self, tx: Transaction, result: Any) -> None:
        """Store the rendered result. Raises: IdempotencyKeyInFlight where the lease was lost."""
        changed = tx.run(
            SQL["finish_key"],
            scope_hash=self.scope_hash,
            lease_token=self.lease_token,
            response_status=self.status,
            response_text=render(self.schema, result).decode(),
        )
        if changed != 1:
            raise IdempotencyKeyInFlight(headers={"Retry-After": "1"})


def once(
    use_case: Callable[[Reply], Any],
    *,
    schema: type[Schema] | None,
    status: int = 201,
    required: bool = False,
    fingerprint: bytes | None = None,
) -> Response:
    """Run a use case once per Idempotency-Key of an account, method and path, for 24 h.

    Without a schema the answer has no body. `fingerprint` stands for the body where the body is not
    repeated byte by byte (files).
    Raises: IdempotencyKeyRequired, InvalidIdempotencyKey, IdempotencyKeyReused,
    IdempotencyKeyInFlight.
    """
    key = _header(required=required)
    if key is None:
        return answer(render(schema, use_case(NoReply())), status)
    scope_hash = _hash(_caller(), request.method, request.path, key)
    # Keyed, for a body may hold a password, which a plain hash would let anyone guess at.
    asked = request.query_string + b"\n" + (fingerprint or _body())
    request_hashes = [mac.hex() for mac in crypto.macs("idempotency", asked)]
    # One token a request: when the database asks for another try, the lease is still ours.
    lease_token: str = g.setdefault("idempotency_lease", new_id())
    stored = _claim(scope_hash, request_hashes, lease_token, now=utc_now())
    if stored is not None:
        return _replay(stored, request_hashes)
    try:
        result = use_case(KeyedReply(scope_hash, lease_token, schema, status))
    except Exception:
        _release(scope_hash, lease_token)
        raise
    return answer(render(schema, result), status)


def is_looked_up() -> bool:
    """Tell whether this request's effect is looked up by its key before it is made again.

    A key alone does not make it so: not every endpoint takes one.
    """
    return "idempotency_lease" in g


def render(schema: type[Schema] | None, result: Any) -> bytes:
    """Return a result as the JSON that goes out, nothing without a schema."""
    return b"" if schema is None else orjson.dumps(rendering.plain(schema, result))


def answer(body: bytes, status: int) -> Response:
    """Return a JSON response of rendered bytes, 204 without any."""
    kind = None if status == 204 else "application/json"
    return Response(body, status=status, content_type=kind)


def delete_expired(*, now: datetime) -> int:
    """Forget keys older than 24 h and return how many."""
    with db.transaction("delete_expired_keys") as tx:
        return tx.run(SQL["delete_expired_keys"], now_at=now)


def erase_keys(tx: Transaction, account_id: str) -> None:
    """Forget, in the caller's transaction, what a member was answered; requests under way fail."""
    tx.run(SQL["erase_keys"], account_id=account_id)


def _claim(
    scope_hash: str, request_hashes: list[str], lease_token: str, *, now: datetime
) -> StoredKey | None:
    """Take the key's lease and return None, or return the key that another request holds.

    The first of `request_hashes` is under the present secret, the others under former ones.
    """
    lease = {
        "scope_hash": scope_hash,
        "request_hash": request_hashes[0],
        "lease_token": lease_token,
        "leased_until_at": now + timedelta(seconds=LEASE_S),
    }
    with db.transaction("claim_idempotency_key") as tx:
        stored = tx.one(StoredKey, SQL["lock_key"], scope_hash=scope_hash)
        if stored is None or _is_over(tx, stored, scope_hash, now=now):
            return _insert(tx, lease, now=now)
        if stored.state == "done" or stored.request_hash not in request_hashes:
            return stored
        if stored.lease_token == lease_token:
            return None
        lease["request_hash"] = stored.request_hash
        taken = tx.run(SQL["take_over_key"], **lease, now_at=now)
        return None if taken else stored


def _is_over(tx: Transaction, stored: StoredKey, scope_hash: str, *, now: datetime) -> bool:
    """Forget a key whose day is over, and tell whether it was; the clean-up comes only hourly."""
    if now < stored.expires_at:
        return False
    tx.run(SQL["delete_expired_key"], scope_hash=scope_hash, now_at=now)
    return True


def _insert(tx: Transaction, lease: dict[str, Any], *, now: datetime) -> StoredKey | None:
    try:
        expires_at = now + timedelta(seconds=KEPT_S)
        tx.run(
            SQL["insert_key"],
            **lease,
            expires_at=expires_at,
            created_at=now,
            account_id=_caller_id(),
        )
    except Unique:  # another request of this moment was first
        return tx.one(StoredKey, SQL["lock_key"], scope_hash=lease["scope_hash"])
    return None


def _release(scope_hash: str, lease_token: str) -> None:
    """Forget a key whose request changed nothing, so that the client may try again at once."""
    with db.transaction("release_idempotency_key") as tx:
        tx.run(SQL["delete_running_key"], scope_hash=scope_hash, lease_token=lease_token)


def _replay(stored: StoredKey, request_hashes: list[str]) -> Response:
    if stored.request_hash not in request_hashes:
        raise IdempotencyKeyReused
    if stored.response_status is None:
        raise IdempotencyKeyInFlight(headers={"Retry-After": "1"})
    response = answer((stored.response_text or "").encode(), stored.response_status)
    response.headers["Idempotent-Replayed"] = "true"
    return response


def _header(*, required: bool) -> str | None:
    key = request.headers.get("Idempotency-Key")
    if key is None:
        if required:
            raise IdempotencyKeyRequired
        return None
    if not _KEY.fullmatch(key):
        raise InvalidIdempotencyKey
    return key


def _body() -> bytes:
    """Return the body in one spelling, so that spaces and key order make no difference."""
    parsed = request.get_json(silent=True)
    if parsed is None:
        return request.get_data()
    return orjson.dumps(parsed, option=orjson.OPT_SORT_KEYS)


def _caller() -> str:
    """Return whose key it is: the account's, or on public endpoints the address's."""
    return _caller_id() or f"address:{request.remote_addr}"


def _caller_id() -> str | None:
    identity = auth.claimed()
    return identity.account_id if identity else None


def _hash(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()
