"""Bundles changed at random, by a seed: what is left may be right, wrong, or no bundle at all."""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Iterator
from typing import Any

from tests.drawings import vectors

VALUES = (None, True, False, 0, 1, -1, 2**53, 2**53 - 1, "", "x", "ab" * 32, [], {}, ["x"], 1.5)
TEXTS = ("operator", "void", "é", "\u2028", "\U0001f600")
KEYS = ("kind", "role", "signature", "void", "v", "__proto__", "constructor")
LETTERS = "0123456789abcdefgZ_-\n é"


def bundles(count: int, seed: int) -> list[bytes]:
    """Return so many changed bundles as JSON."""
    chance = random.Random(seed)
    names = [one["name"] for one in vectors.groups()["bundles_valid"]]
    return [_one(vectors.valid_bundle(chance.choice(names)), chance) for _ in range(count)]


def _one(bundle: dict[str, Any], chance: random.Random) -> bytes:
    for _ in range(chance.choice([1, 1, 1, 2, 3])):
        _change(bundle, chance)
    data = bytearray(json.dumps(bundle, ensure_ascii=chance.random() < 0.5).encode())
    if chance.random() < 0.1:
        data[chance.randrange(len(data))] = chance.randrange(256)
    return bytes(data[: chance.randrange(len(data))] if chance.random() < 0.05 else data)


def _change(bundle: dict[str, Any], chance: random.Random) -> None:
    *path, last = chance.choice([path for path in _paths(bundle) if path])
    place: Any = bundle
    for part in path:
        place = place[part]
    chance.choice((_remove, _replace, _nudge, _nudge, _nudge, _double, _swap, _add))(
        place, last, chance
    )


def _paths(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield path
    parts: Any = enumerate(value) if isinstance(value, list) else ()
    for key, inner in value.items() if isinstance(value, dict) else parts:
        yield from _paths(inner, (*path, key))


def _remove(place: Any, last: Any, _chance: random.Random) -> None:
    del place[last]


def _replace(place: Any, last: Any, chance: random.Random) -> None:
    place[last] = chance.choice((*VALUES, *TEXTS))


def _nudge(place: Any, last: Any, chance: random.Random) -> None:
    old = place[last]
    if isinstance(old, int):
        place[last] = old + chance.choice([-1, 1, 2**31, -old])
    elif isinstance(old, str) and old:
        at = chance.randrange(len(old))
        place[last] = old[:at] + chance.choice(LETTERS) + old[at + 1 :]


def _double(place: Any, last: Any, _chance: random.Random) -> None:
    if isinstance(place, list):
        place.insert(last, copy.deepcopy(place[last]))


def _swap(place: Any, last: Any, chance: random.Random) -> None:
    if isinstance(place, list):
        other = chance.randrange(len(place))
        place[last], place[other] = place[other], place[last]


def _add(place: Any, _last: Any, chance: random.Random) -> None:
    if isinstance(place, dict):
        place[chance.choice(KEYS)] = chance.choice((*VALUES, *TEXTS))
