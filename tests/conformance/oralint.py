"""The linter for engineering/sql-rules.md: what SQLite lets pass and Oracle refuses.

Run as `python -m tests.conformance.oralint`; it prints `file#name:line: code reason` and exits 1
where a rule is broken. Every Oracle mistake ever found becomes a rule and a test here.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from tests.conformance import (
    pairs,
    rules_ddl,
    rules_keys,
    rules_query,
    rules_schema,
    rules_text,
    rules_values,
)
from tests.conformance.catalog import Catalog, apply_statement, build_catalog
from tests.conformance.rulebook import Finding, Rule, Subject
from tests.conformance.sources import ROOT, Statement, migrations, statements

RULES: tuple[Rule, ...] = (
    *rules_text.RULES,
    *rules_values.RULES,
    *rules_query.RULES,
    *rules_schema.RULES,
    *rules_ddl.RULES,
    *rules_keys.RULES,
)


def lint_statement(statement: Statement, catalog: Catalog) -> Iterator[Finding]:
    """Yield each rule that an Oracle statement breaks, judged against a schema."""
    subject = Subject(statement, catalog)
    for rule in RULES:
        if _applies(rule, statement):
            for token in rule.check(subject):
                reason = f"{rule.reason} (near {token.text})"
                yield Finding(statement.place, token.line_no, rule.code, reason)


def _applies(rule: Rule, statement: Statement) -> bool:
    if _is_trigger(statement):
        return rule.code in {"ORA01b", "ORA20q"}  # its body is PL/SQL, which the grammar reads
    wanted = {"ddl"} if statement.is_ddl else {"statement"}
    return rule.applies in wanted | {"both"} and not (statement.is_ddl and rule.code in _NOT_IN_DDL)


# In DDL these words and shapes mean something else.
_NOT_IN_DDL = frozenset({"ORA25a", "ORA27a", "ORA02", "ORA18a"})


def _is_trigger(statement: Statement) -> bool:
    return statement.is_ddl and "TRIGGER" in [t.key for t in statement.tokens[:5]]


def lint(
    named: Iterable[Statement], migrated: Iterable[Statement], paths: Iterable[Path]
) -> list[Finding]:
    """Return what is wrong with these statements and migrations."""
    steps = list(migrated)
    findings: list[Finding] = []
    catalog = Catalog()
    for step in steps:
        if step.engine == "oracle":
            apply_statement(catalog, step)
            findings += lint_statement(step, catalog)
    final = build_catalog(steps, engine="oracle")
    for statement in named:
        findings += lint_statement(statement, final)
    return findings + list(pairs.check_pairs(steps, paths))


def lint_project(root: Path = ROOT) -> list[Finding]:
    """Return what is wrong with the project's SQL."""
    return lint(statements(root), migrations(root), (root / "migrations").glob("*.sql"))


def main() -> int:
    """Print every finding; return 1 when there is one."""
    findings = lint_project()
    for finding in findings:
        print(finding)
    files = len({step.path for step in migrations()})
    print(
        f"oralint: {len(statements())} statements, {files} migration files: {len(findings)} wrong"
    )
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
