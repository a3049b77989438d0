"""What somebody sees of an activity."""

from __future__ import annotations

from fittrack.activities import repository
from fittrack.activities.samples import Samples, empty_samples, unpack
from fittrack.activities.sharing.models import Recorded
from fittrack.db import Transaction


def get_recorded(tx: Transaction, activity_id: str, viewer_id: str) -> Recorded:
    """Return an activity with all that was recorded, as far as a viewer may see it.

    Raises: ActivityNotFound.
    """
    activity = repository.get_activity(tx, activity_id, viewer_id)
    laps = repository.list_laps(tx, activity_id)
    return Recorded(activity, laps, _samples(tx, activity_id))


def _samples(tx: Transaction, activity_id: str) -> Samples:
    block_bytes = repository.find_samples(tx, activity_id)
    return unpack(block_bytes) if block_bytes else empty_samples()
