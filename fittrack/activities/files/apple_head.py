"""The head of Apple's export.xml: its DOCTYPE is checked as text and taken away, never parsed.

Every export carries one that declares elements and attributes; those of some years are broken.
"""

from __future__ import annotations

import re

from fittrack.activities.files.errors import refused

# The DOCTYPE has some 10 KB.
HEAD_BYTES = 64 * 1024
_ROOT = re.compile(rb"<!DOCTYPE\s+HealthData\b|<HealthData[\s>]")
_DOCTYPE = re.compile(rb"<!DOCTYPE\s+HealthData\s*\[.*?\]\s*>", re.DOTALL)
_MORE_THAN_ELEMENTS = re.compile(
    rb"<!ENTITY|<!NOTATION|<\?|%[\w.:-]+;|SYSTEM|PUBLIC", re.IGNORECASE
)


def is_apple(head: bytes) -> bool:
    """Tell whether content that begins so is Apple's export or was cut out of one."""
    is_xml = head[:64].lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<")
    return is_xml and _ROOT.search(head[:HEAD_BYTES]) is not None


def without_doctype(head: bytes) -> bytes:
    """Return the beginning of an export, or a whole one, without its DOCTYPE.

    Raises: FileRefused where that declares more than elements and their attributes.
    """
    found = _DOCTYPE.search(head[:HEAD_BYTES])
    if found is None:
        if b"<!DOCTYPE" in head[:HEAD_BYTES]:
            raise refused("xml_forbidden")
        return head
    if _MORE_THAN_ELEMENTS.search(found[0]):
        raise refused("xml_forbidden")
    rest = head[: found.start()] + head[found.end() :]
    if b"<!DOCTYPE" in rest[:HEAD_BYTES]:
        raise refused("xml_forbidden")
    return rest
