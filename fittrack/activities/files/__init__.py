"""Activity files: FIT, TCX, GPX and Apple Health, plain or gzip, from bytes to Recordings."""

from __future__ import annotations

from collections.abc import Callable

from fittrack.activities.files.apple import read_apple
from fittrack.activities.files.content import Content
from fittrack.activities.files.detect import kind_of
from fittrack.activities.files.errors import FileRefused
from fittrack.activities.files.fit import read_fit
from fittrack.activities.files.gpx import read_gpx
from fittrack.activities.files.tcx import read_tcx
from fittrack.activities.recording import Recording

__all__ = ["FileRefused", "read_activity_file"]

_READERS: dict[str, Callable[[Content], tuple[Recording, ...]]] = {
    "fit": lambda content: read_fit(content.whole()),
    "gpx": read_gpx,
    "tcx": read_tcx,
    "apple": lambda content: read_apple(content.whole()),
}


def read_activity_file(data: bytes) -> tuple[Recording, ...]:
    """Return what a file records, one Recording per activity or leg, in the order of the file.

    The content decides what it is; a file's name says nothing reliable.
    Raises: FileRefused.
    """
    content = Content(data)
    return _READERS[kind_of(content)](content)
