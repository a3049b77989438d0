"""Activity files: FIT, TCX, GPX and Apple Health, plain or gzip, from bytes to Recordings."""

from __future__ import annotations

from fittrack.activities.files.apple import read_apple
from fittrack.activities.files.detect import kind_of, unwrapped
from fittrack.activities.files.errors import FileRefused
from fittrack.activities.files.fit import read_fit
from fittrack.activities.files.gpx import read_gpx
from fittrack.activities.files.tcx import read_tcx
from fittrack.activities.recording import Recording

__all__ = ["FileRefused", "read_activity_file"]

_READERS = {"fit": read_fit, "gpx": read_gpx, "tcx": read_tcx, "apple": read_apple}


def read_activity_file(content: bytes) -> tuple[Recording, ...]:
    """Return what a file records, one Recording per activity or leg, in the order of the file.

    The content decides what it is; a file's name says nothing reliable.
    Raises: FileRefused.
    """
    content = unwrapped(content)
    return _READERS[kind_of(content)](content)
