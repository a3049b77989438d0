"""From the bytes of one file to its activities and its final state: what all imports share."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, TypeVar

from rq.timeouts import JobTimeoutException

from fittrack import config
from fittrack.activities import repository as activities
from fittrack.activities import rules as activity_rules
from fittrack.activities.editing.repository import lock_standing
from fittrack.activities.files import FileRefused, read_activity_file
from fittrack.activities.imports import repository, rules
from fittrack.activities.imports.models import Refusal, Upload
from fittrack.activities.models import Origin, Part
from fittrack.activities.recording import Recording
from fittrack.activities.service import hold_member, insert_parts, release_file
from fittrack.db import Transaction
from fittrack.db.errors import Busy, Unique
from fittrack.ids import new_id

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Source:
    """Whose file it is that was read, which file of an upload, and where its bytes are kept."""

    import_item_id: str
    account_id: str
    original_file_id: str | None
    hints: dict[str, Any] | None = None


def attempted(read: Callable[[], T], attempt: int) -> T | Refusal:
    """Return what `read` returns, or why its file does not come in.

    What failed `rules.MAX_READS` times is not tried again. Raises: JobTimeoutException, the first
    time that the file outlasts its limit.
    """
    if attempt > rules.MAX_READS:
        return rules.UNREADABLE
    try:
        return read()
    except FileRefused as refused:
        return Refusal(refused.code, refused.detail)
    except MemoryError:
        return rules.TOO_HEAVY
    except JobTimeoutException:
        if attempt < rules.MAX_TIMEOUTS:
            raise
        return rules.TOO_SLOW


def parts_of(source: Source, content: bytes, *, now: datetime) -> list[Part] | Refusal:
    """Return what a file holds, ready to be stored. Raises: FileRefused."""
    recordings = rules.hinted(read_activity_file(content), source.hints)
    parts = [_part(source, part_no, each, now=now) for part_no, each in recordings.items()]
    return parts or rules.NOTHING


def _part(source: Source, part_no: int, recording: Recording, *, now: datetime) -> Part:
    part = activity_rules.part_of(
        recording,
        Origin(source.account_id, source.original_file_id or "", part_no),
        activity_id=new_id(),
        zone=config.current().zone,
        now=now,
    )
    visibility = rules.visibility_of(part_no, source.hints)
    return replace(part, activity=replace(part.activity, visibility=visibility))


def settle_file(
    tx: Transaction, source: Source, outcome: list[Part] | Refusal, *, now: datetime
) -> bool:
    """Give a waiting file its final state with its activities; of a refused one nothing is kept.

    Returns False, and changes nothing, where the file has its final state already.
    """
    hold_member(tx, source.account_id, now=now)
    if isinstance(outcome, Refusal):
        waited = repository.update_item_finished(
            tx, source.import_item_id, "refused", refusal=outcome, now=now
        )
        if waited and source.original_file_id:
            release_file(tx, source.original_file_id)
        return waited
    missing = _missing(tx, source, outcome)
    state = "created" if missing else "duplicate"
    waited = repository.update_item_finished(tx, source.import_item_id, state, now=now)
    if waited:
        insert_parts(tx, missing, now=now)
    return waited


def _missing(tx: Transaction, source: Source, parts: list[Part]) -> list[Part]:
    """Return the activities of a file that are not there; nobody else adds them meanwhile."""
    if source.original_file_id is None:
        return [
            part
            for part in parts
            if lock_standing(tx, source.account_id, part.activity.origin_key) is None
        ]
    activities.lock_original_file(tx, source.original_file_id)
    present = activities.list_origin_keys(tx, source.original_file_id)
    return [part for part in parts if part.activity.origin_key not in present]


def keep_all(
    tx: Transaction, account_id: str, uploads: Sequence[Upload], *, now: datetime
) -> dict[str, str]:
    """Return the ids of the kept files by their hashes.

    They are taken in the order of the hashes, so that two uploads of the same files in different
    orders never wait for each other.
    """
    wanted = {upload.content_sha256: upload for upload in uploads}
    return {
        content_sha256: keep(tx, account_id, upload, now=now)
        for content_sha256, upload in sorted(wanted.items(), key=lambda item: item[0])
    }


def keep(tx: Transaction, account_id: str, upload: Upload, *, now: datetime) -> str:
    """Return the id of the member's file of this content, kept now or before.

    Raises: Busy where another upload's file of this content came and went in this moment.
    """
    original_file_id = new_id()
    kept_id = repository.lock_original_content(tx, account_id, upload.content_sha256)
    if kept_id is not None:
        return kept_id
    try:
        repository.insert_original_file(tx, original_file_id, account_id, upload, now=now)
    except Unique as error:  # another upload of this moment was first
        kept_id = repository.lock_original_content(tx, account_id, upload.content_sha256)
        if kept_id is None:
            raise Busy("a file of this content came and went") from error
        return kept_id
    return original_file_id
