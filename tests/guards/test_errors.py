from __future__ import annotations

import re
from functools import cache

import pytest

from fittrack.reference.problems import all_problems
from tests.guards.source import ROOT

PROBLEMS = all_problems()
_CODE = re.compile(r"[a-z][a-z0-9_]*")


@cache
def all_tests():
    """Return all tests but these guards."""
    folder = ROOT / "tests"
    files = (path for path in folder.rglob("*.py") if "guards" not in path.parts)
    return "\n".join(path.read_text(encoding="utf-8") for path in files)


@pytest.mark.parametrize("problem", PROBLEMS, ids=lambda problem: problem.code)
def test_every_code_is_reached_by_a_test(problem):
    words = (
        f'"{problem.code}"',
        f"'{problem.code}'",
        f"{problem.__name__})",
        f"{problem.__name__},",
    )
    assert any(word in all_tests() for word in words), problem.__qualname__


def test_every_code_is_documented(client):
    page = client.get("/docs/errors").text
    codes = {problem.code for problem in PROBLEMS}
    assert {code for code in codes if f'id="{code}"' not in page} == set()


def test_every_code_is_a_word_of_its_own():
    codes = [problem.code for problem in PROBLEMS]
    assert all(_CODE.fullmatch(code) for code in codes)
    assert len(set(codes)) == len(codes)


def test_a_title_is_one_sentence():
    for problem in PROBLEMS:
        title = problem.title()
        assert title[0].isupper(), problem
        assert title.endswith("."), problem
        assert len(title) <= 100, problem
