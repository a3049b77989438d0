"""What is wrong with secrets: too short, repeated, typed by hand, or known from examples."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from itertools import pairwise

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from fittrack.config import KEY_BYTES, SECRETS, Config, secret_bytes

# Of 32 random bytes about 30 differ; 16 or fewer come once in 10^17 draws.
LEAST_DISTINCT = 17
LEAST_TOKEN_CHARACTERS = 32
PUBLIC_KEY = re.compile(r"[0-9a-f]{64}")
PRINTABLE = range(0x20, 0x7F)
# What people hash when a key of 32 bytes is asked for.
TYPED = ("", "secret", "password", "changeme", "change-me", "test", "dev", "fittrack", "key")
# The private keys of RFC 8032 (7.1) and RFC 8037 (A.1), which stand in many examples.
PUBLISHED = frozenset(
    bytes.fromhex(text)
    for text in (
        "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
        "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
        "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
        "833fe62409237b9d62ec77587520911e9a759cec1d19755b7da901b96dca3d42",
    )
) | frozenset(hashlib.sha256(word.encode()).digest() for word in TYPED)


def problems(config: Config) -> Iterator[str]:
    """Yield what is wrong with the secrets, former ones and the metrics' token included."""
    seen: set[bytes] = set()
    for name, text in _all_secrets(config):
        if not _is_key(text):
            yield f"{name} must be 32 bytes in base64url"
            continue
        raw = secret_bytes(text)
        if raw in seen or _is_guessable(raw):
            yield f"{name} repeats another secret, is not random, or is known from examples"
        seen.add(raw)
    yield from _public_key_problems(config)
    yield from _token_problems(config)


def _all_secrets(config: Config) -> Iterator[tuple[str, str]]:
    yield from ((name.upper(), getattr(config, name)) for name in SECRETS)
    yield from (("SECRET_FORMER_KEYS", text) for text in config.former_secret_keys)
    yield from (("ENCRYPTION_FORMER_KEYS", text) for text in config.former_encryption_keys)
    for text in config.former_operator_keys:
        if not PUBLIC_KEY.fullmatch(text):
            yield "OPERATOR_FORMER_KEYS", text


def _is_key(text: str) -> bool:
    try:
        return len(secret_bytes(text)) == KEY_BYTES
    except ValueError:
        return False


def _is_guessable(raw: bytes) -> bool:
    """Tell whether nobody can have drawn these bytes at random."""
    half = KEY_BYTES // 2
    steps = {(after - before) % 256 for before, after in pairwise(raw)}
    return (
        len(set(raw)) < LEAST_DISTINCT
        or len(steps) == 1
        or raw[:half] == raw[half:]
        or all(byte in PRINTABLE for byte in raw)
        or raw in PUBLISHED
    )


def _public_key_problems(config: Config) -> Iterator[str]:
    if not all(map(_is_key, config.former_keys)):
        yield "JWT_FORMER_KEYS must each be 32 bytes in base64url"
        return
    former = [secret_bytes(text) for text in config.former_keys]
    if _is_key(config.jwt_signing_key):
        signing = Ed25519PrivateKey.from_private_bytes(secret_bytes(config.jwt_signing_key))
        former.append(signing.public_key().public_bytes_raw())
    if len(set(former)) < len(former):
        yield "JWT_FORMER_KEYS repeats a key, or names the present one"
    if {secret_bytes(text) for _, text in _all_secrets(config) if _is_key(text)} & set(former):
        yield "JWT_FORMER_KEYS must hold public keys, never a secret"


def _token_problems(config: Config) -> Iterator[str]:
    token = config.metrics_token
    if not token:
        return
    is_odd = not (token.isascii() and token.isprintable()) or " " in token
    if is_odd or len(token) < LEAST_TOKEN_CHARACTERS or len(set(token)) < LEAST_DISTINCT // 2:
        yield f"METRICS_TOKEN must be at least {LEAST_TOKEN_CHARACTERS} random visible characters"
    if token in {text for _, text in _all_secrets(config)}:
        yield "METRICS_TOKEN must not repeat a secret"
