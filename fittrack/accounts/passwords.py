"""Passwords: how good one must be, and argon2id hashes that can't exhaust the memory."""

from __future__ import annotations

import secrets
import threading
import unicodedata
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import cache

from argon2 import PasswordHasher, extract_parameters
from argon2.exceptions import InvalidHashError, VerificationError
from zxcvbn import zxcvbn
from zxcvbn.frequency_lists import FREQUENCY_LISTS

from fittrack import config, entropy
from fittrack.accounts.errors import TooManyLogins

LEAST_CHARACTERS = 12
MOST_CHARACTERS = 128
LEAST_SCORE = 3
SCORED_CHARACTERS = 72  # what zxcvbn looks at
# Many different signs that may stand for letters cost zxcvbn seconds; a shorter look is enough.
LETTER_LIKE = frozenset("4@8({[<3691!|0$5+7%2")
MANY_LETTER_LIKE = 7
SCORED_OF_MANY = 20
WAIT_S = 10
RETRY = {"Retry-After": "2"}
# Words that anybody would try here first (OWASP ASVS 5.0, 6.2.11).
OWN_WORDS = ("fittrack", "fitness", "tracker", "sweepstakes")
SALT_BYTES = 16

# The 30,000 most common passwords, as they come with zxcvbn.
COMMON = frozenset(FREQUENCY_LISTS["passwords"])


def read_password(text: str, *, hints: Iterable[str] = ()) -> str:
    """Return a new password in NFKC; `hints` are words of its owner's. Raises: ValueError."""
    password = normalised(text)
    if not LEAST_CHARACTERS <= len(password) <= MOST_CHARACTERS:
        raise ValueError("A password has 12 to 128 characters.")
    if password.casefold() in COMMON:
        raise ValueError("This password is among the most common ones.")
    if score(password, hints) < LEAST_SCORE:
        raise ValueError("This password is easy to guess; a few unrelated words do better.")
    return password


def normalised(text: str) -> str:
    """Return a password in the one form in which it is measured and hashed."""
    return unicodedata.normalize("NFKC", text)


def score(password: str, hints: Iterable[str]) -> int:
    """Return zxcvbn's estimate, 0 (guessed at once) to 4, of a password of known hints."""
    words = [word for hint in (*OWN_WORDS, *hints) for word in (hint, *_parts(hint))]
    is_costly = len(LETTER_LIKE & set(password)) >= MANY_LETTER_LIKE
    scored = password[: SCORED_OF_MANY if is_costly else SCORED_CHARACTERS]
    # What was cut off must not hide that the rest is a hint's beginning.
    words += [word[:SCORED_OF_MANY] for word in words if is_costly]
    return int(zxcvbn(scored, user_inputs=words)["score"])


def hash_password(password: str) -> str:
    """Return the argon2id hash of a password. Raises: TooManyLogins."""
    with gate():
        return _hasher().hash(normalised(password), salt=entropy.random_bytes(SALT_BYTES))


def is_right(stored_hash: str | None, password: str) -> bool:
    """Tell whether a password fits a hash; without a hash it takes as long, and does not fit.

    Raises: TooManyLogins.
    """
    with gate():
        instead = _dummy_hash(_hasher())
        fits = _fits(stored_hash or instead, password)
    return fits and stored_hash is not None


def is_outdated(stored_hash: str) -> bool:
    """Tell whether a hash was made with less of anything than is configured now."""
    made, wanted = extract_parameters(stored_hash), config.current()
    return (
        made.memory_cost < wanted.argon2_memory_kib
        or made.time_cost < wanted.argon2_iterations
        or made.parallelism < wanted.argon2_parallelism
    )


def _fits(stored_hash: str, password: str) -> bool:
    try:
        return _hasher().verify(stored_hash, normalised(password))
    except (VerificationError, InvalidHashError):
        return False


def _parts(hint: str) -> list[str]:
    """Return an address's local part and whatever else people build passwords of."""
    local_part = hint.partition("@")[0]
    for separator in "@._-+":
        hint = hint.replace(separator, " ")
    return [local_part, *hint.split()]


@contextmanager
def gate() -> Iterator[None]:
    """Let only so many hashes be computed at a time, for each takes its share of memory.

    Only so many wait, and only so long: the threads that wait serve nobody else.
    Raises: TooManyLogins.
    """
    settings = config.current()
    gate = _semaphore(settings.login_concurrency)
    if not gate.acquire(blocking=False):
        with _waiting(settings.login_waiting):
            if not gate.acquire(timeout=WAIT_S):
                raise TooManyLogins(headers=RETRY)
    try:
        yield
    finally:
        gate.release()


@contextmanager
def _waiting(places: int) -> Iterator[None]:
    """Take one of the places in the queue. Raises: TooManyLogins where none is left."""
    queue = _semaphore(places, "waiting")
    if not queue.acquire(blocking=False):
        raise TooManyLogins(headers=RETRY)
    try:
        yield
    finally:
        queue.release()


@cache
def _semaphore(size: int, _use: str = "hashing") -> threading.BoundedSemaphore:
    return threading.BoundedSemaphore(size)


def _hasher() -> PasswordHasher:
    settings = config.current()
    return _hasher_of(
        settings.argon2_iterations, settings.argon2_memory_kib, settings.argon2_parallelism
    )


@cache
def _hasher_of(iterations: int, memory_kib: int, parallelism: int) -> PasswordHasher:
    return PasswordHasher(time_cost=iterations, memory_cost=memory_kib, parallelism=parallelism)


@cache
def _dummy_hash(hasher: PasswordHasher) -> str:
    return hasher.hash(secrets.token_urlsafe(32))
