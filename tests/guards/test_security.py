from __future__ import annotations

import re

from tests.guards.source import ROOT

PAGE = ROOT / "docs" / "security.md"
ROW = re.compile(r"^\| (\d[\d., to]*) \| (L[12]) \| (.+) \| (.+) \| (.+) \|$", re.MULTILINE)
NAMED = re.compile(r"`([\w/]+\.py)::(\w+)`")


def test_every_test_that_the_page_on_security_names_is_there():
    named = NAMED.findall(PAGE.read_text(encoding="utf-8"))
    missing = [
        f"{file}::{name}"
        for file, name in named
        if not (ROOT / "tests" / file).exists()
        or f"def {name}(" not in (ROOT / "tests" / file).read_text(encoding="utf-8")
    ]
    assert len(named) > 100
    assert missing == []


def test_every_file_of_attacks_that_is_named_is_there():
    text = PAGE.read_text(encoding="utf-8")
    files = re.findall(r"`((?:attack|kernel|access)/\w+\.py)`", text)
    assert [file for file in files if not (ROOT / "tests" / file).exists()] == []


def test_every_requirement_stands_once_in_its_chapter_and_in_order():
    chapter, seen = 0, []
    for line in PAGE.read_text(encoding="utf-8").splitlines():
        if found := re.match(r"### V(\d+) ", line):
            chapter = int(found[1])
        elif found := ROW.match(line):
            ids = re.findall(r"\d+\.\d+\.\d+", found[1])
            assert {int(each.split(".")[0]) for each in ids} == {chapter}, line
            seen += [tuple(map(int, each.split("."))) for each in ids]
    assert len(seen) == len(set(seen))
    assert seen == sorted(seen)
