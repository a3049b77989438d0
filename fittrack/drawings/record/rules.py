"""How published rows and FTD1's objects become each other. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from fittrack.drawings import inclusion, protocol, verifier
from fittrack.drawings.inclusion import merkle_root
from fittrack.drawings.models import Source
from fittrack.drawings.protocol import Drawn
from fittrack.drawings.public_log import LogHead
from fittrack.drawings.record.models import (
    Frozen,
    FrozenEntry,
    HeadRow,
    LogRecord,
    Pick,
    PublishedPick,
)
from fittrack.drawings.rounds.models import Beacon
from fittrack.drawings.verifier import Json, canonical_json, leaf_hash, merkle_levels, parse_json

# A power of two: the roots of runs of this many leaves are then nodes of the whole tree.
RUN_LENGTH = 1024
IN_DOCUMENTS = frozenset({"terms", "close", "result"})
_NO_LETTERS = re.compile(r"[\W_]+")


def log_head(row: HeadRow) -> LogHead:
    """Return the stored end of the log as FTD1 sees it."""
    return LogHead(row.log_size, bytes.fromhex(row.head), row.logged_s)


def log_row(record: Json, head: LogHead, body: Json) -> LogRecord:
    """Return a new record as stored; bodies that are documents are not stored twice."""
    body_text = None if record["type"] in IN_DOCUMENTS else canonical_json(body).decode()
    return LogRecord(
        seq_no=record["seq"],
        logged_s=record["at"],
        type=record["type"],
        drawing_id=record["drawing_id"],
        body_hash=record["body_hash"],
        body_text=body_text,
        head=head.head.hex(),
    )


def record_of(row: LogRecord) -> Json:
    """Return a stored record as FTD1 hashes it."""
    return {
        "seq": row.seq_no,
        "at": row.logged_s,
        "type": row.type,
        "drawing_id": row.drawing_id,
        "body_hash": row.body_hash,
    }


def head_after(row: LogRecord) -> LogHead:
    """Return where the log stood after a record."""
    return LogHead(row.seq_no + 1, bytes.fromhex(row.head), row.logged_s)


def freeze(drawing_id: str, entries: Sequence[Json]) -> Frozen:
    """Return a list of entries in canonical order as it is stored. Raises: ProtocolError."""
    ordered = protocol.in_order(entries)
    return Frozen(list(_places(drawing_id, ordered)), run_roots(ordered))


def next_head(before: LogHead, row: LogRecord) -> bytes:
    """Return the head that a stored record gives after the one before it."""
    return verifier.next_head(before.head, record_of(row))


def _places(drawing_id: str, ordered: Sequence[Json]) -> Iterator[dict[str, Any]]:
    """Yield the rows of a list in canonical order; tickets are numbered on from 1."""
    number = 1
    for position, entry in enumerate(ordered):
        yield {
            "drawing_id": drawing_id,
            "position": position,
            "entry_id": entry["entry_id"],
            "holder": entry["holder"],
            "units": entry["units"],
            "void_reason": entry["void"] or None,
            "first_ticket_no": number,
        }
        number += entry["units"]


def entry_of(row: FrozenEntry) -> Json:
    """Return a frozen place as the entry that the close hashed."""
    return {
        "entry_id": row.entry_id,
        "holder": row.holder,
        "units": row.units,
        "void": row.void_reason or "",
    }


def picks(drawn: Drawn, first_numbers: Mapping[str, int]) -> Iterator[Pick]:
    """Yield the picks of a result with the tickets on which they fell.

    A winning ticket's number is its entry's first number plus the offset within the entry.
    """
    for pick, offset in zip(drawn.result["picks"], drawn.offsets, strict=True):
        yield Pick(
            drawn.result["drawing_id"],
            pick["position"],
            pick["entry_id"],
            pick["role"],
            pick["prize_id"],
            first_numbers[pick["entry_id"]] + offset,
        )


def run_roots(ordered: Sequence[Json]) -> list[bytes]:
    """Return the roots of the runs of a list."""
    return [merkle_root([leaf_hash(entry) for entry in run]) for run in _runs(ordered)]


def run_of(position: int) -> tuple[int, int]:
    """Return the first position of the run that holds a position, and the first after the run."""
    first = position - position % RUN_LENGTH
    return first, first + RUN_LENGTH


def proof(run: Sequence[Json], roots: Sequence[bytes], *, index: int, tree_size: int) -> Json:
    """Return the inclusion proof of an entry from its run and the roots of all runs.

    The tree over the roots is the top of the whole tree, for runs have a power of two of leaves.
    """
    low = merkle_levels([leaf_hash(entry) for entry in run])
    high = merkle_levels(roots)
    path = inclusion.inclusion_path(low, index % RUN_LENGTH)
    path += inclusion.inclusion_path(high, index // RUN_LENGTH)
    return {
        "entry": run[index % RUN_LENGTH],
        "index": index,
        "tree_size": tree_size,
        "path": [node.hex() for node in path],
        "root": high[-1][0].hex(),
    }


def named(pick: PublishedPick) -> PublishedPick:
    """Return a pick with its member's name as it may be shown."""
    name = shown_name(pick.display_name, status=pick.account_status, privacy=pick.profile_privacy)
    return replace(pick, display_name=name)


def shown_name(display_name: str, *, status: str, privacy: str) -> str:
    """Return a winner's name as the profile's privacy allows, else the initials.

    Of an erased account nothing is left but a pseudonym, which hides nobody.
    """
    if privacy == "public" or status == "erased":
        return display_name
    words = _NO_LETTERS.split(display_name)
    return " ".join(f"{word[0].upper()}." for word in words if word)[:20] or "?"


def parsed(text: str) -> Json:
    """Return the object of canonical JSON text."""
    body = parse_json(text.encode())
    if not isinstance(body, dict):
        raise TypeError("a published document is an object")
    return body


def json_text(body: Json) -> str:
    """Return canonical JSON as text."""
    return canonical_json(body).decode()


def assurance(sources: Sequence[Source | Beacon]) -> str:
    """Return the level that a drawing's sources promise (FTD1, section 9)."""
    if any(isinstance(source, Beacon) for source in sources):
        return "beacon"
    return "witnessed" if len(sources) > 1 else "operator-only"


def left_to_trust(sources: Sequence[Source | Beacon]) -> str:
    """Return in words what remains to be trusted, honest about who keeps which value."""
    if any(isinstance(source, Beacon) for source in sources):
        return "The beacon's threshold, and that the operator's clock and log put the close first."
    kept = [source for source in sources if isinstance(source, Source)]
    witnesses = [source for source in kept if source.sponsor_id is not None]
    if not witnesses:
        return (
            "The operator: knowing its value, it could have tried ticket lists until one suited it."
        )
    if all(source.custody == "operator" for source in witnesses):
        return (
            "The operator keeps the sponsor's value too, sealed with a key of its own, until the "
            "sponsor's order to reveal it: that it was not read before the close."
        )
    return "That the sponsor, which kept its value itself, did not collude with the operator."


def _runs(ordered: Sequence[Json]) -> Iterator[Sequence[Json]]:
    for start in range(0, len(ordered), RUN_LENGTH):
        yield ordered[start : start + RUN_LENGTH]
