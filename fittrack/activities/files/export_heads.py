"""How whole exports begin that are cut into files: Apple Health, Health Connect, Google Takeout."""

from __future__ import annotations

from fittrack.activities.files.apple_head import is_apple

APPLE, HEALTH_CONNECT, TAKEOUT = "apple", "health_connect", "takeout"
DATE, STEPS = "Date", "Step count"
_SQLITE = b"SQLite format 3\x00"
_BOM = b"\xef\xbb\xbf"


def export_kind(head: bytes) -> str | None:
    """Return whose export content is that begins so; None for what is no export to be cut.

    Health Connect's is an SQLite file, of which only the tables say whose it is.
    """
    if is_apple(head):
        return APPLE
    if head.startswith(_SQLITE):
        return HEALTH_CONNECT
    return TAKEOUT if _is_takeout(head) else None


def _is_takeout(head: bytes) -> bool:
    """Tell whether content that begins so is the table of days of Takeout's Fit folder."""
    first = head.removeprefix(_BOM).partition(b"\n")[0]
    names = [name.strip().strip(b'"') for name in first.split(b",")]
    return names[0] == DATE.encode() and STEPS.encode() in names
