"""An activity's samples, and the files that are made of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from urllib.parse import quote

from fittrack import db
from fittrack.activities import repository
from fittrack.activities.exports import rules
from fittrack.activities.exports.errors import NoPositions
from fittrack.activities.exports.geojson import geojson_of
from fittrack.activities.exports.gpx import gpx_of
from fittrack.activities.exports.tcx import tcx_of
from fittrack.activities.models import Streams
from fittrack.activities.sharing.models import Recorded
from fittrack.activities.sharing.service import get_recorded


@dataclass(frozen=True, slots=True)
class ExportedFile:
    """A file to be sent; its pieces are read once, in order."""

    file_name: str
    content_type: str
    pieces: Iterable[bytes]

    @property
    def disposition(self) -> str:
        """Return the header that names the file (RFC 8187)."""
        return f"attachment; filename*=UTF-8''{quote(self.file_name, safe='')}"


def get_streams(*, activity_id: str, viewer_id: str, points: int | None) -> Streams:
    """Return an activity's samples, or `points` evenly chosen ones of them.

    Raises: ActivityNotFound.
    """
    with db.reading("get_streams") as tx:
        recorded = get_recorded(tx, activity_id, viewer_id)
    return Streams(recorded.activity, rules.thinned(recorded.samples, points))


def export_activity(*, activity_id: str, viewer_id: str, file_format: str) -> ExportedFile:
    """Return an activity as a file: gpx, tcx, geojson, or the original byte for byte.

    Raises: ActivityNotFound, OriginalNotKept, NoPositions.
    """
    if file_format == "original":
        return _original(activity_id, viewer_id)
    with db.reading("export_activity") as tx:
        recorded = get_recorded(tx, activity_id, viewer_id)
    if file_format == "gpx" and not recorded.samples.has_positions:
        raise NoPositions(activity_id=activity_id)
    write, content_type = WRITERS[file_format]
    name = rules.file_name(recorded.activity, file_format)
    return ExportedFile(name, content_type, write(recorded))


def _original(activity_id: str, account_id: str) -> ExportedFile:
    with db.reading("get_original_file") as tx:
        repository.get_activity(tx, activity_id, account_id)
        original = repository.get_original_file(tx, activity_id, account_id)
    return ExportedFile(original.file_name, "application/octet-stream", original.pieces())


WRITERS: dict[str, tuple[Callable[[Recorded], Iterator[bytes]], str]] = {
    "gpx": (lambda all_of: gpx_of(all_of.activity, all_of.laps, all_of.samples), rules.GPX),
    "tcx": (lambda all_of: tcx_of(all_of.activity, all_of.laps, all_of.samples), rules.TCX),
    "geojson": (lambda all_of: geojson_of(all_of.activity, all_of.samples), rules.GEOJSON),
}
