"""Every value that the protocol publishes is what FitTrack computes."""

from __future__ import annotations

import hashlib

import pytest

from fittrack.drawings.beacon import drand_signature_holds
from fittrack.drawings.inclusion import inclusion_holds, inclusion_path, merkle_root, proof_document
from fittrack.drawings.protocol import holder_tag
from fittrack.drawings.verifier import (
    FormatError,
    canonical_json,
    commitment,
    emitted_at,
    first_round_at,
    leaf_hash,
    log_heads,
    merkle_levels,
    parse_json,
    select,
    uniform,
)
from tests.drawings.vectors import groups

VECTORS = groups()


@pytest.mark.parametrize("case", VECTORS["canonical_json"])
def test_canonical_json_has_the_published_bytes(case):
    assert canonical_json(case["input"]).hex() == case["utf8_hex"]
    assert hashlib.sha256(canonical_json(case["input"])).hexdigest() == case["sha256"]


@pytest.mark.parametrize("text", [case["text"] for case in VECTORS["json_reject"]])
def test_json_that_is_not_accepted_is_refused(text):
    with pytest.raises(FormatError):
        parse_json(text.encode("utf-8", "surrogatepass"))


@pytest.mark.parametrize("case", VECTORS["commitment"])
def test_commitments_are_the_published_ones(case):
    made = commitment(case["drawing_id"], case["source_id"], bytes.fromhex(case["value"]))
    assert made.hex() == case["commitment"]


@pytest.mark.parametrize("case", VECTORS["holder"])
def test_holder_tags_are_the_published_ones(case):
    tag = holder_tag(case["drawing_id"], case["member_id"], bytes.fromhex(case["salt"]))
    assert tag.hex() == case["holder"]


@pytest.mark.parametrize("case", VECTORS["merkle"], ids=lambda case: str(len(case["leaves"])))
def test_merkle_leaves_and_roots_are_the_published_ones(case):
    leaves = [leaf_hash(entry) for entry in case["entries"]]
    assert [leaf.hex() for leaf in leaves] == case["leaves"]
    assert merkle_root(leaves).hex() == case["root"]


def judged(proof, leaves, root):
    """Say whether a published proof holds; one without a leaf of its own is of its index."""
    leaf = bytes.fromhex(proof["leaf"]) if "leaf" in proof else leaves[proof["index"]]
    path = [bytes.fromhex(node) for node in proof["path"]]
    return inclusion_holds(leaf, proof["index"], proof["tree_size"], path, root)


@pytest.mark.parametrize("case", VECTORS["merkle"], ids=lambda case: str(len(case["leaves"])))
def test_inclusion_proofs_are_made_and_judged_as_published(case):
    leaves = [bytes.fromhex(leaf) for leaf in case["leaves"]]
    for proof in case["proofs"]:
        assert judged(proof, leaves, bytes.fromhex(case["root"])) is proof["valid"], proof
        if proof["valid"]:
            made = inclusion_path(merkle_levels(leaves), proof["index"])
            assert [node.hex() for node in made] == proof["path"]


@pytest.mark.parametrize("case", VECTORS["uniform"])
def test_uniform_numbers_are_the_published_ones(case):
    drawn = uniform(bytes.fromhex(case["seed"]), case["j"], case["R"])
    assert drawn == (case["u"], case["blocks"])


@pytest.mark.parametrize("case", VECTORS["selection"], ids=lambda case: case["name"])
def test_selections_are_the_published_ones(case):
    steps = select(bytes.fromhex(case["seed"]), case["entries"], case["count"], case["distinct"])
    assert [step.entry["entry_id"] for step in steps] == case["selected"]
    trace = [{"R": step.total, "u": step.number, "blocks": step.blocks} for step in steps]
    assert trace == case["trace"]


@pytest.mark.parametrize("case", VECTORS["sweep"])
def test_thousands_of_seeds_select_what_was_published(case):
    lines, firsts, blocks_used = [], dict.fromkeys(case["first_pick_counts"], 0), 0
    for run in range(case["runs"]):
        seed = hashlib.sha256(f"{case['prefix']}{run}".encode()).digest()
        steps = select(seed, case["entries"], case["count"], case["distinct"])
        lines.append(",".join(step.entry["entry_id"] for step in steps) + "\n")
        firsts[steps[0].entry["entry_id"]] += 1
        blocks_used += sum(step.blocks for step in steps)
    assert hashlib.sha256("".join(lines).encode()).hexdigest() == case["lines_sha256"]
    assert (firsts, blocks_used) == (case["first_pick_counts"], case["blocks_used"])


def generated_entries(case):
    """Return the entries that a `generated` case describes by rule."""

    def digest(kind, number):
        return hashlib.sha256(f"{case['prefix']} {kind} {number}".encode())

    return [
        {
            "entry_id": f"G{index:08d}",
            "holder": digest("holder", index % case["members"]).hexdigest(),
            "units": 1 + int.from_bytes(digest("units", index).digest()[:4]) % case["unit_mod"],
            "void": "",
        }
        for index in range(case["entries"])
    ]


@pytest.mark.parametrize("case", VECTORS["generated"])
def test_a_large_generated_list_has_the_published_root_and_selection(case):
    entries = generated_entries(case)
    assert merkle_root([leaf_hash(entry) for entry in entries]).hex() == case["root"]
    assert sum(entry["units"] for entry in entries) == case["total_units"]
    seed = hashlib.sha256(f"{case['prefix']} seed".encode()).digest()
    steps = select(seed, entries, case["count"], "holder")
    assert [step.entry["entry_id"] for step in steps] == case["selected"]
    trace = [{"R": step.total, "u": step.number, "blocks": step.blocks} for step in steps]
    assert trace == case["trace"]
    proof = proof_document(entries, entries[case["proof"]["index"]]["entry_id"])
    assert (proof["path"], proof["root"]) == (case["proof"]["path"], case["root"])


@pytest.mark.parametrize("case", VECTORS["beacon_signature"], ids=lambda case: case["why"])
def test_beacon_signatures_are_judged_as_published(case):
    pytest.importorskip("py_ecc", reason="the pairing is optional and not installed")
    holds = drand_signature_holds(case["public_key"], case["round"], case["signature"])
    assert holds is case["valid"]


@pytest.mark.parametrize("case", VECTORS["beacon_round"])
def test_beacon_rounds_are_the_first_at_or_after_the_draw(case):
    due = first_round_at(case["draws_at"], case["genesis_time"], case["period"])
    assert due == case["round"]
    assert emitted_at(case | {"round": due}) == case["emitted_at"]


@pytest.mark.parametrize("case", VECTORS["log"], ids=lambda case: str(len(case["records"])))
def test_log_heads_are_the_published_ones(case):
    assert [head.hex() for head in log_heads(case["records"])] == case["heads"]
