"""The keys that the simulated Google Health signs notifications with, made without our own reader.

Each has a number and follows from it, so that whoever sends needs to know no state. A signature
is Tink's: a byte, the key's number in four, then ECDSA on P-256 in DER.
"""

from __future__ import annotations

import base64
import hashlib
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256

FIRST_NO = 1_000_001
# The parameters of every key: SHA-256, P-256, DER.
PARAMS = b"\x12\x06\x08\x03\x10\x02\x18\x02"
TYPE_URL = "type.googleapis.com/google.crypto.tink.EcdsaPublicKey"


def keyset(newest_no: int) -> dict[str, Any]:
    """Return what is published: the key that signs now, and the one before it."""
    numbers = [number for number in (newest_no - 1, newest_no) if number >= FIRST_NO]
    return {"primaryKeyId": newest_no, "key": [_published(number) for number in numbers]}


def signature(body: bytes, key_no: int = FIRST_NO) -> str:
    """Return the header that proves a body."""
    made = _private(key_no).sign(body, ec.ECDSA(SHA256()))
    return base64.b64encode(b"\x01" + key_no.to_bytes(4, "big") + made).decode()


def _private(number: int) -> ec.EllipticCurvePrivateKey:
    seed = hashlib.sha256(f"google health {number}".encode()).digest()
    return ec.derive_private_key(int.from_bytes(seed[:31], "big") + 1, ec.SECP256R1())


def _published(number: int) -> dict[str, Any]:
    point = _private(number).public_key().public_numbers()
    x, y = (b"\x00" + part.to_bytes(32, "big") for part in (point.x, point.y))
    value = PARAMS + b"\x1a\x21" + x + b"\x22\x21" + y
    data = {
        "typeUrl": TYPE_URL,
        "value": base64.b64encode(value).decode(),
        "keyMaterialType": "ASYMMETRIC_PUBLIC",
    }
    return {"keyData": data, "status": "ENABLED", "keyId": number, "outputPrefixType": "TINK"}
