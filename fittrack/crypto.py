"""Keys and seals: HMAC for what we hand out, AES-256-GCM for what we keep secret at rest.

Each use has a key of its own, derived by HKDF (RFC 5869) from the configured secret and a purpose.
Every secret may be changed: what an earlier one made is still known by the former keys.

A sealed value is `1 || key id (4) || nonce (12) || ciphertext and tag`; what was sealed before keys
had ids is `nonce || ciphertext and tag`. The seal is over the context too, and so proves which of
the two it is.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Iterator
from functools import cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import (
    Ed25519PrivateKey,
    Ed25519PublicKey,
)
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from fittrack import config, entropy

NONCE_BYTES = 12
VERSION = b"\x01"
KEY_ID_BYTES = 4
HEADER_BYTES = len(VERSION) + KEY_ID_BYTES
PUBLIC_KEY_DIGITS = 64


class Unsealable(ValueError):
    """A sealed value was tampered with, copied elsewhere, or sealed with another key."""


@cache
def _derived(secret: str, purpose: str) -> bytes:
    kdf = HKDF(algorithm=SHA256(), length=32, salt=None, info=f"fittrack:{purpose}".encode())
    return kdf.derive(config.secret_bytes(secret))


def mac(purpose: str, message: bytes) -> bytes:
    """Return the HMAC-SHA-256 of a message under the key of one purpose, 32 bytes."""
    return hmac.digest(_derived(config.current().secret_key, purpose), message, "sha256")


def macs(purpose: str, message: bytes) -> Iterator[bytes]:
    """Yield the MACs of a message under the present key, then under the former ones."""
    settings = config.current()
    for secret in (settings.secret_key, *settings.former_secret_keys):
        yield hmac.digest(_derived(secret, purpose), message, "sha256")


def is_mac(purpose: str, message: bytes, given: bytes, *, length: int = 32) -> bool:
    """Tell whether we made a MAC, of which `length` bytes were handed out, with any of our keys."""
    return any(hmac.compare_digest(made[:length], given) for made in macs(purpose, message))


def seal(purpose: str, context: str, secret: bytes) -> bytes:
    """Return a secret encrypted with AES-256-GCM, bound to where it is kept (`context`)."""
    key = config.current().encryption_key
    header, nonce = _header(key), entropy.random_bytes(NONCE_BYTES)
    return header + nonce + _aead(key, purpose).encrypt(nonce, secret, header + context.encode())


def unseal(purpose: str, context: str, sealed: bytes) -> bytes:
    """Return what `seal` encrypted for the same purpose and context. Raises: Unsealable."""
    for key in _encryption_keys():
        opened = _opened(key, purpose, context, sealed)
        if opened is not None:
            return opened
    raise Unsealable(f"the {purpose} of {context} can't be opened")


def resealed(purpose: str, context: str, sealed: bytes) -> bytes | None:
    """Return a sealed value under the present key, or None where it is that already.

    Raises: Unsealable.
    """
    header = _header(config.current().encryption_key)
    secret = unseal(purpose, context, sealed)
    is_present = sealed.startswith(header) and _opens_as(header, purpose, context, sealed)
    return None if is_present else seal(purpose, context, secret)


def encryption_key_ids() -> list[str]:
    """Return the ids of the keys that sealed values may be opened with, the present one first."""
    return [_header(key)[len(VERSION) :].hex() for key in _encryption_keys()]


def operator_key(public: str | None = None) -> Ed25519PrivateKey:
    """Return the key that signs terms, closes, results, checkpoints and receipts of drawings.

    A drawing ends under the key that its terms name: `public`, in hex. Raises: LookupError where
    that key's private half is not here.
    """
    settings = config.current()
    keys = _operator_keys(settings.operator_key, settings.former_operator_keys)
    found = keys.get(public) if public else next(iter(keys.values()))
    if found is None:
        raise LookupError(f"the private half of the operator's key {public} is not configured")
    return found


def operator_public_keys() -> tuple[str, ...]:
    """Return the operator's public keys in hex, the present one first."""
    settings = config.current()
    return tuple(_operator_keys(settings.operator_key, settings.former_operator_keys))


def digest(token: str) -> str:
    """Return the SHA-256 of a token in hex: what is stored instead of it."""
    return hashlib.sha256(token.encode()).hexdigest()


def base64url(raw: bytes) -> str:
    """Return bytes in base64url without padding."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _encryption_keys() -> tuple[str, ...]:
    settings = config.current()
    return (settings.encryption_key, *settings.former_encryption_keys)


def _header(key: str) -> bytes:
    """Return what values sealed with a key begin with."""
    return VERSION + _derived(key, "key id")[:KEY_ID_BYTES]


def _opened(key: str, purpose: str, context: str, sealed: bytes) -> bytes | None:
    """Return what one key opens, or None."""
    header = _header(key)
    if sealed.startswith(header):
        opened = _decrypted(key, purpose, sealed[HEADER_BYTES:], header + context.encode())
        if opened is not None:
            return opened
    return _decrypted(key, purpose, sealed, context.encode())


def _opens_as(header: bytes, purpose: str, context: str, sealed: bytes) -> bool:
    key = config.current().encryption_key
    bound_to = header + context.encode()
    return _decrypted(key, purpose, sealed[HEADER_BYTES:], bound_to) is not None


def _decrypted(key: str, purpose: str, body: bytes, bound_to: bytes) -> bytes | None:
    try:
        return _aead(key, purpose).decrypt(body[:NONCE_BYTES], body[NONCE_BYTES:], bound_to)
    except (InvalidTag, ValueError):
        return None


def _aead(key: str, purpose: str) -> AESGCM:
    return AESGCM(_derived(key, purpose))


@cache
def _operator_keys(present: str, former: tuple[str, ...]) -> dict[str, Ed25519PrivateKey | None]:
    """Return the operator's keys by their public halves; only that is left of some."""
    keys: dict[str, Ed25519PrivateKey | None] = {}
    for text in (present, *former):
        if len(text) == PUBLIC_KEY_DIGITS:
            keys.setdefault(text, None)
            continue
        private = Ed25519PrivateKey.from_private_bytes(config.secret_bytes(text))
        keys[public_hex(private.public_key())] = private
    return keys


def public_hex(key: Ed25519PublicKey) -> str:
    """Return a public key in hex."""
    return key.public_bytes_raw().hex()
