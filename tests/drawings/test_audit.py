"""The audit names what was tampered with behind the database's own guards."""

from __future__ import annotations

import pytest

from fittrack import db
from fittrack.drawings import service
from fittrack.points import audit
from tests import factories_drawings as make


@pytest.fixture
def drawing(database):
    drawing = make.make_open(make.start(), sponsor_id=make.make_sponsor())
    for ticket_count in (1, 2, 3):
        make.buy(drawing, make.make_player(), ticket_count)
    for at in (drawing.closes_at, drawing.draws_at):
        make.advance(drawing, at)
    return drawing


def tamper(statement: str) -> None:
    """Change what must not change, with the triggers and keys that forbid it out of the way."""
    raw = db.engine().raw()
    names = raw.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall()
    for (name,) in names:
        raw.execute(f"DROP TRIGGER {name}")
    raw.execute("PRAGMA foreign_keys = OFF")
    raw.execute(statement)


def findings() -> list[str]:
    with db.reading("audit") as tx:
        return service.audit(tx)


def test_untouched_drawings_pass(drawing):
    make.cancel(make.make_open(drawing.draws_at), drawing.draws_at)
    make.make_draft(make.start())
    assert findings() == []
    assert audit.audit_ledger(now=drawing.draws_at, is_deep=True).is_clean


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("UPDATE drawings SET units_sold = units_sold + 1", "its entries come to 6 in 3"),
        ("UPDATE entries SET units = units + 1", "3 entries are not in its list"),
        ("UPDATE frozen_entries SET units = units + 1", "its list does not give its close"),
        ("DELETE FROM frozen_entries WHERE position = 2", "its list does not give its close"),
        ("DELETE FROM drawing_documents WHERE kind = 'close'", "no close is published"),
        (
            "UPDATE drawing_documents SET body_text = replace(body_text, '\"unfilled\":0', "
            "'\"unfilled\":1') WHERE kind = 'result'",
            "the signature of its result does not hold",
        ),
        (
            "UPDATE drawing_documents SET body_hash = substr(body_hash, 2) || '0'",
            "the hash of its terms is another",
        ),
        ("DELETE FROM drawing_documents WHERE kind = 'result'", "no result is published"),
        (
            "UPDATE drawing_documents SET body_text = body_text || ' ' WHERE kind = 'rules'",
            "it goes by other rules_sha256 than its terms say",
        ),
        ("UPDATE drawings SET alternates = 0", "it goes by other alternates"),
        ("UPDATE drawings SET draws_at = closes_at, sequence_no = 9", "draws_at, sequence"),
        ("UPDATE prizes SET quantity = 2", "it goes by other prizes"),
        ("UPDATE drawing_sources SET custody = 'sponsor'", "it goes by other ext"),
        (
            "UPDATE entries SET account_id = (SELECT MIN(account_id) FROM entries)",
            "2 entries are not in its list",
        ),
        (
            "UPDATE drawing_holders SET salt_bytes = zeroblob(32)",
            "3 of its tags are not those of the members",
        ),
        ("UPDATE drawing_log SET drawing_id = 'x' WHERE seq_no = 1", "not in the public log"),
        ("UPDATE drawing_picks SET ticket_no = ticket_no + 1", "its picks are not those"),
        ("DELETE FROM drawing_picks WHERE position = 1", "its picks are not those"),
        ("DELETE FROM drawing_reveals WHERE position = 1", "its result can't be drawn again"),
        ("UPDATE drawing_log SET type = 'abort' WHERE seq_no = 1", "does not give the head"),
        ("UPDATE drawing_log SET logged_s = 0 WHERE seq_no = 2", "does not follow on"),
        ("DELETE FROM drawing_log WHERE seq_no = 4", "its head says another end"),
        ("UPDATE drawing_log SET body_text = '{}' WHERE seq_no = 2", "names another body"),
    ],
)
def test_a_planted_corruption_is_named(drawing, statement, words):
    tamper(statement)
    assert any(words in finding for finding in findings()), findings()
    report = audit.audit_ledger(now=drawing.draws_at, is_deep=True)
    assert report.findings.counts["drawing"] > 0


def test_an_entry_left_without_its_refund_is_named(database):
    drawing = make.make_open(make.start())
    make.buy(drawing, make.make_player())
    make.cancel(drawing, drawing.opens_at)
    make.advance(drawing, drawing.opens_at)
    tamper("UPDATE entries SET refunded_at = NULL")
    assert any("1 entries are not refunded" in finding for finding in findings())
