"""Proofs that an entry is in the list of a close (docs/drawing-protocol.md, section 3). Pure."""

from __future__ import annotations

from collections.abc import Sequence

from fittrack.drawings.protocol import ProtocolError, in_order
from fittrack.drawings.verifier import (
    FormatError,
    Json,
    check_form,
    leaf_hash,
    merkle_levels,
    node_hash,
)

PROOF_FORMS = {
    "entry": "ENTRY",
    "index": "0..",
    "tree_size": "1..",
    "path": "/[0-9a-f]{64}/[0..]",
    "root": "/[0-9a-f]{64}/",
}


def merkle_root(leaves: Sequence[bytes]) -> bytes:
    """Return the root over leaf hashes, 32 bytes (RFC 9162 section 2.1.1)."""
    return merkle_levels(leaves)[-1][0]


def inclusion_path(levels: Sequence[Sequence[bytes]], index: int) -> list[bytes]:
    """Return the proof that a leaf is in a tree, as `merkle_levels` gives it (RFC 9162, 2.1.3.1).

    Raises: ProtocolError, when there is no such leaf.
    """
    if not 0 <= index < len(levels[0]):
        raise ProtocolError(f"the list has no entry {index}")
    path = []
    for level in levels[:-1]:
        sibling = index ^ 1
        if sibling < len(level):  # an odd last node rises without one
            path.append(level[sibling])
        index //= 2
    return path


def inclusion_holds(
    leaf: bytes, index: int, tree_size: int, path: Sequence[bytes], root: bytes
) -> bool:
    """Say whether a path proves a leaf to be in a tree of a root (RFC 9162, 2.1.3.2)."""
    if not 0 <= index < tree_size:
        return False
    node, last = leaf, tree_size - 1
    for sibling in path:
        if last == 0:
            return False
        if index % 2 or index == last:
            node = node_hash(sibling, node)
            while index % 2 == 0 and index:
                index, last = index // 2, last // 2
        else:
            node = node_hash(node, sibling)
        index, last = index // 2, last // 2
    return last == 0 and node == root


def proof_document(entries: Sequence[Json], entry_id: str) -> Json:
    """Return the proof that an entry is in the list of a close (section 3).

    Raises: ProtocolError, when the list has no such entry.
    """
    ordered = in_order(entries)
    index = next((i for i, one in enumerate(ordered) if one["entry_id"] == entry_id), -1)
    levels = merkle_levels([leaf_hash(entry) for entry in ordered])
    path = inclusion_path(levels, index)
    return {
        "entry": ordered[index],
        "index": index,
        "tree_size": len(ordered),
        "path": [node.hex() for node in path],
        "root": levels[-1][0].hex(),
    }


def proof_holds(document: object) -> bool:
    """Say whether a proof document is of the right form and proves its entry."""
    if not isinstance(document, dict) or document.keys() != PROOF_FORMS.keys():
        return False
    proof: Json = document
    try:
        for key, form in PROOF_FORMS.items():
            check_form(form, proof[key])
    except FormatError:
        return False
    path = [bytes.fromhex(node) for node in proof["path"]]
    leaf, root = leaf_hash(proof["entry"]), bytes.fromhex(proof["root"])
    return inclusion_holds(leaf, proof["index"], proof["tree_size"], path, root)
