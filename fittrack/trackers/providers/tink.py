"""Signatures as Google's Tink writes them: ECDSA on P-256 with SHA-256, five bytes before the DER.

https://developers.google.com/tink/wire-format. A keyset is JSON; each key in it a protocol buffer.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator
from typing import Any

import orjson
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256

PREFIX = b"\x01"
PREFIX_BYTES = 5
# Fields of `EcdsaPublicKey`: the two coordinates of the point.
X_FIELD, Y_FIELD = 3, 4
BYTES_WIRE = 2


def is_signed(keyset: str, signature: str, body: bytes) -> bool:
    """Tell whether one of a keyset's keys has signed a body; `signature` is base64."""
    key_id, given = _parts(signature)
    return any(_is_by(key, given, body) for key in _keys(keyset, key_id))


def has_keys(keyset: str) -> bool:
    """Tell whether a text is a keyset with a key in force."""
    return any(True for _ in _keys(keyset))


def has_key(keyset: str, signature: str) -> bool:
    """Tell whether a keyset has the key that a signature names; one that is none names none."""
    key_id, given = _parts(signature)
    return not given or any(True for _ in _keys(keyset, key_id))


def _parts(signature: str) -> tuple[int, bytes]:
    """Return the number of a signature's key, and the signature itself; nothing for none."""
    try:
        given = base64.b64decode(signature, validate=True)
    except (ValueError, binascii.Error):
        return 0, b""
    if given[:1] != PREFIX:
        return 0, b""
    return int.from_bytes(given[1:PREFIX_BYTES], "big"), given[PREFIX_BYTES:]


def _is_by(key: ec.EllipticCurvePublicKey, signature: bytes, body: bytes) -> bool:
    try:
        key.verify(signature, body, ec.ECDSA(SHA256()))
    except InvalidSignature:
        return False
    return True


def _keys(keyset: str, key_id: int | None = None) -> Iterator[ec.EllipticCurvePublicKey]:
    """Yield the keys in force, of that number if one is given; what is none is passed over."""
    try:
        found = orjson.loads(keyset)["key"]
        wanted = [one for one in found if _is_in_force(one, key_id)]
        values = [base64.b64decode(one["keyData"]["value"]) for one in wanted]
    except (ValueError, KeyError, TypeError, AttributeError):
        return
    for value in values:
        point = dict(_fields(value))
        try:
            yield ec.EllipticCurvePublicNumbers(
                int.from_bytes(point[X_FIELD], "big"),
                int.from_bytes(point[Y_FIELD], "big"),
                ec.SECP256R1(),
            ).public_key()
        except (ValueError, KeyError):
            continue


def _is_in_force(key: Any, key_id: int | None) -> bool:
    return key.get("status") == "ENABLED" and (key_id is None or key.get("keyId") == key_id)


def _fields(message: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield the fields of a protocol buffer that are bytes, up to what can't be read."""
    at = 0
    while at < len(message):
        tag, at = _varint(message, at)
        value, at = _varint(message, at)
        if tag & 7 == BYTES_WIRE:
            yield tag >> 3, message[at : at + value]
            at += value
        elif tag & 7 != 0:
            return


def _varint(message: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while at < len(message) and shift < 64:
        byte = message[at]
        value |= (byte & 127) << shift
        at, shift = at + 1, shift + 7
        if byte < 128:
            break
    return value, at
