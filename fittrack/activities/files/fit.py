"""FIT: one recording per session, read leniently; what came before damage is kept."""

from __future__ import annotations

import struct
from collections.abc import Iterator

import fitdecode
from fitdecode import CrcCheck, ErrorHandling, FitReader

from fittrack.activities.files.errors import FileRefused, refused
from fittrack.activities.files.fit_activity import FILE_ID, FitActivity
from fittrack.activities.files.fit_legs import recordings_of
from fittrack.activities.files.track import Budget
from fittrack.activities.recording import Recording

MAX_FIT_BYTES = 25 * 1024 * 1024
# Messages without a field take a byte each, and as long to decode as any.
MAX_MESSAGES = 3_000_000

_DAMAGED = object()
# All that the decoder has been seen to raise on damaged files.
_DECODER_ERRORS = (
    fitdecode.FitError,
    struct.error,
    ArithmeticError,
    AssertionError,
    AttributeError,
    LookupError,
    TypeError,
    ValueError,
)


def read_fit(content: bytes, *, most_messages: int = MAX_MESSAGES) -> tuple[Recording, ...]:
    """Return one recording per session, over all the activities chained in the file.

    Raises: FileRefused.
    """
    if len(content) > MAX_FIT_BYTES:
        raise refused("too_large", "a FIT file may have 25 MiB")
    activities = _read_activities(content, most_messages)
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


def _read_activities(content: bytes, most_messages: int) -> list[FitActivity]:
    """Return an activity for each file_id; a part without one belongs to the one before.

    Raises: FileRefused.
    """
    budget = Budget()
    activities = [FitActivity(budget)]
    for count, frame in enumerate(_frames(content)):
        if count > most_messages:
            raise refused("too_many_points", f"more than {most_messages} messages")
        if isinstance(frame, fitdecode.FitDataMessage):
            if frame.def_mesg.global_mesg_num == FILE_ID and activities[-1].has_content:
                activities.append(FitActivity(budget))
            activities[-1].take(frame)
        elif isinstance(frame, fitdecode.FitCRC) and not frame.matched:
            activities[-1].warnings.add("crc_mismatch")
        elif frame is _DAMAGED:
            activities[-1].warnings.add("partly_read")
    return [activity for activity in activities if activity.has_content]


def _frames(content: bytes) -> Iterator[object]:
    """Yield what the decoder reads, and _DAMAGED last where it could not read on."""
    # Without a processor values stay numbers and the decoder saves a third of its time.
    reader = FitReader(
        content,
        processor=None,
        check_crc=CrcCheck.READONLY,
        error_handling=ErrorHandling.IGNORE,
    )
    try:
        yield from reader
    except _DECODER_ERRORS:
        yield _DAMAGED
