from __future__ import annotations

import re
import shutil
from collections import Counter
from contextlib import closing

import pytest

from fittrack.db.loader import domains, load_sql
from fittrack.db.sqlite import open_connection
from tests.guards.source import (
    CODE,
    DOMAINS,
    created_tables,
    functions_of,
    python_files,
    table_owners,
)

STATEMENTS = [statement for domain in domains() for statement in load_sql(domain).values()]
NAMES = [f"{statement.domain}.{statement.name}" for statement in STATEMENTS]
_WRITES = re.compile(
    r"\b(?:INSERT\s+INTO|UPDATE|DELETE\s+FROM|MERGE\s+INTO)\s+(\w+)", re.IGNORECASE
)
_FOR_UPDATE = re.compile(r"\bFOR\s+UPDATE\b[^)]*$", re.IGNORECASE)


@pytest.fixture(scope="module")
def schema(migrated_file, tmp_path_factory):
    """Return a connection to one migrated database for all statements, which change nothing."""
    path = tmp_path_factory.mktemp("schema") / "fittrack.db"
    shutil.copyfile(migrated_file, path)
    with closing(open_connection(str(path), "OFF")) as connection:
        yield connection


def files_of(domain):
    """Return the Python files that may use a folder of SQL: the domain's, or one of the kernel."""
    if domain in DOMAINS:
        return [path for path in python_files() if path.is_relative_to(CODE / domain)]
    return [path for path in python_files() if f'load_sql("{domain}")' in path.read_text()]


def test_every_name_is_given_once():
    counts = Counter(statement.name for statement in STATEMENTS)
    assert sorted(name for name, count in counts.items() if count > 1) == []


@pytest.mark.parametrize("domain", domains())
def test_every_statement_is_used(domain):
    code = "\n".join(path.read_text() for path in files_of(domain))
    assert [name for name in load_sql(domain) if f'SQL["{name}"]' not in code] == []


@pytest.mark.parametrize("domain", sorted(DOMAINS & set(domains()) - {"health"}))
def test_every_statement_has_a_repository_function_of_its_name(domain):
    functions = {
        function.name
        for path in files_of(domain)
        if path.stem == "repository"
        for function in functions_of(path)
    }
    assert sorted(load_sql(domain).keys() - functions) == []


@pytest.mark.parametrize("statement", STATEMENTS, ids=NAMES)
def test_every_statement_is_explained_against_the_migrated_schema(schema, statement):
    binds = dict.fromkeys(statement.binds)
    schema.execute(f"EXPLAIN {statement.sqlite}", binds)


@pytest.mark.parametrize("statement", STATEMENTS, ids=NAMES)
def test_writes_stay_in_their_domain(statement):
    owners = table_owners()
    kernel = statement.domain not in DOMAINS
    for table in _WRITES.findall(_FOR_UPDATE.sub("", statement.oracle)):
        assert owners[table.lower()] == ("kernel" if kernel else statement.domain)


def test_architecture_names_every_table_once_with_its_owner():
    assert table_owners().keys() == created_tables()
    assert set(table_owners().values()) <= DOMAINS | {"kernel"}


def test_every_statement_says_what_it_is_for():
    """A name and, unless the name says all, a line of comment below it."""
    for domain in domains():
        for path in (CODE.parent / "sql" / domain).glob("*.sql"):
            assert path.read_text().startswith("-- name: "), path
