"""The official rules as a page: the very text that was hashed, with headings and lists. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import groupby

from markupsafe import Markup, escape

_HEADING = re.compile(r"(\d+\. [A-Z][^.a-z]*)\. ?(.*)", re.DOTALL)
_INDENT = "   "
_PAGE = Markup(
    '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
    '<meta name="viewport" content="width=device-width, initial-scale=1">\n<title>{title}</title>\n'
    '<link rel="stylesheet" href="{style_url}">\n<link rel="icon" href="data:,">\n</head>\n'
    "<body>\n<main>\n{body}\n</main>\n<footer>\n"
    '<p>SHA-256 of the <a href="?format=text">plain text</a>{state}: '
    '<code class="hash">{sha256}</code></p>\n'
    "</footer>\n</body>\n</html>\n"
)


def render(text: str, sha256: str, *, is_signed: bool, style_url: str) -> str:
    """Return the page of a rules document; every word is the text's own, escaped.

    Its lines are as long as a screen is wide; only those of the head, which are names, stay lines.
    """
    head, *blocks = [block for block in text.split("\n\n") if block.strip()]
    title, *lines = head.splitlines()
    names = Markup("<br>\n").join(map(escape, lines))
    parts = [Markup("<h1>{}</h1>\n<p>{}</p>").format(title, names)]
    parts += [_block(block) for block in blocks]
    state = ", which the signed terms contain" if is_signed else ", not signed yet"
    return str(
        _PAGE.format(
            title=f"{title}: {lines[0] if lines else ''}",
            body=Markup("\n").join(parts),
            state=state,
            sha256=sha256,
            style_url=style_url,
        )
    )


def _block(block: str) -> Markup:
    found = _HEADING.fullmatch(block.rstrip())
    if found is None:
        return _paragraphs(block.splitlines())
    heading = Markup("<h2>{}</h2>\n").format(found[1])
    return heading + _paragraphs(found[2].splitlines())


def _paragraphs(lines: Sequence[str]) -> Markup:
    """Return lines as paragraphs, and runs of indented ones as lists."""
    return Markup("\n").join(_runs(lines))


def _runs(lines: Sequence[str]) -> Iterator[Markup]:
    for is_list, run in groupby(filter(str.strip, lines), lambda line: line.startswith(_INDENT)):
        if is_list:
            items = Markup("").join(Markup("<li>{}</li>").format(line.strip()) for line in run)
            yield Markup("<ul>{}</ul>").format(items)
        else:
            yield Markup("<p>{}</p>").format("\n".join(run))
