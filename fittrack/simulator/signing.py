"""Keys and signed tokens, made with plain cryptography and none of the libraries that check them.

So what the application believes is not only what one library says to itself.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

RSA_BITS = 2048
P256_BYTES = 32


@dataclass(frozen=True, slots=True)
class SigningKey:
    """An RSA key of an issuer, and the id by which its tokens name it."""

    key_id: str
    private: rsa.RSAPrivateKey

    @property
    def jwk(self) -> dict[str, str]:
        """Return the public half as a member of a JWK set (RFC 7517)."""
        numbers = self.private.public_key().public_numbers()
        length = RSA_BITS // 8
        return {
            "kty": "RSA",
            "use": "sig",
            "alg": "RS256",
            "kid": self.key_id,
            "n": base64url(numbers.n.to_bytes(length, "big")),
            "e": base64url(numbers.e.to_bytes(3, "big")),
        }

    @property
    def pem(self) -> bytes:
        """Return the public half as anybody may have it."""
        public = self.private.public_key()
        return public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def new_key() -> SigningKey:
    """Return a fresh key."""
    private = rsa.generate_private_key(public_exponent=65_537, key_size=RSA_BITS)
    return SigningKey(secrets.token_hex(20), private)


def rs256(key: SigningKey, claims: Mapping[str, Any], *, key_id: str | None = None) -> str:
    """Return a token signed with a key, perhaps under the name of another."""
    signed = _signed_part({"alg": "RS256", "kid": key_id or key.key_id, "typ": "JWT"}, claims)
    signature = key.private.sign(signed.encode(), padding.PKCS1v15(), SHA256())
    return f"{signed}.{base64url(signature)}"


def unsigned(claims: Mapping[str, Any], *, key_id: str) -> str:
    """Return a token that says of itself that it needs no signature."""
    return f"{_signed_part({'alg': 'none', 'kid': key_id}, claims)}."


def hs256(key: SigningKey, claims: Mapping[str, Any]) -> str:
    """Return a token whose secret is the public half of a key, which everybody has."""
    signed = _signed_part({"alg": "HS256", "kid": key.key_id}, claims)
    return f"{signed}.{base64url(hmac.digest(key.pem, signed.encode(), hashlib.sha256))}"


def read_es256(
    token: str, public: ec.EllipticCurvePublicKey
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the header and claims of a token that a P-256 key has signed. Raises: ValueError."""
    signed, _, signature = token.rpartition(".")
    head, _, body = signed.partition(".")
    raw = from_base64url(signature)
    if len(raw) != 2 * P256_BYTES:
        raise ValueError("the signature has another length")
    r, s = (int.from_bytes(half, "big") for half in (raw[:P256_BYTES], raw[P256_BYTES:]))
    try:
        public.verify(encode_dss_signature(r, s), signed.encode(), ec.ECDSA(SHA256()))
    except InvalidSignature as error:
        raise ValueError("the signature is not right") from error
    return orjson.loads(from_base64url(head)), orjson.loads(from_base64url(body))


def base64url(raw: bytes) -> str:
    """Return bytes in base64url without padding."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def from_base64url(text: str) -> bytes:
    """Return the bytes of base64url without padding. Raises: ValueError."""
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _signed_part(header: Mapping[str, Any], claims: Mapping[str, Any]) -> str:
    return f"{base64url(orjson.dumps(header))}.{base64url(orjson.dumps(claims))}"
