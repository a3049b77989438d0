"""FIT: one recording per session, read leniently; what came before damage is kept."""

from __future__ import annotations

import struct
from collections.abc import Iterator

import fitdecode
from fitdecode import CrcCheck, ErrorHandling, FitReader

from fittrack.activities.files.errors import FileRefused, refused
from fittrack.activities.files.fit_activity import FitActivity
from fittrack.activities.files.fit_legs import recordings_of
from fittrack.activities.files.track import Budget
from fittrack.activities.recording import Recording

MAX_FIT_BYTES = 25 * 1024 * 1024

# All that the decoder has been seen to raise on damaged files.
_DAMAGE = (
    fitdecode.FitError,
    struct.error,
    ArithmeticError,
    AssertionError,
    AttributeError,
    LookupError,
    TypeError,
    ValueError,
)


def read_fit(content: bytes) -> tuple[Recording, ...]:
    """Return one recording per session, over all the activities chained in the file.

    Raises: FileRefused.
    """
    if len(content) > MAX_FIT_BYTES:
        raise refused("too_large", "a FIT file may have 25 MiB")
    activities = _read_activities(content)
    recordings: list[Recording] = []
    refusal: FileRefused | None = None
    for activity in activities:
        try:
            recordings += recordings_of(activity)
        except FileRefused as error:
            refusal = refusal or error
    if not recordings:
        raise refusal or refused("unreadable", "no message could be read")
    return tuple(recordings)


def _read_activities(content: bytes) -> list[FitActivity]:
    """Return an activity for each file_id; a part without one belongs to the one before."""
    budget = Budget()
    activities = [FitActivity(budget)]
    try:
        for frame in _frames(content):
            if isinstance(frame, fitdecode.FitDataMessage):
                if frame.def_mesg.global_mesg_num == 0 and activities[-1].has_content:
                    activities.append(FitActivity(budget))
                activities[-1].take(frame)
            elif isinstance(frame, fitdecode.FitCRC) and not frame.matched:
                activities[-1].warnings.add("crc_mismatch")
    except _DAMAGE:
        activities[-1].warnings.add("partly_read")
    return [activity for activity in activities if activity.has_content]


def _frames(content: bytes) -> Iterator[object]:
    # Without a processor values stay numbers and the decoder saves a third of its time.
    yield from FitReader(
        content,
        processor=None,
        check_crc=CrcCheck.READONLY,
        error_handling=ErrorHandling.IGNORE,
    )
