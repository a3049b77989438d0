"""What comes in and what does not; no I/O."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from fittrack.activities import sports
from fittrack.activities.editing.rules import tidied
from fittrack.activities.imports.models import Refusal
from fittrack.activities.models import VISIBILITIES
from fittrack.activities.recording import Recording

MAX_FILE_BYTES = 64 * 1024 * 1024
MAX_ARCHIVE_BYTES = 2 * 1024**3
# An archive of the largest size, and what its form needs.
MAX_UPLOAD_BYTES = MAX_ARCHIVE_BYTES + MAX_FILE_BYTES
# Each large one holds a file descriptor while the request lasts.
MAX_UPLOAD_FILES = 250
# A job that was killed or failed this often is not tried again; what passes has passed by then.
MAX_READS = 5
# The machine may have been busy the first time.
MAX_TIMEOUTS = 2
FILE_NAME_LENGTH = 200
# So many files are in the answer about an upload; the others are had page by page.
SHOWN_FILES = 1000
# Numbers of files have six digits.
MAX_FILES = 900_000

EMPTY = Refusal("empty_file", "The file holds no bytes.")
TOO_LARGE = Refusal("too_large", "The file is larger than 64 MiB.")
ARCHIVE_TOO_LARGE = Refusal("too_large", "The archive is larger than 2 GiB.")
TOO_SLOW = Refusal("too_slow", "Reading the file took longer than its time limit.")
TOO_HEAVY = Refusal("too_large", "Reading the file needs more memory than there is.")
UNREADABLE = Refusal(
    "could_not_be_read", "The file could not be brought in, several times over; try it again later."
)
GONE = Refusal("file_deleted", "The file was deleted before it could be read.")
NOTHING = Refusal("no_points", "The file holds no activity.")
NOT_TYPED_IN = Refusal(
    "entry_not_accepted", "The entry could not be typed in today: it is too old, or not possible."
)
REFUSALS = (EMPTY, TOO_LARGE, TOO_SLOW, TOO_HEAVY, UNREADABLE, GONE, NOTHING, NOT_TYPED_IN)


def refuse_unread(byte_count: int, archive_kind: str | None = None) -> Refusal | None:
    """Return why a file of this size is not even read, or None."""
    if byte_count == 0:
        return EMPTY
    if archive_kind:
        return ARCHIVE_TOO_LARGE if byte_count > MAX_ARCHIVE_BYTES else None
    return TOO_LARGE if byte_count > MAX_FILE_BYTES else None


def clean_file_name(name: str | None) -> str:
    """Return the last part of a client's path, printable and short, or else `file`."""
    last = (name or "").replace("\\", "/").rpartition("/")[2]
    printable = "".join(letter for letter in last if letter.isprintable()).strip()
    return printable[-FILE_NAME_LENGTH:] or "file"


def hinted(
    recordings: Sequence[Recording], hints: Mapping[str, Any] | None
) -> dict[int, Recording]:
    """Return the recordings of a file by their numbers, with what its archive says of them.

    That is either a name, notes and a sport for the file, or the like for each of its `parts`, of
    which those not named have been deleted. A sport of a file is that of its only recording.
    """
    numbered = dict(enumerate(recordings, start=1))
    parts = (hints or {}).get("parts")
    if parts is not None:
        return {
            part_no: _said(recording, parts[f"{part_no}"])
            for part_no, recording in numbered.items()
            if f"{part_no}" in parts
        }
    said = dict(hints or {})
    if len(recordings) > 1:
        said.pop("sport", None)
    return {part_no: _said(recording, said) for part_no, recording in numbered.items()}


def _said(recording: Recording, said: Mapping[str, str]) -> Recording:
    sport = said.get("sport", recording.sport)
    return replace(
        recording,
        name=tidied(said.get("name")) or recording.name,
        notes=tidied(said.get("notes"), keeps_lines=True) or recording.notes,
        sport=sport if sport in sports.SPORTS else recording.sport,
    )


def visibility_of(part_no: int, hints: Mapping[str, Any] | None) -> str | None:
    """Return who may see a part of a file, as its member had chosen; None for no choice."""
    said = (hints or {}).get("parts", {}).get(f"{part_no}", {}).get("visibility")
    return said if said in VISIBILITIES else None
