"""Which entries of an archive are worth reading: those of known exports, or all but clutter."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from fittrack.activities.files.zips import Entry

# What systems and programs leave in folders; nobody's file.
_CLUTTER = re.compile(r"(^|/)(__MACOSX/|\.DS_Store$|Thumbs\.db$|desktop\.ini$|\._[^/]*$)", re.I)
# The id by which FitTrack's own export tells files of the same name apart.
_OWN_ID = re.compile(r"^(originals/)[0-9a-f-]{36}-")
_FILE_NAME_LENGTH = 200


@dataclass(frozen=True, slots=True)
class Layout:
    """A known export: the marks by which it is told, and which of its entries are activities."""

    name: str
    marks: tuple[re.Pattern[str], ...]
    wanted: re.Pattern[str]

    def fits(self, names: Sequence[str]) -> bool:
        """Tell whether every mark is among the names."""
        return all(any(mark.search(name) for name in names) for mark in self.marks)


def _re(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


LAYOUTS = (
    Layout("strava", (_re(r"^activities\.csv$"),), _re(r"^activities/")),
    Layout("garmin", (_re(r"(^|/)DI_CONNECT/"),), _re(r"\.(zip|fit|tcx|gpx)(\.gz)?$")),
    Layout(
        "apple",
        (_re(r"(^|/)apple_health_export/[^/]+\.xml$"),),
        _re(r"(^|/)apple_health_export/(?!export_cda\.xml$)[^/]+\.xml$"),
    ),
    Layout(
        "takeout",
        (_re(r"(^|/)Takeout/Fit/"),),
        _re(r"(^|/)Takeout/Fit/(.*\.tcx(\.gz)?|.*_SLEEP\.json|(.*/)?Daily activity metrics\.csv)$"),
    ),
    Layout(
        "fittrack",
        (_re(r"^files\.json$"), _re(r"^activities\.json$"), _re(r"^manifest\.json$")),
        _re(r"^originals/"),
    ),
)


def layout_of(entries: Iterable[Entry]) -> Layout | None:
    """Return the known export that an archive is, None for any other one."""
    names = [entry.name for entry in entries]
    return next((layout for layout in LAYOUTS if layout.fits(names)), None)


def wanted(entries: Sequence[Entry], layout: Layout | None) -> list[Entry]:
    """Return the entries that are to be read, in the order of the archive."""
    is_wanted: Callable[[str], object] = layout.wanted.search if layout else lambda _: True
    return [
        entry
        for entry in entries
        if not entry.is_folder and not _CLUTTER.search(entry.name) and is_wanted(entry.name)
    ]


def shown_name(name: str, layout: Layout | None = None) -> str:
    """Return the name of an entry as it may be shown: printable, without ways out of its folder.

    What FitTrack has put before a member's own name goes.
    """
    if layout is not None and layout.name == "fittrack":
        name = _OWN_ID.sub(r"\1", name)
    parts = [part for part in name.replace("\\", "/").split("/") if part not in {"", ".", ".."}]
    printable = "".join(letter for letter in "/".join(parts) if letter.isprintable()).strip()
    return printable[-_FILE_NAME_LENGTH:] or "file"
