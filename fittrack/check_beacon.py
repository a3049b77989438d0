"""The settings of a beacon: where a drand relay is, and which chain it relays."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from fittrack.config import Config

SCHEME = "bls-unchained-g1-rfc9380"
TEXTS = {"hash": r"[0-9a-f]{64}", "public_key": r"[0-9a-f]{192}", "schemeID": re.escape(SCHEME)}
NUMBERS = {"genesis_time": range(2**40 + 1), "period": range(1, 86_401)}
# drand's quicknet, as its relays tell of it at /<hash>/info.
QUICKNET = {
    "hash": "52db9ba70e0cc0f6eaf7803dd07447a1f5477735fd3f661792ba94600c84e971",
    "public_key": "83cf0f2896adee7eb8b5f01fcad3912212c437e0073e911fb90022d3e760183c"
    "8c4b450b6a0a6c3ac6a5776a2d1064510d1fec758c921cc22b0e17e63aaf4bcb"
    "5ed66304de9cf809bd274ca73bab4af5a6e9c76a4bc09e76eae8991ef5ece45a",
    "genesis_time": 1692803367,
    "period": 3,
    "schemeID": SCHEME,
}


def problems(config: Config) -> Iterator[str]:
    """Yield what is wrong with the settings of the beacon."""
    if config.beacon_url and not _is_address(config.beacon_url):
        yield "BEACON_URL must be an http:// or https:// address without a query"
    if config.is_production and config.beacon_url.startswith("http://"):
        yield "BEACON_URL must be https in production"
    if config.is_production and config.beacon_url and not _has_pairing():
        yield "BEACON_URL needs the extra `beacon` (py_ecc), or false rounds could not be told"
    try:
        chain_of(config)
    except ValueError as error:
        yield f"BEACON_CHAIN must be what a relay tells at /info: {error}"


def chain_of(config: Config) -> dict[str, Any]:
    """Return the chain that the settings name, drand's quicknet by default. Raises: ValueError."""
    if not config.beacon_chain:
        return QUICKNET
    info = json.loads(config.beacon_chain)
    if not isinstance(info, dict):
        raise ValueError("no object")
    for name, form in TEXTS.items():
        if not re.fullmatch(form, str(info.get(name))):
            raise ValueError(f"no {name} that drawings can use")
    for name, within in NUMBERS.items():
        if type(info.get(name)) is not int or info[name] not in within:
            raise ValueError(f"no {name} that drawings can use")
    return info


def _is_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return False
    plain = not (parts.query or parts.fragment or parts.username)
    return parts.scheme in {"http", "https"} and bool(parts.hostname) and plain


def _has_pairing() -> bool:
    try:
        import py_ecc.optimized_bls12_381  # noqa: F401 - asks whether it is there
    except ImportError:
        return False
    return True
