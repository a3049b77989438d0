"""Manual entries in an export of our own, made again under the rules of typing them in."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from marshmallow import ValidationError

from fittrack import config
from fittrack.activities.archives.models import ArchiveItem
from fittrack.activities.editing import rules
from fittrack.activities.editing.schemas import ManualActivitySchema
from fittrack.activities.imports import rules as import_rules
from fittrack.activities.imports.models import Refusal
from fittrack.activities.models import VISIBILITIES, Part
from fittrack.activities.samples import empty_samples
from fittrack.errors import Invalid
from fittrack.ids import new_id


def is_typed_in(member: ArchiveItem) -> bool:
    """Tell whether this is an entry that never had a file."""
    return "entry" in (member.hints_json or {})


def part_of(member: ArchiveItem, *, now: datetime) -> list[Part] | Refusal:
    """Return the entry ready to be stored, or why it can't be typed in today.

    It keeps its place, so that the same entry is there once.
    """
    said, zone = member.hints_json or {}, config.current().zone
    try:
        entry = rules.entry_of(ManualActivitySchema().load(said["entry"]))
        checked = rules.checked(entry, oldest_at=now - rules.OLDEST, now=now)
    except (Invalid, ValidationError):
        return import_rules.NOT_TYPED_IN
    activity = rules.activity_of(
        checked, member.account_id, activity_id=new_id(), zone=zone, now=now
    )
    visibility = said.get("visibility")
    kept = replace(
        activity,
        origin_key=said["origin_key"],
        visibility=visibility if visibility in VISIBILITIES else None,
    )
    return [rules.part_of(kept, empty_samples(), [], zone)]
