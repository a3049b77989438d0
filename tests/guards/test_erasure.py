"""Whatever belongs to a member is erased, or kept for a reason that is written down."""

from __future__ import annotations

import re

import pytest

from fittrack.accounts.erasure.rules import ERASED, KEPT
from fittrack.db.loader import domains, load_sql
from tests.conformance import engines
from tests.guards.source import ROOT, created_tables

# A table with such a column belongs to a person, or names one.
PERSONAL = re.compile(
    r"account_id|actor|actor_id|\w+_by_id|(?:\w+_)?email(?:_key)?|display_name(?:_key)?"
    r"|remote_address|payload_json|response_text"
)
STATEMENTS = {
    name: statement for domain in domains() for name, statement in load_sql(domain).items()
}

pytestmark = pytest.mark.skipif(
    engines.name() != "sqlite", reason="looks into SQLite's own catalogue"
)


@pytest.fixture
def personal(database):
    """Return every table that belongs to accounts, by a column or by what it refers to."""
    catalogue = database.raw()
    refers = {
        table: {row[2] for row in catalogue.execute(f"PRAGMA foreign_key_list({table})")}
        for table in created_tables()
    }
    found = {
        table
        for table in created_tables()
        for row in catalogue.execute(f"PRAGMA table_info({table})")
        if PERSONAL.fullmatch(row[1])
    }
    # Drawings are made by staff and name them; what hangs on a drawing is everybody's.
    roots = found - {"drawings", "drawing_templates", "sponsors"}
    while more := {table for table in refers if refers[table] & roots} - roots:
        roots |= more
    return found | roots


def test_every_table_of_a_member_is_erased_or_kept_for_a_reason(personal):
    assert personal - ERASED.keys() - KEPT.keys() == set()


def test_no_table_is_both_erased_and_kept_or_no_longer_there():
    assert ERASED.keys() & KEPT.keys() == set()
    assert (ERASED.keys() | KEPT.keys()) - created_tables() == set()


@pytest.mark.parametrize("table", ERASED)
def test_what_is_said_to_erase_a_table_deletes_from_it(table):
    statement = STATEMENTS[ERASED[table]]
    assert re.match(rf"DELETE FROM {table}\b", statement.oracle)


def test_the_document_on_privacy_names_every_table():
    text = (ROOT / "docs" / "privacy.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`(\w+)`", text))
    assert (ERASED.keys() | KEPT.keys()) - named == set()


def test_reasons_are_words_for_people():
    assert all(len(reason.split()) > 1 for reason in KEPT.values())
