"""How deep archives are opened, and how one ends; no I/O."""

from __future__ import annotations

from fittrack.activities.archives.models import Tally
from fittrack.activities.files.errors import refused
from fittrack.activities.imports.models import Refusal

# An export may be a zip of zips, as Garmin's is; nobody has a reason for a third.
MOST_DEPTH = 2


def end_of(tally: Tally) -> tuple[str, Refusal | None]:
    """Return the final state of an archive whose files have theirs: the best of them."""
    if tally.created_count:
        return "created", None
    if tally.duplicate_count:
        return "duplicate", None
    refusal = refused("no_activity_inside")
    return "refused", Refusal(refusal.code, refusal.detail)
