"""Pictures that members send: recognised here, decoded in a process of their own with limits."""

from __future__ import annotations

import io
import subprocess
import sys
import tempfile
import threading
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import IO

from fittrack.accounts.profiles import decoder
from fittrack.accounts.profiles.errors import ImageNotSupported, ImageUnreadable, TooManyPixels
from fittrack.errors import TooLarge, Unavailable

MAX_BYTES = 8 << 20
WALL_S = 20
WAIT_S = 5
# Each may take decoder.MEMORY_BYTES.
AT_A_TIME = 1
# A thread that waits serves nobody else: one of four is left.
WAITING = 2
PDF_HEAD_BYTES = 1024
SCRIPTS = (b"<script", b"<?php", b"<html")

_DECODER = Path(decoder.__file__)


def made_anew(content: bytes) -> bytes:
    """Return a picture as we keep it: 512 px square, WebP, without metadata.

    Raises: TooLarge, ImageNotSupported, ImageUnreadable, TooManyPixels, Unavailable.
    """
    if len(content) > MAX_BYTES:
        raise TooLarge("A picture has at most 8 MiB.")
    if not is_picture(content):
        raise ImageNotSupported
    if is_something_else_too(content):
        raise ImageUnreadable
    with gate():
        return _decoded(content)


def is_picture(content: bytes) -> bool:
    """Tell whether bytes begin as JPEG, PNG or WebP does."""
    is_webp = content[:4] == b"RIFF" and content[8:12] == b"WEBP"
    return is_webp or content.startswith((b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n"))


def is_something_else_too(content: bytes) -> bool:
    """Tell whether bytes are also an archive, a PDF or a page, to whoever takes them for one.

    Nothing of it would be kept; but who sends such a file means no good.
    """
    if zipfile.is_zipfile(io.BytesIO(content)) or b"%PDF-" in content[:PDF_HEAD_BYTES]:
        return True
    lowered = content.lower()
    return any(script in lowered for script in SCRIPTS)


def _decoded(content: bytes) -> bytes:
    """Return what the decoder makes of a picture. Raises: ImageUnreadable, TooManyPixels."""
    # A file, not a pipe: so that the decoder's limit on files bounds what comes back.
    with tempfile.TemporaryFile() as result:
        status = _status_of_decoding(content, result)
        result.seek(0)
        made = result.read(decoder.GREATEST_RESULT_BYTES)
    if status == decoder.TOO_MANY_PIXELS:
        raise TooManyPixels(greatest_pixel_count=decoder.MAX_PIXELS)
    if status != 0 or not made.startswith(b"RIFF"):
        raise ImageUnreadable
    return made


def _status_of_decoding(content: bytes, result: IO[bytes]) -> int:
    """Run the decoder and return its exit status, negative where a signal ended it.

    Raises: ImageUnreadable.
    """
    try:
        done = subprocess.run(  # noqa: S603 - our own file, with nothing of the caller's in it
            [sys.executable, "-I", "-W", "ignore", str(_DECODER)],
            input=content,
            stdout=result,
            stderr=subprocess.DEVNULL,
            env={},  # no secret reaches it
            cwd="/",
            timeout=WALL_S,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise ImageUnreadable("This picture takes too long to decode.") from error
    return done.returncode


@contextmanager
def gate() -> Iterator[None]:
    """Let only so many decoders run at a time, and only so many wait, and only so long.

    Raises: Unavailable.
    """
    here = _semaphore(AT_A_TIME + WAITING, "here")
    decoding = _semaphore(AT_A_TIME, "decoding")
    with _place(here, wait_s=0), _place(decoding, wait_s=WAIT_S):
        yield


@contextmanager
def _place(places: threading.BoundedSemaphore, *, wait_s: int) -> Iterator[None]:
    """Take a place and give it back. Raises: Unavailable where none comes free in time."""
    if not places.acquire(timeout=wait_s):
        raise Unavailable(headers={"Retry-After": "2"})
    try:
        yield
    finally:
        places.release()


@cache
def _semaphore(size: int, _use: str) -> threading.BoundedSemaphore:
    return threading.BoundedSemaphore(size)
