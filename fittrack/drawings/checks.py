"""The checks of a drawing's bundle (docs/drawing-protocol.md, section 8).

Part of the stand-alone verifier. A check returns when it holds; otherwise it raises Failed or
Skipped with the reason. It is given a bundle of the right form, and believes no hash in it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property
from itertools import pairwise

from fittrack.drawings.beacon import drand_signature_holds, emitted_at, first_round_at
from fittrack.drawings.forms import FormatError, Json, check_form
from fittrack.drawings.primitives import (
    commitment,
    draw_picks,
    draw_seed,
    leaf_hash,
    log_heads,
    merkle_root,
    object_hash,
    prize_count,
    signature_holds,
)

MAX_PICKS = 10_000
MIN_BEACON_DELAY_S = 60
SIGNED_KINDS = ("terms", "close", "result")


class Failed(Exception):
    """A check does not hold; the message says why."""


class Skipped(Exception):
    """A check does not apply, or cannot be made; the message says why."""


def expect(holds: bool, reason: str) -> None:
    """Raises: Failed with the reason, unless a condition holds."""
    if not holds:
        raise Failed(reason)


class Case:
    """A bundle of the right form, with its hashes made anew: nothing that it claims is believed."""

    def __init__(self, bundle: Json) -> None:
        self.bundle, self.entries, self.reveals = bundle, bundle["entries"], bundle["reveals"]
        self.terms, self.close, self.result = bundle["terms"], bundle["close"], bundle["result"]
        self.drawing_id, self.sources = self.terms["drawing_id"], self.terms["sources"]
        self.beacons = beacons_of(self.terms)
        self.hashes = {kind: object_hash(kind, bundle[kind]).hex() for kind in SIGNED_KINDS}
        self.log: Json | None = bundle.get("log")
        self.receipts: list[Json] = bundle.get("receipts", [])

    @cached_property
    def seed(self) -> bytes:
        return draw_seed(self.terms, self.close, self.reveals)

    @cached_property
    def log_heads(self) -> list[str]:
        return [head.hex() for head in log_heads(self.log["records"])] if self.log else []

    def revealed(self, kind: str) -> list[tuple[Json, Json]]:
        """Return the sources of a kind, each with its reveal."""
        pairs = zip(self.sources, self.reveals, strict=True)
        return [(source, reveal) for source, reveal in pairs if source["kind"] == kind]


def check_terms(case: Case) -> None:
    """Holds when the terms keep the rules of section 2: times, ids, counts, the beacon's round."""
    expect_terms(case.terms)


def expect_terms(terms: Json) -> None:
    """Raises: Failed, unless terms of the right form keep the rules of section 2."""
    sources, first = terms["sources"], terms["sources"][0]
    expect(terms["opens_at"] < terms["closes_at"] <= terms["draws_at"], "times are out of order")
    is_operator = (first["id"], first["kind"]) == ("operator", "commit")
    expect(is_operator, "the first source is not the operator's secret value")
    expect(is_unique(sources, "id"), "a source id stands twice")
    expect(is_unique(terms["prizes"], "prize_id"), "a prize id stands twice")
    picks = prize_count(terms) + terms["alternates"]
    expect(picks <= MAX_PICKS, f"{picks} picks are more than {MAX_PICKS}")
    for beacon in beacons_of(terms):
        expect_beacon_terms(terms, beacon)


def beacons_of(terms: Json) -> list[Json]:
    """Return the drand sources of terms."""
    return [source for source in terms["sources"] if source["kind"] == "drand"]


def is_unique(rows: Sequence[Json], key: str) -> bool:
    """Say whether no two rows have the same value under a key."""
    return len({row[key] for row in rows}) == len(rows)


def expect_beacon_terms(terms: Json, beacon: Json) -> None:
    """Raises: Failed, unless a drand source's round is the one that the terms require."""
    draws_at, genesis_time = terms["draws_at"], beacon["genesis_time"]
    expect(draws_at >= genesis_time, "draws before the beacon's genesis")
    in_time = draws_at >= terms["closes_at"] + MIN_BEACON_DELAY_S
    expect(in_time, f"draws less than {MIN_BEACON_DELAY_S} s after sales end")
    due = first_round_at(draws_at, genesis_time, beacon["period"])
    expect(beacon["round"] == due, f"the first round after draws_at is {due}")


def check_terms_signature(case: Case) -> None:
    """Holds when the operator signed the terms."""
    expect_signed(case, "terms", case.terms, case.bundle["terms_sig"])


def check_close_signature(case: Case) -> None:
    """Holds when the operator signed the close."""
    expect_signed(case, "close", case.close, case.bundle["close_sig"])


def check_result_signature(case: Case) -> None:
    """Holds when the operator signed the result."""
    expect_signed(case, "result", case.result, case.bundle["result_sig"])


def expect_signed(case: Case, kind: str, body: Json, signature: str) -> None:
    """Raises: Failed, unless the operator signed an object of a kind (section 7)."""
    holds = signature_holds(case.terms["operator_key"], kind, body, signature)
    expect(holds, f"the {kind} has not the operator's signature")


def check_close_binding(case: Case) -> None:
    """Holds when the close names this drawing and these terms."""
    expect(case.close["drawing_id"] == case.drawing_id, "names another drawing")
    expect(case.close["terms_hash"] == case.hashes["terms"], "names other terms")


def check_result_binding(case: Case) -> None:
    """Holds when the result names this drawing, these terms and this close."""
    expect(case.result["drawing_id"] == case.drawing_id, "names another drawing")
    expect(case.result["terms_hash"] == case.hashes["terms"], "names other terms")
    expect(case.result["close_hash"] == case.hashes["close"], "names another close")


def check_entries_order(case: Case) -> None:
    """Holds when the entries stand in strictly ascending order of their ids."""
    for one, two in pairwise(case.entries):
        expect(one["entry_id"] < two["entry_id"], f"{two['entry_id']} is out of order")


def check_entries_root(case: Case) -> None:
    """Holds when the close has the count, the units and the root of the listed entries."""
    close, units = case.close, sum(entry["units"] for entry in case.entries)
    expect(close["entry_count"] == len(case.entries), f"{len(case.entries)} entries are listed")
    expect(close["total_units"] == units, f"the listed entries have {units} units")
    root = merkle_root([leaf_hash(entry) for entry in case.entries])
    expect(close["entries_root"] == root.hex(), f"the listed entries have the root {root.hex()}")


def check_close_time(case: Case) -> None:
    """Holds when the close was made neither too early nor too late (section 4)."""
    expect_close_time(case.terms, case.close["closed_at"])


def expect_close_time(terms: Json, closed_at: int) -> None:
    """Raises: Failed, unless a list may be closed at a time (Unix seconds; section 4)."""
    expect(closed_at >= terms["closes_at"], "closed before sales were to end")
    for beacon in beacons_of(terms):
        expect(closed_at < emitted_at(beacon), "closed when the beacon's round was out")


def check_reveals(case: Case) -> None:
    """Holds when each source is revealed once, in its place and in the form of its kind."""
    expect(len(case.reveals) == len(case.sources), "there is not one reveal for each source")
    for source, reveal in zip(case.sources, case.reveals, strict=True):
        expect_reveal(source, reveal)


def expect_reveal(source: Json, reveal: Json) -> None:
    """Raises: Failed, unless a reveal is of a source and of the form of its kind (section 5)."""
    expect(source["id"] == reveal["id"], f"{source['id']} is not revealed in its place")
    try:
        check_form(f"REVEAL {source['kind']}", reveal)
    except FormatError as error:
        raise Failed(f"{source['id']}{error}") from None


def check_commitments(case: Case) -> None:
    """Holds when each secret value opens its commitment."""
    for source, reveal in case.revealed("commit"):
        expect_commitment(case.drawing_id, source, reveal)


def expect_commitment(drawing_id: str, source: Json, reveal: Json) -> None:
    """Raises: Failed, unless a secret value opens its source's commitment (section 2)."""
    made = commitment(drawing_id, source["id"], bytes.fromhex(reveal["value"]))
    expect(made.hex() == source["commitment"], f"{source['id']} committed to another value")


def check_beacon(case: Case) -> None:
    """Holds when each drand reveal is of the terms' round and has its chain's signature."""
    pairs = case.revealed("drand")
    if not pairs:
        raise Skipped("no drand source")
    for source, reveal in pairs:
        expect_round(source, reveal)
    for source, reveal in pairs:
        expect_drand_signature(source, reveal)


def expect_round(source: Json, reveal: Json) -> None:
    """Raises: Failed, unless a drand reveal is of the round of the terms."""
    expect(source["round"] == reveal["round"], f"{source['id']} reveals another round")


def expect_drand_signature(source: Json, reveal: Json) -> None:
    """Raises: Failed, unless a drand reveal is its chain's (section 5); Skipped without py_ecc."""
    key, round_number, signature = source["public_key"], source["round"], reveal["signature"]
    try:
        holds = drand_signature_holds(key, round_number, signature)
    except ImportError:
        raise Skipped("the round agrees; py_ecc is not installed to check it") from None
    expect(holds, f"{source['id']} has a false signature")


def check_seed(case: Case) -> None:
    """Holds when the result's seed is the one that terms, close and reveals make."""
    expect(case.result["seed"] == case.seed.hex(), f"the seed is {case.seed.hex()}")


def check_picks(case: Case) -> None:
    """Holds when the picks and the unfilled prizes are those that the seed gives."""
    try:
        picks = [pick for pick, _ in draw_picks(case.terms, case.seed, case.entries)]
    except ValueError as error:
        raise Failed(str(error)) from None
    expect(case.result["picks"] == picks, "the seed gives other picks")
    unfilled = max(0, prize_count(case.terms) - len(picks))
    expect(case.result["unfilled"] == unfilled, f"{unfilled} prizes are unfilled")


def check_result_time(case: Case) -> None:
    """Holds when the result was not drawn early."""
    expect(case.result["drawn_at"] >= case.terms["draws_at"], "drawn before it was to be")


def check_log(case: Case) -> None:
    """Holds when the log is whole and signed, and tells this drawing's story (section 7)."""
    if case.log is None:
        raise Skipped("no log is given")
    records, checkpoint = case.log["records"], case.log["checkpoint"]
    in_sequence = [record["seq"] for record in records] == list(range(len(records)))
    expect(in_sequence, "a seq is missing or out of place")
    expect(all(one["at"] <= two["at"] for one, two in pairwise(records)), "time goes back")
    expect(checkpoint["log_size"] == len(records), "the checkpoint is of another size")
    expect(checkpoint["log_head"] == case.log_heads[-1], "the checkpoint has another head")
    expect_signed(case, "checkpoint", checkpoint, case.log["checkpoint_sig"])
    check_story(case, [record for record in records if record["drawing_id"] == case.drawing_id])


def check_story(case: Case, records: Sequence[Json]) -> None:
    """Check that the log tells of the terms, the close, the reveals and the result, each once."""
    story = [record for record in records if record["type"] in {*SIGNED_KINDS, "reveal", "abort"}]
    told = ["terms", "close", *("reveal" for _ in case.reveals), "result"]
    expect([record["type"] for record in story] == told, f"the story is not {', '.join(told)}")
    terms, close, *reveals, result = story
    for kind, record in zip(SIGNED_KINDS, (terms, close, result), strict=True):
        expect(record["body_hash"] == case.hashes[kind], f"other {kind} is in the log")
    expect(terms["at"] <= case.terms["opens_at"], "the terms came after sales began")
    expect(close["at"] >= case.close["closed_at"], "the close stands before it was made")
    check_story_of_reveals(case, close, reveals)


def check_story_of_reveals(case: Case, close: Json, records: Sequence[Json]) -> None:
    """Check section 5: the operator's value first, then the other secrets, then what is public."""
    ranks = {source["id"]: 1 if source["kind"] == "commit" else 2 for source in case.sources}
    ranks[case.sources[0]["id"]] = 0
    given = [(object_hash("reveal", one).hex(), ranks.get(one["id"], 2)) for one in case.reveals]
    rank_of, logged = dict(given), [record["body_hash"] for record in records]
    expect(sorted(logged) == sorted(hash_ for hash_, _ in given), "other reveals are in the log")
    order = [rank_of[body_hash] for body_hash in logged]
    expect(order == sorted(order), "the reveals are out of order")
    secrets = [record for record in records if rank_of[record["body_hash"]] < 2]
    for beacon in case.beacons:
        in_time = all(record["at"] < emitted_at(beacon) for record in (close, *secrets))
        expect(in_time, "the close or a secret came when the beacon's round was out")


def check_receipt(case: Case) -> None:
    """Holds when the list and the log keep what each receipt promises."""
    if not case.receipts:
        raise Skipped("no receipt is given")
    listed = {entry["entry_id"]: entry for entry in case.entries}
    for signed in case.receipts:
        receipt = signed["receipt"]
        expect_signed(case, "receipt", receipt, signed["sig"])
        expect(receipt["drawing_id"] == case.drawing_id, "a receipt is of another drawing")
        expect(receipt["issued_at"] < case.terms["closes_at"], "a receipt came after sales ended")
        check_promise(receipt, listed.get(receipt["entry_id"]))
        check_pinned_head(case, receipt)


def check_promise(receipt: Json, entry: Json | None) -> None:
    """Check that the entry a receipt promises is in the list, whole or void."""
    if entry is None:
        raise Failed(f"{receipt['entry_id']} has a receipt and is not in the list")
    same = entry["holder"] == receipt["holder"] and entry["units"] in (0, receipt["units"])
    expect(same, f"{receipt['entry_id']} is not in the list as its receipt says")


def check_pinned_head(case: Case, receipt: Json) -> None:
    """Check that the log, if given, has the past that a receipt pins."""
    if case.log is None:
        return
    size, heads = receipt["log_size"], case.log_heads
    same = size < len(heads) and heads[size] == receipt["log_head"]
    expect(same, f"the log's past is not what the receipt of {receipt['entry_id']} pins")


CHECKS: dict[str, Callable[[Case], None]] = {
    "terms": check_terms,
    "terms-signature": check_terms_signature,
    "close-binding": check_close_binding,
    "close-signature": check_close_signature,
    "entries-order": check_entries_order,
    "entries-root": check_entries_root,
    "close-time": check_close_time,
    "reveals": check_reveals,
    "commitments": check_commitments,
    "beacon": check_beacon,
    "seed": check_seed,
    "result-binding": check_result_binding,
    "picks": check_picks,
    "result-time": check_result_time,
    "result-signature": check_result_signature,
    "log": check_log,
    "receipt": check_receipt,
}
