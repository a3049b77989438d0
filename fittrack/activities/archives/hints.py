"""What an export says about its files elsewhere: Strava in activities.csv, FitTrack in JSON."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

import orjson

from fittrack.activities import sports
from fittrack.activities.archives.layouts import Layout
from fittrack.activities.editing.rules import ORIGIN_KEY_LENGTH
from fittrack.activities.editing.schemas import NAME_LENGTH, NOTES_LENGTH
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

# More than the longest life has.
MAX_ROWS = 100_000
# What of an activity's row a manual entry is made of again.
_SAID = (
    *("type", "sport", "started_at", "elapsed_s", "moving_s", "utc_offset_s", "ascent_m"),
    *("descent_m", "calories_kcal", "steps", "avg_hr_bpm", "max_hr_bpm", "intensity", "name"),
)

Hints = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Told:
    """What an export says: of its files, by the names of their entries, and what has no file."""

    files: dict[str, Hints] = field(default_factory=dict)
    typed_in: list[Hints] = field(default_factory=list)


def told_by(stream: Source, entries: Iterable[Entry], layout: Layout | None) -> Told:
    """Return what an export says of its files and beside them.

    A list that can't be read says nothing: the files come in all the same.
    """
    lists = {entry.name.lower(): entry for entry in entries if not entry.is_folder}
    try:
        if layout is not None and layout.name == "strava":
            return Told(dict(islice(_of_strava(_lines(stream, lists["activities.csv"])), MAX_ROWS)))
        if layout is not None and layout.name == "fittrack":
            return _of_fittrack(_lines(stream, lists["activities.json"]), lists.values())
    except (FileRefused, csv.Error, orjson.JSONDecodeError, AttributeError, KeyError, TypeError):
        return Told()
    return Told()


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
    said = _texts(row[_NAME], row[_NOTES])
    # A name in another language is none that is known; the file then says the sport.
    return said if sport == "other" else said | {"sport": sport}


def _texts(name: str | None, notes: str | None) -> Hints:
    said = {"name": (name or "")[:NAME_LENGTH], "notes": (notes or "")[:NOTES_LENGTH]}
    return {key: text for key, text in said.items() if text.strip()}


def _of_fittrack(lines: Iterator[str], entries: Iterable[Entry]) -> Told:
    """Return what stands of each file: its activities by their numbers, as their member left them.

    Each line of the list is one activity; those that were deleted are not in it.
    Raises: JSONDecodeError, AttributeError, KeyError, TypeError.
    """
    parts: dict[str, dict[str, Hints]] = {}
    typed_in: list[Hints] = []
    for line in islice(lines, MAX_ROWS):
        text = line.strip().rstrip(",")
        if not text.startswith("{"):
            continue
        activity = orjson.loads(text)["activity"]
        kind, _, place = activity["origin_key"].partition(":")
        original_file_id, _, part_no = place.rpartition(":")
        if kind == "file" and original_file_id:
            parts.setdefault(original_file_id, {})[part_no] = _part(activity)
        elif kind == "manual" and place:
            typed_in.append(_entry(activity))
    names = (entry.name for entry in entries if entry.name.startswith(_ORIGINALS))
    files = {name: {"parts": parts[_id_in(name)]} for name in names if _id_in(name) in parts}
    return Told(files, typed_in)


def _part(activity: Mapping[str, Any]) -> Hints:
    said = _texts(activity["name"], activity["notes_text"])
    for key in ("sport", "visibility"):
        if isinstance(activity.get(key), str):
            said[key] = activity[key][:40]
    return said


def _entry(activity: Mapping[str, Any]) -> Hints:
    """Return a manual entry as its member would type it in again."""
    said = {key: activity.get(key) for key in _SAID} | {"notes": activity["notes_text"]}
    if activity.get("distance_cm") is not None:
        said["distance_m"] = activity["distance_cm"] / 100
    return {
        "entry": {key: value for key, value in said.items() if value is not None},
        "origin_key": activity["origin_key"][:ORIGIN_KEY_LENGTH],
        "visibility": activity.get("visibility"),
    }


def _id_in(name: str) -> str:
    return name[len(_ORIGINALS) :][:_ID_LENGTH]
