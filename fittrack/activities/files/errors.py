"""Why a file can't come in."""

from __future__ import annotations


class FileRefused(Exception):
    """This file is not taken; `code` is stable, `detail` says it to the member in English."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(f"{code}: {detail}")
        self.code = code
        self.detail = detail


REASONS = {
    "archive_not_supported": "archives are not opened: send the files in them, each by itself",
    "empty_file": "the file holds no bytes",
    "no_points": "the file holds neither points nor a summary of an activity",
    "no_positions": "none of the positions in the file lies on the globe",
    "no_times": "the points carry no times: a planned route, not a workout",
    "not_an_activity": "the content is not a FIT, TCX or GPX activity",
    "too_large": "the file is larger than activities are",
    "too_many_activities": "the file holds more activities than are taken from one file",
    "too_many_points": "the file holds more points than activities do",
    "unreadable": "the content is damaged",
    "xml_forbidden": "the XML holds a DOCTYPE or entities, which are never read",
}


def refused(code: str, more: str = "") -> FileRefused:
    """Return the refusal for one of REASONS, with `more` about this very file."""
    sentence = REASONS[code][0].upper() + REASONS[code][1:]
    return FileRefused(code, f"{sentence} ({more})." if more else f"{sentence}.")
