"""A hardened stream over the elements of an XML file, for TCX and GPX."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import Protocol

from lxml import etree

from fittrack.activities.files.errors import refused
from fittrack.activities.files.track import HIGHEST

# Elements that may stand in a row without a point among them: what is kept in memory is bounded.
MAX_ELEMENTS_BETWEEN_POINTS = 100_000

PROLOG_BYTES = 1024
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)

# Enough for every honest file; a damaged one may have a name per element.
MOST_NAMES = 1000


class _LocalNames(dict[object, str]):
    """Names without their namespaces by tag, each cut out once."""

    def __missing__(self, tag: object) -> str:
        name = tag.rpartition("}")[2] if isinstance(tag, str) else ""
        if len(self) < MOST_NAMES:
            self[tag] = name
        return name


_local_names = _LocalNames()


class Readable(Protocol):
    """What the parser reads from."""

    def read(self, size: int = -1, /) -> bytes:
        """Return up to `size` bytes, none at the end."""


def open_stream(
    content: bytes | Readable, *, tags: tuple[str, ...] | None = None
) -> etree.iterparse[tuple[str, etree._Element]]:
    """Return the parser: no entities, no network, no DTD, no huge tree; with `tags`, of those."""
    return etree.iterparse(
        BytesIO(content) if isinstance(content, bytes) else content,
        events=("end",),
        tag=tags,
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )


def root_name(content: Readable, prolog: bytes) -> str:
    """Return the local name of the root element of content that begins with `prolog`.

    Raises: FileRefused.
    """
    try:
        _, element = next(open_stream(content))
    except (etree.XMLSyntaxError, StopIteration) as error:
        # An entity bomb within the first element ends here.
        if b"<!DOCTYPE" in prolog:
            raise refused("xml_forbidden") from error
        raise refused("unreadable", _sentence(error)) from error
    if element.getroottree().docinfo.internalDTD is not None:
        raise refused("xml_forbidden")
    return local(element.getroottree().getroot())


def ends(content: bytes | Readable, points: frozenset[str]) -> Iterator[tuple[str, etree._Element]]:
    """Yield each element with its local name when it ends; those in `points` are then dropped.

    Raises: FileRefused.
    """
    since_point = 0
    try:
        for _, element in open_stream(content):
            name = _local_names[element.tag]
            since_point = 0 if name in points else since_point + 1
            if since_point > MAX_ELEMENTS_BETWEEN_POINTS:
                raise refused("unreadable", "elements without end and no point among them")
            yield name, element
            if name in points:
                drop(element)
    except etree.XMLSyntaxError as error:
        raise refused("unreadable", _sentence(error)) from error


def drop(element: etree._Element) -> None:
    """Free an element that was read, and its elder siblings."""
    clear(element)
    parent = element.getparent()
    while parent is not None and element.getprevious() is not None:
        del parent[0]


def clear(element: etree._Element) -> None:
    """Free what is inside an element that was read."""
    element.clear(keep_tail=True)


def _sentence(error: BaseException) -> str:
    return f"the XML is broken: {str(error).splitlines()[0][:120]}" if str(error) else "no XML"


def local(element: etree._Element) -> str:
    """Return the element's name without its namespace."""
    return _local_names[element.tag]


def local_name(tag: object) -> str:
    """Return the name in a tag without its namespace, empty for what is no element."""
    return _local_names[tag]


def child_text(element: etree._Element, name: str) -> str | None:
    """Return the text of the first child of that name, None without one."""
    return next((child.text for child in element if local(child) == name), None)


def number(text: str | None) -> float | None:
    """Return the number in the text, None when it holds none; infinity and NaN are none."""
    try:
        value = float(text) if text else None
    except ValueError:
        return None
    return value if value is not None and abs(value) < HIGHEST else None


def milliseconds(text: str | None) -> int | None:
    """Return an xsd:dateTime as milliseconds since 1970; without an offset it is UTC."""
    moment = parsed_time(text)
    if moment is None:
        return None
    return round((moment - _EPOCH) / _MILLISECOND)


def parsed_time(text: str | None) -> datetime | None:
    """Return an xsd:dateTime with its offset, UTC when it has none; None when it is no time."""
    try:
        moment = datetime.fromisoformat((text or "").strip())
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
