"""Why a file can't come in."""

from __future__ import annotations


class FileRefused(Exception):
    """This file is not taken; `code` is stable, `detail` says it to the member in English."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(f"{code}: {detail}")
        self.code = code
        self.detail = detail


REASONS = {
    "archive_bomb": "the archive unpacks to far more than archives of activities do",
    "archive_damaged": "the archive can't be opened",
    "archive_not_supported": "a gzip file is taken when it holds one activity, not an archive",
    "empty_file": "the file holds no bytes",
    "encrypted": "the file is encrypted",
    "link": "the archive holds a link here instead of a file",
    "method_not_supported": "the file is packed by another method than deflate",
    "nested_too_deep": "an archive within an archive is opened, but none within that",
    "no_activity_inside": "none of the files in the archive is an activity that could be read",
    "no_points": "the file holds neither points nor a summary of an activity",
    "no_positions": "none of the positions in the file lies on the globe",
    "no_times": "the points carry no times: a planned route, not a workout",
    "not_an_activity": "the content is not a FIT, TCX, GPX or Apple Health activity",
    "too_large": "the file is larger than activities are",
    "too_many_activities": "the file holds more activities than are taken from one file",
    "too_many_files": "the archive holds more files than are taken from one",
    "too_many_points": "the file holds more points than activities do",
    "typed_in": "it was typed in elsewhere, not recorded; it can be typed in here",
    "unreadable": "the content is damaged",
    "xml_forbidden": "the XML holds a DOCTYPE or entities, which are never read",
}


def refused(code: str, more: str = "") -> FileRefused:
    """Return the refusal for one of REASONS, with `more` about this very file."""
    sentence = REASONS[code][0].upper() + REASONS[code][1:]
    return FileRefused(code, f"{sentence} ({more})." if more else f"{sentence}.")
