"""The kept values of drawings under the present key (`flask keys rotate`).

Values that were revealed are public, and stay as they are.
"""

from __future__ import annotations

from datetime import datetime

from fittrack import crypto, db
from fittrack.clock import utc_now
from fittrack.crypto import Unsealable
from fittrack.db import Transaction
from fittrack.drawings import repository
from fittrack.drawings.conduct.values import context_of, purpose_of
from fittrack.drawings.models import Source
from fittrack.keys.models import Batch


def count_values() -> int:
    """Return how many values are kept that were not revealed."""
    with db.reading("count_kept_values") as tx:
        return repository.count_kept_values(tx)


def reseal_values(*, after_id: str, row_limit: int) -> Batch:
    """Put the next kept values under the present key, and say how far it came."""
    drawing_id, _, source_id = after_id.partition("/")
    with db.transaction("reseal_values") as tx:
        sources = repository.list_kept_values(
            tx, after_drawing_id=drawing_id, after_source_id=source_id or "0", row_limit=row_limit
        )
        batch = Batch(context_of(sources[-1]) if sources else None)
        for source in sources:
            try:
                batch = batch.plus(changed=_reseal(tx, source, now=utc_now()))
            except Unsealable:
                batch = batch.plus_lost(f"the value of {context_of(source)}")
    return batch


def _reseal(tx: Transaction, source: Source, *, now: datetime) -> bool:
    kept = repository.get_sealed_value(tx, source.drawing_id, source.source_id)
    sealed = crypto.resealed(purpose_of(source), context_of(source), kept)
    if sealed is None:
        return False
    if not repository.update_resealed_value(tx, source, sealed, sealed_at=now):
        repository.insert_resealed_value(tx, source, sealed, sealed_at=now)
    return True
