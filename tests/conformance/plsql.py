"""The ANTLR grammar of PL/SQL over every Oracle statement and migration.

Run as `python -m tests.conformance.plsql`; exits 1 where the grammar refuses a text, and never
skips: what can't run fails. Verdicts are kept by the text's SHA-256 in var/, for the grammar needs
seconds to warm up.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.conformance.node import INSTALLED, install, lock_hash, node_commands
from tests.conformance.sources import migrations, statements

Verdicts = dict[str, list[str]]
CACHE = INSTALLED.with_name("plsql-verdicts.json")
TEXTS_PER_PROCESS = 40  # fewer are read sooner by one process that is warm
TIMEOUT_S = 600

# The grammar is older than these words of Oracle 23ai.
_NEWER = (
    (re.compile(r"\bIF\s+(NOT\s+)?EXISTS\b", re.IGNORECASE), ""),
    (re.compile(r"\bEXCEPT\b", re.IGNORECASE), "MINUS"),
)

# What the gate must refuse; a gate that lets these through proves nothing.
BROKEN = (
    "SELECT handle FROM accounts LIMIT 5",
    "SELECT a.handle FROM accounts AS a",
    "SELECT handle, FROM accounts",
    "UPDATE accounts SET points = 1 RETURNING points",
    "INSERT INTO accounts (points) VALUES (1) ON CONFLICT DO NOTHING",
    "CREATE TABLE accounts (points NUMBER(3) NOT NULL DEFAULT 0)",
    "DELETE FROM accounts; DELETE FROM entries",
)


def normalise(text: str) -> str:
    """Return a text without the words that are newer than the grammar."""
    for pattern, replacement in _NEWER:
        text = pattern.sub(replacement, text)
    return text


def key_of(text: str) -> str:
    """Return what a verdict is kept under: the text and the grammar that read it."""
    return hashlib.sha256(f"{lock_hash()}\n{text}".encode()).hexdigest()


def judge(texts: Sequence[str], *, cache: Path = CACHE) -> list[list[str]]:
    """Return the grammar's errors for each text, in order; an empty list is a text well formed."""
    keyed = {key_of(text): normalise(text) for text in texts}
    known = _read_cache(cache)
    fresh = _parse({key: text for key, text in keyed.items() if key not in known})
    if fresh:
        _write_cache(cache, {**known, **fresh})
    verdicts = {**known, **fresh}
    return [verdicts[key_of(text)] for text in texts]


def _read_cache(cache: Path) -> Verdicts:
    try:
        found: Verdicts = json.loads(cache.read_text())
    except (FileNotFoundError, json.JSONDecodeError):
        return {}
    return found


def _write_cache(cache: Path, verdicts: Verdicts) -> None:
    cache.parent.mkdir(parents=True, exist_ok=True)
    draft = cache.with_suffix(f".{os.getpid()}")
    draft.write_text(json.dumps(verdicts))
    draft.replace(cache)


def _parse(texts: Mapping[str, str]) -> Verdicts:
    """Return the verdicts of texts by key, read by as many processes as there is work for."""
    if not texts:
        return {}
    folder = install()
    shards = max(1, min(os.cpu_count() or 1, len(texts) // TEXTS_PER_PROCESS))
    lines = [json.dumps({"key": key, "text": text}) for key, text in texts.items()]
    with ThreadPoolExecutor(shards) as pool:
        parts = pool.map(_run_node, [folder] * shards, [lines[n::shards] for n in range(shards)])
        return {key: errors for part in parts for key, errors in part.items()}


def _run_node(folder: Path, lines: list[str]) -> Verdicts:
    node, _ = node_commands()
    done = subprocess.run(
        [*node, "parse.mjs"],
        cwd=folder,
        input="\n".join(lines),
        stdout=subprocess.PIPE,
        text=True,
        check=True,
        timeout=TIMEOUT_S,
    )
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    return {answer["key"]: answer["errors"] for answer in answers}


def main() -> int:
    """Print what the grammar refuses; return 1 when there is something."""
    started_s = time.monotonic()
    subjects = [*statements(), *(m for m in migrations() if m.engine == "oracle")]
    verdicts = judge([*BROKEN, *(subject.text for subject in subjects)])
    let_through = [
        text for text, errors in zip(BROKEN, verdicts[: len(BROKEN)], strict=True) if not errors
    ]
    refused = 0
    for subject, errors in zip(subjects, verdicts[len(BROKEN) :], strict=True):
        refused += bool(errors)
        for error in errors:
            print(f"{subject.place}:{subject.line_no}: grammar, at {error}")
    for text in let_through:
        print(f"the grammar lets a broken text through: {text}")
    print(f"plsql: {len(subjects)} texts, {refused} refused, {time.monotonic() - started_s:.1f} s")
    return 1 if refused or let_through else 0


if __name__ == "__main__":
    sys.exit(main())
