"""What the demo world promises: on one full world, and on small twins."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
from dataclasses import asdict, replace
from datetime import date, timedelta

import pytest

from fittrack import clock, config, db, trace
from fittrack.accounts import passwords
from fittrack.accounts.tiers import rules as tier_rules
from fittrack.dev import cli, demo
from fittrack.drawings import rules as drawing_rules
from fittrack.drawings import verifier
from fittrack.drawings.record import publication
from fittrack.drawings.templates import repository as templates
from fittrack.drawings.templates import rules as template_rules
from fittrack.drawings.tickets import service as tickets
from fittrack.fulfilment import transitions
from fittrack.fulfilment.models import Address
from fittrack.points import audit
from fittrack.sponsors.prizes import service as inventory
from tests.conformance import engines
from tests.dev.conftest import ANCHOR_AT, ANCHOR_ON

pytestmark = [
    pytest.mark.skipif(engines.name() != "sqlite", reason="compares SQLite files"),
    pytest.mark.xdist_group("demo world"),
]


def column(engine, text):
    return [row[0] for row in engine.raw().execute(text).fetchall()]


def dump(path):
    """Return every row of every table, but for the times at which the schema was made."""
    with sqlite3.connect(path) as connection:
        lines = list(connection.iterdump())
    return [line for line in lines if '"schema_migrations"' not in line]


def test_every_tier_and_role_has_its_people(world):
    tiers = column(
        world,
        "SELECT DISTINCT tier_code FROM profiles JOIN accounts USING (account_id)"
        " WHERE role IN ('user', 'premium')",
    )
    assert sorted(tiers) == sorted(tier_rules.TIERS_BY_CODE)
    assert len(tier_rules.TIERS) == 31
    roles = column(world, "SELECT role FROM accounts")
    assert roles.count("admin") >= 3
    assert roles.count("user") + roles.count("premium") >= 70
    assert roles.count("sponsor") == 5
    assert {"auditor", "premium"} <= set(roles)
    assert len(column(world, "SELECT DISTINCT sponsor_id FROM sponsor_accounts")) == 5


def test_series_of_each_type_go_on_from_templates(world):
    with db.reading("list_running_templates") as tx:
        running = templates.list_running_templates(tx)
    assert [one.type for one in running] == ["daily", "weekly", "monthly"]
    assert column(world, "SELECT type FROM drawing_templates WHERE is_paused = 1") == ["annual"]
    zone = config.current().zone
    for one in running[:2]:
        slots = list(template_rules.coming_slots(one, zone=zone, now=ANCHOR_AT))
        assert slots[0].opens_at > ANCHOR_AT


def test_drawings_stand_in_every_state_and_some_sell_now(world):
    statuses = column(world, "SELECT status FROM drawings")
    assert len(statuses) >= 15
    assert set(statuses) == set(drawing_rules.STATUSES)
    assert set(column(world, "SELECT DISTINCT type FROM drawings")) == set(drawing_rules.TYPES)
    closing = column(world, "SELECT closes_at FROM drawings WHERE status = 'open'")
    assert min(closing) == "2026-11-01T04:03:00.000000Z"
    assert max(closing) > "2026-12-31"


def test_everybody_was_about_for_thirty_days(world):
    days = {date.fromisoformat(day) for day in column(world, "SELECT day_on FROM activities")}
    today_on = clock.day_of(ANCHOR_AT, config.current().zone)
    assert days == {today_on - timedelta(days=back) for back in range(1, 31)}
    lasted = "SELECT COUNT(DISTINCT day_on) FROM activities GROUP BY account_id"
    assert set(column(world, lasted)) == {30}
    assert len(column(world, "SELECT DISTINCT sport FROM activities")) >= 8
    assert sum(count > 1_000 for count in column(world, "SELECT position_count FROM activities"))


def test_nothing_lies_in_the_future(world):
    anchor = "2026-11-01T04:00:01"
    for table, instant in (
        ("accounts", "created_at"),
        ("activities", "ended_at"),
        ("entries", "entered_at"),
        ("ledger_transactions", "created_at"),
        ("notifications", "created_at"),
    ):
        assert max(column(world, f"SELECT {instant} FROM {table}")) < anchor, table


def test_its_logs_are_in_order(world):
    for text in (
        "SELECT created_at FROM ledger_transactions ORDER BY sequence_no",
        "SELECT logged_s FROM drawing_log ORDER BY seq_no",
        "SELECT happened_at FROM drawing_history ORDER BY rowid",
        "SELECT created_at FROM accounts ORDER BY account_id",
        "SELECT entered_at FROM entries WHERE carried_from_id IS NULL ORDER BY entry_id",
    ):
        times = column(world, text)
        assert times == sorted(times)
        assert len(times) > 20


def test_its_books_are_sound(world):
    report = audit.audit_ledger(now=ANCHOR_AT, is_deep=True)
    assert report.is_clean, report.findings
    assert report.transactions > 2_000
    kinds = column(world, "SELECT DISTINCT kind FROM ledger_transactions")
    assert {"award", "adjustment", "ticket_purchase", "ticket_refund"} <= set(kinds)


def test_every_completed_drawing_verifies(world, tmp_path):
    completed = column(world, "SELECT drawing_id FROM drawings WHERE status = 'completed'")
    assert len(completed) >= 8
    for drawing_id in completed:
        bundle = tmp_path / f"{drawing_id}.json"
        bundle.write_text("".join(publication.bundle_text(_parts(drawing_id))))
        assert verifier.main([str(bundle), "--json"]) == 0


def _parts(drawing_id):
    return publication.get_bundle(drawing_id=drawing_id)


def test_winners_have_their_deliveries_and_notices(world):
    won = "SELECT COUNT(*) FROM drawing_picks WHERE role = 'winner'"
    assert column(world, won) == column(world, "SELECT COUNT(*) FROM fulfilments")
    assert column(world, won)[0] >= 10
    kinds = set(column(world, "SELECT DISTINCT kind FROM notifications"))
    assert {"prize_won", "drawing_cancelled", "drawing_aborted"} <= kinds


def test_ana_can_claim_what_her_sponsor_has_in_stock(world):
    [(fulfilment_id, ana, inventory_prize_id)] = world.raw().execute(
        "SELECT f.fulfilment_id, f.account_id, p.inventory_prize_id FROM fulfilments f"
        " JOIN drawings d USING (drawing_id) JOIN prizes p USING (prize_id)"
        " WHERE d.name = 'A draw that only Ana entered'"
    )
    assert fulfilment_id in {each.fulfilment_id for each in cli.prizes_to_claim()}
    stock = inventory.get_prize(prize_id=inventory_prize_id, sees_all=True, account_id=None)
    assert min(stock.awarded_units, stock.reserved_units, stock.left_units) > 0
    address = Address("Ana Lopez", "12 River Street", None, "Portland", "OR", "97201", "5035550100")
    claimed = transitions.confirm_address(
        fulfilment_id=fulfilment_id, account_id=ana, address=address, actor_id=ana, now=ANCHOR_AT
    )
    assert claimed.state == "address_confirmed"
    assert fulfilment_id not in {each.fulfilment_id for each in cli.prizes_to_claim()}


def test_no_job_is_left_over(world):
    assert set(column(world, "SELECT DISTINCT state FROM outbox")) == {"done"}


def test_ana_has_points_to_play_with(world):
    [balance] = column(
        world,
        "SELECT l.balance_points FROM ledger_accounts l JOIN accounts a USING (account_id)"
        " WHERE a.display_name = 'Ana' AND l.kind = 'spendable'",
    )
    assert balance >= 3_000


def test_ana_can_enter_what_sells_now(world):
    [ana] = column(world, "SELECT account_id FROM accounts WHERE display_name = 'Ana'")
    selling = column(world, "SELECT drawing_id FROM drawings WHERE status = 'open' ORDER BY 1")
    now = ANCHOR_AT + timedelta(minutes=1)
    bought = tickets.buy_tickets(
        drawing_id=selling[-1], account_id=ana, ticket_count=1, clock=lambda: now
    )
    assert bought.entry.units == 1
    assert bought.balance_points > 2_000


def test_one_password_opens_every_account_and_is_hashed_once(world):
    [password_hash] = column(world, "SELECT DISTINCT password_hash FROM accounts")
    assert passwords.is_right(password_hash, demo.PASSWORD)


def test_a_world_begins_on_a_day_whose_clocks_change_too(world):
    zone = config.current().zone
    day_after_at = ANCHOR_AT + timedelta(days=1)
    assert ANCHOR_AT.astimezone(zone).utcoffset() != day_after_at.astimezone(zone).utcoffset()
    assert len(column(world, "SELECT entry_id FROM entries")) > 100


def test_the_same_seed_and_anchor_give_the_same_world(make_file):
    at_noon = {"days": 2, "anchor_at": ANCHOR_AT + timedelta(hours=12, seconds=7.5)}
    first = dump(make_file("one", seed=5, **at_noon))
    trace.begin(None)  # as in a process that has answered requests
    assert dump(make_file("two", seed=5, **at_noon)) == first
    assert first != dump(make_file("three", seed=6, **at_noon))


def test_another_process_makes_the_same_world(full_file, migrated_file, demo_settings, tmp_path):
    path = tmp_path / "again.db"
    shutil.copyfile(migrated_file, path)
    given = replace(demo_settings, database_url=f"sqlite:///{path}")
    environ = {name.upper(): str(value) for name, value in asdict(given).items()}
    done = subprocess.run(
        [sys.executable, "-m", "flask", "seed", "--seed", "1", "--anchor", str(ANCHOR_ON)],
        env={**os.environ, **environ, "PYTHONHASHSEED": "7"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert "72 members and 24 drawings" in done.stdout
    assert "%" not in done.stderr  # no progress bar, for nobody looks
    assert dump(full_file) == dump(path)
