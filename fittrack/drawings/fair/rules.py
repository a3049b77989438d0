"""How published documents are told on a page. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime

from fittrack.clock import from_epoch_s
from fittrack.drawings.fair.models import Hash, ShownSource, Signed
from fittrack.drawings.models import Document
from fittrack.drawings.record.rules import parsed
from fittrack.drawings.verifier import Json

NAMED = (("terms", "Terms"), ("close", "Close"), ("result", "Result"))


def sources(terms: Json, reveals: Sequence[Json]) -> list[ShownSource]:
    """Return the sources of signed terms with what each revealed so far."""
    said = {reveal["id"]: reveal for reveal in reveals}
    kept_by = terms.get("ext", {}).get("value_kept_by", {})
    return [
        ShownSource(one["id"], kept_by.get(one["id"]), _fixed(one), _revealed(said.get(one["id"])))
        for one in terms["sources"]
    ]


def _fixed(source: Json) -> str:
    if source["kind"] == "drand":
        return f"round {source['round']} of the drand chain {source['chain_hash']}"
    return str(source.get("commitment") or source["description"])


def _revealed(reveal: Json | None) -> str | None:
    return None if reveal is None else str(reveal.get("value") or reveal["signature"])


def hashes(documents: Mapping[str, Document]) -> list[Hash]:
    """Return the hashes and the root of what a drawing has signed so far."""
    found = [
        Hash(f"{name} hash", documents[kind].body_hash) for kind, name in NAMED if kind in documents
    ]
    if "close" in documents:
        root = parsed(documents["close"].body_text)["entries_root"]
        found.insert(2, Hash("Root of the list", root))
    if "result" in documents:
        found.append(Hash("Seed", parsed(documents["result"].body_text)["seed"]))
    terms = parsed(documents["terms"].body_text)
    found.append(Hash("Rules (SHA-256)", terms["rules_sha256"]))
    return [*found, Hash("Operator's key", terms["operator_key"])]


def documents(found: Mapping[str, Document]) -> list[Signed]:
    """Return terms and close laid out for reading; their bytes are the same without the spaces."""
    return [
        Signed(
            name, json.dumps(parsed(found[kind].body_text), indent=1), found[kind].signature or ""
        )
        for kind, name in NAMED[:2]
        if kind in found
    ]


def instant(moment: datetime) -> str:
    """Return an instant for a reader, in UTC to the second."""
    return f"{moment:%Y-%m-%d %H:%M:%S}"


def epoch(seconds: int) -> str:
    """Return Unix seconds for a reader, in UTC."""
    return instant(from_epoch_s(seconds))


def dollars(cents: int) -> str:
    """Return US cents for a reader."""
    return f"${cents // 100:,}.{cents % 100:02}"
