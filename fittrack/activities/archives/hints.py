"""What an export says about its files elsewhere: Strava in activities.csv, FitTrack in JSON."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import orjson

from fittrack.activities import sports
from fittrack.activities.archives.layouts import Layout
from fittrack.activities.files import FileRefused, zips
from fittrack.activities.files.zips import Entry, Source

MAX_LIST_BYTES = 256 * 1024 * 1024
# One activity with its 10,000 laps.
MAX_LINE_BYTES = 8 * 1024 * 1024
_ID_LENGTH = 36
_ORIGINALS = "originals/"
# Strava writes the heads of its columns in the member's language, but always in this order.
_NAME, _TYPE, _NOTES = 2, 3, 4
_FOLDER = "activities/"

Hints = dict[str, Any]


def hints_of(stream: Source, entries: Iterable[Entry], layout: Layout | None) -> dict[str, Hints]:
    """Return what an export says of its files, by the names of their entries.

    A list that can't be read says nothing: the files come in all the same.
    """
    lists = {entry.name.lower(): entry for entry in entries if not entry.is_folder}
    try:
        if layout is not None and layout.name == "strava":
            return dict(_of_strava(_lines(stream, lists["activities.csv"])))
        if layout is not None and layout.name == "fittrack":
            return _of_fittrack(_lines(stream, lists["activities.json"]), lists.values())
    except (FileRefused, csv.Error, orjson.JSONDecodeError, KeyError, TypeError):
        return {}
    return {}


def _lines(stream: Source, entry: Entry) -> Iterator[str]:
    """Yield the lines of a text. Raises: FileRefused."""
    if entry.byte_count > MAX_LIST_BYTES:
        return
    waiting = b""
    for piece in zips.unpacked(stream, entry):
        *lines, waiting = (waiting + piece).split(b"\n")
        for line in lines:
            yield line.decode("utf-8-sig", errors="replace") + "\n"
        if len(waiting) > MAX_LINE_BYTES:
            return
    yield waiting.decode("utf-8", errors="replace")


def _of_strava(lines: Iterator[str]) -> Iterator[tuple[str, Hints]]:
    """Yield the name of an entry and its row; activities without a file have none."""
    rows = csv.reader(lines)
    next(rows, None)
    for row in rows:
        name = next((cell for cell in row if cell.startswith(_FOLDER)), None)
        if name is not None and len(row) > _NOTES:
            yield name, _row(row)


def _row(row: list[str]) -> Hints:
    sport = sports.from_name(row[_TYPE])
    said = {"name": row[_NAME].strip(), "notes": row[_NOTES].strip()}
    # A name in another language is none that is known; the file then says the sport.
    if sport != "other":
        said["sport"] = sport
    return {key: text for key, text in said.items() if text}


def _of_fittrack(lines: Iterator[str], entries: Iterable[Entry]) -> dict[str, Hints]:
    """Return what stands of each file: its activities by their numbers, as their member left them.

    Each line of the list is one activity; those that were deleted are not in it.
    Raises: JSONDecodeError, KeyError, TypeError.
    """
    parts: dict[str, dict[str, Hints]] = {}
    for line in lines:
        text = line.strip().rstrip(",")
        if not text.startswith("{"):
            continue
        activity = orjson.loads(text)["activity"]
        kind, _, rest = activity["origin_key"].partition(":")
        original_file_id, _, part_no = rest.rpartition(":")
        if kind == "file" and original_file_id:
            parts.setdefault(original_file_id, {})[part_no] = _part(activity)
    names = (entry.name for entry in entries if entry.name.startswith(_ORIGINALS))
    return {name: {"parts": parts[_id_in(name)]} for name in names if _id_in(name) in parts}


def _part(activity: Mapping[str, Any]) -> Hints:
    said = {
        "name": activity["name"],
        "notes": activity["notes_text"],
        "sport": activity["sport"],
        "visibility": activity.get("visibility"),
    }
    return {key: text for key, text in said.items() if isinstance(text, str)}


def _id_in(name: str) -> str:
    return name[len(_ORIGINALS) :][:_ID_LENGTH]
