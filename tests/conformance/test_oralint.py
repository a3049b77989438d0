from __future__ import annotations

from pathlib import Path

import pytest

from tests.conformance import oralint, pairs
from tests.conformance.catalog import Catalog, apply_statement, build_catalog
from tests.conformance.samples import SCHEMA, STATEMENTS
from tests.conformance.samples_ddl import MIGRATIONS, PAIR, UNEQUAL_PAIRS
from tests.conformance.sources import Statement, parse_migration, parse_statements
from tests.conformance.structure import Structure
from tests.conformance.tokens import tokenize

_ORACLE_FILE = Path("migrations/0001_create_things.oracle.sql")
_SQLITE_FILE = Path("migrations/0001_create_things.sqlite.sql")


def _schema() -> list[Statement]:
    return parse_migration(_ORACLE_FILE, SCHEMA)


def _codes_of_statement(text: str, overridden: frozenset[str] = frozenset()) -> set[str]:
    (named,) = parse_statements(Path("sql/t/things.sql"), f"-- name: do_it\n{text}\n", overridden)
    catalog = build_catalog(_schema(), engine="oracle")
    return {finding.code for finding in oralint.lint_statement(named, catalog)}


def _codes_of_migration(text: str) -> set[str]:
    catalog = build_catalog(_schema(), engine="oracle")
    (step,) = parse_migration(_ORACLE_FILE, f"{text}\n/\n")
    apply_statement(catalog, step)
    return {finding.code for finding in oralint.lint_statement(step, catalog)}


def _codes_of_pair(oracle: str, sqlite: str) -> set[str]:
    steps = parse_migration(_ORACLE_FILE, oracle) + parse_migration(_SQLITE_FILE, sqlite)
    return {f.code for f in pairs.check_pairs(steps, [_ORACLE_FILE, _SQLITE_FILE])}


def test_the_projects_sql_keeps_every_rule():
    assert [str(finding) for finding in oralint.lint_project()] == []


@pytest.mark.parametrize("code", STATEMENTS)
def test_a_statement_that_breaks_a_rule_is_told_so(code):
    assert code in _codes_of_statement(STATEMENTS[code][0])


@pytest.mark.parametrize("code", STATEMENTS)
def test_a_statement_that_keeps_the_rules_passes(code):
    assert _codes_of_statement(STATEMENTS[code][1]) == set()


@pytest.mark.parametrize("code", MIGRATIONS)
def test_a_migration_that_breaks_a_rule_is_told_so(code):
    assert code in _codes_of_migration(MIGRATIONS[code][0])


@pytest.mark.parametrize("code", MIGRATIONS)
def test_a_migration_that_keeps_the_rules_passes(code):
    assert _codes_of_migration(MIGRATIONS[code][1]) == set()


@pytest.mark.parametrize("code", UNEQUAL_PAIRS)
def test_twins_that_differ_are_told_so(code):
    assert code in _codes_of_pair(*UNEQUAL_PAIRS[code])


def test_equal_twins_pass():
    assert _codes_of_pair(*PAIR) == set()


@pytest.mark.parametrize(
    ("names", "code"),
    [
        (["0001_create_things.oracle.sql"], "PAIR01"),
        (["things.oracle.sql", "things.sqlite.sql"], "PAIR01"),
        (["0002_create_things.oracle.sql", "0002_create_things.sqlite.sql"], "PAIR02"),
    ],
)
def test_a_lost_twin_or_a_gap_in_the_numbers_is_told(names, code):
    found = pairs.check_pairs([], [Path("migrations") / name for name in names])
    assert code in {finding.code for finding in found}


def test_every_rule_has_a_bad_and_a_good_sample():
    assert {rule.code for rule in oralint.RULES} == STATEMENTS.keys() | MIGRATIONS.keys()
    assert pairs.REASONS.keys() - {"PAIR01", "PAIR02"} == UNEQUAL_PAIRS.keys()


def test_what_only_oracle_has_may_stand_where_sqlite_has_an_override():
    bad, _ = STATEMENTS["ORA25b"]
    assert "ORA25b" not in _codes_of_statement(bad, frozenset({"do_it"}))


def test_a_sort_key_that_where_compares_is_never_null():
    text = "SELECT handle FROM accounts WHERE {} ORDER BY seen_at, account_id"
    assert _codes_of_statement(text.format("seen_at <= :now_at")) == set()
    assert _codes_of_statement(text.format("seen_at IS NOT NULL")) == set()
    assert "ORA09a" in _codes_of_statement(text.format("seen_at <= :now_at OR points = 1"))


def test_a_finding_names_the_file_the_statement_and_the_line():
    text = "-- name: list_all\nSELECT handle\n  FROM accounts AS a\n"
    (named,) = parse_statements(Path("sql/t/things.sql"), text, frozenset())
    (finding,) = oralint.lint_statement(named, Catalog())
    assert str(finding).startswith("sql/t/things.sql#list_all:3: ORA02 no AS")


def test_comments_and_strings_are_no_tokens_of_the_language():
    tokens = tokenize("SELECT 'LIMIT; '':a' -- :b\n /* ; */ FROM t WHERE c = :d")
    assert [t.key for t in tokens] == [
        "SELECT",
        "'LIMIT; '':A'",
        "FROM",
        "T",
        "WHERE",
        "C",
        "=",
        "D",
    ]
    assert tokens[-1].line_no == 2


def test_a_subquery_keeps_its_clauses_apart_from_its_parents():
    text = "SELECT a FROM t WHERE b IN (SELECT c FROM u GROUP BY c) ORDER BY a"
    outer, inner = Structure(tokenize(text)).queries.values()
    assert [s.key for s in outer.top("ORDER")] == ["ORDER", "BY", "A"]
    assert "GROUP" not in outer.clauses
    assert [s.key for s in inner.top("GROUP")] == ["GROUP", "BY", "C"]
