"""Keys and seals: HMAC for what we hand out, AES-256-GCM for what we keep secret at rest.

Each use has a key of its own, derived by HKDF (RFC 5869) from the configured secret and a purpose.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from functools import cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from fittrack import config, entropy

NONCE_BYTES = 12


class Unsealable(ValueError):
    """A sealed value was tampered with, copied elsewhere, or sealed with another key."""


@cache
def _derived(secret: str, purpose: str) -> bytes:
    kdf = HKDF(algorithm=SHA256(), length=32, salt=None, info=f"fittrack:{purpose}".encode())
    return kdf.derive(config.secret_bytes(secret))


def mac(purpose: str, message: bytes) -> bytes:
    """Return the HMAC-SHA-256 of a message under the key of one purpose, 32 bytes."""
    return hmac.digest(_derived(config.current().secret_key, purpose), message, "sha256")


def seal(purpose: str, context: str, secret: bytes) -> bytes:
    """Return a secret encrypted with AES-256-GCM, bound to where it is kept (`context`)."""
    nonce = entropy.random_bytes(NONCE_BYTES)
    return nonce + _aead(purpose).encrypt(nonce, secret, context.encode())


def unseal(purpose: str, context: str, sealed: bytes) -> bytes:
    """Return what `seal` encrypted for the same purpose and context. Raises: Unsealable."""
    try:
        nonce, body = sealed[:NONCE_BYTES], sealed[NONCE_BYTES:]
        return _aead(purpose).decrypt(nonce, body, context.encode())
    except (InvalidTag, ValueError) as error:
        raise Unsealable(f"the {purpose} of {context} can't be opened") from error


def operator_key() -> Ed25519PrivateKey:
    """Return the key that signs terms, closes, results, checkpoints and receipts of drawings."""
    return Ed25519PrivateKey.from_private_bytes(config.secret_bytes(config.current().operator_key))


def digest(token: str) -> str:
    """Return the SHA-256 of a token in hex: what is stored instead of it."""
    return hashlib.sha256(token.encode()).hexdigest()


def base64url(raw: bytes) -> str:
    """Return bytes in base64url without padding."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _aead(purpose: str) -> AESGCM:
    return AESGCM(_derived(config.current().encryption_key, purpose))
