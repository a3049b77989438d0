"""Tells what a file is by its content."""

from __future__ import annotations

from fittrack.activities.files import xml, zips
from fittrack.activities.files.apple_head import HEAD_BYTES, is_apple
from fittrack.activities.files.content import Content, is_gzip
from fittrack.activities.files.errors import refused
from fittrack.activities.files.export_heads import export_kind

_BLANK = b"\x00 \t\r\n"
_XML_STARTS = (b"<", b"\xfe\xff", b"\xff\xfe")
_XML_KINDS = {"gpx": "gpx", "TrainingCenterDatabase": "tcx"}


def archive_kind(head: bytes) -> str | None:
    """Return `zip` or `apple` for content that begins so and holds many files, else None.

    `apple` are all exports that are cut into files in Apple's words, whoever's they are.
    """
    if zips.is_zip(head):
        return "zip"
    return "apple" if export_kind(head) else None


def kind_of(content: Content) -> str:
    """Return `fit`, `tcx`, `gpx` or `apple` for the content of a file.

    Raises: FileRefused.
    """
    head = content.head(HEAD_BYTES)
    if not head.strip(_BLANK) and not content.whole().strip(_BLANK):
        raise refused("empty_file")
    if head[8:12] == b".FIT":
        return "fit"
    if zips.is_zip(head) or is_gzip(head):
        raise refused("archive_not_supported")
    if is_apple(head):
        return "apple"
    if head[:64].lstrip(b"\xef\xbb\xbf \t\r\n").startswith(_XML_STARTS):
        return _xml_kind(content)
    raise refused("not_an_activity")


def _xml_kind(content: Content) -> str:
    name = xml.root_name(content.open(), content.head(xml.PROLOG_BYTES))
    kind = _XML_KINDS.get(name)
    if kind is None:
        raise refused("not_an_activity", f"XML with the root element {name[:40]}")
    return kind
