"""What an operator makes under FTD1: terms, entries, close, result, signatures and the bundle.

Pure: times, keys, secrets and random bytes are arguments, and the rules and hashes are those that
the verifier checks with. Times are Unix seconds, hashes and keys lowercase hex unless they are
bytes. See docs/drawing-protocol.md.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from fittrack.drawings.verifier import (
    Claim,
    FormatError,
    Json,
    Step,
    canonical_json,
    check_form,
    close_time_claims,
    draw_picks,
    draw_seed,
    first_round_at,
    leaf_hash,
    merkle_levels,
    object_hash,
    parse_json,
    prize_count,
    reveal_claims,
    signed_message,
    tagged_hash,
    terms_claims,
)


class ProtocolError(ValueError):
    """FTD1 does not allow this; the message says why."""


@dataclass(frozen=True, slots=True)
class Chain:
    """A drand chain of scheme `bls-unchained-g1-rfc9380`; times and period in seconds."""

    chain_hash: str
    public_key: str
    genesis_time: int
    period: int


QUICKNET = Chain(
    chain_hash="52db9ba70e0cc0f6eaf7803dd07447a1f5477735fd3f661792ba94600c84e971",
    public_key="83cf0f2896adee7eb8b5f01fcad3912212c437e0073e911fb90022d3e760183c"
    "8c4b450b6a0a6c3ac6a5776a2d1064510d1fec758c921cc22b0e17e63aaf4bcb"
    "5ed66304de9cf809bd274ca73bab4af5a6e9c76a4bc09e76eae8991ef5ece45a",
    genesis_time=1692803367,
    period=3,
)


def commit_source(source_id: str, commitment: str) -> Json:
    """Return a source whose 32 secret bytes are committed to now and shown after closing."""
    return {"id": source_id, "kind": "commit", "commitment": commitment}


def drand_source(source_id: str, chain: Chain, *, draws_at: int) -> Json:
    """Return a source that is the first round of a chain at or after the draw."""
    return {
        "id": source_id,
        "kind": "drand",
        "chain_hash": chain.chain_hash,
        "public_key": chain.public_key,
        "genesis_time": chain.genesis_time,
        "period": chain.period,
        "round": first_round_at(draws_at, chain.genesis_time, chain.period),
    }


def public_source(source_id: str, description: str) -> Json:
    """Return a source that the whole public will learn; the text says where and how written."""
    return {"id": source_id, "kind": "public", "description": description}


def build_terms(
    *,
    drawing_id: str,
    sequence: int,
    opens_at: int,
    closes_at: int,
    draws_at: int,
    prizes: Sequence[tuple[str, int]],
    alternates: int,
    distinct: str,
    rules_sha256: str,
    sources: Sequence[Json],
    operator_key: str,
    ext: Json | None = None,
) -> Json:
    """Return the terms of a drawing; `prizes` are ids with quantities, in order (section 2).

    Raises: ProtocolError, when the verifier would not pass them.
    """
    rows = [{"prize_id": prize_id, "quantity": quantity} for prize_id, quantity in prizes]
    terms = {
        "v": "FTD1",
        "drawing_id": drawing_id,
        "sequence": sequence,
        "opens_at": opens_at,
        "closes_at": closes_at,
        "draws_at": draws_at,
        "prizes": rows,
        "alternates": alternates,
        "distinct": distinct,
        "rules_sha256": rules_sha256,
        "sources": list(sources),
        "operator_key": operator_key,
    }
    terms |= {} if ext is None else {"ext": ext}
    require_form("TERMS", terms)
    require(terms_claims(terms))
    return terms


def require(claims: Iterable[Claim]) -> None:
    """Check that no claim of the verifier's fails. Raises: ProtocolError, with its reason."""
    for _, holds, reason in claims:
        if holds is False:
            raise ProtocolError(reason)


def require_form(form: str, body: Json) -> None:
    """Check what is to be hashed as one who reads it would. Raises: ProtocolError."""
    try:
        check_form(form, parse_json(canonical_json(body)))
    except (FormatError, TypeError, UnicodeError) as error:
        raise ProtocolError(f"{form} {str(error).strip()}") from None


def holder_tag(drawing_id: str, member_id: str, salt: bytes) -> bytes:
    """Return what stands for a member in one drawing; the salt has 32 bytes (section 3)."""
    return tagged_hash("holder", b"\0".join([drawing_id.encode(), member_id.encode(), salt]))


def build_entry(entry_id: str, holder: str, units: int, *, void: str = "") -> Json:
    """Return an entry; one with a reason in `void` stays in the list and has no units.

    Raises: ProtocolError.
    """
    entry = {"entry_id": entry_id, "holder": holder, "units": 0 if void else units, "void": void}
    try:
        check_form("ENTRY", entry)
    except FormatError as error:
        raise ProtocolError(f"the entry{error}") from None
    return entry


def in_order(entries: Sequence[Json]) -> list[Json]:
    """Return entries in canonical order (section 3). Raises: ProtocolError on a repeated id."""
    ordered = sorted(entries, key=lambda entry: entry["entry_id"])
    if len({entry["entry_id"] for entry in ordered}) < len(ordered):
        raise ProtocolError("an entry id stands twice")
    return ordered


def first_ticket_numbers(entries: Sequence[Json]) -> dict[str, int]:
    """Return the first ticket number of each entry that has units, by entry id.

    Tickets are numbered from 1 in canonical order; a winning number is the first number of the
    picked entry plus the offset that `draw` tells.
    """
    numbers, number = dict[str, int](), 1
    for entry in in_order(entries):
        if entry["units"]:
            numbers[entry["entry_id"]] = number
        number += entry["units"]
    return numbers


def build_close(terms: Json, entries: Sequence[Json], *, closed_at: int) -> Json:
    """Return the record that freezes the list of entries (section 4). Raises: ProtocolError."""
    require(close_time_claims(terms, closed_at))
    ordered = in_order(entries)
    close = {
        "v": "FTD1",
        "drawing_id": terms["drawing_id"],
        "terms_hash": object_hash("terms", terms).hex(),
        "entries_root": merkle_levels([leaf_hash(entry) for entry in ordered])[-1][0].hex(),
        "entry_count": len(ordered),
        "total_units": sum(entry["units"] for entry in ordered),
        "closed_at": closed_at,
    }
    require_form("CLOSE", close)
    return close


def check_reveal(terms: Json, reveal: Json) -> None:
    """Check a reveal against its source: form, commitment, round, and signature if it can be.

    Raises: ProtocolError.
    """
    require_form("REVEAL", reveal)
    named = [source for source in terms["sources"] if source["id"] == reveal["id"]]
    if not named:
        raise ProtocolError("the reveal is of no source of the terms")
    require(reveal_claims(terms["drawing_id"], named[0], reveal))


@dataclass(frozen=True, slots=True)
class Drawn:
    """A result, and for each pick the offset of the ticket that fell within the entry's units."""

    result: Json
    offsets: tuple[int, ...]
    steps: tuple[Step, ...]


def draw(
    terms: Json, close: Json, entries: Sequence[Json], reveals: Sequence[Json], *, drawn_at: int
) -> Drawn:
    """Return the outcome, the same however often it is drawn (sections 5 to 7).

    `reveals` are one for each source, in the terms' order. Raises: ProtocolError.
    """
    if drawn_at < terms["draws_at"]:
        raise ProtocolError("drawn before it was to be")
    require_close(terms, close, entries)
    if [reveal.get("id") for reveal in reveals] != [source["id"] for source in terms["sources"]]:
        raise ProtocolError("there is not one reveal for each source, in order")
    for reveal in reveals:
        check_reveal(terms, reveal)
    seed = draw_seed(terms, close, reveals)
    drawn = draw_picks(terms, seed, entries)
    result = {
        "v": "FTD1",
        "drawing_id": terms["drawing_id"],
        "terms_hash": object_hash("terms", terms).hex(),
        "close_hash": object_hash("close", close).hex(),
        "seed": seed.hex(),
        "picks": [pick for pick, _ in drawn],
        "unfilled": max(0, prize_count(terms) - len(drawn)),
        "drawn_at": drawn_at,
    }
    steps = tuple(step for _, step in drawn)
    return Drawn(result, tuple(step.offset for step in steps), steps)


def require_close(terms: Json, close: Json, entries: Sequence[Json]) -> None:
    """Check that a close is of these terms and entries. Raises: ProtocolError."""
    if close != build_close(terms, entries, closed_at=close["closed_at"]):
        raise ProtocolError("the close is not of these terms and entries")


def public_key(private_key: bytes) -> str:
    """Return the operator's public key in hex for the 32 bytes of the private one."""
    return Ed25519PrivateKey.from_private_bytes(private_key).public_key().public_bytes_raw().hex()


def sign(kind: str, body: Json, private_key: bytes) -> str:
    """Return the operator's signature over an object, 128 hex digits (section 7).

    Kinds: terms, close, result, checkpoint, receipt.
    """
    message = signed_message(kind, body)
    return Ed25519PrivateKey.from_private_bytes(private_key).sign(message).hex()


@dataclass(frozen=True, slots=True)
class Signed:
    """An object and the operator's signature over it."""

    body: Json
    signature: str


def build_log(records: Sequence[Json], checkpoint: Signed) -> Json:
    """Return the log as a bundle carries it: whole, with its last checkpoint."""
    return {
        "records": list(records),
        "checkpoint": checkpoint.body,
        "checkpoint_sig": checkpoint.signature,
    }


def build_bundle(
    *,
    terms: Signed,
    close: Signed,
    entries: Sequence[Json],
    reveals: Sequence[Json],
    result: Signed,
    log: Json | None = None,
    receipts: Sequence[Signed] = (),
) -> Json:
    """Return the one object from which anyone can check a drawing (section 8)."""
    bundle: Json = {
        "v": "FTD1-bundle",
        "terms": terms.body,
        "terms_sig": terms.signature,
        "close": close.body,
        "close_sig": close.signature,
        "entries": in_order(entries),
        "reveals": list(reveals),
        "result": result.body,
        "result_sig": result.signature,
    }
    if log is not None:
        bundle["log"] = log
    if receipts:
        bundle["receipts"] = [{"receipt": one.body, "sig": one.signature} for one in receipts]
    return bundle
