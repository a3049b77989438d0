"""The protocol's published values, and bundles made from them by the patches they describe."""

from __future__ import annotations

import copy
import json
from functools import cache
from pathlib import Path
from typing import Any

VECTORS_FILE = Path(__file__).parents[1] / "data" / "drawing-vectors.json"


@cache
def groups() -> dict[str, list[dict[str, Any]]]:
    return json.loads(VECTORS_FILE.read_text(encoding="utf-8"))["groups"]


def valid_bundle(name: str) -> dict[str, Any]:
    """Return a fresh copy of a named valid bundle."""
    found = next(one["bundle"] for one in groups()["bundles_valid"] if one["name"] == name)
    return copy.deepcopy(found)


def patched(case: dict[str, Any]) -> dict[str, Any]:
    """Return the bundle of a `bundles_invalid` case: its base with each step applied in order."""
    bundle = valid_bundle(case["base"])
    for step in case["patch"]:
        *path, last = step["path"].removeprefix("/").split("/")
        place = bundle
        for part in path:
            place = place[int(part)] if isinstance(place, list) else place[part]
        apply_step(place, last, step)
    return bundle


def apply_step(place: Any, last: str, step: dict[str, Any]) -> None:
    if isinstance(place, dict):
        if step["op"] == "remove":
            del place[last]
        else:
            place[last] = step["value"]
    elif step["op"] == "remove":
        del place[int(last)]
    elif step["op"] == "add":
        place.insert(len(place) if last == "-" else int(last), step["value"])
    else:
        place[int(last)] = step["value"]


def as_bytes(bundle: object) -> bytes:
    return json.dumps(bundle).encode()
