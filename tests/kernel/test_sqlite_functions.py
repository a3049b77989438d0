"""Oracle's functions on SQLite: they answer as Oracle does."""

from __future__ import annotations

import pytest

from fittrack.db.sqlite_functions import json_exists, json_value


@pytest.mark.parametrize(
    ("document", "path", "is_there"),
    [
        ('{"a": 1}', "$.a", 1),
        ('{"a": null}', "$.a", 1),
        ('{"a": {"b": 0}}', "$.a.b", 1),
        ('{"a": {"b": 0}}', "$.a.c", 0),
        ('{"a": 1}', "$.a.b", 0),
        ("{}", "$.a", 0),
        ("[1]", "$.a", 0),
        (None, "$.a", 0),
    ],
)
def test_a_null_of_json_is_there_and_what_is_absent_is_not(document, path, is_there):
    assert json_exists(document, path) == is_there


@pytest.mark.parametrize(
    ("document", "value"),
    [('{"a": 1.5}', "1.5"), ('{"a": null}', None), ("{}", None), (None, None)],
)
def test_a_value_is_text_and_null_where_there_is_none(document, value):
    assert json_value(document, "$.a") == value
