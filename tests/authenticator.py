"""An authenticator in software: it makes passkeys and signs, as browsers and phones do.

It knows both ceremonies of WebAuthn with attestation "none", ES256 and EdDSA keys, and can be made
to misbehave by naming what it shall say instead of the truth.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
from dataclasses import dataclass, field
from typing import Any

import cbor2
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.hashes import SHA256

UP, UV, BE, BS, AT = 0x01, 0x04, 0x08, 0x10, 0x40
AAGUID = bytes(15) + b"\x07"


def encoded(raw: bytes) -> str:
    """Return bytes in base64url without padding."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def decoded(text: str) -> bytes:
    """Return the bytes of base64url."""
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


@dataclass
class Authenticator:
    """A device with one passkey; `origin` is that of the page which its browser shows."""

    origin: str
    algorithm: str = "ES256"
    is_synced: bool = False
    credential_id: bytes = field(default_factory=lambda: os.urandom(32))
    user_handle: bytes = b""
    rp_id: str = ""
    sign_count: int = 0

    def __post_init__(self) -> None:
        is_edwards = self.algorithm == "EdDSA"
        self.key: Any = (
            Ed25519PrivateKey.generate() if is_edwards else ec.generate_private_key(ec.SECP256R1())
        )

    def create(self, options: dict[str, Any], **lies: Any) -> dict[str, Any]:
        """Return the answer to creation options, as a browser's `toJSON` writes it."""
        self.rp_id = options["rp"]["id"]
        self.user_handle = decoded(options["user"]["id"])
        client_data = self._client_data("webauthn.create", options["challenge"], lies)
        flags = lies.get("flags", UP | UV) | AT
        data = self._data(flags, lies) + AAGUID
        data += len(self.credential_id).to_bytes(2, "big") + self.credential_id
        data += lies.get("public_key", cbor2.dumps(self._cose()))
        statement = {
            "fmt": lies.get("fmt", "none"),
            "attStmt": lies.get("statement", {}),
            "authData": data,
        }
        return self._answer(
            {
                "clientDataJSON": encoded(client_data),
                "attestationObject": encoded(cbor2.dumps(statement)),
                "transports": ["internal", "hybrid"],
            }
        )

    def get(self, options: dict[str, Any], **lies: Any) -> dict[str, Any]:
        """Return the answer to request options, as a browser's `toJSON` writes it."""
        if not self.is_synced:
            self.sign_count += 1
        client_data = self._client_data("webauthn.get", options["challenge"], lies)
        data = self._data(lies.get("flags", UP | UV), lies)
        signature = self._sign(data + hashlib.sha256(client_data).digest())
        return self._answer(
            {
                "clientDataJSON": encoded(lies.get("replaced_client_data", client_data)),
                "authenticatorData": encoded(lies.get("replaced_data", data)),
                "signature": encoded(lies.get("signature", signature)),
                "userHandle": lies.get("user_handle", encoded(self.user_handle)),
            }
        )

    def _client_data(self, kind: str, challenge: str, lies: dict[str, Any]) -> bytes:
        told = {
            "type": lies.get("type", kind),
            "challenge": lies.get("challenge", challenge),
            "origin": lies.get("origin", self.origin),
            "crossOrigin": lies.get("cross_origin", False),
        }
        return json.dumps(told).encode()

    def _data(self, flags: int, lies: dict[str, Any]) -> bytes:
        flags |= BE | BS if self.is_synced else 0
        rp_id = lies.get("rp_id", self.rp_id)
        count = lies.get("sign_count", self.sign_count)
        return hashlib.sha256(rp_id.encode()).digest() + bytes([flags]) + count.to_bytes(4, "big")

    def _cose(self) -> dict[int, Any]:
        """Return the public key as COSE writes it (RFC 9053, 7)."""
        if self.algorithm == "EdDSA":
            return {1: 1, 3: -8, -1: 6, -2: self.key.public_key().public_bytes_raw()}
        numbers = self.key.public_key().public_numbers()
        x, y = (each.to_bytes(32, "big") for each in (numbers.x, numbers.y))
        return {1: 2, 3: -7, -1: 1, -2: x, -3: y}

    def _sign(self, message: bytes) -> bytes:
        if self.algorithm == "EdDSA":
            return self.key.sign(message)
        return self.key.sign(message, ec.ECDSA(SHA256()))

    def _answer(self, response: dict[str, Any]) -> dict[str, Any]:
        return {
            "id": encoded(self.credential_id),
            "rawId": encoded(self.credential_id),
            "type": "public-key",
            "authenticatorAttachment": "platform",
            "clientExtensionResults": {},
            "response": response,
        }
