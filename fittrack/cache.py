"""Answers kept in Redis for the member who asked, and why an old one is never given.

Each member has a stamp in the database: 128 random bits that every write of what is kept changes
in its own transaction (`touch`). A request reads the stamp with the session, in the query that it
makes anyway, and what is kept is sealed with a key made of the stamp. So:

- A write and its stamp commit together. Who has read the new stamp can't open what was kept under
  the old one; who has read the old one began before the commit. There is no moment between the two
  in which a writer could die, which is why the stamp lies in the database and not beside the
  answers: a stamp in Redis, moved before and after the commit, is lost when Redis is away for the
  writer alone, or comes back from an older file.
- An answer is made after its stamp was read, so that it is at least as new as the stamp.
- Stamps never repeat, so that neither an old file of Redis nor a restored database revives one.
- Redis away, wiped or full: the answer is made anew. What can't be opened is no answer.
- Redis and its files hold nothing that can be read: with the stamp (`forget`) the key is gone.

What is kept is found in the round trip that counts the request against its limits. Each member has
few places for each view, whatever is asked, so that nobody can fill Redis; and each answer has its
time to live, for what depends on the clock or on other members (`statistics`).
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from functools import wraps
from typing import Any, NamedTuple, TypeVar, cast

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from flask import Response, g, request

from fittrack import auth, clock, config, crypto, entropy
from fittrack.db import Transaction
from fittrack.db.errors import Unique
from fittrack.db.loader import load_sql
from fittrack.redis_link import RedisAway, RedisLink

SQL = load_sql("cache")
View = TypeVar("View", bound=Callable[..., Any])

PLACES = 8  # of each member and view
MOST_BYTES = 65_536
NONCE_BYTES = 12


_link: RedisLink | None = None


def bind(link: RedisLink) -> None:
    """Keep this process's answers where a link leads."""
    global _link
    _link = link


class Place(NamedTuple):
    """Where a request's answer is kept, and what it is the answer to."""

    key: str
    question: bytes


def touch(tx: Transaction, account_id: str) -> None:
    """Let nothing that was kept for a member be given again once this unit commits.

    A step of every write of what a kept view shows; the last one, for it holds the member's stamp.
    """
    stamp = crypto.base64url(entropy.random_bytes(16))
    if tx.run(SQL["update_stamp"], account_id=account_id, stamp=stamp):
        return
    try:
        tx.run(SQL["insert_stamp"], account_id=account_id, stamp=stamp)
    except Unique:  # another unit of this moment was first
        tx.run(SQL["update_stamp"], account_id=account_id, stamp=stamp)


def forget(tx: Transaction, account_id: str) -> None:
    """Make what was kept for an erased member unreadable for good."""
    tx.run(SQL["erase_stamp"], account_id=account_id)


def kept(setting: str) -> Callable[[View], View]:
    """Keep a view's answers for as many seconds as a setting says; 0 keeps none.

    Stands below the decorator that lets the caller in and above those that read the request.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def answered(*args: Any, **kwargs: Any) -> Any:
            place, stamp = g.get("place"), auth.current_session().stamp
            if place is None or stamp is None:
                return view(*args, **kwargs)
            found = _opened(g.get("kept_value"), place, stamp)
            if found is not None:
                return found
            answer = view(*args, **kwargs)
            _keep(answer, place, stamp, getattr(config.current(), setting))
            return answer

        answered.kept_as = setting  # type: ignore[attr-defined]
        return cast(View, answered)

    return decorate


def place_of(view: Callable[..., Any]) -> Place | None:
    """Return where the answer to this request is kept, or None where none is."""
    setting, identity = getattr(view, "kept_as", None), auth.claimed()
    if setting is None or identity is None or not getattr(config.current(), setting):
        return None
    today = clock.day_of(clock.utc_now(), config.current().zone)
    asked = f"{today} {identity.account_id} {request.path}?"
    question = asked.encode() + request.query_string
    name = crypto.mac("cache", question)
    owner = crypto.mac("cache", f"{identity.account_id} {request.endpoint}".encode())
    g.place = Place(f"cache:{owner.hex()[:32]}:{name[0] % PLACES}", question)
    return cast(Place, g.place)


def _keep(answer: Any, place: Place, stamp: str, life_s: int) -> None:
    if not isinstance(answer, Response) or answer.status_code != 200 or answer.is_streamed:
        return
    body = answer.get_data()
    if len(body) > MOST_BYTES:
        return
    nonce = entropy.random_bytes(NONCE_BYTES)
    told = b"\n".join((answer.headers.get("ETag", "").encode(), body))
    sealed = nonce + _key(stamp).encrypt(nonce, told, place.question)
    if _link is not None:
        with suppress(RedisAway):
            _link.call("SET", place.key, sealed, "EX", life_s)


def _opened(sealed: bytes | None, place: Place, stamp: str) -> Response | None:
    """Return the answer that was kept, if it is one to this question under this stamp."""
    if sealed is None:
        return None
    try:
        told = _key(stamp).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], place.question)
    except (InvalidTag, ValueError):
        return None
    tag, _, body = told.partition(b"\n")
    headers = {"ETag": tag.decode()} if tag else None
    return Response(body, headers=headers, content_type="application/json")


def _key(stamp: str) -> AESGCM:
    return AESGCM(crypto.mac("cache-seal", stamp.encode()))
