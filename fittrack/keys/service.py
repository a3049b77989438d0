"""Use cases of keys: bring a new one in without a gap, and seal again what is sealed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from importlib import import_module
from typing import Any

from fittrack import auth, config, crypto, db
from fittrack.keys import rules
from fittrack.keys.models import Batch, Rotation, Sealed, Step
from fittrack.keys.registry import SEALED

BATCH_ROWS = 100
FIRST_ID = "0"


def plan(kind: str) -> list[Step]:
    """Return the steps that bring in a fresh key of a kind, its secret among the settings."""
    return rules.steps(kind, config.current(), config.new_secret())


def count(sealed: Sealed) -> int:
    """Return how many values of a kind are sealed."""
    return int(_function(sealed.count)())


def reseal(*, told: Callable[[Batch], object]) -> Iterator[Rotation]:
    """Put every sealed value under the present key, batch by batch, and yield each kind's sum.

    Each batch commits by itself, and what is under the present key is left alone: it may be cut
    off at any time and run again, beside all other processes.
    """
    for sealed in SEALED:
        yield _reseal(sealed, told)


def _reseal(sealed: Sealed, told: Callable[[Batch], object]) -> Rotation:
    seen = changed = 0
    lost: tuple[str, ...] = ()
    last_id: str | None = FIRST_ID
    while last_id is not None:
        batch = _next_batch(sealed, last_id)
        seen, changed = seen + batch.seen, changed + batch.changed
        lost, last_id = (*lost, *batch.lost), batch.last_id
        told(batch)
    return Rotation(sealed.name, seen, changed, lost)


def _next_batch(sealed: Sealed, after_id: str) -> Batch:
    function = _function(sealed.reseal)
    batch: Batch = db.retry(
        lambda: function(after_id=after_id, row_limit=BATCH_ROWS), may_replay=True
    )
    return batch


def ids_in_use() -> dict[str, list[str]]:
    """Return the ids of the keys that count now, the present one of each kind first."""
    return {
        "signing": [key["kid"] for key in auth.public_keys()],
        "encryption": crypto.encryption_key_ids(),
        "operator": list(crypto.operator_public_keys()),
    }


def _function(path: str) -> Callable[..., Any]:
    module, _, name = path.rpartition(".")
    function: Callable[..., Any] = getattr(import_module(module), name)
    return function
