"""What FTD1 hashes, signs and draws with (docs/drawing-protocol.md, sections 1 to 7).

Needs the standard library and `cryptography` only: it is part of the stand-alone verifier.
"""

from __future__ import annotations

import hashlib
import hmac
import math
from collections import defaultdict
from collections.abc import Sequence
from itertools import accumulate, chain, repeat
from typing import NamedTuple

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from fittrack.drawings.forms import MAX_INTEGER, Json, canonical_json

EMPTY_LOG_HEAD = bytes(32)


def tagged_hash(tag: str, data: bytes) -> bytes:
    """Return H(tag, data), 32 bytes (section 1)."""
    return hashlib.sha256(b"FTD1:" + tag.encode("ascii") + b"\0" + data).digest()


def object_hash(tag: str, value: Json) -> bytes:
    """Return H(tag, CJ(value)): the hash of terms, a close, a reveal, a result and so on."""
    return tagged_hash(tag, canonical_json(value))


def commitment(drawing_id: str, source_id: str, value: bytes) -> bytes:
    """Return what a source publishes of its 32 secret bytes before sales (section 2)."""
    return tagged_hash("commit", b"\0".join([drawing_id.encode(), source_id.encode(), value]))


def holder_tag(drawing_id: str, member_id: str, salt: bytes) -> bytes:
    """Return what stands for a member in one drawing; the salt has 32 bytes (section 3)."""
    return tagged_hash("holder", b"\0".join([drawing_id.encode(), member_id.encode(), salt]))


def leaf_hash(entry: Json) -> bytes:
    """Return an entry's leaf in the Merkle tree (section 3)."""
    return hashlib.sha256(b"\0" + canonical_json(entry)).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return an inner node of the Merkle tree (section 3)."""
    return hashlib.sha256(b"\1" + left + right).digest()


def merkle_levels(leaves: Sequence[bytes]) -> list[Sequence[bytes]]:
    """Return the tree's levels, from the leaf hashes to the root (RFC 9162 section 2.1.1).

    Pairing each level from the left, an odd last node rising as it is, makes the same tree as
    splitting at the largest power of two.
    """
    levels: list[Sequence[bytes]] = [leaves or [hashlib.sha256(b"").digest()]]
    while len(level := levels[-1]) > 1:
        above = [
            node_hash(left, right) for left, right in zip(level[::2], level[1::2], strict=False)
        ]
        levels.append(above + list(level[2 * len(above) :]))
    return levels


def merkle_root(leaves: Sequence[bytes]) -> bytes:
    """Return the root over leaf hashes, 32 bytes (RFC 9162 section 2.1.1)."""
    return merkle_levels(leaves)[-1][0]


def contribution(source: Json, reveal: Json) -> bytes:
    """Return what a source's reveal gives to the seed (section 5)."""
    if source["kind"] == "commit":
        said = bytes.fromhex(reveal["value"])
    elif source["kind"] == "drand":
        signature = bytes.fromhex(reveal["signature"])
        said = reveal["round"].to_bytes(8) + hashlib.sha256(signature).digest()
    else:
        said = reveal["value"].encode("ascii")
    return tagged_hash("source", b"\0".join([source["id"].encode(), source["kind"].encode(), said]))


def draw_seed(terms: Json, close: Json, reveals: Sequence[Json]) -> bytes:
    """Return the seed that terms, a close and one reveal for each source make (section 5)."""
    given = [contribution(*pair) for pair in zip(terms["sources"], reveals, strict=True)]
    hashes = object_hash("terms", terms) + object_hash("close", close)
    return tagged_hash("seed", hashes + len(given).to_bytes(4) + b"".join(given))


def uniform(seed: bytes, draw: int, total: int) -> tuple[int, int]:
    """Return a number below `total`, each as likely as any, and the blocks used (section 6).

    Raises: ValueError unless `total` is 1 to 2^53 - 1.
    """
    if not 1 <= total <= MAX_INTEGER:
        raise ValueError(f"{total} is not a number of units from 1 to 2^53 - 1")
    bits, blocks = (total - 1).bit_length(), 0
    number = 0 if total == 1 else total
    while number >= total:
        message = b"FTD1:draw\0" + draw.to_bytes(4) + blocks.to_bytes(4)
        number = int.from_bytes(hmac.digest(seed, message, "sha256")[:8]) >> (64 - bits)
        blocks += 1
    return number, blocks


class Step(NamedTuple):
    """One step of the selection: the entry, which of its units fell, and how it was drawn."""

    entry: Json
    offset: int
    total: int
    number: int
    blocks: int


class UnitSums:
    """Units of entries in order, with sums over runs of about sqrt(n) of them.

    So finding and removing an entry looks at about sqrt(n) numbers, not at all n.
    """

    def __init__(self, units: Sequence[int]) -> None:
        self.units, self.run_length = list(units), math.isqrt(len(units)) + 1
        starts = range(0, len(units), self.run_length)
        self.runs = [sum(units[start : start + self.run_length]) for start in starts]
        self.total = sum(self.runs)

    def find(self, number: int) -> tuple[int, int]:
        """Return the first index whose running sum exceeds a number, and how far in it falls."""
        run = 0
        while number >= self.runs[run]:
            number, run = number - self.runs[run], run + 1
        index = run * self.run_length
        while number >= self.units[index]:
            number, index = number - self.units[index], index + 1
        return index, number

    def remove(self, index: int) -> None:
        """Leave an index without units."""
        units, self.units[index] = self.units[index], 0
        self.runs[index // self.run_length] -= units
        self.total -= units


def select(seed: bytes, entries: Sequence[Json], count: int, distinct: str) -> list[Step]:
    """Return up to `count` steps, drawn by units without replacement (section 6).

    Raises: ValueError when the entries have more than 2^53 - 1 units.
    """
    key = "holder" if distinct == "holder" else "entry_id"
    remaining = sorted((e for e in entries if e["units"]), key=lambda entry: entry["entry_id"])
    sums, alike = UnitSums([entry["units"] for entry in remaining]), defaultdict(list)
    for index, entry in enumerate(remaining):
        alike[entry[key]].append(index)
    steps: list[Step] = []
    while sums.total and len(steps) < count:
        number, blocks = uniform(seed, len(steps), sums.total)
        index, offset = sums.find(number)
        steps.append(Step(remaining[index], offset, sums.total, number, blocks))
        for picked in alike[remaining[index][key]]:
            sums.remove(picked)
    return steps


def prize_count(terms: Json) -> int:
    """Return K, the number of prizes counted by their quantity (section 6)."""
    return sum(prize["quantity"] for prize in terms["prizes"])


def draw_picks(terms: Json, seed: bytes, entries: Sequence[Json]) -> list[tuple[Json, Step]]:
    """Return each pick of a drawing, winners then alternates, with its step (section 6)."""
    count = prize_count(terms) + terms["alternates"]
    steps = select(seed, entries, count, terms["distinct"])
    prize_ids = chain.from_iterable(repeat(p["prize_id"], p["quantity"]) for p in terms["prizes"])
    slots = zip(steps, chain(prize_ids, repeat(None)), strict=False)
    return [(_pick(j, step.entry, prize_id), step) for j, (step, prize_id) in enumerate(slots)]


def _pick(position: int, entry: Json, prize_id: str | None) -> Json:
    return {
        "position": position,
        "entry_id": entry["entry_id"],
        "holder": entry["holder"],
        "role": "alternate" if prize_id is None else "winner",
        "prize_id": prize_id,
    }


def signed_message(kind: str, body: Json) -> bytes:
    """Return the bytes that a signature over an object of a kind is made of (section 7)."""
    return b"FTD1:sig:" + kind.encode("ascii") + b"\0" + object_hash(kind, body)


def signature_holds(key: str, kind: str, body: Json, signature: str) -> bool:
    """Say whether an object bears the signature of an Ed25519 key; key and signature in hex."""
    message, public_key = signed_message(kind, body), bytes.fromhex(key)
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(bytes.fromhex(signature), message)
    except (InvalidSignature, ValueError):
        return False
    return True


def next_head(head: bytes, record: Json) -> bytes:
    """Return the log's head after one more record; the first is EMPTY_LOG_HEAD (section 7)."""
    return tagged_hash("log", head + canonical_json(record))


def log_heads(records: Sequence[Json]) -> list[bytes]:
    """Return the log's heads before the first record and after each (section 7)."""
    return list(accumulate(records, next_head, initial=EMPTY_LOG_HEAD))
