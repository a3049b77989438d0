"""Check a drawing offline: `verifier.py BUNDLE [--key HEX64] [--require NAME]... [--json]`.

One file, all there is to trust, by FTD1 (docs/drawing-protocol.md). Copy it anywhere: it needs
Python 3.11 and `cryptography`. Exit 0: every check passed or did not apply. 1: one failed, or one
named by --require did not pass, or --key is another. 2: the file cannot be read, or is malformed.
"""

from __future__ import annotations

import argparse
import hashlib
import hmac
import json
import re
from collections import defaultdict, namedtuple
from collections.abc import Iterator, Sequence
from contextlib import suppress
from functools import cache
from itertools import accumulate, chain, compress, pairwise, repeat
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

# fmt: off
# (set close, so that the whole is one file of a length to be read)

# FORMS (section 1, and the keys that sections 2 to 8 list). A row is an object, of a kind if there
# are several: keys with their form, `?` after a key that may be left out. A form is a /text/, a
# range of integers, an object, or a list as FORM[sizes].
Json = dict[str, Any]
TABLE = r"""BUNDLE: v /FTD1-bundle/, terms TERMS, close CLOSE, result RESULT, entries ENTRY[0..],
  reveals REVEAL[0..], terms_sig close_sig result_sig HEX128, log? LOG, receipts? SIGNED[0..]
TERMS: v /FTD1/, drawing_id ID, sequence 1.., opens_at closes_at draws_at TIME, ext? ANYTHING,
  prizes PRIZE[1..1000], alternates 0..1000, distinct /holder|entry/, sources SOURCE[1..16],
  rules_sha256 operator_key HEX64
PRIZE: prize_id ID, quantity 1..10000; SIGNED: receipt RECEIPT, sig HEX128
SOURCE commit: id ID, kind /commit/, commitment HEX64
SOURCE drand: id ID, kind /drand/, chain_hash HEX64, public_key HEX192, genesis_time TIME,
  period 1..86400, round 1..
SOURCE public: id ID, kind /public/, description PRINT
ENTRY: entry_id ID, holder HEX64, units 1..4294967295, void //
ENTRY void: entry_id ID, holder HEX64, units 0..0, void /[a-z0-9_]{1,64}/
CLOSE: v /FTD1/, drawing_id ID, terms_hash entries_root HEX64, entry_count 0..4294967295,
  total_units 0.., closed_at TIME
REVEAL: id ID, value PRINT; REVEAL drand: id ID, round 1.., signature HEX96
RESULT: v /FTD1/, drawing_id ID, terms_hash close_hash seed HEX64, drawn_at TIME,
  picks PICK[0..], unfilled 0..10000000
PICK winner: position 0.., entry_id prize_id ID, holder HEX64, role /winner/
PICK alternate: position 0.., entry_id ID, prize_id NULL, holder HEX64, role /alternate/
LOG: records RECORD[0..], checkpoint CHECKPOINT, checkpoint_sig HEX128
RECORD: seq 0.., at TIME, type /[a-z_]{1,32}/, drawing_id ID, body_hash HEX64
CHECKPOINT: v /FTD1/, log_size 0.., log_head HEX64, at TIME
RECEIPT: v /FTD1/, drawing_id entry_id ID, holder log_head HEX64, units 1.., log_size 0..,
  issued_at TIME"""
TEXTS = {" ID": " /[A-Za-z0-9_-]{1,64}/", "PRINT": r"/[\x20-\x7e]{1,256}/", "\n  ": " ", "; ": "\n"}
SPELT = re.sub(r"HEX(\d+)", r"/[0-9a-f]{\1}/", TABLE)
SPELT = re.sub("|".join(TEXTS), lambda found: TEXTS[found[0]], SPELT)
ROWS: dict[str, dict[str, str]] = {
    name: {key: form for part in row.split(", ") for *keys, form in [part.split()] for key in keys}
    for name, row in re.findall("(.+?): (.+)", SPELT)}
FORMS = {name: {key.strip("?"): form for key, form in row.items()} for name, row in ROWS.items()}
NEEDED = {name: {key for key in row if key[-1] != "?"} for name, row in ROWS.items()}
MAX_INTEGER, MAX_PICKS, MIN_BEACON_DELAY_S, MAX_DEPTH = 2**53 - 1, 10_000, 60, 500  # deeper: crash
NOT_BRACKETS = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"|[^][{}"]++', re.DOTALL)

class FormatError(ValueError):
    """What was read is not of FTD1's form; the message says where and why."""
def expect(holds: bool, reason: str) -> None:
    if not holds:
        raise FormatError(reason)
def parse_json(data: bytes) -> Any:
    """Return the value of a JSON text as section 1.1 accepts it. Raises: FormatError."""
    brackets = NOT_BRACKETS.sub(b"", data)
    depths = accumulate((bracket in b"[{") - (bracket in b"]}") for bracket in brackets)
    expect(max(depths, default=0) <= MAX_DEPTH, "is nested too deeply")
    hooks: Any = dict.fromkeys(("parse_int", "parse_float", "parse_constant"), _integer)
    try:
        value = json.loads(data.decode("utf-8"), object_pairs_hook=_object, **hooks)
        canonical_json(value if b"\\u" in data else None)  # an escape can spell a lone surrogate
    except (json.JSONDecodeError, UnicodeError, RecursionError) as error:
        raise FormatError(f"is not JSON: {error}") from None
    return value
def _object(pairs: list[tuple[str, Any]]) -> Json:
    is_allowed = len(found := dict(pairs)) == len(pairs) and all(map(str.isascii, found))
    expect(is_allowed, "has an object with a key twice, or with one that is not ASCII")
    return found
def _integer(digits: str) -> int:
    holds = len(digits) <= 17 and digits.lstrip("-").isdigit() and abs(int(digits)) <= MAX_INTEGER
    expect(holds, f"has a number that is not an integer within 2^53 - 1: {digits[:20]}")
    return int(digits)

def check_form(form: str, value: object, path: str = "") -> None:
    """Check that a value is of a form that the table names. Raises: FormatError, path first."""
    holds = value is None and form == "NULL"
    if isinstance(value, dict):
        kind = "drand" if "signature" in value else "void" if value.get("void") else ""
        name = f"{form} {value.get('kind', value.get('role', kind))}".rstrip()
        forms = FORMS.get(name, {})
        for key in filter(forms.__contains__, value):
            check_form(forms[key], value[key], f"{path}/{key}")
        holds = form == "ANYTHING" or NEEDED.get(name, {""}) <= value.keys() <= forms.keys()
    elif isinstance(value, list):
        item, _, sizes = form[:-1].rpartition("[")
        holds = form.endswith("]") and len(value) in _span(sizes)
        for index, part in enumerate(value if holds else ()):
            check_form(item, part, f"{path}/{index}")
    elif isinstance(value, str):
        holds = form.startswith("/") and re.fullmatch(form[1:-1], value) is not None
    elif type(value) is int:  # a boolean is not an integer
        holds = value in _span(form)
    expect(holds, f"{path} is not {form}")
@cache
def _span(form: str) -> range:  # the integers of a form `low..` or `low..high`; else none
    ends = re.fullmatch(r"(\d+)\.\.(\d*)", form.replace("TIME", f"0..{2**40}"))
    return range(int(ends[1]), int(ends[2] or MAX_INTEGER) + 1) if ends else range(0)

# FORMULAS: sections 1 to 7. Hashes are bytes, times are Unix seconds.
ENCODER = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"))
EMPTY_LOG_HEAD = bytes(32)
def canonical_json(value: object) -> bytes: return ENCODER.encode(value).encode()
def sha256(data: bytes) -> bytes: return hashlib.sha256(data).digest()
def tagged_hash(tag: str, data: bytes) -> bytes: return sha256(f"FTD1:{tag}\0".encode() + data)
def object_hash(tag: str, body: Json) -> bytes: return tagged_hash(tag, canonical_json(body))
def leaf_hash(entry: Json) -> bytes: return sha256(b"\0" + canonical_json(entry))
def node_hash(left: bytes, right: bytes) -> bytes: return sha256(b"\1" + left + right)
def commitment(drawing_id: str, source_id: str, value: bytes) -> bytes:
    return tagged_hash("commit", f"{drawing_id}\0{source_id}\0".encode() + value)
def signed_message(kind: str, body: Json) -> bytes:
    return f"FTD1:sig:{kind}\0".encode() + object_hash(kind, body)
def next_head(head: bytes, record: Json) -> bytes:
    return tagged_hash("log", head + canonical_json(record))
def log_heads(records: Sequence[Json]) -> list[bytes]:  # before the first record and after each
    return list(accumulate(records, next_head, initial=EMPTY_LOG_HEAD))
def first_round_at(draws_at: int, genesis_time: int, period: int) -> int:
    return max(1, 1 - (genesis_time - draws_at) // period)  # emitted then or later: rounded up
def emitted_at(drand: Json) -> int:
    return int(drand["genesis_time"] + (drand["round"] - 1) * drand["period"])
def drand_sources(terms: Json) -> list[Json]:
    return [source for source in terms["sources"] if source["kind"] == "drand"]
def units_of(entries: Sequence[Json]) -> int: return sum(entry["units"] for entry in entries)
def prize_count(terms: Json) -> int: return sum(prize["quantity"] for prize in terms["prizes"])
def merkle_levels(leaves: Sequence[bytes]) -> list[Sequence[bytes]]:  # from the leaves to [root]
    levels: list[Sequence[bytes]] = [leaves or [sha256(b"")]]
    while len(level := levels[-1]) > 1:  # pairing makes the same tree as splitting (RFC 9162 2.1.1)
        above = list(map(node_hash, level[::2], level[1::2]))
        levels.append(above + list(level[2 * len(above) :]))
    return levels
def signature_holds(key: str, kind: str, body: Json, signature: str) -> bool:
    with suppress(InvalidSignature, ValueError):
        public_key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(key))
        public_key.verify(bytes.fromhex(signature), signed_message(kind, body))
        return True
    return False
def draw_seed(terms: Json, close: Json, reveals: Sequence[Json]) -> bytes:
    seed = object_hash("terms", terms) + object_hash("close", close) + len(reveals).to_bytes(4)
    for source, reveal in zip(terms["sources"], reveals, strict=True):
        kind, text = source["kind"], reveal.get("value", "")
        said = bytes.fromhex(text) if kind == "commit" else text.encode()
        if kind == "drand":
            said = reveal["round"].to_bytes(8) + sha256(bytes.fromhex(reveal["signature"]))
        seed += tagged_hash("source", f"{source['id']}\0{kind}\0".encode() + said)
    return tagged_hash("seed", seed)

# DRAW: section 6.
def uniform(seed: bytes, draw: int, total: int) -> tuple[int, int]:  # number and blocks used
    expect(1 <= total <= MAX_INTEGER, f"{total} is not a number of units from 1 to 2^53 - 1")
    bits, blocks, number = (total - 1).bit_length(), 0, total if total > 1 else 0
    while number >= total:
        message = b"FTD1:draw\0" + draw.to_bytes(4) + blocks.to_bytes(4)
        number = int.from_bytes(hmac.digest(seed, message, "sha256")[:8]) >> (64 - bits)
        blocks += 1
    return number, blocks
Step = namedtuple("Step", "entry offset total number blocks")  # of the unit that fell in an entry
def select(seed: bytes, entries: Sequence[Json], count: int, distinct: str) -> list[Step]:
    remaining = sorted((e for e in entries if e["units"]), key=lambda entry: entry["entry_id"])
    size = 1 << len(remaining).bit_length()
    # A tree in a list: node n has the units of nodes 2n and 2n + 1, node size + i those of entry i.
    units = [0] * size + [entry["units"] for entry in remaining] + [0] * (size - len(remaining))
    for node in range(size - 1, 0, -1):
        units[node] = units[2 * node] + units[2 * node + 1]
    keys = [entry["holder" if distinct == "holder" else "entry_id"] for entry in remaining]
    alike, steps = defaultdict(list), list[Step]()
    for leaf, key in enumerate(keys, start=size):
        alike[key].append(leaf)
    while (total := units[1]) and len(steps) < count:
        number, blocks = uniform(seed, len(steps), total)
        node, offset = 1, number
        while node < size:
            node *= 2
            if offset >= units[node]:
                offset, node = offset - units[node], node + 1
        steps.append(Step(remaining[node - size], offset, total, number, blocks))
        for leaf in alike[keys[node - size]]:
            for level in range(size.bit_length() - 1, -1, -1):
                units[leaf >> level] -= units[leaf]
    return steps
def draw_picks(terms: Json, seed: bytes, entries: Sequence[Json]) -> list[tuple[Json, Step]]:
    steps = select(seed, entries, prize_count(terms) + terms["alternates"], terms["distinct"])
    prize_ids = chain.from_iterable(repeat(p["prize_id"], p["quantity"]) for p in terms["prizes"])
    prizes = chain(prize_ids, repeat(None))
    return [(pick_of(j, step.entry, next(prizes)), step) for j, step in enumerate(steps)]
def pick_of(position: int, entry: Json, prize_id: str | None) -> Json:
    pick = {"position": position, "entry_id": entry["entry_id"], "holder": entry["holder"]}
    return pick | {"role": "winner" if prize_id else "alternate", "prize_id": prize_id}

# CHECKS (section 8). A claim is a check's name, whether it holds (None: it does not apply or cannot
# be said), and why not. No hash that a bundle tells is believed: each is made anew.
CHECKS = ["terms", "terms-signature", "close-binding", "close-signature", "entries-order",
          "entries-root", "close-time", "reveals", "commitments", "beacon", "seed",
          "result-binding", "picks", "result-time", "result-signature", "log", "receipt"]
SIGNED_KINDS, OF_REVEALS = ["terms", "close", "result"], ["commitments", "beacon", "seed", "picks"]
SKIPPED = {"beacon": "no drand source", "log": "no log is given", "receipt": "no receipt is given"}
Claim = tuple[str, bool | None, str]

def claims_of(bundle: Json) -> Iterator[Claim]:
    terms, close, result, entries = (bundle[key] for key in (*SIGNED_KINDS, "entries"))
    yield from terms_claims(terms)
    for kind in SIGNED_KINDS:
        yield signed(f"{kind}-signature", terms, kind, bundle[kind], bundle[f"{kind}_sig"])
    for kind, other in ("close", "terms"), ("result", "terms"), ("result", "close"):
        check, hash_ = f"{kind}-binding", object_hash(other, bundle[other]).hex()
        yield check, bundle[kind]["drawing_id"] == terms["drawing_id"], "names another drawing"
        yield check, bundle[kind][f"{other}_hash"] == hash_, f"names other {other}"
    in_order = all(one["entry_id"] < two["entry_id"] for one, two in pairwise(entries))
    yield "entries-order", in_order, "an entry id is out of order"
    root = merkle_levels([leaf_hash(entry) for entry in entries])[-1][0].hex()
    made = {"entry_count": len(entries), "total_units": units_of(entries), "entries_root": root}
    for key, value in made.items():
        yield "entries-root", close[key] == value, f"the listed entries have {key} {value}"
    yield from close_time_claims(terms, close["closed_at"])
    yield from draw_claims(bundle)
    yield "result-time", result["drawn_at"] >= terms["draws_at"], "drawn before it was to be"
    yield from log_claims(bundle, bundle["log"]) if "log" in bundle else ()
    yield from receipt_claims(bundle)
def signed(check: str, terms: Json, kind: str, body: Json, signature: str) -> Claim:
    holds = signature_holds(terms["operator_key"], kind, body, signature)
    return check, holds, f"the {kind} has not the operator's signature"

def terms_claims(terms: Json) -> Iterator[Claim]:  # section 2
    sources, prizes, draws_at = terms["sources"], terms["prizes"], terms["draws_at"]
    in_order = terms["opens_at"] < terms["closes_at"] <= draws_at
    yield "terms", in_order, "times are out of order"
    is_operator = (sources[0]["id"], sources[0]["kind"]) == ("operator", "commit")
    yield "terms", is_operator, "the first source is not the operator's secret value"
    ids, prize_ids = {one["id"] for one in sources}, {one["prize_id"] for one in prizes}
    yield "terms", len(ids) == len(sources), "a source id stands twice"
    yield "terms", len(prize_ids) == len(prizes), "a prize id stands twice"
    picks = prize_count(terms) + terms["alternates"]
    yield "terms", picks <= MAX_PICKS, f"{picks} picks are more than {MAX_PICKS}"
    for one in drand_sources(terms):
        earliest = max(one["genesis_time"], terms["closes_at"] + MIN_BEACON_DELAY_S)
        due = first_round_at(draws_at, one["genesis_time"], one["period"])
        yield "terms", draws_at >= earliest, "draws before genesis or within 60 s of closing"
        yield "terms", one["round"] == due, f"the first round after draws_at is {due}"

def close_time_claims(terms: Json, closed_at: int) -> Iterator[Claim]:  # section 4
    yield "close-time", closed_at >= terms["closes_at"], "closed before sales were to end"
    for one in drand_sources(terms):
        yield "close-time", closed_at < emitted_at(one), "closed when the beacon's round was out"

def reveal_claims(drawing_id: str, source: Json, reveal: Json) -> Iterator[Claim]:  # 2 and 5
    name, kind = source["id"], source["kind"]
    is_secret = re.fullmatch("[0-9a-f]{64}", reveal.get("value", "")) is not None
    is_shaped = ("signature" in reveal) == (kind == "drand") and (is_secret or kind != "commit")
    yield "reveals", is_shaped and name == reveal["id"], f"{name} is not revealed in place and form"
    if kind == "commit" and is_shaped:
        made = commitment(drawing_id, name, bytes.fromhex(reveal["value"])).hex()
        yield "commitments", made == source["commitment"], f"{name} committed to another value"
    if kind == "drand" and is_shaped:
        yield "beacon", source["round"] == reveal["round"], f"{name} reveals another round"
        try:
            from fittrack.drawings.beacon import drand_signature_holds as holds
            is_valid = holds(source["public_key"], source["round"], reveal["signature"])
            yield "beacon", is_valid, f"{name} has a false signature"
        except ImportError:
            yield "beacon", None, "the round agrees; the pairing to check it is not installed"

def draw_claims(bundle: Json) -> Iterator[Claim]:  # sections 5 and 6
    terms, result, reveals = bundle["terms"], bundle["result"], bundle["reveals"]
    is_whole = len(reveals) == len(terms["sources"])
    claims: list[Claim] = [("reveals", is_whole, "there is not one reveal for each source")]
    for source, reveal in zip(terms["sources"], reveals, strict=False):
        claims += reveal_claims(terms["drawing_id"], source, reveal)
    if not all(holds for check, holds, _ in claims if check == "reveals"):
        yield from (claim for claim in claims if claim[0] == "reveals")
        yield from ((check, None, "the reveals do not hold") for check in OF_REVEALS)
        return
    yield from claims
    seed, entries = draw_seed(terms, bundle["close"], reveals), bundle["entries"]
    yield "seed", result["seed"] == seed.hex(), f"the seed is {seed.hex()}"
    drawable = entries if units_of(entries) <= MAX_INTEGER else []
    picks = [pick for pick, _ in draw_picks(terms, seed, drawable)]
    unfilled = max(0, prize_count(terms) - len(picks))
    yield "picks", result["picks"] == picks, "the seed gives other picks"
    yield "picks", result["unfilled"] == unfilled, f"{unfilled} prizes are unfilled"

def log_claims(bundle: Json, log: Json) -> Iterator[Claim]:  # sections 5 and 7
    terms, records, checkpoint = bundle["terms"], log["records"], log["checkpoint"]
    in_sequence = [one["seq"] for one in records] == list(range(len(records)))
    yield "log", in_sequence, "a seq is missing or out of place"
    yield "log", all(one["at"] <= two["at"] for one, two in pairwise(records)), "time goes back"
    stand, head = (checkpoint["log_size"], checkpoint["log_head"]), log_heads(records)[-1].hex()
    yield "log", stand == (len(records), head), "the checkpoint is of another size or head"
    yield signed("log", terms, "checkpoint", checkpoint, log["checkpoint_sig"])
    ranks = {one["id"]: 2 - (one["kind"] == "commit") for one in terms["sources"]}
    ranks[terms["sources"][0]["id"]] = 0  # first the operator, then other secrets, then the public
    rank_of = {object_hash("reveal", r).hex(): ranks.get(r["id"], 2) for r in bundle["reveals"]}
    own = [one for one in records if one["drawing_id"] == terms["drawing_id"]]
    story = [one for one in own if one["type"] in (*SIGNED_KINDS, "reveal", "abort")]
    told = [(one["type"], one["body_hash"]) for one in story]
    made = [(kind, object_hash(kind, bundle[kind]).hex()) for kind in SIGNED_KINDS]
    made[2:2] = sorted(("reveal", object_hash("reveal", one).hex()) for one in bundle["reveals"])
    is_told = told[:2] + sorted(told[2:-1]) + told[-1:] == made
    yield "log", is_told, "it does not tell of these terms, close, reveals and result, each once"
    if not is_told:
        return
    yield "log", story[0]["at"] <= terms["opens_at"], "the terms came after sales began"
    in_time = story[1]["at"] >= bundle["close"]["closed_at"]
    yield "log", in_time, "the close stands before it was made"
    order = [rank_of[one["body_hash"]] for one in story[2:-1]]
    yield "log", order == sorted(order), "the reveals are out of order"
    last_at = story[1 + sum(rank < 2 for rank in order)]["at"]  # of the close and the secrets
    in_time = all(last_at < emitted_at(one) for one in drand_sources(terms))
    yield "log", in_time, "the close or a secret came when the beacon's round was out"

def receipt_claims(bundle: Json) -> Iterator[Claim]:  # section 7
    terms, heads = bundle["terms"], log_heads(bundle["log"]["records"]) if "log" in bundle else []
    listed = {entry["entry_id"]: (entry["holder"], entry["units"]) for entry in bundle["entries"]}
    for receipt, signature in ((one["receipt"], one["sig"]) for one in bundle.get("receipts", [])):
        name, holder, size = receipt["entry_id"], receipt["holder"], receipt["log_size"]
        yield signed("receipt", terms, "receipt", receipt, signature)
        own = receipt["drawing_id"] == terms["drawing_id"]
        own = own and receipt["issued_at"] < terms["closes_at"]
        yield "receipt", own, f"{name}'s receipt is of another drawing, or came after sales ended"
        is_kept = listed.get(name) in ((holder, receipt["units"]), (holder, 0))  # whole or void
        yield "receipt", is_kept, f"{name} is not in the list as its receipt says"
        pinned = not heads or heads[size : size + 1] == [bytes.fromhex(receipt["log_head"])]
        yield "receipt", pinned, f"the log's past is not what the receipt of {name} pins"

# REPORT: section 9.
LEVELS = {
    "beacon": "drand's threshold, and that the operator's clock and log put the close before the"
    " round", "public": "that you look the value up yourself",
    "witnessed": "that one of them did not collude with the operator",
    "operator-only": "the operator: knowing its value, it could have tried ticket lists until one"
    " suited it. Not for a drawing with a prize of worth"}
Report = namedtuple("Report", "checks reasons assurance unmet exit")

def verify(data: bytes, *, key: str | None = None, require: Sequence[str] = ()) -> Report:
    """Check a bundle's bytes; `key` is the operator's public key in hex, if known. Never raises."""
    try:
        bundle = parse_json(data)
        check_form("BUNDLE", bundle)
        claims = list(claims_of(bundle))
        claims += [(name, None, SKIPPED[name]) for name in {*SKIPPED} - {one[0] for one in claims}]
    except (FormatError, RecursionError) as error:
        return unreadable(f"the bundle {str(error).strip()}")
    checks, reasons = dict.fromkeys(["format", *CHECKS], "pass"), dict[str, str]()
    for name, holds, reason in claims:
        if not holds and checks[name] != "fail":
            checks[name], reasons[name] = "skip" if holds is None else "fail", reason
    unmet = [f"{name!a} did not pass" for name in require if checks.get(name) != "pass"]
    holding = "fail" not in checks.values()
    if key not in (None, bundle["terms"]["operator_key"]):
        holding, unmet = False, [*unmet, "the operator's key is another"]
    kinds = [source["kind"] for source in bundle["terms"]["sources"]]
    reached = (checks["beacon"] == "pass", "public" in kinds, kinds.count("commit") > 1, True)
    level = next(compress(LEVELS, reached)) if holding else None
    return Report(checks, reasons, level, tuple(unmet), 0 if holding and not unmet else 1)
def unreadable(reason: str) -> Report:
    checks = {"format": "fail"} | dict.fromkeys(CHECKS, "skip")
    return Report(checks, {"format": reason}, None, (), 2)

def main(argv: Sequence[str] | None = None) -> int:
    """Verify the bundle that the command line names, print the report, return the exit status."""
    parser = argparse.ArgumentParser("verify-drawing", epilog=f"Checks: {', '.join(CHECKS)}.")
    parser.add_argument("bundle", metavar="BUNDLE", help="the bundle's JSON file")
    parser.add_argument("--key", metavar="HEX64", help="the operator's public key, as you know it")
    parser.add_argument("--require", metavar="NAME", action="append", default=[], help="must pass")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    options = parser.parse_args(argv)
    try:
        report = verify(Path(options.bundle).read_bytes(), key=options.key, require=options.require)
    except (OSError, ValueError) as error:
        report = unreadable(f"the file cannot be read: {type(error).__name__}")
    if options.json:
        print(json.dumps({key: getattr(report, key) for key in ("checks", "assurance", "exit")}))
        return int(report.exit)
    for check, outcome in report.checks.items():
        print(f"{outcome}  {check:16}  {report.reasons.get(check, '')}".rstrip())
    for unmet in report.unmet:
        print(f"unmet: {unmet}")
    trust = f"; what is left to trust: {LEVELS[report.assurance]}" if report.assurance else ""
    print(f"assurance: {str(report.assurance).lower()}{trust}")
    return int(report.exit)

if __name__ == "__main__":
    raise SystemExit(main())
