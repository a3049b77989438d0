"""docs/RATE_LIMITS.md says what is so."""

from __future__ import annotations

import re
from dataclasses import fields

from fittrack import redis_link
from fittrack.config import Config
from tests.guards.source import ROOT

PAGE = (ROOT / "docs" / "RATE_LIMITS.md").read_text(encoding="utf-8")


def test_the_table_names_every_limit_with_its_default():
    told = dict(re.findall(r"^\| `(LIMIT_\w+)` \| `([^`]+)` \|", PAGE, re.MULTILINE))
    real = {
        item.name.upper(): item.default for item in fields(Config) if item.name.startswith("limit_")
    }
    assert told == real


def test_the_pauses_without_redis_are_as_told():
    assert (redis_link.FIRST_PAUSE_S, redis_link.LONGEST_PAUSE_S) == (1.0, 5.0)
    assert redis_link.TIMEOUT_S == 0.5


def test_the_metric_that_is_named_exists():
    (name,) = re.findall(r"`fittrack_(redis\w+)_total`", PAGE)
    assert f'"{name}"' in (ROOT / "fittrack" / "metrics.py").read_text(encoding="utf-8")
