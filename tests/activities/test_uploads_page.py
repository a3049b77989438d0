"""The page about uploads names every reason for which a file may be refused."""

from __future__ import annotations

import re

from fittrack.activities.imports.schemas import REASON_CODES
from tests.guards.source import ROOT


def test_the_page_on_uploads_names_every_reason_and_no_other():
    page = (ROOT / "docs" / "uploads.md").read_text(encoding="utf-8")
    table = page.partition("## Reasons")[2].partition("\n## ")[0]

    assert sorted(re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE)) == REASON_CODES
